"""The receivers of callbacks, as plain values."""

import msgspec

from scenarios.statuses import CallbackEvent


class Subscription(msgspec.Struct, frozen=True, gc=False):
    """The receiver of a recording's callbacks."""

    url: str
    method: str
    events: tuple[CallbackEvent, ...]
    token: str
    """The token that signs the callbacks."""
    signer: str
    """A description of that token's owner."""
    base_url: str
    """Scheme and host that the subscriber used for this server."""


class Signer(msgspec.Struct, frozen=True):
    """What requests of a call are signed with, and the scheme and host of the URLs in them."""

    token: str
    description: str
    base_url: str


class StatusSubscription(msgspec.Struct, frozen=True):
    """The receiver of a call's or conference's status callbacks."""

    url: str
    method: str = "POST"
    events: tuple[str, ...] = ("completed",)

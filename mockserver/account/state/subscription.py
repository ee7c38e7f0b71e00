"""The receiver of a recording's callbacks, as a plain value."""

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

"""The receivers of callbacks, and what a late one shows, as plain values."""

import msgspec

from generators.model import Recording
from scenarios.statuses import CallbackEvent, RecordingStatus


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


class ReachedStatus(msgspec.Struct, frozen=True, gc=False):
    """A recording as it last was in a status. A late callback has these fields.

    The statuses of a recording are a chain, because the garbage collector would visit a mapping for each recording.
    """

    status: RecordingStatus
    recording: Recording
    times: int
    """The number of times that the recording reached this status."""
    earlier: "ReachedStatus | None" = None
    """The other statuses that the recording reached, the latest first."""

    def find(self, status: RecordingStatus) -> "ReachedStatus | None":
        """Return this or an earlier one by its status, or None if the recording did not reach it."""
        if self.status is status or self.earlier is None:
            return self if self.status is status else None
        return self.earlier.find(status)

    def without(self, status: RecordingStatus) -> "ReachedStatus | None":
        """Return the chain without a status."""
        if self.status is status:
            return self.earlier
        earlier = None if self.earlier is None else self.earlier.without(status)
        return msgspec.structs.replace(self, earlier=earlier)


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

"""What a call hears while it waits, as plain values. Instants are microseconds since the epoch."""

from enum import StrEnum

import msgspec

from mockserver.account.state.activities import Doing, Queued
from mockserver.account.state.app_requests import PlayedDocument


class WaitKind(StrEnum):
    """Where a call waits."""

    QUEUE = "queue"
    CONFERENCE = "conference"


class Waiting(msgspec.Struct, kw_only=True):
    """A document that a call plays beside what it does: it waits in a queue, or in a conference."""

    kind: WaitKind
    url: str
    """The URL that was asked first."""
    method: str
    queued: Queued | None = None
    """The queue."""
    document: PlayedDocument | None = None
    """None after its end."""
    doing: Doing | None = None
    is_playing: bool = False
    """True while an act is performed: the call then has this document in place of its own."""
    documents: int = 0
    """How many documents were played."""
    asked_at: int = 0
    """When `url` was asked last."""
    has_failed: bool = False
    result: str | None = None
    """`leave` or `hangup` after such a verb."""

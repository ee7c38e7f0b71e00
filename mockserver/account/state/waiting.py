"""What a call hears beside what it does, as plain values. Instants are microseconds since the epoch."""

from enum import StrEnum

import msgspec

from mockserver.account.state.activities import Doing, Queued
from mockserver.account.state.app_requests import PlayedDocument


class WaitKind(StrEnum):
    """Why a call hears another document."""

    QUEUE = "queue"
    CONFERENCE = "conference"
    """The conference has not started."""
    HOLD = "hold"
    ANNOUNCEMENT = "announcement"
    """It ends with its document, and does not wait for anything."""


class HeardBefore(msgspec.Struct, frozen=True):
    """What a call heard before an announcement."""

    kind: WaitKind
    url: str
    method: str


class Waiting(msgspec.Struct, kw_only=True):
    """A document that a call plays beside what it does: it waits in a queue, or is in a conference."""

    kind: WaitKind
    url: str
    """The URL that was asked first."""
    method: str
    audience: tuple[int, ...] = ()
    """The numbers of the other calls that hear an announcement."""
    resumes: HeardBefore | None = None
    """What the call hears again after an announcement."""
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

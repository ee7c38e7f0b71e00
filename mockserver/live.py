"""A recording that was started here: what becomes of it, told from when things were done to it.

Plain values and pure functions: the same instants give the same recording, on any clock. Instants are
microseconds since 1970.
"""

from enum import StrEnum
from typing import Self

import msgspec

from generators.model import InFlight, Source, Status, Track
from generators.rhythm import SECOND

PROCESSING = 2 * SECOND
"""How long a stopped recording is processed before it is completed."""


class PauseBehavior(StrEnum):
    """What a recording holds of the time in which it is paused."""

    SKIP = "skip"
    SILENCE = "silence"


class Subscription(msgspec.Struct, frozen=True):
    """Who is to be told of a recording's statuses."""

    url: str
    method: str
    events: tuple[str, ...]


class LiveRecording(msgspec.Struct, frozen=True, kw_only=True):
    """A recording that was started through the API or by a test."""

    call_sid: str
    conference_sid: str | None = None
    source: Source
    channels: int
    track: Track
    subscription: Subscription | None = None
    started_at: int
    heard: int = 0
    """How much was recorded before `since`."""
    since: int | None
    """From when on it has been recorded since; None while it is not."""
    is_paused: bool = False
    stopped_at: int | None = None
    changes: int = 0

    def paused(self, now: int, behavior: PauseBehavior) -> Self:
        """Return it paused: `skip` leaves the pause out, `silence` records it (WIRE §5)."""
        if self.is_paused:
            return self
        if behavior is PauseBehavior.SILENCE:
            return self._changed(is_paused=True)
        return self._changed(is_paused=True, heard=self._heard(now), since=None)

    def resumed(self, now: int) -> Self:
        """Return it recording again."""
        return self._changed(is_paused=False, heard=self._heard(now), since=now) if self.is_paused else self

    def stopped(self, now: int) -> Self:
        """Return it stopped, for good."""
        return self._changed(heard=self._heard(now), since=None, stopped_at=now)

    @property
    def in_flight(self) -> InFlight:
        """What the answer to a change says of it."""
        if self.stopped_at is not None:
            return InFlight.STOPPED
        return InFlight.PAUSED if self.is_paused else InFlight.IN_PROGRESS

    @property
    def completed_at(self) -> int | None:
        """When its file is ready; None while it is recorded."""
        return None if self.stopped_at is None else self.stopped_at + PROCESSING

    def status(self, now: int) -> Status:
        """Return the status that a fetch shows at an instant."""
        ready = self.completed_at
        return Status.PROCESSING if ready is None or now < ready else Status.COMPLETED

    def seconds(self) -> int:
        """Return its duration once stopped: at least one second, so that a quick test has something to hear."""
        return max(1, self.heard // SECOND)

    def _heard(self, now: int) -> int:
        return self.heard if self.since is None else self.heard + now - self.since

    def _changed(self, **fields: object) -> Self:
        return msgspec.structs.replace(self, changes=self.changes + 1, **fields)

"""A recording that is being made: how much of the call it holds by now, told from when things were done to it.

Plain values and pure functions. Instants are microseconds since 1970.
"""

from enum import StrEnum
from typing import Self

import msgspec

from generators.corpus.weekly_rhythm import SECOND
from generators.model import InFlight


class PauseBehavior(StrEnum):
    """What a recording holds of the time in which it is paused."""

    SKIP = "skip"
    SILENCE = "silence"


class RecordingInProgress(msgspec.Struct, frozen=True, kw_only=True):
    """What has been recorded."""

    recorded: int = 0
    """How much was recorded before `since`."""
    since: int | None
    """From when on it has been recorded since; None while it is not."""
    is_paused: bool = False
    is_stopped: bool = False

    def pause(self, now: int, behavior: PauseBehavior = PauseBehavior.SILENCE) -> Self:
        """Return it paused: `skip` leaves the pause out, `silence` records it (WIRE §5)."""
        if self.is_paused:
            return self
        if behavior is PauseBehavior.SILENCE:
            return msgspec.structs.replace(self, is_paused=True)
        return msgspec.structs.replace(self, is_paused=True, recorded=self._recorded_until(now), since=None)

    def resume(self, now: int) -> Self:
        """Return it recording again."""
        if not self.is_paused:
            return self
        return msgspec.structs.replace(self, is_paused=False, recorded=self._recorded_until(now), since=now)

    def stop(self, now: int) -> Self:
        """Return it stopped, for good."""
        return msgspec.structs.replace(self, recorded=self._recorded_until(now), since=None, is_stopped=True)

    @property
    def status(self) -> InFlight:
        """What the answer to a change says of it."""
        if self.is_stopped:
            return InFlight.STOPPED
        return InFlight.PAUSED if self.is_paused else InFlight.IN_PROGRESS

    def duration_seconds(self, now: int) -> int:
        """Return how long it is: at least one second, so that a quick test has something to hear."""
        return max(1, self._recorded_until(now) // SECOND)

    def _recorded_until(self, now: int) -> int:
        return self.recorded if self.since is None else self.recorded + now - self.since

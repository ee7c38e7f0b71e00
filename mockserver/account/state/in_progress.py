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


class Capture(msgspec.Struct, frozen=True, kw_only=True):
    """What has been recorded."""

    heard: int = 0
    """How much was recorded before `since`."""
    since: int | None
    """From when on it has been recorded since; None while it is not."""
    is_paused: bool = False
    is_stopped: bool = False

    def paused(self, now: int, behavior: PauseBehavior = PauseBehavior.SILENCE) -> Self:
        """Return it paused: `skip` leaves the pause out, `silence` records it (WIRE §5)."""
        if self.is_paused:
            return self
        if behavior is PauseBehavior.SILENCE:
            return msgspec.structs.replace(self, is_paused=True)
        return msgspec.structs.replace(self, is_paused=True, heard=self._heard(now), since=None)

    def resumed(self, now: int) -> Self:
        """Return it recording again."""
        if not self.is_paused:
            return self
        return msgspec.structs.replace(self, is_paused=False, heard=self._heard(now), since=now)

    def stopped(self, now: int) -> Self:
        """Return it stopped, for good."""
        return msgspec.structs.replace(self, heard=self._heard(now), since=None, is_stopped=True)

    @property
    def in_flight(self) -> InFlight:
        """What the answer to a change says of it."""
        if self.is_stopped:
            return InFlight.STOPPED
        return InFlight.PAUSED if self.is_paused else InFlight.IN_PROGRESS

    def seconds(self, now: int) -> int:
        """Return how long it is: at least one second, so that a quick test has something to hear."""
        return max(1, self._heard(now) // SECOND)

    def _heard(self, now: int) -> int:
        return self.heard if self.since is None else self.heard + now - self.since

"""An active recording: how much of the call is recorded so far, derived from when it was paused and resumed.

Plain values and pure functions. Instants are microseconds since the epoch.
"""

from enum import StrEnum
from typing import Self

import msgspec

from generators.distributions import MAX_CALL_DURATION
from generators.instants import SECOND
from generators.model import InFlight


class PauseBehavior(StrEnum):
    """What a recording contains for the time in which it was paused."""

    SKIP = "skip"
    SILENCE = "silence"


class RecordingInProgress(msgspec.Struct, frozen=True, gc=False, kw_only=True, omit_defaults=True):
    """The progress of an active recording."""

    recorded: int = 0
    """The duration recorded before `since`."""
    since: int | None
    """The instant since which it records; None while it is paused or stopped."""
    is_paused: bool = False
    is_stopped: bool = False
    is_processing: bool = False
    """True if its audio is processed: it was stopped before."""

    def pause(self, now: int, behavior: PauseBehavior = PauseBehavior.SILENCE) -> Self:
        """Return it paused: `skip` leaves out the pause, `silence` records it (WIRE §5)."""
        if self.is_paused:
            return self
        if behavior is PauseBehavior.SILENCE:
            return msgspec.structs.replace(self, is_paused=True)
        return msgspec.structs.replace(self, is_paused=True, recorded=self._compute_recorded(now), since=None)

    def resume(self, now: int) -> Self:
        """Return it resumed."""
        if not self.is_paused:
            return self
        return msgspec.structs.replace(self, is_paused=False, recorded=self._compute_recorded(now), since=now)

    def stop(self, now: int) -> Self:
        """Return it stopped."""
        return msgspec.structs.replace(self, recorded=self._compute_recorded(now), since=None, is_stopped=True)

    def reopen(self, now: int) -> Self:
        """Return it active, also after it was stopped. Twilio never does this, but a command may."""
        if not self.is_stopped:
            return self
        return type(self)(recorded=self.recorded, since=now)

    @property
    def status(self) -> InFlight | None:
        """The status that the response to an update shows; None if that is the status that a fetch shows."""
        if self.is_processing:
            return None
        if self.is_stopped:
            return InFlight.STOPPED
        return InFlight.PAUSED if self.is_paused else InFlight.IN_PROGRESS

    def compute_duration_seconds(self, now: int) -> int:
        """Return the duration: at least one second, so that a quick test has audio, and at most 24 hours."""
        return min(max(1, self._compute_recorded(now) // SECOND), MAX_CALL_DURATION)

    def _compute_recorded(self, now: int) -> int:
        return self.recorded if self.since is None else self.recorded + now - self.since


def get_in_flight_status(progress: RecordingInProgress | None) -> InFlight | None:
    """Return the status of a recording while a fetch shows it as processing; None if the fetch shows the true one."""
    return None if progress is None else progress.status

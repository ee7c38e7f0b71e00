"""Creates the clocks of accounts."""

from typing import TYPE_CHECKING

from generators.instants import SECOND, to_microseconds
from mockserver.account.state.state import State
from mockserver.account.time.clock import Clock
from mockserver.settings.clock_rate import ClockRate
from mockserver.settings.machine_clock import ticks, wall_microseconds
from mockserver.settings.settings import Settings

if TYPE_CHECKING:
    from scenarios.model import Scenario


class ClockFactory:
    """Creates the clocks of one server's accounts.

    Args:
        settings: used for everything that a scenario leaves out.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._start_ticks = ticks()
        self.start = wall_microseconds() if settings.now is None else settings.now * SECOND
        """The instant at which clocks start, in microseconds since the epoch, unless a scenario sets another."""

    def create(
        self, scenario: "Scenario | None", state: State | None, origin: int | None, started_at: int | None
    ) -> Clock:
        """Create the clock of an account. That of a scenario stands still until the scenario is set up.

        Args:
            state: the state of a snapshot, which has the clock's time.
            origin: the tick at which the clock of its scenario started; None for a clock that starts now.
            started_at: the instant at which the account began, if it is built again.
        """
        if state is not None:
            return Clock(state.now, state.rate)
        if scenario is not None:
            return Clock(self._choose_start(scenario, origin) if started_at is None else started_at)
        if started_at is not None:
            return Clock(started_at, self._settings.clock.rate)
        # An account without state may be recreated at any time, so its clock counts from the start of the server.
        return Clock(self.start, self._settings.clock.rate, origin=self._start_ticks)

    def starts_at_present(self, scenario: "Scenario") -> bool:
        """Return True if the time of a scenario is real time, so that it agrees with the time of programs."""
        is_fixed = self._settings.now is not None or scenario.clock.start is not None
        return not is_fixed and self.choose_rate(scenario) == 1

    def choose_rate(self, scenario: "Scenario") -> float:
        """Return the rate of the clock of a scenario."""
        plan = scenario.clock
        return self._settings.clock.rate if plan.mode is None else ClockRate.from_mode(plan.mode, plan.rate).rate

    def _choose_start(self, scenario: "Scenario", origin: int | None) -> int:
        """Return the instant at which the clock of a scenario starts."""
        if scenario.clock.start is not None:
            return to_microseconds(scenario.clock.start)
        if origin is not None and self.starts_at_present(scenario):
            return self.start + origin - self._start_ticks
        return self.start

"""Moves an account's clock and runs what is due: one command for each small part.

Instants are microseconds since the epoch.
"""

from collections.abc import Callable, Generator
from typing import TYPE_CHECKING, Any

from mockserver.account.account_parts import AccountParts
from mockserver.account.gradual import Steps

if TYPE_CHECKING:
    from mockserver.account.commands.command import AccountCommand

_MAX_AT_ONCE = 500
"""The number of timers that one request runs: about 30 ms of work."""


class ClockMoves:
    """The moves of one account's clock.

    Args:
        apply: applies a command to the account, now or at an instant; see `Account.apply`.
    """

    def __init__(self, account: AccountParts, apply: "Callable[..., Any]") -> None:
        self._account = account
        self._apply = apply
        self._targets: list[int] = []
        """The targets of the moves that are under way."""
        self._paused_runs = 0
        """The number of gradual runs that pause between two timers which are due."""

    @property
    def final_instant(self) -> int:
        """The instant at which the clock will stand after the moves that are under way. It is now if there are none."""
        return max([self._account.clock.now(), *self._targets])

    @property
    def has_due(self) -> bool:
        """True if a timer is due that no gradual run comes to: `run_due` leaves some of very many."""
        return not self._paused_runs and self._account.scheduler.has_due

    def run_due(self) -> None:
        """Run what is due now, up to the bound of one request. The worker runs the rest.

        While a gradual run pauses, nothing: it continues between requests, so none of them waits for all of it.
        """
        if self.has_due:
            from mockserver.account.commands.timelines import RunDueTimers  # most accounts have no timers

            self._apply(RunDueTimers(limit=_MAX_AT_ONCE))

    def run_due_before(self, command: "AccountCommand[Any]") -> int:
        """Run what is due like `run_due`, before a command at the same instant, and return that instant.

        Without it, what became due since the request began would happen after the command, and be logged after it
        with an earlier instant.
        """
        now, due = self._account.clock.now(), self._account.timers.next_due
        if due is None or due > now or self._paused_runs:
            return now  # almost always
        from mockserver.account.commands.timelines import RunDueTimers  # a reached import statement costs 2 us

        if type(command) is not RunDueTimers:
            self._apply(RunDueTimers(limit=_MAX_AT_ONCE), now)
        return now

    def run_due_gradually(self) -> Steps[None]:
        """Run everything that is due now, and pause after each timer."""
        from mockserver.account.commands.timelines import RunDueTimers

        while self._account.scheduler.has_due:
            self._apply(RunDueTimers(limit=1))
            self._paused_runs += 1
            try:
                yield
            finally:
                self._paused_runs -= 1

    def advance_to(self, target: int) -> Generator[int | None, None, None]:
        """Move the clock to an instant.

        Yield None after each timer, and the instant when all its timers have run, as at the end. Several moves may be
        under way at once: each runs the next timer of all.
        """
        from mockserver.account.commands.timelines import MoveClock

        account = self._account
        self._targets.append(target)
        try:
            yield from self.run_due_gradually()
            yield account.clock.now()
            while True:
                while (due := account.timers.next_due) is not None and due <= target:
                    self._apply(MoveClock(instant=due))
                    yield from self.run_due_gradually()
                    yield due
                self._apply(MoveClock(instant=target))
                yield target
                if (due := account.timers.next_due) is None or due > target:
                    return  # else a call has something to do at once, since its app has answered
        finally:
            self._targets.remove(target)

"""Commands that drive timelines, and those that move the clock."""

from mockserver.account.commands.command import AccountCommand
from scenarios.steps import Step


class ApplyStep(AccountCommand[None], frozen=True, kw_only=True):
    """Apply a step to a recording now. Its timeline, if it has one, continues to wait."""

    index: int
    step: Step


class RunNextStep(AccountCommand[bool], frozen=True, kw_only=True):
    """Run the next step of a recording's timeline, whatever it waits for. The result is False if there is none."""

    index: int


class SendSignal(AccountCommand[None], frozen=True, kw_only=True):
    """Send a signal to the timeline of a recording."""

    name: str
    index: int


class SendSignalToRules(AccountCommand[None], frozen=True, kw_only=True):
    """Send a signal to the rules that wait for one. Timelines get it by `SendSignal`."""

    name: str
    index: int | None = None
    """The recording that it is sent to; None for all."""


class MoveClock(AccountCommand[None], frozen=True, kw_only=True):
    """Move the clock to an instant, and run nothing. An instant in the past changes nothing."""

    instant: int


class SetClockRate(AccountCommand[None], frozen=True, kw_only=True):
    """Continue at another rate."""

    rate: float


class RunDueTimers(AccountCommand[None], frozen=True, kw_only=True):
    """Run the timers that are due, the first ones of very many."""

    limit: int

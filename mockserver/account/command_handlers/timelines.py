"""Commands that drive timelines, and those that move the clock."""

from mockserver.account.account_parts import AccountParts
from mockserver.account.commands.timelines import (
    ApplyStep,
    MoveClock,
    RunDueTimers,
    RunNextStep,
    SendSignal,
    SendSignalToRules,
    SetClockRate,
)


def apply_step(account: AccountParts, command: ApplyStep) -> None:
    account.timelines.apply_step(command.index, command.step)


def run_next_step(account: AccountParts, command: RunNextStep) -> bool:
    return account.timelines.run_next_step(command.index)


def send_signal(account: AccountParts, command: SendSignal) -> None:
    account.timelines.signal(command.name, command.index)


def send_signal_to_rules(account: AccountParts, command: SendSignalToRules) -> None:
    account.windows.record_signal(command.name, command.index)


def move_clock(account: AccountParts, command: MoveClock) -> None:
    account.scheduler.move_to(command.instant)


def set_clock_rate(account: AccountParts, command: SetClockRate) -> None:
    account.scheduler.set_rate(command.rate)


def run_due_timers(account: AccountParts, command: RunDueTimers) -> None:
    account.scheduler.run_due(command.limit)

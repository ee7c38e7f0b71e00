"""The moves of an account's clock."""

from mockserver.account.state.state import TimerKind
from tests.accounts import make_account

SECOND = 1_000_000


def test_what_is_due_at_once_is_run_before_a_move_ends() -> None:
    account = make_account()
    target, added = account.clock.now() + SECOND, 0
    for instant in account.clock_moves.advance_to(target):
        if instant == target and not added:  # as an app's answer does, which arrives at the end of the move
            account.timers.add(target, TimerKind.DELIVERY, 0)
            added += 1
    assert added == 1
    assert account.timers.next_due is None
    assert account.clock.now() == target

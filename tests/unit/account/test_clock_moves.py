"""The moves of an account's clock."""

from mockserver.account.state.state import TimerKind
from tests.accounts import list_steps, make_account, make_scenario, rebuild
from tests.harness import make_settings

SECOND = 1_000_000
SCENARIO = make_scenario(
    recordings=[{"id": "it", "status": "in-progress", "timeline": [{"after": {"time": "5s"}, "status": "completed"}]}]
)


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


def test_what_became_due_since_a_request_began_happens_before_its_command() -> None:
    account = make_account(SCENARIO)
    account.clock.move_to(account.clock.now() + 6 * SECOND)  # as a clock in real time may, between two lines
    account.start_recording("CA" + "1" * 32)
    assert [step.split()[0] for step in list_steps(account)] == ["in-progress", "completed", "in-progress"]
    instants = [event.at for event in account.events.get_events_since(0)]
    assert instants == sorted(instants)
    first, second = account.log.entries
    assert [type(entry.command).__name__ for entry in (first, second)] == ["RunDueTimers", "BeginRecording"]
    assert first.at == second.at == account.clock.now()
    assert rebuild(account, make_settings()).snapshot() == account.snapshot()


def test_command_does_not_run_what_a_gradual_run_comes_to() -> None:
    account = make_account(SCENARIO)
    for instant in (5, 6):
        account.timers.add(account.clock.now() + instant * SECOND, TimerKind.DELIVERY, instant)
    account.clock.move_to(account.clock.now() + 10 * SECOND)
    steps = account.clock_moves.run_due_gradually()
    next(steps)
    account.start_recording("CA" + "1" * 32)
    assert len(account.state.timers) == 2
    assert [type(entry.command).__name__ for entry in account.log.entries] == ["RunDueTimers", "BeginRecording"]
    assert len([*steps]) == 2

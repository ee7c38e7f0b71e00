from mockserver.account.disposal import dispose
from mockserver.account.gradual import run_at_once
from scenarios.model import Scenario, ScriptedRecording
from tests.accounts import make_account


def test_disposal_empties_a_state_in_small_steps() -> None:
    recordings = tuple(ScriptedRecording(status_callback="http://127.0.0.1:1/hook") for _ in range(500))
    state = make_account(Scenario(name="many", recordings=recordings)).state
    steps = sum(1 for _ in dispose(state))
    assert 10 < steps < 50
    assert not any((state.recordings, state.reached, state.subscriptions, state.revisions, state.created))


def test_disposal_of_an_account_without_changes_is_nothing() -> None:
    assert run_at_once(dispose(make_account(None).state)) is None

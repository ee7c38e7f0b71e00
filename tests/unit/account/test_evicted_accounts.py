"""Accounts that leave memory and come back as they were."""

from collections.abc import Callable
from typing import Any

import pytest

from mockserver.account import evicted_accounts, snapshots
from mockserver.account.account import Account
from mockserver.account.commands.requests import RecordResponse
from mockserver.mock import Mock
from mockserver.settings.clock_rate import ClockRate
from scenarios.operations import RequestKind
from tests.accounts import CALLBACK_URL, make_scenario
from tests.harness import make_settings

SID = "AC" + "7" * 32
OTHER_SIDS = [f"AC{number:032x}" for number in range(70)]
RECORDING = {"id": "it", "status": "processing", "timeline": [{"after": {"time": "1h"}, "status": "completed"}]}


def make_mock(rate: float = 0.0, **parts: Any) -> Mock:
    """Return a mock with a scenario."""
    scenario = make_scenario(**(parts or {"recordings": [RECORDING]}))
    return Mock(make_settings(count=10, clock=ClockRate(rate)), scenario=scenario)


def read_others(mock: Mock) -> None:
    """Use so many other accounts that those without changes are evicted."""
    for sid in OTHER_SIDS:
        mock.account(sid)


def test_account_of_scenario_without_changes_is_evicted_and_comes_back() -> None:
    mock = make_mock()
    account = mock.account(SID)
    before = account.snapshot()
    read_others(mock)
    assert mock.find_account(SID) is None
    assert len(mock.list_accounts_in_memory()) == 64
    assert mock.account(SID) is not account
    assert mock.account(SID).snapshot() == before


def test_account_that_changed_since_its_last_request_has_state() -> None:
    mock = Mock(make_settings(count=10))
    account = mock.account(SID)
    assert mock.list_accounts_with_state() == []
    delete_recording(account)
    assert mock.list_accounts_with_state() == [account]


def test_evicted_account_goes_on_at_its_own_time() -> None:
    mock = make_mock(rate=1.0)
    account = mock.account(SID)
    setting = account.clock.setting
    read_others(mock)
    again = mock.account(SID)
    assert again is not account
    assert again.clock.setting == setting
    assert again.state.timers == account.state.timers or not account.state.timers


def test_step_that_time_alone_ran_does_not_keep_an_account() -> None:
    mock = make_mock(recordings=[{**RECORDING, "timeline": [{"after": {"time": "1s"}, "status": "completed"}]}])
    account = mock.account(SID)
    with account.clock.hold_instant(account.clock.now() + 1_000_000):
        account.run_due()
    assert account.recordings.recording_index.get(account.state.handles["it"]).status == "completed"
    assert not account.has_state


def fetch(account: Account) -> None:
    account.apply(
        RecordResponse(operation=None, kind=RequestKind.FETCH, indices=(account.state.handles["it"],), page=0)
    )


def send_signal(account: Account) -> None:
    account.timelines.signal("go")


def delete_recording(account: Account) -> None:
    account.recordings.recording_index.delete(0)


def set_rate(account: Account) -> None:
    account.scheduler.set_rate(60.0)


@pytest.mark.parametrize("change", [fetch, send_signal, delete_recording, set_rate])
def test_changed_account_of_scenario_is_not_evicted(change: Callable[[Account], None]) -> None:
    mock = make_mock()
    account = mock.account(SID)
    change(account)
    read_others(mock)
    assert mock.account(SID) is account


def test_account_with_callbacks_is_not_evicted() -> None:
    mock = make_mock(recordings=[{**RECORDING, "status_callback": CALLBACK_URL}])
    account = mock.account(SID)
    read_others(mock)
    assert mock.account(SID) is account


def test_account_with_scenario_of_its_own_is_not_evicted() -> None:
    mock = make_mock()
    account = mock.set_up_scenario(SID, make_scenario(recordings=[RECORDING]))
    read_others(mock)
    assert mock.account(SID) is account


def test_account_that_was_rolled_back_is_not_evicted() -> None:
    mock = Mock(make_settings(count=10))
    account = mock.roll_back(SID, mock.account(SID).snapshot(), None)
    read_others(mock)
    assert mock.account(SID) is account


def test_reset_account_is_evicted_and_shares_no_cached_bytes_with_its_successor() -> None:
    mock = make_mock()
    keys = [mock.account(SID).cache_key, mock.reset(SID).cache_key]
    read_others(mock)
    keys.append(mock.account(SID).cache_key)
    assert len(set(keys)) == 3


def test_number_of_remembered_accounts_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(evicted_accounts, "_MAX_REMEMBERED", 3)
    mock = make_mock()
    read_others(mock)
    assert len(mock._new_accounts.evicted) == 3


def test_forgotten_account_leaves_nothing() -> None:
    mock = make_mock()
    account = mock.account(SID)
    fetch(account)
    mock.snapshots.take(account, "one")
    mock.configure(SID, mock.overrides.get(SID) or make_overrides())
    used_before = mock.log_budget.size_bytes
    mock.forget(SID.lower())
    assert mock.find_account(SID) is None
    assert mock.log_budget.size_bytes < used_before
    assert mock.snapshots.find(SID, "one") is None
    assert mock.overrides == {}
    assert mock.account(SID).cache_key != account.cache_key
    mock.forget("AC" + "9" * 32)


def make_overrides() -> Any:
    from mockserver.account.overrides import AccountOverrides
    from mockserver.rest.auth import AuthSetting

    return AccountOverrides(auth=AuthSetting.STRICT)


def test_snapshots_of_all_accounts_are_bounded_together(monkeypatch: pytest.MonkeyPatch) -> None:
    mock = make_mock()
    accounts = [mock.account(sid) for sid in OTHER_SIDS[:4]]
    size = len(accounts[0].snapshot())
    monkeypatch.setattr(snapshots, "_MAX_BYTES", 2 * size + 50)
    for account in accounts:
        mock.snapshots.take(account, "latest")
        mock.snapshots.take(account, "latest")
    assert [mock.snapshots.find(account.sid, "latest") is not None for account in accounts] == [False] * 2 + [True] * 2
    monkeypatch.setattr(snapshots, "_MAX_BYTES", 1)
    mock.snapshots.take(accounts[0], "alone")
    assert mock.snapshots.find(accounts[0].sid, "alone") is not None


def test_failed_set_up_leaves_nothing_in_budget() -> None:
    mock = Mock(make_settings(count=0))
    scenario = make_scenario(recordings=[RECORDING], pick=[{"id": "p", "timeline": [{"status": "deleted"}]}])
    with pytest.raises(Exception, match="pick p: expected 1 recordings"):
        mock.set_up_scenario(SID, scenario)
    assert mock.log_budget.size_bytes == 0

"""Accounts change by commands only, and each command happens at one instant."""

import ast
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any, get_type_hints

import msgspec
import pytest

from generators.model import Source
from mockserver.account.account import Account
from mockserver.account.command_handlers.find_handler import find_handler
from mockserver.account.command_log import MIN_LENGTH, MIN_SHARE
from mockserver.account.commands.beginnings import RestoreSnapshot, SetUpScenario
from mockserver.account.commands.callbacks import ClaimCallback, ReleaseCallback
from mockserver.account.commands.command import AccountCommand, HistoryEntry
from mockserver.account.commands.recordings import AttachMedia, BeginRecording, CreateCallRecording, DeleteRecording
from mockserver.account.commands.timelines import MoveClock, SendSignal, SetClockRate
from mockserver.account.history import HistoryError, decode_entry, encode_entry, list_commands
from mockserver.mock import Mock
from mockserver.rest.errors import TwilioError
from tests.accounts import CALLBACK_URL, make_account, make_scenario, make_scripted_account
from tests.harness import T0, make_settings

PACKAGE = Path(__file__).parents[3] / "mockserver"
CALL = "CA" + "1" * 32
CHANGING_METHODS = {
    "add_on_results": {"delete"},
    "callbacks": {"enqueue", "mark_sending", "record_outcome", "record_step", "redeliver", "requeue", "send"},
    "clock": {"hold", "hold_instant", "move_to", "release", "set_rate", "start"},
    "events": {"record"},
    "fault_rules": {"add", "match", "remove"},
    "page_drift": {"apply_after_page"},
    "payloads": {"delete"},
    "recording_index": {"add", "delete", "put", "set_handle", "show_on_twilio_wire", "touch"},
    "recordings": {"add", "delete", "update"},
    "scheduler": {"move_to", "run_due", "set_rate"},
    "timelines": {
        *("apply_step", "record_delivery", "record_request", "resume", "run_due_steps", "run_next_step", "signal"),
        *("start", "stop"),
    },
    "timers": {"add", "pop"},
    "transcriptions": {"delete"},
}
"""The methods that change the parts of an account."""
CHANGING_FUNCTIONS = {"apply_update", "set_status"}
"""The functions that change recordings."""
OWN_CLIENTS = ("control/client", "testing", "cli", "pytest_plugin")
"""Programs of users: their `recordings.add` is a request to the control API."""


def iter_modules_that_apply_commands() -> Iterator[Path]:
    """Yield the modules that have accounts at hand, and may only apply commands to them."""
    account_room = PACKAGE / "account"
    for path in PACKAGE.rglob("*.py"):
        is_client = str(path.relative_to(PACKAGE)).startswith(OWN_CLIENTS)
        if not is_client and account_room not in path.parents:
            yield path
    yield from (
        account_room / f"{name}.py" for name in ("clock_moves", "delivery_slots", "outgoing", "snapshots", "worker")
    )


def find_changes(source: str) -> list[str]:
    """Return the expressions that change an account without a command."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            part = node.func.value
            name = part.attr if isinstance(part, ast.Attribute) else part.id if isinstance(part, ast.Name) else ""
            if node.func.attr in CHANGING_METHODS.get(name, ()):
                found.append(ast.unparse(node))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in CHANGING_FUNCTIONS:
            found.append(ast.unparse(node))
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        found += [ast.unparse(target) for target in targets if target and ".state." in f"{ast.unparse(target)}."]
    return found


def test_modules_change_accounts_by_commands_only() -> None:
    changes = {str(path): find_changes(path.read_text(encoding="utf-8")) for path in iter_modules_that_apply_commands()}
    assert len(changes) > 100
    assert {path: found for path, found in changes.items() if found} == {}


def test_check_finds_calls_and_assignments() -> None:
    source = (
        "account.callbacks.redeliver(1)\nscheduler.run_due(5)\naccount.state.rules = []\nset_status(1, status)\n"
        "account.apply(x)\nlist.add(1)"
    )
    changes = ["account.callbacks.redeliver(1)", "account.state.rules", "scheduler.run_due(5)", "set_status(1, status)"]
    assert sorted(find_changes(source)) == changes


def test_changing_methods_exist() -> None:
    account = make_account(count=0)
    for name, methods in CHANGING_METHODS.items():
        part = account.recordings.recording_index if name == "recording_index" else getattr(account, name)
        assert [method for method in methods if not callable(getattr(part, method, None))] == []


def test_every_command_has_a_handler_or_begins_a_history() -> None:
    handled = [command for command in list_commands() if not command.__module__.endswith(".beginnings")]
    assert len(handled) >= 22
    for command in handled:
        assert get_type_hints(find_handler(command))["command"] is command


def test_command_happens_at_one_instant() -> None:
    mock = Mock(make_settings(count=0), scenario=make_scenario())
    account = mock.account(mock.demo.sid)
    account.clock.__init__(T0 * 10**6, 1.0, tick_source=count(0, 7).__next__)  # type: ignore[misc]  # time passes
    index = account.apply(BeginRecording(call_sid=CALL))
    progress = account.state.playing[index]
    (event,) = account.events.get_events_since(0)
    assert {account.state.in_progress[index].since, account.state.created[-1].instant, progress.since} == {event.at}
    assert account.clock.now() > event.at


def test_command_happens_at_given_instant() -> None:
    account = make_account(count=0)
    account.apply(BeginRecording(call_sid=CALL), at=(T0 + 5) * 10**6)
    assert account.state.created[0].instant == (T0 + 5) * 10**6
    assert account.clock.now() == T0 * 10**6


def test_time_passes_again_after_a_command_that_fails() -> None:
    account = make_account(count=0)
    with pytest.raises(TwilioError):
        account.apply(DeleteRecording(sid="RE" + "0" * 32), at=7)
    assert account.clock.now() == T0 * 10**6


def get_commands(account: Account) -> list[AccountCommand[Any]]:
    """Return the commands in the log of an account."""
    return [entry.command for entry in account.log.entries]


def test_log_begins_with_the_set_up_and_has_every_command() -> None:
    scenario = make_scenario(recordings=[{"id": "it", "timeline": [{"after": {"signal": "go"}, "status": "absent"}]}])
    mock = Mock(make_settings(count=0), scenario=scenario)
    account = mock.account(mock.demo.sid)
    assert account.log.beginning.command == SetUpScenario(scenario=scenario, start=T0 * 10**6)
    account.advance(0)
    assert get_commands(account) == [MoveClock(instant=T0 * 10**6)]


def test_log_of_another_account_of_the_same_sid_begins_again() -> None:
    mock = Mock(make_settings(count=0))
    old = mock.account(mock.demo.sid)
    old.advance(5)
    snapshot, heard = old.snapshot(), list[Account]()
    old.on_command = heard.append
    account = mock.set_up_scenario(old.sid, None, "http://localhost", "secret")
    old.apply(MoveClock(instant=0))
    assert heard == []
    start = T0 * 10**6
    assert account.log.beginning.command == SetUpScenario(base_url="http://localhost", token="secret", start=start)
    account = mock.roll_back(account.sid, snapshot, None)
    assert account.log.beginning.command == RestoreSnapshot(state=snapshot)
    assert account.log.beginning.at == start + 5 * 10**6


def test_long_log_begins_again_with_a_snapshot() -> None:
    account = make_account(count=0)
    for _ in range(MIN_LENGTH):
        account.advance(1)
    assert len(account.log.entries) == MIN_LENGTH
    state = account.snapshot()
    account.advance(1)
    assert account.log.beginning.command == RestoreSnapshot(state=state)
    assert len(account.log.entries) == 1


def test_log_of_many_recordings_begins_again_later() -> None:
    account = make_account(count=0)
    account.apply(CreateCallRecording(call_sid=CALL))
    (recording,) = account.state.recordings.values()
    account.state.recordings |= dict.fromkeys(range(MIN_SHARE * (MIN_LENGTH + 2)), recording)
    for _ in range(MIN_LENGTH + 1):
        account.advance(1)
    assert len(account.log.entries) == MIN_LENGTH + 2
    account.advance(1)
    assert len(account.log.entries) == 1


def test_signal_to_all_is_a_command_for_each_waiting_recording() -> None:
    waiting = {"timeline": [{"after": {"signal": "go"}, "status": "absent"}]}
    mock = Mock(make_settings(count=0), scenario=make_scenario(recordings=[{"id": name, **waiting} for name in "abc"]))
    account = mock.account(mock.demo.sid)
    handles = account.state.handles
    for _ in account.send_signal_gradually("go", None):
        account.timelines.stop(handles["c"])  # as another request might, between two commands
    assert get_commands(account) == [SendSignal(name="go", index=handles[name]) for name in "ab"]


def test_snapshots_of_equal_states_have_equal_bytes() -> None:
    snapshots = set()
    for names in (("a", "b", "c"), ("c", "a", "b")):
        account = make_scripted_account({"after": {"all": [{"signal": name} for name in "abcd"]}, "status": "absent"})
        for name in names:
            account.timelines.signal(name)
        account.state.events.clear()
        snapshots.add(account.snapshot())
    assert len(snapshots) == 1


def test_reading_changes_no_snapshot() -> None:
    account = make_account(count=5)
    account.apply(BeginRecording(call_sid=CALL, source=Source.DIAL_VERB))
    account.advance(5)
    sid = account.recordings.recording_index.get_sid(next(iter(account.state.recordings)))
    before = account.snapshot()
    assert account.recordings.recording_index.find_index(sid) is not None
    assert account.recordings.get_next_expiry(include_deleted=True) > 0
    assert account.snapshot() == before


def test_claimed_callback_of_a_snapshot_is_ready_again() -> None:
    account = make_scripted_account(
        {"status": "absent"}, status_callback=CALLBACK_URL, status_callback_event=["absent"]
    )
    (delivery,) = account.callbacks.get_ready()
    account.apply(ClaimCallback(number=delivery.number))
    assert account.callbacks.get_ready() == []
    mock = Mock(make_settings())
    copy = mock.roll_back(account.sid, account.snapshot(), None)
    assert copy.callbacks.get_ready() == [delivery]
    account.apply(ReleaseCallback(number=delivery.number))
    account.apply(ReleaseCallback(number=99))  # the log was full and has dropped it
    assert account.callbacks.get_ready() == [delivery]


def test_entry_is_decoded_as_it_was() -> None:
    for command in (
        AttachMedia(sid="RE1", path="a.wav"),
        SetClockRate(rate=2.5),
        SetUpScenario(scenario=make_scenario()),
    ):
        entry = HistoryEntry(7, command)
        assert decode_entry(encode_entry(entry)) == entry


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ((2, 7, SetClockRate(rate=1.0)), "expected commands of version 1, found version 2"),
        ((1, 7, {"type": "Unheard"}), "expected an entry of an account's history, found other bytes: Invalid value"),
        ("text", "expected an entry of an account's history, found other bytes: Expected `array`"),
    ],
)
def test_entry_of_another_version_is_refused(data: object, sentence: str) -> None:
    with pytest.raises(HistoryError, match=sentence):
        decode_entry(msgspec.msgpack.encode(data))

"""Accounts in a SQLite file: what a restart must not change, and what it refuses."""

import asyncio
import sqlite3
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from starlette.types import Message

from mockserver.account.storage.encoding import encode_groups
from mockserver.account.storage.sqlite_store import SqliteStore
from mockserver.account.storage.store import KnownStore
from mockserver.account.storage.store_error import StoreError
from mockserver.app import create_app
from mockserver.callbacks.outcome import Outcome
from mockserver.callbacks.request import CallbackRequest
from mockserver.mock import Mock
from mockserver.settings.choices import Profile
from mockserver.settings.clock_rate import ClockRate
from mockserver.settings.memory_size import MemorySize
from mockserver.settings.settings import Settings
from mockserver.settings.store_url import StoreUrl
from scenarios.model import Scenario
from tests.accounts import CALLBACK_URL, make_scenario
from tests.harness import MEMORY, T0, Api, make_settings, wait_until

OTHER_SID = "AC" + "7" * 32
CALL = "CA" + "1" * 32
SCENARIO = make_scenario(
    recordings=[
        {
            "id": "it",
            "status_callback": CALLBACK_URL,
            "status": "processing",
            "timeline": [{"after": {"any": [{"fetches": 3}, {"time": "1h"}]}, "status": "completed"}],
        }
    ],
    faults=[{"when": {"op": "fetch_recording", "every": 2}, "then": {"status": 500}}],
)


def begin(store: StoreUrl, scenario: Scenario | None = None, **settings: Any) -> Api:
    """Return a server that uses a store."""
    return Api(make_settings(store=store, **settings), scenario)


def read_all(api: Api) -> list[Any]:
    """Return everything that a client may read of the demo account."""
    views = ("", "/requests", "/events", "/callbacks", "/snapshots", "/timelines", "/faults", "/accounts")
    return [api.get_account().snapshot(), *(api.get(f"/_mock/accounts/demo{view}").content for view in views)]


class Receiver:
    """Answers each callback with 204."""

    async def send(self, _: CallbackRequest) -> Outcome:
        return Outcome(204, None, "")


def test_account_is_the_same_after_a_restart(any_store: StoreUrl) -> None:
    with begin(any_store, SCENARIO) as api:
        api.mock.worker.receivers[api.mock.demo.sid.lower()] = Receiver()  # type: ignore[assignment]
        path = f"{api.root}/Recordings/{api.get_account().resolve_handle('it')}.json"
        statuses = [api.get(path).status_code for _ in range(2)]
        api.post(f"Calls/{CALL}/Recordings.json", RecordingStatusCallback=CALLBACK_URL)
        api.call_control_api("POST", "/snapshots", {"name": "one"})
        api.run_command("POST", "/clock", {"advance": "10s"})
        statuses.append(api.get(path).status_code)
        before = read_all(api)
    assert statuses == [200, 500, 200]
    with begin(any_store, SCENARIO) as api:
        assert read_all(api) == before
        assert api.get(path).status_code == 500  # each second one, counted across the restart
        assert api.get(path).json()["status"] == "processing"
        index = api.get_account().state.handles["it"]
        assert index not in api.get_account().state.playing  # the third fetch that was answered


def test_scenario_of_one_account_and_its_overrides_stay(any_store: StoreUrl) -> None:
    with begin(any_store) as api:
        api.run_command("PUT", "/scenario", {"name": "happy-path"})
        api.call_control_api("PUT", "/overrides", {"wire": "schema"})
        page = api.get(api.list_path).content
        before = read_all(api)
    with begin(any_store) as api:
        assert api.mock.overrides[api.mock.demo.sid.lower()].wire == "schema"
        assert read_all(api) == before
        assert api.get(api.list_path).content == page


def test_accounts_of_a_scenario_stay(any_store: StoreUrl) -> None:
    with begin(any_store) as api:
        views = api.call_control_api("PUT", "/accounts", {"scenario": {"accounts": [{"id": "a"}, {"id": "b"}]}})
    with begin(any_store) as api:
        assert api.call_control_api("GET", "/accounts") == views
        api.call_control_api("DELETE", "")
    with begin(any_store) as api:
        assert api.call_control_api("GET", "/accounts") == []


def test_forgotten_account_begins_again(any_store: StoreUrl) -> None:
    with begin(any_store) as api:
        api.post(f"Calls/{CALL}/Recordings.json")
        api.call_control_api("DELETE", "")
    with begin(any_store) as api:
        assert api.get_account().state.created == []
        assert api.get_account().journal.total == 0


def test_reset_journal_is_empty_after_a_restart(any_store: StoreUrl) -> None:
    with begin(any_store) as api:
        api.get(api.list_path)
        api.call_control_api("POST", "/reset")
        api.get(api.list_path)
    with begin(any_store) as api:
        assert [entry.number for entry in api.get_account().journal] == [0]


def test_evicted_account_comes_back_with_its_journal(any_store: StoreUrl) -> None:
    with begin(any_store) as api:
        for number in range(80):
            sid = f"AC{number:032x}"
            api.auth = (sid, "any")
            assert api.get(f"/2010-04-01/Accounts/{sid}/Recordings.json").status_code == 200
        assert api.mock.find_account("AC" + "0" * 32) is None
        assert api.mock.account("AC" + "0" * 32).journal.total == 1


def test_other_scenario_of_the_settings_begins_all_accounts_again(any_store: StoreUrl) -> None:
    with begin(any_store, SCENARIO) as api:
        api.post(f"Calls/{CALL}/Recordings.json")
    with begin(any_store) as api:
        assert api.get_account().state.created == []
        assert api.get_account().scenario is None


def test_scenario_that_a_test_has_set_for_all_accounts_stays(any_store: StoreUrl) -> None:
    with begin(any_store) as api:
        api.mock.replace_scenario(SCENARIO)
        api.get(api.list_path)
        api.post(f"Calls/{CALL}/Recordings.json")
    for settings_scenario in (None, SCENARIO, SCENARIO):  # a start that names it changes nothing
        with begin(any_store, settings_scenario) as api:
            assert api.mock.scenario == SCENARIO
            assert api.mock.account(OTHER_SID).resolve_handle("it").startswith("RE")
            assert len(api.get_account().state.created) == 2
    with begin(any_store) as api:
        assert api.mock.scenario is None


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"seed": "7"}, r"--seed: expected '0', with which sqlite:.* was begun, found '7'"),
        ({"count": 5}, "--count: expected 1000, .*, found 5"),
        ({"span": 60}, "--span: expected 7776000s, .*, found 60s"),
        ({"profile": Profile.EMPTY}, "--profile: expected realistic, .*, found empty"),
        ({"mix": "dual=1"}, "--mix: expected '', .*, found 'dual=1'"),
        ({"now": 0}, "--now: expected 2026-01-01T00:00:00Z, .*, found 1970-01-01T00:00:00Z. Use the same value"),
    ],
)
def test_settings_that_would_make_another_corpus_are_refused(
    store: StoreUrl, changes: dict[str, Any], sentence: str
) -> None:
    with begin(store):
        pass
    with pytest.raises(StoreError, match=sentence):
        begin(store, **changes)
    with begin(store):  # the file is free again
        pass


def test_t0_of_the_first_start_stays(any_store: StoreUrl) -> None:
    with begin(any_store):
        pass
    with Api(Settings(store=any_store)) as api:
        assert api.get_account().corpus.spec.t0 == T0


@contextmanager
def change_file(store: StoreUrl) -> Iterator[sqlite3.Connection]:
    """Change the file of a store."""
    assert store.path is not None
    connection = sqlite3.connect(store.path, isolation_level=None)
    try:
        yield connection
    finally:
        connection.close()


def test_file_of_another_version_is_refused(store: StoreUrl) -> None:
    with begin(store):
        pass
    with change_file(store) as connection:
        connection.execute("PRAGMA user_version = 9")
    with pytest.raises(StoreError, match=r"expected a store of version 1, found version 9 in .* `recmock store reset"):
        begin(store)


def test_another_database_is_refused_and_stays_as_it_was(store: StoreUrl) -> None:
    with change_file(store) as connection:
        connection.execute("CREATE TABLE own (text)")
    with pytest.raises(StoreError, match="expected a store of recmock or a new file, found another database in"):
        begin(store)
    with change_file(store) as connection:
        assert connection.execute("SELECT name FROM sqlite_master").fetchall() == [("own",)]


def test_file_that_is_no_database_is_refused(store: StoreUrl) -> None:
    assert store.path is not None
    store.path.write_text("some text " * 200)
    with pytest.raises(StoreError, match=r"expected a database that can be used in .*, found: file is not a database"):
        begin(store)


def test_folder_that_does_not_exist_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match=r"expected a file that can be written, found .*: No such file or directory\."):
        begin(StoreUrl(tmp_path / "missing" / "store.db"))


def test_store_in_use_is_refused(store: StoreUrl) -> None:
    with begin(store), pytest.raises(StoreError, match=r"expected that no other process uses .*, found one"):
        begin(store)


def test_only_the_owner_may_read_the_file(store: StoreUrl) -> None:
    assert store.path is not None
    with begin(store) as api:
        api.get(api.list_path)
        modes = {file.name: file.stat().st_mode & 0o777 for file in store.path.parent.iterdir()}
    assert modes == dict.fromkeys(modes, 0o600)


def test_change_that_cannot_be_saved_is_refused_with_503(store: StoreUrl, monkeypatch: pytest.MonkeyPatch) -> None:
    with begin(store) as api:
        saver = api.mock.saver
        assert saver is not None
        with monkeypatch.context() as patch:
            patch.setattr(saver.store, "save", _fail)
            response = api.post(f"Calls/{CALL}/Recordings.json")
            assert (response.status_code, response.json()["code"]) == (503, 20503)
            assert response.headers["x-mock-reason"] == "The store failed, and the change may be lost: disk full"
        assert saver.store.list_keys() == []
        assert api.get("/_mock/health").status_code == 200
        assert saver.store.list_keys() == [api.mock.demo.sid.lower()]  # any request tries again
        assert api.get(api.list_path).status_code == 200
        (created,) = api.get_account().state.created
    with begin(store) as api:  # the next request has saved it too
        assert [own.sid for own in api.get_account().state.created] == [created.sid]


def test_failure_of_the_mock_itself_is_answered_too(store: StoreUrl, monkeypatch: pytest.MonkeyPatch) -> None:
    with begin(store) as api:
        assert api.mock.saver is not None
        with monkeypatch.context() as patch:
            patch.setattr(api.mock.saver.store, "save", lambda *_: 1 / 0)
            response = api.get(api.list_path)
        assert (response.status_code, response.json()["code"]) == (503, 20503)
        assert "the mock itself failed: ZeroDivisionError('division" in response.headers["x-mock-reason"]


def test_account_that_cannot_be_read_is_answered_with_503(store: StoreUrl) -> None:
    with begin(store) as api:
        api.get(f"/2010-04-01/Accounts/{OTHER_SID}/Recordings.json")
    with change_file(store) as connection:
        connection.execute("UPDATE accounts SET beginning = x'00' WHERE key = ?", (OTHER_SID.lower(),))
    with begin(store) as api:
        api.auth = (OTHER_SID, "any")
        response = api.get(f"/2010-04-01/Accounts/{OTHER_SID}/Recordings.json")
        assert (response.status_code, response.json()["code"]) == (503, 20503)
        assert f"account {OTHER_SID}: " in response.headers["x-mock-reason"]
        api.auth = (api.mock.demo.sid, api.mock.demo.token)
        assert api.get(api.list_path).status_code == 200


def test_file_with_a_first_account_that_cannot_be_read_is_refused(store: StoreUrl) -> None:
    with begin(store) as api:
        api.get(api.list_path)
    with change_file(store) as connection:
        connection.execute("UPDATE accounts SET beginning = x'00'")
    for _ in range(2):  # the file is free again
        with pytest.raises(StoreError, match=r"account AC.*: expected an entry of an account's history"):
            begin(store)


def test_clock_that_a_scenario_starts_is_the_same_after_a_restart(any_store: StoreUrl) -> None:
    scenario = make_scenario(clock={"start": "2026-03-01T00:00:00Z"})
    with begin(any_store, scenario) as api:
        api.run_command("POST", "/clock", {"advance": "90s"})
        before = api.call_control_api("GET", "/clock")
    with begin(any_store, scenario) as api:
        assert api.call_control_api("GET", "/clock") == before
        assert before["now"] == "2026-03-01T00:01:30Z"


def test_download_is_counted_before_its_last_byte_is_sent(store: StoreUrl) -> None:
    scenario = make_scenario(
        recordings=[{"id": "it", "timeline": [{"after": {"media": 2}, "status": "deleted"}], "status": "completed"}]
    )
    with begin(store, scenario) as api:
        account, saver, unsaved = api.get_account(), api.mock.saver, []
        assert saver is not None
        path = f"{api.root}/Recordings/{account.resolve_handle('it')}.wav"

        async def send(message: Message) -> None:
            unsaved.append(saver.has_changes(account))

        credentials = b64encode(":".join(api.auth or ()).encode())
        headers = [(b"host", b"localhost"), (b"authorization", b"Basic " + credentials)]
        scope = {
            "type": "http",
            "method": "GET",
            "scheme": "http",
            "path": path,
            "query_string": b"",
            "headers": headers,
        }
        asyncio.run(create_app(api.mock)(scope, wait_forever, send))
        assert len(unsaved) > 2
        assert not any(unsaved)
        assert [type(entry.command).__name__ for entry in account.log.entries] == ["RecordResponse"]


async def wait_forever() -> Message:
    await asyncio.Event().wait()
    raise AssertionError


def test_file_that_was_removed_meanwhile_is_written_again(store: StoreUrl) -> None:
    assert store.path is not None
    with begin(store) as api:
        evicted = f"/2010-04-01/Accounts/{OTHER_SID}/Recordings.json"
        api.auth = (OTHER_SID, "any")
        api.get(evicted)
        api.mock.forget(api.mock.demo.sid)
        api.auth = (api.mock.demo.sid, api.mock.demo.token)
        for file in store.path.parent.glob("store.db*"):
            file.unlink()
        sid = api.post(f"Calls/{CALL}/Recordings.json").json()["sid"]
    with begin(store) as api:
        assert [own.sid for own in api.get_account().state.created] == [sid]
        assert api.mock.account(OTHER_SID).journal.total == 1


@pytest.mark.parametrize(("content", "found"), [("another", "another file there"), ("", "it empty")])
def test_file_that_was_replaced_meanwhile_is_left_alone(store: StoreUrl, content: str, found: str) -> None:
    assert store.path is not None
    with begin(store) as api:
        if content:
            store.path.unlink()
        store.path.write_text(content)
        response = api.post(f"Calls/{CALL}/Recordings.json")
        assert (response.status_code, response.json()["code"]) == (503, 20503)
        assert f"found {found}. Start the server again." in response.headers["x-mock-reason"]
        assert store.path.read_text() == content
        with pytest.raises(StoreError):
            api.mock.close_store()


def test_number_of_the_journal_stays_and_later_ones_are_greater(any_store: StoreUrl) -> None:
    with begin(any_store) as api:
        for _ in range(5):
            api.get(api.list_path)
        api.call_control_api("POST", "/reset")
        api.get(api.list_path)
        generation = api.call_control_api("GET", "/requests")["generation"]
    with begin(any_store) as api:
        assert api.call_control_api("GET", "/requests")["generation"] == generation == 5
        api.call_control_api("POST", "/reset")
        assert api.call_control_api("GET", "/requests")["generation"] > generation


def test_requests_that_are_no_longer_kept_are_removed_in_steps(
    store: StoreUrl, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mockserver.journal.journal.MAX_ENTRIES", 8)
    monkeypatch.setattr("mockserver.account.storage.unsaved_changes._PURGE_STEP", 4)
    counts = []
    with begin(store) as api:
        for _ in range(30):
            api.get(api.list_path)
            assert api.mock.saver is not None
            assert isinstance(api.mock.saver.store, SqliteStore)
            rows = api.mock.saver.store._connection.execute("SELECT count(*) FROM requests")  # it locks the file
            counts.append(rows.fetchone()[0])
    assert counts[-8:] == [11, 8, 9, 10, 11, 8, 9, 10]
    with begin(store) as api:
        journal = api.get_account().journal
        assert (journal.dropped, journal.total) == (22, 30)
        assert [entry.number for entry in journal] == [*range(22, 30)]


def test_request_that_no_journal_can_keep_is_counted_after_a_restart(any_store: StoreUrl) -> None:
    with begin(any_store, journal_memory=MemorySize(1)) as api:
        for _ in range(3):
            api.get(api.list_path)
        journal = api.get_account().journal
        before = journal.dropped, journal.total
    with begin(any_store, journal_memory=MemorySize(1)) as api:
        journal = api.get_account().journal
        assert (journal.dropped, journal.total) == before == (3, 3)


def test_account_is_removed_with_its_group_in_one_transaction(store: StoreUrl) -> None:
    with begin(store) as api:
        api.call_control_api("PUT", "/accounts", {"scenario": {"accounts": [{"id": "a"}, {"id": "b"}]}})
        saver = api.mock.saver
        assert saver is not None
        assert saver.store.read_record()["groups"] != encode_groups({})
        api.call_control_api("DELETE", "")
        assert saver.store.read_record()["groups"] == encode_groups({})  # without another request
        assert api.mock.demo.sid.lower() not in saver.store.list_keys()
        api.mock.forget(OTHER_SID)  # which the file does not have


def test_failed_removal_leaves_the_file_as_it_was(store: StoreUrl, monkeypatch: pytest.MonkeyPatch) -> None:
    with begin(store) as api:
        api.get(api.list_path)
        saver = api.mock.saver
        assert saver is not None
        with monkeypatch.context() as patch:
            patch.setattr(saver.store, "save", _fail)
            assert api.send_command("DELETE", "").status_code == 503
            assert saver.store.list_keys() == [api.mock.demo.sid.lower()]
        assert api.send_command("GET", "/snapshots").status_code == 200
        assert api.get_account().journal.total == 0


def test_metrics_have_the_appends(store: StoreUrl, monkeypatch: pytest.MonkeyPatch) -> None:
    def read_store_metrics(api: Api) -> dict[str, float]:
        pairs = (line.split(" ") for line in api.get("/_mock/metrics").text.splitlines())
        return {name: float(pair[0]) for name, *pair in pairs if name.startswith("recmock_store_")}

    with begin(store) as api:
        saver = api.mock.saver
        assert saver is not None
        api.get(api.list_path)
        with monkeypatch.context() as patch:
            patch.setattr(saver.store, "save", _fail)
            api.get(api.list_path)
        count = saver.save_count
        found = read_store_metrics(api)
        assert found.pop("recmock_store_append_seconds_sum") > 0
        assert found == {"recmock_store_append_seconds_count": count, "recmock_store_failures_total": 1}
    with begin(MEMORY) as api:
        assert read_store_metrics(api) == {}


def test_changes_without_a_command_are_saved_before_their_answers(store: StoreUrl) -> None:
    with begin(store) as api:
        account, saver = api.get_account(), api.mock.saver
        assert saver is not None
        api.get(api.list_path)
        api.call_control_api("POST", "/snapshots", {"name": "one"})
        ((_, extras),) = saver.store.list_extras()
        assert [name for name, _ in extras.snapshots] == ["one"]
        api.call_control_api("DELETE", "/requests")
        saved = saver.store.load(account.sid.lower(), 0)
        assert (saved.requests, saved.request_count) == ([], 0)


def test_failed_write_leaves_nothing_behind(store: StoreUrl, monkeypatch: pytest.MonkeyPatch) -> None:
    with begin(store) as api:
        saver = api.mock.saver
        assert saver is not None
        assert isinstance(saver.store, SqliteStore)
        connection = saver.store._connection

        def fail_after(statement: str) -> None:
            connection.execute(statement)
            raise sqlite3.OperationalError("disk is full")

        for statement in ("SELECT 1", "ROLLBACK"):  # SQLite itself rolls back after some errors
            with monkeypatch.context() as patch:
                patch.setattr(saver.store, "_write_requests", lambda _, last=statement: fail_after(last))
                assert api.get(api.list_path).status_code == 503
            assert not connection.in_transaction
            assert saver.store.list_keys() == []
        assert api.get(api.list_path).status_code == 200
        assert saver.store.list_keys() == [api.mock.demo.sid.lower()]


class Silent:
    """Answers no callback."""

    async def send(self, _: CallbackRequest) -> Outcome:
        await asyncio.Event().wait()
        raise AssertionError


def test_what_an_ended_process_was_sending_is_sent_again(store: StoreUrl, tmp_path: Path) -> None:
    assert store.path is not None
    with begin(store, SCENARIO) as api:
        api.mock.worker.receivers[api.mock.demo.sid.lower()] = Silent()  # type: ignore[assignment]
        assert api.post("Calls.json", To="+15550000001", From="+15550000002", Url=CALLBACK_URL).status_code == 201
        api.get_account().advance(3600)
        api.get(api.list_path)
        assert list_sent(api) == [True, True]
        (tmp_path / "copy").mkdir()
        for file in tmp_path.glob("store.db*"):  # as it is after a kill
            (tmp_path / "copy" / file.name).write_bytes(file.read_bytes())
    copy = StoreUrl(tmp_path / "copy" / "store.db")
    for _ in range(2):  # the second start finds what the first one has released
        with begin(copy, SCENARIO) as api:
            assert list_sent(api) == [False, False]
    with begin(copy, SCENARIO) as api:
        api.mock.worker.receivers[api.mock.demo.sid.lower()] = Receiver()  # type: ignore[assignment]
        api.run_command("POST", "/clock", {"advance": "1s"})
        (callback,) = api.get_account().callbacks
        assert (callback.state, len(callback.attempts)) == ("delivered", 1)


def list_sent(api: Api) -> list[bool]:
    """Return which callbacks, and which requests of calls, are being sent."""
    account = api.get_account()
    return [own.is_sending for own in (*account.callbacks, *account.state.live.app_requests.values())]


def test_account_that_was_rolled_back_is_the_same_after_a_restart(any_store: StoreUrl) -> None:
    with begin(any_store, SCENARIO) as api:
        api.post(f"Calls/{CALL}/Recordings.json")
        api.call_control_api("POST", "/snapshots", {"name": "one"})
        api.post(f"Calls/{CALL}/Recordings.json", RecordingTrack="inbound")
        api.call_control_api("POST", "/rollback", {"name": "one"})
        api.get(api.list_path)
        before = read_all(api)
    with begin(any_store, SCENARIO) as api:
        assert read_all(api) == before


def test_scaled_clocks_are_saved_again_and_again(any_store: StoreUrl, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mockserver.account.storage.clock_saving._INTERVAL", 0.0)
    with begin(any_store, clock=ClockRate(60.0)) as api:
        api.get(api.list_path)
        saver, saved = api.mock.saver, []
        assert saver is not None

        def save_clocks(readings: list[Any]) -> None:
            saved.append(readings)
            if len(saved) == 1:
                _fail()

        async def run() -> None:
            with api.mock.keeping_clocks():
                await wait_until(lambda: len(saved) > 1)

        with monkeypatch.context() as patch:
            patch.setattr(saver.store, "save_clocks", save_clocks)
            asyncio.run(run())
        assert saver.last_error == "disk full"
        assert [key for key, _ in saved[1]] == [api.mock.demo.sid.lower()]


def _fail(*_: object) -> None:
    raise StoreError("disk full")


def test_real_clock_shows_the_real_time_again_and_callbacks_of_meanwhile_are_missed(store: StoreUrl) -> None:
    settings = Settings(store=store, log=make_settings().log)
    with Api(settings, SCENARIO) as api:
        started = api.get_account().clock.now()
        api.get(api.list_path)
    with change_file(store) as connection:  # as if two hours had passed
        connection.execute("UPDATE accounts SET machine = machine - 7200 * 1000000")
    with Api(settings, SCENARIO) as api:
        account = api.get_account()
        assert 7200 <= (account.clock.now() - started) / 1e6 < 7260
        (callback,) = account.callbacks
        assert (callback.state, callback.attempts) == ("missed", ())
        (step,) = [event for event in account.events.get_events_since(0) if event.what.startswith("completed")]
        assert step.at - started == pytest.approx(3600 * 1e6, abs=1e6)
        assert account.events.get_events_since(0)[-1].what.endswith("no server ran when it was due")
        api.mock.worker.receivers[account.sid.lower()] = Receiver()  # type: ignore[assignment]
        api.call_control_api("POST", f"/callbacks/{callback.number}/redeliver")
        api.run_command("POST", "/clock", {"advance": "1s"})
        assert account.callbacks[callback.number].state == "delivered"
    with Api(settings, SCENARIO) as api:
        assert api.get_account().callbacks[callback.number].state == "delivered"


@pytest.mark.parametrize("rate", [0.0, 60.0])
def test_other_clocks_stand_still_while_no_server_runs(store: StoreUrl, rate: float) -> None:
    with begin(store, SCENARIO, clock=ClockRate(rate)) as api:
        api.get(api.list_path)
        before = api.get_account().clock.now()
    with change_file(store) as connection:
        connection.execute("UPDATE accounts SET machine = machine - 7200 * 1000000")
    with begin(store, SCENARIO, clock=ClockRate(rate)) as api:
        assert 0 <= api.get_account().clock.now() - before < 60e6


def test_mock_without_a_store_closes_none() -> None:
    mock = Mock(make_settings(store=MEMORY))
    mock.open_store()
    mock.close_store()
    assert mock.saver is None


def take_over(store: StoreUrl, saved: float, served: float, **settings: Any) -> Api:
    """Return a process that takes a store over.

    Args:
        saved: the real seconds since the accounts were saved.
        served: the real seconds since processes serve the store.
    """
    with change_file(store) as connection:
        connection.execute("UPDATE accounts SET machine = machine - ?", (round(saved * 1e6),))
        query = "UPDATE record SET value = CAST(CAST(value AS INTEGER) - ? AS TEXT) WHERE name = 'served_since'"
        connection.execute(query, (round(served * 1e6),))
    api = Api(make_settings(store=MEMORY))
    mock = Mock(make_settings(store=store, **settings), scenario=SCENARIO)
    mock.open_store(KnownStore(is_served=True))
    api.use(mock)
    return api


REAL_TIME: dict[str, Any] = {"clock": ClockRate(1.0), "now": None}


@pytest.mark.parametrize(("served", "state"), [(9000, "pending"), (4200, "pending"), (3200, "missed")])
def test_callbacks_are_missed_that_came_due_before_any_process_served(
    store: StoreUrl, served: float, state: str
) -> None:
    with begin(store, SCENARIO, **REAL_TIME) as api:  # its callback is due after 3,600 s
        started = api.get_account().clock.now()
        api.get(api.list_path)
    with take_over(store, 7200, served, **REAL_TIME) as api:
        account = api.get_account()
        assert 7200 <= (account.clock.now() - started) / 1e6 < 7260
        (callback,) = account.callbacks
        assert callback.state == state


@pytest.mark.parametrize(("rate", "served", "passed"), [(60.0, 9000, 7200), (60.0, 100, 100), (0.0, 9000, 0)])
def test_other_clocks_run_on_while_processes_serve(store: StoreUrl, rate: float, served: float, passed: float) -> None:
    settings = {"clock": ClockRate(rate)}
    with begin(store, SCENARIO, **settings) as api:
        api.get(api.list_path)
        before = api.get_account().clock.now()
    with take_over(store, 7200, served, **settings) as api:
        expected = passed * rate * 1e6
        assert expected <= api.get_account().clock.now() - before < expected + 300e6

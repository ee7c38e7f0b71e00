"""The triggers of steps, over HTTP."""

import asyncio
from base64 import b64encode
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from starlette.types import Message

from mockserver.app import create_app
from mockserver.mock import Mock
from mockserver.rest.representations.wires import WireSetting
from mockserver.settings.choices import MediaRedirect
from mockserver.settings.settings import Settings
from mockserver.testing.sink import Sink
from tests.accounts import list_steps, make_scenario, make_scripted_account
from tests.harness import Api, make_settings

TRANSITIONS = [
    ("processing", "completed"),
    ("processing", "absent"),
    ("processing", "failed"),
    ("completed", "deleted"),
]
ClientCall = Callable[[Api, str], object]


def make_small_settings() -> Settings:
    return make_settings(count=3, wire=WireSetting.TWILIO)


def make_scripted_mock(before: str, after: dict[str, Any], status: str, **recording: Any) -> Api:
    """Return a mock with a recording that changes from one status to another."""
    script = {"id": "it", "status": before, "timeline": [{"after": after, "status": status}], **recording}
    return Api(make_small_settings(), make_scenario(recordings=[script, {"id": "other", "status": "completed"}]))


def resolve_sid(api: Api, handle: str = "it") -> str:
    return api.get_account().resolve_handle(handle)


def get_status(api: Api) -> str:
    """Return the status without a request that counts."""
    found: str = api.run_command("GET", "/recordings/it")["status"]
    return found


def fetch_recording(api: Api, handle: str = "it") -> Any:
    return api.get(f"{api.get_recording_path(resolve_sid(api, handle))}?IncludeSoftDeleted=true").json()


def find_in_list(api: Api, handle: str = "it") -> Any:
    found = {recording["sid"]: recording for recording in api.get_page("IncludeSoftDeleted=true")["recordings"]}
    return found[resolve_sid(api, handle)]


def download_media(api: Api, handle: str = "it") -> object:
    return api.get(f"{api.root}/Recordings/{resolve_sid(api, handle)}.mp3")


def fetch_below_call(api: Api) -> object:
    call = get_call_sid(api)
    return api.get_in_account(f"Calls/{call}/Recordings/{resolve_sid(api)}.json")


def get_call_sid(api: Api) -> str:
    found: str = api.run_command("GET", "/recordings/it")["call_sid"]
    return found


POLLS = [
    ("fetches", fetch_recording),
    ("lists", find_in_list),
    ("requests", fetch_recording),
    ("requests", find_in_list),
]


@pytest.mark.parametrize(("before", "after"), TRANSITIONS)
@pytest.mark.parametrize(("kind", "send_poll"), POLLS)
def test_request_count_triggers_step(before: str, after: str, kind: str, send_poll: ClientCall) -> None:
    with make_scripted_mock(before, {kind: 3}, after) as api:
        for _ in range(2):
            send_poll(api, "it")
            fetch_recording(api, "other")
            if kind != "requests":
                (find_in_list if send_poll is fetch_recording else fetch_recording)(api, "it")
        assert get_status(api) == before
        last = send_poll(api, "it")
        assert isinstance(last, dict)
        assert last["status"] == before, "the last of them still sees the old state"
        assert (get_status(api), fetch_recording(api)["status"]) == (after, after)
        assert api.list_steps("it") == [before, after]


@pytest.mark.parametrize(("before", "after"), TRANSITIONS)
def test_elapsed_time_triggers_step(before: str, after: str) -> None:
    with make_scripted_mock(before, {"time": "30s"}, after) as api:
        api.run_command("POST", "/clock", {"advance": "29.999s"})
        assert fetch_recording(api)["status"] == before
        result = api.run_command("POST", "/clock", {"advance": "1s"})
        assert [event["at"] for event in result["events"]] == ["2026-01-01T00:00:30Z"]
        assert fetch_recording(api)["status"] == after
        assert fetch_recording(api)["date_updated"] == "Thu, 01 Jan 2026 00:00:30 +0000"


@pytest.mark.parametrize(("before", "after"), TRANSITIONS)
def test_instant_triggers_step(before: str, after: str) -> None:
    with make_scripted_mock(before, {"at": "2026-01-01T01:00:00+01:00"}, after) as api:
        assert fetch_recording(api)["status"] == after, "which has come already"
    with make_scripted_mock(before, {"at": "2026-01-01T00:00:01Z"}, after) as api:
        api.run_command("POST", "/clock", {"move_to": "2026-01-01T00:00:00.999Z"})
        assert fetch_recording(api)["status"] == before
        api.run_command("POST", "/clock", {"move_to": "2026-01-01T00:00:01Z"})
        assert fetch_recording(api)["status"] == after


@pytest.mark.parametrize(("before", "after"), TRANSITIONS)
@pytest.mark.parametrize("recording", ["it", None])
def test_signal_triggers_step(before: str, after: str, recording: str | None) -> None:
    with make_scripted_mock(before, {"signal": "go"}, after) as api:
        api.run_command("POST", "/signals", {"name": "stay", "recording": "it"})
        assert api.send_command("POST", "/signals", {"name": "go", "recording": "other"}).status_code == 400
        assert fetch_recording(api)["status"] == before
        result = api.run_command("POST", "/signals", {"name": "go", "recording": recording})
        assert [(event["kind"], event["what"]) for event in result["events"]] == [("signal", "go"), ("step", after)]
        assert fetch_recording(api)["status"] == after


def test_download_count_triggers_step() -> None:
    with make_scripted_mock("completed", {"media": 2}, "deleted") as api:
        download_media(api)
        download_media(api, "other")
        fetch_recording(api)
        assert get_status(api) == "completed"
        assert api.get(f"{api.root}/Recordings/{resolve_sid(api)}.wav").status_code == 200
        assert get_status(api) == "deleted"
        assert api.get(f"{api.root}/Recordings/{resolve_sid(api)}.wav").status_code == 404


def test_only_downloads_count_as_downloads() -> None:
    with make_scripted_mock("completed", {"media": 2}, "deleted") as api:
        path = f"{api.root}/Recordings/{resolve_sid(api)}.wav"
        length = int(api.request("HEAD", path).headers["content-length"])
        etag = api.get(path).headers["etag"]  # the first download
        beyond, start, middle = f"bytes={length}-", "bytes=0-99", f"bytes=100-{length - 2}"
        answers = [
            api.request("HEAD", path),
            api.request("HEAD", path, {"Range": "bytes=-1"}),
            api.get(path, if_none_match=etag),
            *(api.get(path, range=byte_range) for byte_range in (beyond, start, middle)),
        ]
        assert [answer.status_code for answer in answers] == [200, 206, 304, 416, 206, 206]
        assert get_status(api) == "completed"
        assert api.get(path, range=f"bytes={length - 1}-").status_code == 206
        assert get_status(api) == "deleted", "the last range ends the second download"


def test_every_media_request_counts_as_request() -> None:
    with make_scripted_mock("completed", {"requests": 3}, "deleted") as api:
        path = f"{api.root}/Recordings/{resolve_sid(api)}.wav"
        api.request("HEAD", path)
        api.get(path, range="bytes=0-99")
        assert get_status(api) == "completed"
        api.get(path)
        assert get_status(api) == "deleted"


def test_download_counts_for_one_step_only() -> None:
    timeline = [
        {"after": {"requests": 1}, "set": {"price_unit": "EUR"}},
        {"after": {"media": 1}, "status": "deleted"},
    ]
    scripted = {"id": "it", "status": "completed", "timeline": timeline}
    with Api(make_small_settings(), make_scenario(recordings=[scripted])) as api:
        download_media(api)
        assert api.list_steps("it") == ["completed", "price_unit EUR"]
        download_media(api)
        assert api.list_steps("it") == ["completed", "price_unit EUR", "deleted"]


def test_empty_file_counts_as_download(tmp_path: Path) -> None:
    with make_scripted_mock("completed", {"media": 1}, "deleted") as api:
        file = tmp_path / "empty.mp3"
        file.write_bytes(b"")
        api.get_account().attach_media(resolve_sid(api), file)
        download_media(api)
        assert get_status(api) == "deleted"


def test_download_in_chunks_triggers_step_before_its_last_byte() -> None:
    steps: list[str] = []
    faults = [{"when": {"op": "fetch_recording_media"}, "then": {"chunked_dribble": {"chunks": 3, "duration": "1ms"}}}]
    scripted = {"id": "it", "status": "completed", "timeline": [{"after": {"media": 1}, "status": "deleted"}]}
    mock = Mock(make_small_settings(), scenario=make_scenario(recordings=[scripted], faults=faults))
    account = mock.account(mock.demo.sid)

    async def send(message: Message) -> None:
        if message["type"] == "http.response.body" and message["body"]:
            steps.append(list_steps(account)[-1])

    async def receive() -> Message:
        await asyncio.Event().wait()
        raise AssertionError("a client that stays sends nothing")

    path = f"/2010-04-01/Accounts/{account.sid}/Recordings/{account.resolve_handle('it')}.mp3"
    token = b64encode(f"{account.sid}:x".encode())
    scope = {
        "type": "http",
        "method": "GET",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "scheme": "http",
        "headers": [(b"host", b"localhost:4010"), (b"authorization", b"Basic " + token)],
    }
    asyncio.run(create_app(mock)(scope, receive, send))
    assert steps == ["completed", "completed", "deleted"]


def test_redirected_download_triggers_step() -> None:
    recording = {"id": "it", "status": "completed", "timeline": [{"after": {"media": 1}, "status": "deleted"}]}
    with Api(make_settings(count=3, media_redirect=MediaRedirect.ON), make_scenario(recordings=[recording])) as api:
        answer = api.get(f"{api.root}/Recordings/{resolve_sid(api)}.mp3")
        assert (answer.status_code, get_status(api)) == (302, "completed")
        assert api.get(answer.headers["location"].removeprefix("http://localhost:4010")).status_code == 200
        assert get_status(api) == "deleted"


@pytest.mark.parametrize("redirect", [MediaRedirect.ON, MediaRedirect.CDN])
def test_only_downloads_count_behind_redirects(redirect: MediaRedirect) -> None:
    recording = {"id": "it", "status": "completed", "timeline": [{"after": {"media": 1}, "status": "deleted"}]}
    with Api(make_settings(count=3, media_redirect=redirect), make_scenario(recordings=[recording])) as api:
        link = api.get(f"{api.root}/Recordings/{resolve_sid(api)}.mp3").headers["location"]
        api.auth = None
        assert (api.request("HEAD", link).status_code, get_status(api)) == (200, "completed")
        assert (api.get(link, range="bytes=0-9").status_code, get_status(api)) == (206, "completed")
        assert (api.get(link, range="bytes=10-").status_code, get_status(api)) == (206, "deleted")


@pytest.mark.parametrize(("first_status", "next_status"), [("completed", "deleted")])
def test_delivered_callback_triggers_step(sink: Sink, first_status: str, next_status: str) -> None:
    timeline = [
        {"after": {"signal": "go"}, "status": first_status},
        {"after": {"callback": first_status}, "status": next_status},
    ]
    recording = {"id": "it", "status": "processing", "status_callback": f"{sink.url}#rp=5xx", "timeline": timeline}
    with Api(make_small_settings(), make_scenario(recordings=[recording])) as api:
        sink.token = api.get_account().token
        sink.answer_with(500)
        api.run_command("POST", "/signals", {"name": "go"})
        assert (fetch_recording(api)["status"], len(sink.received)) == (first_status, 1)
        result = api.run_command("POST", "/clock", {"advance": "1s"})
        assert [event["what"] for event in result["events"]] == [
            f"callback {first_status} delivered in attempt 2: 204",
            next_status,
        ]
        assert fetch_recording(api)["status"] == next_status
        first_request, second_request = sink.received
        assert (first_request.parameters, first_request.signature_ok, second_request.signature_ok) == (
            second_request.parameters,
            True,
            True,
        )
        tokens = {request.headers["i-twilio-idempotency-token"] for request in (first_request, second_request)}
        assert len(tokens) == 1


@pytest.mark.parametrize("after", ["completed", "absent", "failed"])
def test_in_progress_callback_triggers_following_steps(sink: Sink, after: str) -> None:
    events = ["in-progress", "completed", "absent", "failed"]
    timeline = [
        {"status": "in-progress"},
        {"after": {"callback": "in-progress"}, "status": "processing"},
        {"after": {"time": "1s"}, "status": after},
    ]
    recording = {"id": "it", "status_callback": sink.url, "status_callback_event": events, "timeline": timeline}
    with Api(make_small_settings()) as api:
        api.run_command("PUT", "/scenario", {"scenario": {"recordings": [recording]}})
        assert api.list_steps("it") == ["in-progress, callback in-progress", "processing"]
        api.run_command("POST", "/clock", {"advance": "1s"})
        assert [callback.parameters["RecordingStatus"] for callback in sink.received] == ["in-progress", after]
        assert fetch_recording(api)["status"] == after


@pytest.mark.parametrize(("before", "after"), TRANSITIONS)
def test_any_trigger_runs_step_when_one_condition_holds(before: str, after: str) -> None:
    trigger = {"any": [{"fetches": 3}, {"all": [{"signal": "a"}, {"lists": 1}]}, {"time": "10s"}]}
    with make_scripted_mock(before, trigger, after) as api:
        api.run_command("POST", "/signals", {"name": "a"})
        assert get_status(api) == before
        find_in_list(api)
        assert get_status(api) == after
    with make_scripted_mock(before, trigger, after) as api:
        fetch_recording(api), fetch_recording(api), fetch_recording(api)
        assert get_status(api) == after
    with make_scripted_mock(before, trigger, after) as api:
        api.advance(10)
        assert get_status(api) == after


@pytest.mark.parametrize(("before", "after"), TRANSITIONS)
def test_all_trigger_runs_step_when_every_condition_holds(before: str, after: str) -> None:
    with make_scripted_mock(before, {"all": [{"fetches": 1}, {"signal": "go"}, {"time": "5s"}]}, after) as api:
        api.run_command("POST", "/signals", {"name": "go"})
        api.advance(7)
        assert get_status(api) == before
        fetch_recording(api)
        assert get_status(api) == after


def test_request_counts_restart_per_step_and_recording() -> None:
    timeline = [
        {"after": {"fetches": 2}, "set": {"price_unit": "EUR"}},
        {"after": {"fetches": 2}, "status": "completed"},
    ]
    recordings = [{"id": name, "status": "processing", "timeline": timeline} for name in ("it", "other")]
    with Api(make_small_settings(), make_scenario(recordings=recordings)) as api:
        for expected in (1, 2, 2, 3):
            fetch_recording(api)
            assert len(api.list_steps("it")) == expected
        assert len(api.list_steps("other")) == 1


def test_fetch_below_call_counts_as_fetch() -> None:
    with make_scripted_mock("processing", {"fetches": 1}, "completed") as api:
        fetch_below_call(api)
        assert get_status(api) == "completed"


def test_failed_requests_are_not_counted() -> None:
    recording = {"id": "it", "status": "processing", "timeline": [{"after": {"requests": 1}, "status": "completed"}]}
    faults = [{"when": {"op": "fetch_recording"}, "then": {"status": 500}, "times": 1}]
    with Api(make_small_settings(), make_scenario(recordings=[recording], faults=faults)) as api:
        fetch_recording(api)
        api.auth = None
        fetch_recording(api)
        api.auth = ("x", "y")
        fetch_recording(api)
        download_media(api)  # there is no media yet
        assert get_status(api) == "processing"
        api.auth = (api.mock.demo.sid, api.mock.demo.token)
        fetch_recording(api)
        assert get_status(api) == "completed"


@pytest.mark.parametrize("then", [{"delay": "1ms"}, {"chunked_dribble": {"chunks": 3, "duration": "3ms"}}])
@pytest.mark.parametrize(("kind", "send_request"), [*POLLS, ("media", download_media)])
def test_delayed_and_dribbled_requests_are_counted(then: dict[str, Any], kind: str, send_request: ClientCall) -> None:
    before = "completed" if kind == "media" else "processing"
    recording = {"id": "it", "status": before, "timeline": [{"after": {kind: 2}, "set": {"price_unit": "EUR"}}]}
    with Api(make_small_settings(), make_scenario(recordings=[recording], faults=[{"then": then}])) as api:
        send_request(api, "it")
        assert len(api.list_steps("it")) == 1
        send_request(api, "it")
        assert len(api.list_steps("it")) == 2


def test_update_that_triggers_step_is_not_counted_for_next_step() -> None:
    timeline = [
        {"after": {"signal": "stopped"}, "status": "processing"},
        {"after": {"requests": 1}, "status": "completed"},
    ]
    with Api(make_small_settings(), make_scenario(on_create={"timeline": timeline})) as api:
        call = "CA" + "1" * 32
        recording = api.post(f"Calls/{call}/Recordings.json").json()
        assert recording["status"] == "in-progress"
        answer = api.post(f"Calls/{call}/Recordings/{recording['sid']}.json", Status="in-progress")
        assert answer.json()["status"] == "in-progress"
        assert [event["kind"] for event in api.run_command("GET", "/events")] == ["step"], "nothing was changed"
        api.post(f"Calls/{call}/Recordings/{recording['sid']}.json", Status="stopped")
        assert api.list_steps(recording["sid"]) == ["in-progress", "processing"]
        assert api.get(api.get_recording_path(recording["sid"])).json()["status"] == "processing"
        assert api.list_steps(recording["sid"]) == ["in-progress", "processing", "completed"]


def test_updates_count_as_requests_and_signals() -> None:
    timeline = [
        {"after": {"all": [{"requests": 2}, {"signal": "paused"}, {"signal": "resumed"}]}, "status": "completed"},
    ]
    with Api(make_small_settings(), make_scenario(on_create={"timeline": timeline})) as api:
        call = "CA" + "1" * 32
        recording = api.post(f"Calls/{call}/Recordings.json").json()
        for status in ("paused", "in-progress"):
            assert api.list_steps(recording["sid"]) == ["in-progress"]
            changed_recording = api.post(f"Calls/{call}/Recordings/Twilio.CURRENT.json", Status=status).json()
            assert changed_recording["status"] == status
        assert api.list_steps(recording["sid"]) == ["in-progress", "completed"]


def test_timeline_ends_when_recording_is_deleted_through_api() -> None:
    with make_scripted_mock("completed", {"time": "5s"}, "deleted") as api:
        assert api.request("DELETE", api.get_recording_path(resolve_sid(api))).status_code == 204
        api.advance(10)
        assert api.list_steps("it") == ["completed"]
        assert api.run_command("GET", "")["timers"] == []


def test_timers_are_shown_in_order_of_their_due_times() -> None:
    waits = (9, 5, 7, 1, 6, 3, 8)
    recordings = [
        {"id": f"r{wait}", "status": "processing", "timeline": [{"after": {"time": f"{wait}s"}, "status": "completed"}]}
        for wait in waits
    ]
    with Api(make_small_settings(), make_scenario(recordings=recordings)) as api:
        timers = api.run_command("GET", "")["timers"]
        assert timers == [
            {"due": f"2026-01-01T00:00:0{wait}Z", "what": f"the next step of r{wait}"} for wait in sorted(waits)
        ]
        api.advance(4)
        assert [timer["what"][-1] for timer in api.run_command("GET", "")["timers"]] == ["5", "6", "7", "8", "9"]


def test_obsolete_timers_are_not_shown() -> None:
    trigger = {"any": [{"fetches": 1}, {"time": "5s"}]}
    timeline = [{"after": trigger, "set": {"price_unit": name}} for name in ("EUR", "GBP", "SEK")]
    with Api(
        make_small_settings(), make_scenario(recordings=[{"id": "it", "status": "completed", "timeline": timeline}])
    ) as api:
        api.advance(1)
        for instant in ("05", "06"):
            (timer,) = api.run_command("GET", "")["timers"]
            assert timer == {"due": f"2026-01-01T00:00:{instant}Z", "what": "the next step of it"}
            fetch_recording(api)
        api.advance(4.5)
        assert len(api.list_steps("it")) == 3, "the timers of steps that have come change nothing"
        api.advance(0.5)
        assert len(api.list_steps("it")) == 4


def test_signal_to_recording_without_timeline_changes_nothing() -> None:
    account = make_scripted_account({"after": {"signal": "go"}, "status": "deleted"}, status="completed")
    before = account.events.next_serial
    account.timelines.signal("go", 0)
    assert account.events.next_serial == before

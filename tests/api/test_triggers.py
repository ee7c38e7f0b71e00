"""The triggers of steps, over HTTP."""

from collections.abc import Callable
from typing import Any

import pytest

from mockserver.rest.representations.wires import WireSetting
from mockserver.settings.settings import Settings
from mockserver.testing.sink import Sink
from tests.accounts import scenario_of
from tests.harness import Api, corpus_settings

TRANSITIONS = [
    ("processing", "completed"),
    ("processing", "absent"),
    ("processing", "failed"),
    ("completed", "deleted"),
]
Do = Callable[[Api, str], object]


def settings() -> Settings:
    return corpus_settings(count=3, wire=WireSetting.TWILIO)


def scripted(before: str, after: dict[str, Any], status: str, **recording: Any) -> Api:
    """Return a mock with a recording that changes from one status to another."""
    said = {"id": "it", "status": before, "timeline": [{"after": after, "status": status}], **recording}
    return Api(settings(), scenario_of(recordings=[said, {"id": "other", "status": "completed"}]))


def sid(api: Api, handle: str = "it") -> str:
    return api.account().resolve_handle(handle)


def status(api: Api) -> str:
    """Return the status without a request that counts."""
    found: str = api.told("GET", "/recordings/it")["status"]
    return found


def fetch(api: Api, handle: str = "it") -> Any:
    return api.get(f"{api.fetch_path(sid(api, handle))}?IncludeSoftDeleted=true").json()


def list_page(api: Api, handle: str = "it") -> Any:
    found = {each["sid"]: each for each in api.page("IncludeSoftDeleted=true")["recordings"]}
    return found[sid(api, handle)]


def download(api: Api, handle: str = "it") -> object:
    return api.get(f"{api.root}/Recordings/{sid(api, handle)}.mp3")


def through_its_call(api: Api) -> object:
    call = fetch_call(api)
    return api.below(f"Calls/{call}/Recordings/{sid(api)}.json")


def fetch_call(api: Api) -> str:
    found: str = api.told("GET", "/recordings/it")["call_sid"]
    return found


POLLS = [("fetches", fetch), ("lists", list_page), ("requests", fetch), ("requests", list_page)]


@pytest.mark.parametrize(("before", "after"), TRANSITIONS)
@pytest.mark.parametrize(("kind", "ask"), POLLS)
def test_request_count_triggers_step(before: str, after: str, kind: str, ask: Do) -> None:
    with scripted(before, {kind: 3}, after) as api:
        for _ in range(2):
            ask(api, "it")
            fetch(api, "other")
            if kind != "requests":
                (list_page if ask is fetch else fetch)(api, "it")
        assert status(api) == before
        last = ask(api, "it")
        assert isinstance(last, dict)
        assert last["status"] == before, "the last of them still sees the old state"
        assert (status(api), fetch(api)["status"]) == (after, after)
        assert api.steps("it") == [before, after]


@pytest.mark.parametrize(("before", "after"), TRANSITIONS)
def test_elapsed_time_triggers_step(before: str, after: str) -> None:
    with scripted(before, {"time": "30s"}, after) as api:
        api.told("POST", "/clock", {"advance": "29.999s"})
        assert fetch(api)["status"] == before
        moved = api.told("POST", "/clock", {"advance": "1s"})
        assert [event["at"] for event in moved["events"]] == ["2026-01-01T00:00:30Z"]
        assert fetch(api)["status"] == after
        assert fetch(api)["date_updated"] == "Thu, 01 Jan 2026 00:00:30 +0000"


@pytest.mark.parametrize(("before", "after"), TRANSITIONS)
def test_instant_triggers_step(before: str, after: str) -> None:
    with scripted(before, {"at": "2026-01-01T01:00:00+01:00"}, after) as api:
        assert fetch(api)["status"] == after, "which has come already"
    with scripted(before, {"at": "2026-01-01T00:00:01Z"}, after) as api:
        api.told("POST", "/clock", {"move_to": "2026-01-01T00:00:00.999Z"})
        assert fetch(api)["status"] == before
        api.told("POST", "/clock", {"move_to": "2026-01-01T00:00:01Z"})
        assert fetch(api)["status"] == after


@pytest.mark.parametrize(("before", "after"), TRANSITIONS)
@pytest.mark.parametrize("recording", ["it", None])
def test_signal_triggers_step(before: str, after: str, recording: str | None) -> None:
    with scripted(before, {"signal": "go"}, after) as api:
        api.told("POST", "/signals", {"name": "stay", "recording": "it"})
        assert api.command("POST", "/signals", {"name": "go", "recording": "other"}).status_code == 400
        assert fetch(api)["status"] == before
        sent = api.told("POST", "/signals", {"name": "go", "recording": recording})
        assert [(event["kind"], event["what"]) for event in sent["events"]] == [("signal", "go"), ("step", after)]
        assert fetch(api)["status"] == after


def test_download_count_triggers_step() -> None:
    with scripted("completed", {"media": 2}, "deleted") as api:
        download(api)
        download(api, "other")
        fetch(api)
        assert status(api) == "completed"
        assert api.get(f"{api.root}/Recordings/{sid(api)}.wav").status_code == 200
        assert status(api) == "deleted"
        assert api.get(f"{api.root}/Recordings/{sid(api)}.wav").status_code == 404


def test_redirected_download_triggers_step() -> None:
    said = {"id": "it", "status": "completed", "timeline": [{"after": {"media": 1}, "status": "deleted"}]}
    with Api(corpus_settings(count=3, media_redirect=True), scenario_of(recordings=[said])) as api:
        sent = api.get(f"{api.root}/Recordings/{sid(api)}.mp3")
        assert (sent.status_code, status(api)) == (302, "completed")
        assert api.get(sent.headers["location"].removeprefix("http://localhost:4010")).status_code == 200
        assert status(api) == "deleted"


@pytest.mark.parametrize(("first", "then"), [("completed", "deleted")])
def test_delivered_callback_triggers_step(sink: Sink, first: str, then: str) -> None:
    timeline = [{"after": {"signal": "go"}, "status": first}, {"after": {"callback": first}, "status": then}]
    said = {"id": "it", "status": "processing", "status_callback": sink.url, "timeline": timeline}
    with Api(settings(), scenario_of(recordings=[said])) as api:
        sink.token = api.account().token
        sink.answer_with(500)
        api.told("POST", "/signals", {"name": "go"})
        assert (fetch(api)["status"], len(sink.received)) == (first, 1)
        moved = api.told("POST", "/clock", {"advance": "1s"})
        assert [event["what"] for event in moved["events"]] == [f"callback {first} delivered in attempt 2: 204", then]
        assert fetch(api)["status"] == then
        one, two = sink.received
        assert (one.parameters, one.signature_ok, two.signature_ok) == (two.parameters, True, True)
        tokens = {each.headers["i-twilio-idempotency-token"] for each in (one, two)}
        assert len(tokens) == 1


@pytest.mark.parametrize("after", ["completed", "absent", "failed"])
def test_in_progress_callback_triggers_following_steps(sink: Sink, after: str) -> None:
    events = ["in-progress", "completed", "absent", "failed"]
    timeline = [
        {"status": "in-progress"},
        {"after": {"callback": "in-progress"}, "status": "processing"},
        {"after": {"time": "1s"}, "status": after},
    ]
    said = {"id": "it", "status_callback": sink.url, "status_callback_event": events, "timeline": timeline}
    with Api(settings()) as api:
        api.told("PUT", "/scenario", {"scenario": {"recordings": [said]}})
        assert api.steps("it") == ["in-progress, callback in-progress", "processing"]
        api.told("POST", "/clock", {"advance": "1s"})
        assert [each.parameters["RecordingStatus"] for each in sink.received] == ["in-progress", after]
        assert fetch(api)["status"] == after


@pytest.mark.parametrize(("before", "after"), TRANSITIONS)
def test_any_trigger_runs_step_when_one_condition_holds(before: str, after: str) -> None:
    trigger = {"any": [{"fetches": 3}, {"all": [{"signal": "a"}, {"lists": 1}]}, {"time": "10s"}]}
    with scripted(before, trigger, after) as api:
        api.told("POST", "/signals", {"name": "a"})
        assert status(api) == before
        list_page(api)
        assert status(api) == after
    with scripted(before, trigger, after) as api:
        fetch(api), fetch(api), fetch(api)
        assert status(api) == after
    with scripted(before, trigger, after) as api:
        api.advance(10)
        assert status(api) == after


@pytest.mark.parametrize(("before", "after"), TRANSITIONS)
def test_all_trigger_runs_step_when_every_condition_holds(before: str, after: str) -> None:
    with scripted(before, {"all": [{"fetches": 1}, {"signal": "go"}, {"time": "5s"}]}, after) as api:
        api.told("POST", "/signals", {"name": "go"})
        api.advance(7)
        assert status(api) == before
        fetch(api)
        assert status(api) == after


def test_request_counts_restart_per_step_and_recording() -> None:
    timeline = [
        {"after": {"fetches": 2}, "set": {"price_unit": "EUR"}},
        {"after": {"fetches": 2}, "status": "completed"},
    ]
    said = [{"id": name, "status": "processing", "timeline": timeline} for name in ("it", "other")]
    with Api(settings(), scenario_of(recordings=said)) as api:
        for expected in (1, 2, 2, 3):
            fetch(api)
            assert len(api.steps("it")) == expected
        assert len(api.steps("other")) == 1


def test_fetch_below_call_counts_as_fetch() -> None:
    with scripted("processing", {"fetches": 1}, "completed") as api:
        through_its_call(api)
        assert status(api) == "completed"


def test_failed_requests_are_not_counted() -> None:
    said = {"id": "it", "status": "processing", "timeline": [{"after": {"requests": 1}, "status": "completed"}]}
    faults = [{"when": {"op": "fetch_recording"}, "then": {"status": 500}, "times": 1}]
    with Api(settings(), scenario_of(recordings=[said], faults=faults)) as api:
        fetch(api)
        api.auth = None
        fetch(api)
        api.auth = ("x", "y")
        fetch(api)
        download(api)  # there is no media yet
        assert status(api) == "processing"
        api.auth = (api.mock.demo.sid, api.mock.demo.token)
        fetch(api)
        assert status(api) == "completed"


def test_update_that_triggers_step_is_not_counted_for_next_step() -> None:
    timeline = [
        {"after": {"signal": "stopped"}, "status": "processing"},
        {"after": {"requests": 1}, "status": "completed"},
    ]
    with Api(settings(), scenario_of(on_create={"timeline": timeline})) as api:
        call = "CA" + "1" * 32
        made = api.post(f"Calls/{call}/Recordings.json").json()
        assert made["status"] == "in-progress"
        again = api.post(f"Calls/{call}/Recordings/{made['sid']}.json", Status="in-progress")
        assert again.json()["status"] == "in-progress"
        assert [event["kind"] for event in api.told("GET", "/events")] == ["step"], "nothing was changed"
        api.post(f"Calls/{call}/Recordings/{made['sid']}.json", Status="stopped")
        assert api.steps(made["sid"]) == ["in-progress", "processing"]
        assert api.get(api.fetch_path(made["sid"])).json()["status"] == "processing"
        assert api.steps(made["sid"]) == ["in-progress", "processing", "completed"]


def test_updates_count_as_requests_and_signals() -> None:
    timeline = [
        {"after": {"all": [{"requests": 2}, {"signal": "paused"}, {"signal": "resumed"}]}, "status": "completed"},
    ]
    with Api(settings(), scenario_of(on_create={"timeline": timeline})) as api:
        call = "CA" + "1" * 32
        made = api.post(f"Calls/{call}/Recordings.json").json()
        for wanted in ("paused", "in-progress"):
            assert api.steps(made["sid"]) == ["in-progress"]
            changed = api.post(f"Calls/{call}/Recordings/Twilio.CURRENT.json", Status=wanted).json()
            assert changed["status"] == wanted
        assert api.steps(made["sid"]) == ["in-progress", "completed"]


def test_timeline_ends_when_recording_is_deleted_through_api() -> None:
    with scripted("completed", {"time": "5s"}, "deleted") as api:
        assert api.request("DELETE", api.fetch_path(sid(api))).status_code == 204
        api.advance(10)
        assert api.steps("it") == ["completed"]
        assert api.told("GET", "")["timers"] == []


def test_obsolete_timers_are_not_shown() -> None:
    trigger = {"any": [{"fetches": 1}, {"time": "5s"}]}
    timeline = [{"after": trigger, "set": {"price_unit": name}} for name in ("EUR", "GBP", "SEK")]
    with Api(settings(), scenario_of(recordings=[{"id": "it", "status": "completed", "timeline": timeline}])) as api:
        api.advance(1)
        for instant in ("05", "06"):
            (shown,) = api.told("GET", "")["timers"]
            assert shown == {"due": f"2026-01-01T00:00:{instant}Z", "what": "the next step of it"}
            fetch(api)
        api.advance(4.5)
        assert len(api.steps("it")) == 3, "the timers of steps that have come change nothing"
        api.advance(0.5)
        assert len(api.steps("it")) == 4

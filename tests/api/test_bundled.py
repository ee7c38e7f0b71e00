"""Each bundled scenario, played as its explanation describes it."""

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from mockserver.rest.representations.wires import WireSetting
from mockserver.server import gateway
from mockserver.testing.sink import Sink
from scenarios.explain.timelines import explain_scenario
from scenarios.loading.load import load
from scenarios.loading.sources import find_bundled_files
from tests.harness import Api, make_settings, parse_error

CALL = "CA" + "1" * 32


def make_bundled_mock(name: str, **settings: Any) -> Api:
    return Api(make_settings(wire=WireSetting.TWILIO, **settings), load(name))


def fetch_statuses(api: Api, handle: str, times: int = 1) -> list[str]:
    """Return the status that each fetch saw, or its HTTP status."""
    path = api.get_recording_path(api.get_account().resolve_handle(handle))
    answers = [api.get(path) for _ in range(times)]
    return [answer.json()["status"] if answer.status_code == 200 else str(answer.status_code) for answer in answers]


def advance_clock(api: Api, duration: str) -> list[str]:
    """Move the clock, and return the steps and callbacks on the way."""
    return [event["what"] for event in api.run_command("POST", "/clock", {"advance": duration})["events"]]


def send_signal(api: Api, name: str) -> None:
    api.run_command("POST", "/signals", {"name": name})


def explain_steps(name: str) -> dict[str, list[str]]:
    """Return the explanation's descriptions of the steps, by handle."""
    found: dict[str, list[str]] = {}
    for step in explain_scenario(load(name)).steps:
        found.setdefault(step.handle, []).append(step.what)
    return found


def run_by_fetching(api: Api, name: str) -> None:
    for handle, steps in explain_steps(name).items():
        fetch_statuses(api, handle, 20 * len(steps))
    send_signal(api, "recover")


def run_by_waiting(api: Api, name: str) -> None:
    for _ in range(3):
        advance_clock(api, "10m")


def run_by_signals(api: Api, name: str) -> None:
    for signal in ("paused", "resumed", "stopped", "finish", "delete", "recover"):
        send_signal(api, signal)
    run_by_waiting(api, name)


def run_by_step_commands(api: Api, name: str) -> None:
    for handle, steps in explain_steps(name).items():
        for _ in range(len(steps) - len(api.list_steps(handle))):
            api.run_command("POST", f"/recordings/{handle}/step")


@pytest.mark.parametrize("play", [run_by_fetching, run_by_waiting, run_by_signals, run_by_step_commands])
@pytest.mark.parametrize("name", find_bundled_files())
def test_bundled_scenario_runs_exactly_its_explained_steps(name: str, play: Callable[[Api, str], None]) -> None:
    expected = explain_steps(name)
    with make_bundled_mock(name) as api:
        play(api, name)
        if name == "late-webhook" and play is run_by_fetching:
            advance_clock(api, "12s")  # time alone ends the recording, and a sequence answers the first polls
            fetch_statuses(api, "late", 6)
        if name == "deleted-under-you" and play is run_by_waiting:
            assert api.list_steps("doomed") == ["completed"]
            send_signal(api, "delete")
        assert {handle: api.list_steps(handle) for handle in expected} == expected
        if load(name).arrivals:  # those that arrived play on
            api.run_command("DELETE", "/arrivals")
            advance_clock(api, "1m")
        assert api.run_command("GET", "")["timelines"] == []


def test_bundled_scenarios_number_twenty_two() -> None:
    assert len(find_bundled_files()) == 22


def test_busy_day_brings_the_explained_recordings() -> None:
    explanation = explain_scenario(load("busy-day"))
    assert explanation.rules == (
        "Arrivals: 60/h, at random, by the hours of a week in UTC, a mix of completed 0.95, absent 0.04, failed 0.01, "
        "lasting about 90s.",
        "Arrivals: one every 7m, evenly, a mix of RecordVerb 1.",
    )
    with make_bundled_mock("busy-day") as api:
        advance_clock(api, "1d")
        account = api.get_account()
        first, second = api.run_command("GET", "/arrivals")
        assert second["arrived"] == 24 * 60 // 7
        assert first["arrived"] + second["arrived"] == len(account.state.created)
        by_hour = Counter(arrival.instant // 3_600_000_000 % 24 for arrival in account.state.created)
        assert by_hour[10] > 3 * by_hour[3]
        sids = [
            recording["sid"]
            for recording in api.list_recordings("PageSize=1000")
            if recording["source"] == "RecordVerb"
        ]
        expected = [step.what for step in explanation.arriving]
        played = [sid for sid in sids[1:] if api.list_steps(sid)[:1] == ["in-progress"]]
        assert played
        assert all(api.list_steps(sid) == expected for sid in played[:5])


def test_happy_path_completes_by_fetches_or_time() -> None:
    with make_bundled_mock("happy-path") as api:
        assert fetch_statuses(api, "happy", 4) == ["processing", "processing", "processing", "completed"]
        recording = api.post(f"Calls/{CALL}/Recordings.json").json()
        assert advance_clock(api, "5s") == ["processing"]
        assert [api.get(api.get_recording_path(recording["sid"])).json()["status"] for _ in range(2)] == [
            "processing",
            "completed",
        ]
        expected_steps = [step.what for step in explain_scenario(load("happy-path")).created]
        assert api.list_steps(recording["sid"]) == expected_steps
    with make_bundled_mock("happy-path") as api:
        assert advance_clock(api, "4.999s") == []
        assert advance_clock(api, "0.001s") == ["processing"]
        assert advance_clock(api, "3s")[0] == "completed (duration 12, price -0.00250), callback completed"


def test_slow_processing_completes_after_many_fetches_or_time() -> None:
    with make_bundled_mock("slow-processing") as api:
        assert fetch_statuses(api, "slow", 11) == ["processing"] * 10 + ["completed"]
    with make_bundled_mock("slow-processing") as api:
        assert advance_clock(api, "299s") == []
        assert fetch_statuses(api, "slow", 9) == ["processing"] * 9
        assert len(advance_clock(api, "1s")) == 2
        assert fetch_statuses(api, "slow") == ["completed"]


@pytest.mark.parametrize(
    ("pause", "downloads_early", "is_met"),
    [("1s", False, [True, True]), ("1s", True, [True, False]), ("900ms", False, [False, True])],
    ids=["patient", "early", "fast"],
)
def test_polling_expects_slow_polls_and_a_late_download(
    pause: str, downloads_early: bool, is_met: list[bool], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gateway, "stopwatch", lambda: 0.0)
    with make_bundled_mock("polling") as api:
        media = f"{api.root}/Recordings/{api.get_account().resolve_handle('polled')}.mp3"
        if downloads_early:
            assert api.get(media).status_code == 404
        for status in (*["processing"] * 5, "completed"):
            assert fetch_statuses(api, "polled") == [status]
            advance_clock(api, pause)
        assert api.get(media).status_code == 200
        assert [result["is_met"] for result in api.run_command("GET", "/expectations")] == is_met
    assert explain_scenario(load("polling")).rules == (
        "Expected: fetch_recording of polled, at most 1 per 1s.",
        "Expected: fetch_recording_media of polled, only after the status completed, at least once.",
    )


def test_fetches_are_counted_per_recording() -> None:
    with make_bundled_mock("webhook-outage") as api:
        statuses = {name: fetch_statuses(api, name) for name in ("silent", "belated", "repeated", "disordered")}
        assert statuses == {name: ["processing"] for name in statuses}
        later_statuses = {name: fetch_statuses(api, name, 2) for name in statuses}
        final_statuses = {"disordered": "absent"}
        assert later_statuses == {name: ["processing", final_statuses.get(name, "completed")] for name in statuses}


@pytest.mark.parametrize(
    ("name", "handle", "status", "code"),
    [("absent-too-short", "short", "absent", 16101), ("failed-processing", "failed", "failed", 16111)],
)
def test_failing_scenario_ends_with_error_code_and_no_media(name: str, handle: str, status: str, code: int) -> None:
    with make_bundled_mock(name) as api:
        assert fetch_statuses(api, handle, 3) == ["processing", "processing", status]
        sid = api.get_account().resolve_handle(handle)
        found = api.get(api.get_recording_path(sid)).json()
        assert (found["error_code"], found["duration"], found["price"]) == (code, None, None)
        assert api.get(f"{api.root}/Recordings/{sid}.mp3").status_code == 404


def test_deleted_under_you_deletes_recording_after_polls() -> None:
    with make_bundled_mock("deleted-under-you") as api:
        assert fetch_statuses(api, "doomed", 2) == ["completed", "404"]
    with make_bundled_mock("deleted-under-you") as api:
        doomed_sid = api.get_account().resolve_handle("doomed")
        appearances = [doomed_sid in [recording["sid"] for recording in api.get_page()["recordings"]] for _ in range(3)]
        assert appearances == [True, True, False]
        assert doomed_sid in [recording["sid"] for recording in api.get_page("IncludeSoftDeleted=true")["recordings"]]


def test_paused_and_resumed_goes_through_all_in_flight_statuses() -> None:
    with make_bundled_mock("paused-and-resumed") as api:
        statuses = []
        for _ in range(5):
            statuses.append(api.run_command("GET", "/recordings/paused")["in_flight"])
            assert fetch_statuses(api, "paused") == ["processing"]
        assert statuses == ["in-progress", "paused", "in-progress", "stopped", None]
        assert fetch_statuses(api, "paused") == ["completed"]


def test_late_webhook_throttles_page_and_fails_first_fetches() -> None:
    with make_bundled_mock("late-webhook") as api:
        assert api.run_command("GET", "/clock")["now"] == "2026-03-01T09:00:00Z"
        assert len(api.list_recordings("PageSize=300")) == 501
        first = api.get_page("PageSize=200")
        second = api.get(first["next_page_uri"]).json()
        assert [api.get(second["next_page_uri"]).status_code for _ in range(3)] == [429, 200, 200]
        applied_counts = [rule["applied"] for rule in api.run_command("GET", "/faults")]
        assert applied_counts == [1, 0]
        path = api.get_recording_path(first["recordings"][3]["sid"])
        answers = [api.get(path) for _ in range(5)]
        assert [answer.status_code for answer in answers] == [500, 503, 429, 200, 200]
        assert answers[2].headers["retry-after"] == "1"
        assert fetch_statuses(api, "late", 4) == ["500", "503", "429", "processing"], "each path has its own"
        (verdict,) = api.run_command("GET", "/expectations")
        assert verdict["is_met"]
        recording = api.post(f"Calls/{CALL}/Recordings.json").json()
        api.post(f"Calls/{CALL}/Recordings/{recording['sid']}.json", Status="stopped")
        api.run_command("POST", "/clock", {"advance": "2s"})
        assert api.list_steps(recording["sid"]) == [
            step.what for step in explain_scenario(load("late-webhook")).created
        ]


def test_late_webhook_throttles_paging_once() -> None:
    with make_bundled_mock("late-webhook") as api:
        uri, answers = f"{api.list_path}?PageSize=200", []
        while uri is not None:
            answer = api.get(uri)
            answers.append(answer.status_code)
            uri = uri if answer.status_code == 429 else answer.json()["next_page_uri"]
        assert answers == [200, 200, 429, 200]


def test_webhook_outage_delays_repeats_and_reorders_callbacks(sink: Sink) -> None:
    with make_bundled_mock("webhook-outage", status_callback=sink.url) as api:
        sink.token = api.get_account().token
        handles = {api.get_account().resolve_handle(name): name for name in explain_steps("webhook-outage")}
        advance_clock(api, "35s")
        advance_clock(api, "10m")
        callbacks = [
            (handles[callback.parameters["RecordingSid"]], callback.parameters["RecordingStatus"])
            for callback in sink.received
        ]
        assert Counter(name for name, _ in callbacks) == {"repeated": 2, "disordered": 2, "belated": 1}
        assert [status for name, status in callbacks if name == "disordered"] == ["absent", "in-progress"]
        assert callbacks[-1] == ("belated", "completed")
        assert all(callback.signature_ok for callback in sink.received)
        repeated = [
            callback for callback in sink.received if handles[callback.parameters["RecordingSid"]] == "repeated"
        ]
        assert [callback.parameters["RecordingStatus"] for callback in repeated] == ["completed", "completed"]
        first, again = repeated
        assert (first.parameters, first.path) == (again.parameters, again.path)
        for header in ("i-twilio-idempotency-token", "x-twilio-signature"):
            assert first.headers[header] == again.headers[header]
        disordered = [
            callback.parameters for callback in sink.received if callback.parameters["RecordingSid"] in handles
        ]
        codes = {
            callback["RecordingStatus"]: callback["ErrorCode"]
            for callback in disordered
            if "RecordingDuration" not in callback
        }
        assert codes == {"absent": "16102", "in-progress": "0"}


def test_rate_limited_refuses_the_fifth_list_until_retry_after_is_over() -> None:
    ticks = iter([10.0, 10.0, 10.5, 11.0, 11.0, 11.9, 12.0, 12.1])
    with Api(make_settings(wire=WireSetting.TWILIO), load("rate-limited"), lambda: next(ticks)) as api:

        def get_list_status() -> int:
            advance_clock(api, "1h")  # the limit is real, whatever the clock of the account is
            return api.get(api.list_path).status_code

        assert [get_list_status() for _ in range(4)] == [200] * 4
        answer = api.get(api.list_path)
        assert (answer.status_code, answer.json()["code"], answer.headers["retry-after"]) == (429, 20429, "1")
        assert answer.headers["x-mock-reason"].endswith(explain_scenario(load("rate-limited")).rules[0])
        assert [get_list_status() for _ in range(2)] == [429, 200]
        assert api.get(f"{api.root}/Recordings/{api.get_account().corpus.get_sid(999)}.json").status_code == 200
    assert explain_scenario(load("rate-limited")).rules == (
        "Limit: list_recordings, 4 per 2s of real time: 429, code 20429, Retry-After.",
    )


def test_flaky_media_fails_first_downloads() -> None:
    with make_bundled_mock("flaky-media") as api:
        media = f"{api.root}/Recordings/{api.get_account().resolve_handle('flaky')}"
        first, second = api.get(f"{media}.mp3"), api.get(f"{media}.mp3")
        assert (first.status_code, parse_error(first)["code"], second.status_code) == (404, "20404", 500)
        with pytest.raises(ConnectionResetError, match="truncated_response"):
            api.get(f"{media}.mp3")
        assert api.get(f"{media}.mp3").status_code == 200
        assert api.get(f"{media}.mp3").status_code == 200
        assert api.get(f"{media}.wav").status_code == 404, "each path has its own sequence"
        assert fetch_statuses(api, "flaky") == ["completed"]


def test_encrypted_recordings_have_details_and_no_mp3() -> None:
    with make_bundled_mock("encrypted-recordings", count=64) as api:
        found = [each for each in api.list_recordings() if each["status"] == "completed"]
        encrypted = [each for each in found if each["encryption_details"]]
        assert 20 < len(encrypted) < len(found) - 20
        media = f"{api.root}/Recordings/{encrypted[0]['sid']}"
        assert (api.get(f"{media}.wav").status_code, parse_error(api.get(f"{media}.mp3"))["code"]) == (200, "16109")


def test_empty_account_lists_no_recordings() -> None:
    with make_bundled_mock("empty-account") as api:
        page = api.get_page()
        assert (page["recordings"], page["next_page_uri"], page["previous_page_uri"], page["end"]) == (
            [],
            None,
            None,
            0,
        )
        assert api.get_page("IncludeSoftDeleted=true")["recordings"] == []


def test_million_recordings_can_be_paged() -> None:
    with make_bundled_mock("million-recordings") as api:
        page = api.get_page("PageSize=1000")
        for _ in range(5):
            page = api.get(page["next_page_uri"]).json()
        assert (len(page["recordings"]), page["page"]) == (1000, 5)
        oldest = api.get_account().corpus.get_sid(3)
        assert len(api.get(f"{api.list_path}?PageToken=PA{oldest}").json()["recordings"]) <= 3


@pytest.mark.parametrize("size", [7, 50, 100])
def test_page_drift_lists_surviving_recordings_once(size: int) -> None:
    with make_bundled_mock("page-drift") as api:
        corpus = api.get_account().corpus
        before = [corpus.get_sid(index) for index in reversed(range(corpus.count))]
        listed_sids = [recording["sid"] for recording in api.list_recordings(f"PageSize={size}")]
        events = api.run_command("GET", "/events")
        deleted_sids = {event["sid"] for event in events if event["kind"] == "deleted"}
        inserted_sids = {event["sid"] for event in events if event["kind"] == "inserted"}
        assert (len(deleted_sids), len(inserted_sids)) == (3, 9)
        assert [sid for sid in listed_sids if sid not in deleted_sids] == [
            sid for sid in before if sid not in deleted_sids
        ]
        assert len(set(listed_sids)) == len(listed_sids)
        assert not inserted_sids & set(listed_sids), "what arrives stands before the first page"
        assert {get_http_status(api, sid) for sid in deleted_sids} == {404}
        assert {get_http_status(api, sid) for sid in inserted_sids} == {200}
        (verdict,) = api.run_command("GET", "/expectations")
        assert verdict["is_met"], verdict["why"]


def get_http_status(api: Api, sid: str) -> int:
    return api.get(api.get_recording_path(sid)).status_code


def test_legs_of_a_call_have_one_call_sid() -> None:
    assert explain_scenario(load("legs-of-a-call")).world == ("Call support: caller, agent, colleague.",)
    with Api(make_settings(count=0), load("legs-of-a-call")) as api:
        sids = [api.get_account().resolve_handle(handle) for handle in ("caller", "agent", "colleague")]
        call = api.get(api.get_recording_path(sids[0])).json()["call_sid"]
        legs = [api.get_in_account(f"Calls/{call}/Recordings/{sid}.json").json() for sid in sids]
        assert [leg["track"] for leg in legs] == ["inbound", "outbound", "both"]
        assert [leg["status"] for leg in legs] == ["processing", "processing", "completed"]


@pytest.mark.parametrize("name", ["page-drift", "late-webhook"])
def test_expectations_are_not_met_without_requests(name: str) -> None:
    with make_bundled_mock(name) as api:
        (verdict,) = api.run_command("GET", "/expectations")
        assert not verdict["is_met"]
        assert "at least" in verdict["why"]


def test_scenarios_in_settings_are_combined() -> None:
    with Api(make_settings(scenario=("happy-path", "rate-limited"))) as api:
        assert api.run_command("GET", "")["scenario"] == "happy-path_and_rate-limited"
        assert [view["recording"] for view in api.run_command("GET", "")["timelines"]] == ["happy"]
        assert len(api.run_command("GET", "/faults")) == 1

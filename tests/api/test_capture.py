"""What happened in an account, captured as a scenario, happens again in a new account."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from msgspec import UNSET

from mockserver.control.capture import fitting
from scenarios.loading.load import from_objects, loads
from scenarios.writing import write_yaml
from tests.accounts import CALLBACK_URL, make_scenario
from tests.harness import Api, make_settings

OTHER_SID = "AC" + "2" * 32
CALL = "CA" + "1" * 32
RECORDED_CALL = {"twiml": "<Response><Record maxLength='3'/></Response>", "direction": "outgoing", "to": "+15005550001"}
SCENARIO: dict[str, Any] = {
    "recordings": [
        {
            "id": "polled",
            "status": "processing",
            "status_callback": CALLBACK_URL,
            "status_callback_event": ["completed", "absent"],
            "timeline": [{"after": {"any": [{"fetches": 2}, {"signal": "go"}]}, "status": "completed"}],
        },
        {
            "id": "dual",
            "channels": 2,
            "source": "OutboundAPI",
            "transcript": "Hello",
            "price_unit": "EUR",
            "duration": 9,
        },
        {
            "id": "past",
            "date_created": "2025-12-31T23:00:00Z",
            "start_time": "2025-12-31T22:59:00Z",
            "status": "failed",
        },
        {"id": "upcoming", "date_created": "2026-01-01T00:00:04Z", "price": "-0.12345"},
        {"id": "never", "date_created": "2026-01-02T00:00:00Z"},
        {"id": "waiting", "status": "processing", "timeline": [{"after": {"signal": "no"}, "status": "absent"}]},
    ],
    "pick": [
        {
            "id": "old",
            "count": 2,
            "where": {"status": "completed"},
            "timeline": [{"after": {"fetches": 1}, "status": "deleted"}],
        }
    ],
    "on_create": {"timeline": [{"after": {"signal": "stopped"}, "status": "completed"}]},
    "expect": [{"op": "list_recordings"}],
}


def capture(api: Api) -> tuple[str, list[str]]:
    """Return the captured scenario as a file, and the notes."""
    captured = api.run_command("GET", "/scenario/capture")
    text = write_yaml(captured["scenario"], captured["notes"])
    assert all(f"# {note}" in text for note in captured["notes"])
    return text, captured["notes"]


def list_shown(api: Api, account_sid: str) -> dict[str, tuple[Any, ...]]:
    """Return what Twilio's wire shows of the recordings that were created, by handle or SID."""
    account = api.mock.account(account_sid)
    index = account.recordings.recording_index
    keys = ("status", "duration", "price", "price_unit", "channels", "source", "track", "error_code", "start_time")
    shown = {}
    for created in index.created:
        views = api.send_command("GET", f"/recordings/{index.get_sid(created)}", account=account_sid)
        if views.status_code == 200:
            view = views.json()
            document = view["document"]
            shown[index.get_name(created)] = (view["in_flight"], *map(document.get, keys))
    return shown


def fetch(api: Api, handle: str) -> int:
    return api.get(api.get_recording_path(api.get_account().resolve_handle(handle))).status_code


def update(api: Api, status: str) -> int:
    return api.post(f"Calls/{CALL}/Recordings/Twilio.CURRENT.json", Status=status).status_code


SESSION: list[Callable[[Api], object]] = [
    lambda api: api.post(f"Calls/{CALL}/Recordings.json", RecordingChannels="dual", RecordingTrack="inbound"),
    lambda api: (fetch(api, "polled"), update(api, "paused")),
    lambda api: (fetch(api, "polled"), update(api, "in-progress")),
    lambda api: (fetch(api, "old-2"), api.run_command("POST", "/recordings", {"id": "mine", "status": "in-progress"})),
    lambda api: api.run_command(
        "POST", "/recordings/mine", {"status": "completed", "set": {"duration": 3}, "callback": []}
    ),
    lambda api: (update(api, "stopped"), api.run_command("POST", "/recordings", {"duration": 5})),
    lambda api: api.request("DELETE", api.get_recording_path(api.get_account().resolve_handle("mine"))),
    lambda api: api.run_command("POST", "/calls", {**RECORDED_CALL, "speech": ["Hi, this is Ann."]}),
]


def test_captured_account_happens_again_with_the_same_clock_moves() -> None:
    expected, times = [], []
    with Api(make_settings(count=9), make_scenario(**SCENARIO)) as api:
        for act in SESSION:
            act(api)
            expected.append(list_shown(api, api.mock.demo.sid))
            times.append(api.get_account().clock.now())
            api.run_command("POST", "/clock", {"advance": "1.25s"})
        text, _ = capture(api)
        scenario = {"scenario": api.run_command("GET", "/scenario/capture")["scenario"]}
        assert api.send_command("PUT", "/scenario", scenario, account=OTHER_SID).status_code == 200
        other = api.mock.account(OTHER_SID)
        found = []
        for instant in times:
            other.advance((instant - other.clock.now()) / 1_000_000)
            found.append(list_shown(api, OTHER_SID))
        assert expected == found, text
        deleted = {
            name: api.mock.account(OTHER_SID).find_status(other.resolve_handle(name)) for name in ("old-1", "old-2")
        }
        assert deleted == {"old-1": "completed", "old-2": "deleted"}
    again = loads(text)
    assert again.recordings[0].status_callback == CALLBACK_URL
    assert again.recordings[0].status_callback_event == ("completed", "absent")
    assert "Hi, this is Ann." in (again.recordings[-1].transcript or "")
    assert again.on_create is not None


def test_recordings_that_arrived_are_captured() -> None:
    arrivals = {"every": "10s", "count": 3, "mix": {"completed": 1}, "duration": "4s"}
    with Api(make_settings(count=2), make_scenario(arrivals=[arrivals])) as api:
        api.run_command("POST", "/clock", {"advance": "1h"})
        expected = list_shown(api, api.mock.demo.sid)
        captured = api.run_command("GET", "/scenario/capture")["scenario"]
        assert "arrivals" not in captured
        assert api.send_command("PUT", "/scenario", {"scenario": captured}, account=OTHER_SID).status_code == 200
        api.mock.account(OTHER_SID).advance(3_600)
        found = list_shown(api, OTHER_SID)
    assert [*expected.values()] == [*found.values()]
    assert [shown[1:3] for shown in expected.values()] == [("completed", "4")] * 3


def test_notes_say_what_a_scenario_cannot() -> None:
    with Api(make_settings(count=9, mix="completed=1"), make_scenario(**SCENARIO)) as api:
        sid = api.get_account().corpus.get_sid(0)
        api.request("DELETE", api.get_recording_path(sid))
        api.run_command("POST", "/signals", {"name": "go", "recording": "polled"})
        api.run_command("POST", "/calls", {**RECORDED_CALL, "wait": True})
        api.post("Messages.json", To="+15005550006", From="+15005550001", Body="Hi")
        now = api.get_account().corpus.spec.t0
        _, notes = capture(api)
    start = "2026-01-01T00:00:00Z"
    assert now == 1_767_225_600
    assert notes[:7] == [
        f"{start}: the generated recording {sid} became deleted: no handle names it.",
        "waiting: the last 1 of its steps had not happened; the next: signal no.",
        "old-1: the last 1 of its steps had not happened; the next: after 1 fetch.",
        "old-2: the last 1 of its steps had not happened; the next: after 1 fetch.",
        "never: its date was still to come, so it is left out.",
        "The expectations of the scenario are left out: they are about the client that it was played for.",
        f"{start}: the signal go was sent to polled.",
    ]
    assert notes[7].startswith("The callback completed of polled was not answered with 2xx; attempts: ")
    assert notes[8:10] == [
        "Calls that began here: 1. Their recordings are there, but not the requests to their apps.",
        "Text messages that were sent: 1.",
    ]
    assert notes[10].startswith(f"{start}: request 0: DELETE /2010-04-01/Accounts/")


def test_many_notes_of_one_kind_are_counted() -> None:
    scenario = make_scenario(recordings=[{"timeline": [{"after": {"signal": "go"}, "status": "completed"}]}])
    with Api(make_settings(count=0), scenario) as api:
        for number in range(60):
            api.run_command("POST", "/signals", {"name": f"s{number}"})
            api.get_page()
        _, notes = capture(api)
    assert notes.count("... and 10 more of this kind.") == 1
    assert "Requests before these: 11." in notes
    assert notes[-1].endswith("-> 200")
    assert len(notes) == 1 + 51 + 50


def add_rules(api: Api) -> None:
    rules = {
        "faults": [
            {"when": {"op": "fetch_recording"}, "then": {"status": 503}, "ttl": "2s"},
            {"when": {"op": "list_recordings"}, "then": {"status": 500}, "after": "1s", "times": 1},
            {
                "when": {"op": "list_calls"},
                "then": {"status": 429},
                "after": {"any": [{"signal": "x"}, {"all": [{"time": "1s"}, {"time": "2s"}]}]},
            },
            {"then": {"status": 401}, "when": {"op": "create_message"}, "after": {"at": "2026-01-01T00:00:09Z"}},
        ],
        "sequences": [{"when": {"op": "list_transcriptions"}, "answers": [500, "ok"]}],
        "limits": [{"when": {"op": "list_conferences"}, "requests": 1, "per": "1h"}],
    }
    api.run_command("POST", "/faults", rules)


def probe(api: Api) -> list[int]:
    paths = ("Recordings", "Calls", "Transcriptions", "Conferences")
    return [fetch(api, "it"), *(api.get_in_account(f"{path}.json").status_code for path in paths)]


def test_rules_that_a_command_added_start_at_their_time() -> None:
    scenario = make_scenario(recordings=[{"id": "it"}], faults=[{"when": {"path": "/x"}, "then": {"status": 404}}])
    with Api(make_settings(count=0), scenario) as api:
        before = [probe(api)]
        api.advance(3)
        add_rules(api)
        text, notes = capture(api)
        for _ in range(4):
            before.append(probe(api))
            api.advance(1)
    assert "Fault: any request, path /x: 404. Of 0 matching requests, it was applied to 0." in notes
    assert before[1:] == [
        [503, 200, 200, 500, 200],
        [503, 500, 200, 200, 429],
        [200, 200, 429, 200, 429],
        [200, 200, 429, 200, 429],
    ]
    with Api(make_settings(count=0), loads(text)) as api:
        after = []
        api.advance(3)
        for _ in range(4):
            after.append(probe(api))
            api.advance(1)
    assert before[1:] == after


def test_rules_that_are_gone_or_used_are_notes() -> None:
    drift = [{"insert": 1}, {"insert": 1, "when": {"page": 7, "op": "list_recordings"}}]
    faults = [{"when": {"op": "list_calls"}, "then": {"status": 503}}]
    with Api(make_settings(count=0), make_scenario(faults=faults, page_drift=drift)) as api:
        api.get_page()
        api.get_in_account("Calls.json")
        api.run_command("DELETE", "/faults/0")
        text, notes = capture(api)
    scenario = loads(text)
    assert (len(scenario.faults), len(scenario.page_drift), len(scenario.recordings)) == (0, 1, 1)
    assert notes[0].endswith("1 inserted. It was applied (times: 1), and is left out.")
    assert notes[1].startswith("Rule 0 was removed, and is left out. It last answered 1: GET /2010-04-01/Accounts/")


def test_imported_recordings_keep_their_values_and_order() -> None:
    saved = [
        {"sid": "RE" + "1" * 32, "status": "completed", "duration": "7", "price": "1.5", "call_sid": None},
        {"sid": "RE" + "2" * 32, "status": "absent", "source": None, "start_time": None},
    ]
    with Api(make_settings(count=0), from_objects(saved)) as api:
        expected = list_shown(api, api.mock.demo.sid)
        order = api.list_sids()
        text, _ = capture(api)
    with Api(make_settings(count=0), loads(text)) as api:
        assert expected == list_shown(api, api.mock.demo.sid)
        assert order == api.list_sids()
        assert len(api.get_account().callbacks) == 0


@pytest.mark.parametrize("is_deleted", [False, True])
def test_course_that_no_timeline_has_is_left_out(is_deleted: bool) -> None:
    with Api(make_settings(count=0), make_scenario(recordings=[{"id": "it", "status": "absent"}])) as api:
        api.run_command("POST", "/recordings/it", {"status": "completed", "set": {"duration": 8}})
        api.advance(2)
        if is_deleted:
            api.request("DELETE", api.get_recording_path(api.get_account().resolve_handle("it")))
        text, notes = capture(api)
    recording = loads(text).recordings[0]
    assert notes[0].startswith("it has its present status from the start: expected ")
    steps = [(step.after and step.after.time, step.status, step.set.duration) for step in recording.timeline]
    if is_deleted:
        assert steps == [(None, "completed", 8), ("2s", "deleted", UNSET)]
    else:
        assert (recording.status, steps, recording.duration) == ("completed", [], 8)


def test_deletion_of_recording_in_progress_completes_it_first() -> None:
    scenario = make_scenario(recordings=[{"id": "it", "status": "in-progress", "status_callback": CALLBACK_URL}])
    with Api(make_settings(count=0), scenario) as api:
        api.advance(3)
        api.run_command("POST", "/recordings/it", {"status": "deleted"})
        text, notes = capture(api)
        expected = list_shown(api, api.mock.demo.sid)
    steps = loads(text).recordings[0].timeline
    assert [(step.status, step.set.duration, step.callback) for step in steps] == [
        ("completed", 3, ()),
        ("deleted", UNSET, UNSET),
    ]
    assert all("request" in note for note in notes)
    with Api(make_settings(count=0), loads(text)) as api:
        api.advance(3)
        assert expected == list_shown(api, api.mock.demo.sid)


def test_more_picks_than_a_scenario_may_have_are_left_out() -> None:
    pick = {"id": "p", "count": 101, "timeline": [{"after": {"fetches": 1}, "set": {"price": None}}]}
    with Api(make_settings(count=200), make_scenario(pick=[pick])) as api:
        text, notes = capture(api)
    assert loads(text).pick == ()
    assert notes[0] == "pick is left out: expected at most 100 values, found 101."


def test_purged_and_deleted_recordings() -> None:
    recordings = [{"id": "gone", "status": "deleted"}, {"id": "deleted", "timeline": [{"status": "deleted"}]}]
    with Api(make_settings(count=0), make_scenario(recordings=recordings[:1])) as api:
        sid = api.get_account().resolve_handle("gone")
        api.advance(41 * 24 * 3600)
        api.get_page("IncludeSoftDeleted=true")
        api.run_command("POST", "/recordings", recordings[1])
        text, notes = capture(api)
    assert notes[0] == f"{sid} was deleted more than 40 days ago, so it is left out."
    assert [recording.id for recording in loads(text).recordings] == ["deleted"]


def test_changes_that_the_log_has_dropped() -> None:
    scenario = make_scenario(
        recordings=[
            {"id": "a", "status": "in-progress", "timeline": [{"after": "2s", "status": "completed"}]},
            {"id": "b", "status": "failed", "error_code": 16101},
        ]
    )
    with Api(make_settings(count=0), scenario) as api:
        api.advance(2)
        expected = list_shown(api, api.mock.demo.sid)
        account = api.get_account()
        for _ in range(2):
            account.events.drop_oldest()
        text, notes = capture(api)
    assert notes == ["The log has dropped the first 2 events: earlier statuses of recordings may be missing."]
    with Api(make_settings(count=0), loads(text)) as api:
        assert list_shown(api, api.mock.demo.sid)["a"][1] == "processing"
        api.advance(2)
        assert expected == list_shown(api, api.mock.demo.sid)


def test_recordings_of_groups_keep_their_call_and_conference() -> None:
    groups = {
        "calls": [{"id": "call", "recordings": [{"id": "leg", "count": 2}]}],
        "conferences": [{"recordings": [{"source": "Conference"}]}],
    }
    with Api(make_settings(count=0), make_scenario(**groups)) as api:
        before = {found["sid"]: (found["call_sid"], found["conference_sid"]) for found in api.list_recordings()}
        text, notes = capture(api)
    with Api(make_settings(count=0), loads(text)) as api:
        after = {found["sid"]: (found["call_sid"], found["conference_sid"]) for found in api.list_recordings()}
    assert (before, len(before)) == (after, 3)
    assert all("request" in note for note in notes)


def test_request_that_changes_a_recording_after_its_timeline() -> None:
    scenario = make_scenario(on_create={"timeline": [{"status": "in-progress"}]})
    with Api(make_settings(count=0), scenario) as api:
        api.post(f"Calls/{CALL}/Recordings.json")
        api.advance(2)
        update(api, "paused")
        text, _ = capture(api)
    steps = loads(text).recordings[0].timeline
    assert [(step.after and step.after.time, step.status) for step in steps] == [("2s", "paused")]


def test_only_the_newest_recordings_are_captured_if_a_file_cannot_hold_all(monkeypatch: pytest.MonkeyPatch) -> None:
    with Api(make_settings(count=0), make_scenario(recordings=[{"id": f"r{n}"} for n in range(30)])) as api:
        monkeypatch.setattr(fitting, "MAX_VALUES", 200)
        text, notes = capture(api)
    kept = [recording.id for recording in loads(text).recordings]
    assert notes == [f"A file can hold the {len(kept)} newest of the 30 recordings only."]
    assert 10 < len(kept) < 30
    assert kept == [f"r{n}" for n in range(30 - len(kept), 30)]


def test_largest_capture_is_a_file_that_can_be_read() -> None:
    recordings = [{"id": f"r{n}", "duration": n + 1, "transcript": "Hello"} for n in range(2500)]
    with Api(make_settings(count=0), make_scenario(recordings=recordings)) as api:
        text, _ = capture(api)
    assert 1000 < len(loads(text).recordings) < 2500


def test_media_file_that_is_gone_leaves_its_recording_out(tmp_path: Path) -> None:
    file = tmp_path / "a.wav"
    file.write_bytes(b"RIFF")
    with Api(make_settings(count=0), make_scenario(recordings=[{"id": "a", "media": str(file)}, {"id": "b"}])) as api:
        text, notes = capture(api)
        assert (loads(text, folder=tmp_path).recordings[0].media, notes) == (str(file), [])
        file.unlink()
        text, notes = capture(api)
    assert [recording.id for recording in loads(text).recordings] == ["b"]
    assert notes[0].startswith("recordings a is left out: expected a file beside the scenario, found none called ")


def test_encrypted_scaled_and_running_accounts() -> None:
    encryption = {"public_key_sid": "CR" + "1" * 32, "encrypted_cek": "a", "iv": "b"}
    recordings = [
        {
            "id": "it",
            "encryption_details": encryption,
            "conference_sid": "CF" + "1" * 32,
            "status_callback_method": "GET",
        }
    ]
    scenario = make_scenario(
        recordings=[{**recordings[0], "status_callback": CALLBACK_URL}], clock={"mode": "scaled", "rate": 60}
    )
    with Api(make_settings(count=0), scenario) as api:
        text, _ = capture(api)
    again = loads(text)
    assert (again.clock.mode, again.clock.rate) == ("scaled", 60)
    assert again.recordings[0].encryption_details == encryption
    assert again.recordings[0].conference_sid == "CF" + "1" * 32
    assert again.recordings[0].status_callback_method == "GET"


def test_account_without_scenario_or_events() -> None:
    with Api(make_settings(count=3)) as api:
        text, notes = capture(api)
    scenario = loads(text)
    assert (scenario.corpus.count, scenario.recordings, notes) == (3, (), [])

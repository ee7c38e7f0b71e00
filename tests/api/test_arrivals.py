"""Recordings that arrive by themselves as the clock of an account passes."""

from collections import Counter
from typing import Any

import pytest

from generators.sids import Kind
from mockserver.account.arriving_recordings import choose
from mockserver.account.state.arrivals import encode_origin
from mockserver.rest.representations.wires import WireSetting
from mockserver.settings.clock_rate import ClockRate
from mockserver.testing.sink import Sink
from tests.accounts import make_scenario
from tests.harness import Api, make_settings

CALL = "CA" + "1" * 32


def arrive(*arrivals: dict[str, Any], count: int = 0, **settings: Any) -> Api:
    """Return a mock in which recordings arrive."""
    return Api(make_settings(count=count, wire=WireSetting.TWILIO, **settings), make_scenario(arrivals=arrivals))


def advance(api: Api, duration: str) -> Any:
    return api.run_command("POST", "/clock", {"advance": duration})


def list_dates(api: Api) -> list[str]:
    return [recording["date_created"].split(" ")[4] for recording in api.list_recordings()]


def without_serials(events: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{key: value for key, value in event.items() if key != "serial"} for event in events]


def test_recordings_arrive_at_their_instants_and_not_before() -> None:
    with arrive({"every": "5m", "mix": {"completed": 1}}) as api:
        advance(api, "299s")
        assert list_dates(api) == []
        result = advance(api, "1s")
        assert (result["event_count"], [event["what"] for event in result["events"]]) == (1, ["completed"])
        advance(api, "10m")
        assert list_dates(api) == ["00:15:00", "00:10:00", "00:05:00"]
        assert [timer["what"] for timer in api.run_command("GET", "")["timers"]] == [
            "the next recording of arrivals[0]"
        ]
        assert advance(api, "0s")["account"]["timers"] == 1


def test_arrivals_are_the_same_however_the_clock_gets_there_and_whatever_is_requested() -> None:
    rule = {
        "rate": "90/h",
        "rhythm": "poisson",
        "duration": {"median": "90s", "sigma": 1.2},
        "mix": {"conference": 0.3, "encrypted": 0.2},
    }
    with arrive(rule, {"every": "7m"}) as api:
        advance(api, "1h")
        expected = api.list_recordings()
        events = without_serials(api.run_command("GET", "/events"))
    assert 60 < len(expected) < 130
    with arrive(rule, {"every": "7m"}) as api:
        for minute in range(60):
            if minute % 9 == 0:
                api.post(f"Calls/{CALL}/Recordings.json")
                api.post(f"Calls/{CALL}/Recordings/Twilio.CURRENT.json", Status="stopped")
            advance(api, "1m")
            api.get_page("PageSize=5")
        found = [recording for recording in api.list_recordings() if recording["call_sid"] != CALL]
        assert found == expected
        stepped = api.run_command("GET", "/events")
        assert [event for event in without_serials(stepped) if event["subject"] in {each["sid"] for each in found}] == [
            event for event in events if event["kind"] == "step"
        ]


def test_sids_follow_from_rule_and_number() -> None:
    with arrive({"every": "1m"}, {"every": "1m"}) as api:
        advance(api, "2m")
        encode = api.get_account().corpus.get_sid
        expected = [encode(encode_origin(rule, number)) for number in (2, 1) for rule in (1, 0)]
        assert api.list_sids() == expected
        later = encode(encode_origin(1, 3))
        missing = api.get(api.get_recording_path(later))
        assert missing.status_code == 404
        reason = f"{later} belongs to recording 3 of arrivals[1], which has not arrived here."
        assert missing.headers["x-mock-reason"].startswith(reason)
        sids = api.get_account().corpus.sids
        for kind in (Kind.RECORDING, Kind.CALL, Kind.CONFERENCE):
            explained = api.get(f"/_mock/sids/{sids.encode(kind, encode_origin(1, 3))}?account=demo").json()
            assert explained["why"] == "It belongs to recording 3 of arrivals[1], which has not arrived here."
            assert not explained["is_known"]


def test_media_of_an_arrival_follow_from_its_rule_and_number() -> None:
    bodies = []
    for requests in range(2):
        with arrive({"every": "1m", "duration": "3s", "mix": {"completed": 1}}) as api:
            for _ in range(requests):
                api.post(f"Calls/{CALL}/Recordings.json")
            advance(api, "1m")
            sid = next(recording["sid"] for recording in api.list_recordings() if recording["call_sid"] != CALL)
            bodies.append(api.get(f"{api.root}/Recordings/{sid}.wav").content)
    assert bodies[0] == bodies[1]


def test_mix_of_the_rule_counts_or_else_that_of_the_corpus() -> None:
    rules = {"named": {"mix": {"absent": 0.5, "completed": 0.5, "source": {"Trunking": 1}, "dual": 1}}, "corpus": {}}
    with arrive({"rate": "1000/h", **rules["named"]}) as api:
        advance(api, "1h")
        found = api.list_recordings("PageSize=1000")
        assert {recording["source"] for recording in found} == {"Trunking"}
        assert {recording["channels"] for recording in found} == {2}
        statuses = Counter(recording["status"] for recording in found)
        assert statuses.keys() == {"absent", "completed"}
        assert 400 < statuses["absent"] < 600
    with arrive({"rate": "1000/h", **rules["corpus"]}) as api:
        advance(api, "1h")
        statuses = Counter(recording["status"] for recording in api.list_recordings("PageSize=1000"))
        assert statuses.keys() == {"completed", "absent", "failed"}
        assert statuses["completed"] > 900


def test_corpus_without_finished_recordings_lets_completed_ones_arrive() -> None:
    scenario = make_scenario(corpus={"mix": {"processing": 1}}, arrivals=[{"every": "1m"}, {"every": "2m"}])
    with Api(make_settings(count=0, wire=WireSetting.TWILIO), scenario) as api:
        advance(api, "2m")
        assert {recording["status"] for recording in api.list_recordings()} == {"completed"}


def test_shares_that_sum_to_a_little_less_than_one_choose_the_largest() -> None:
    assert choose({"a": 0.3, "b": 0.69999}, 0.999999) == "b"


@pytest.mark.parametrize(
    ("duration", "low", "high"), [("30s", 30, 30), ({"median": "60s", "sigma": 1}, 1, 2400), (None, 4, 3600)]
)
def test_duration_is_fixed_or_spread(duration: Any, low: int, high: int) -> None:
    with arrive({"rate": "400/h", "mix": {"completed": 1}, **({"duration": duration} if duration else {})}) as api:
        advance(api, "1h")
        seconds = sorted(int(recording["duration"]) for recording in api.list_recordings("PageSize=1000"))
        assert low <= seconds[0] <= seconds[-1] <= high
        assert (len({*seconds}) == 1) == (duration == "30s")


def test_arrival_walks_its_timeline_and_sends_its_callbacks(sink: Sink) -> None:
    rule = {
        "every": "1m",
        "count": 2,
        "duration": "12s",
        "status_callback": sink.url,
        "status_callback_event": ["in-progress", "completed"],
        "timeline": [{"status": "in-progress"}, {"after": "12s", "status": "completed"}],
    }
    with arrive(rule) as api:
        sink.token = api.get_account().token
        advance(api, "1m")
        (first,) = api.list_recordings()
        assert first["status"] == "processing"
        advance(api, "2m")
        assert [recording["status"] for recording in api.list_recordings()] == ["completed", "completed"]
        sent = [(each.parameters["RecordingStatus"], each.signature_ok) for each in sink.received]
        assert sent == [("in-progress", True), ("completed", True)] * 2
        assert sink.received[1].parameters["RecordingDuration"] == "12"
        assert [each.parameters["RecordingSid"] for each in sink.received[1::2]] == [*reversed(api.list_sids())]


def test_relative_dates_count_from_the_arrival() -> None:
    with arrive({"every": "1m", "timeline": [{"status": "completed", "set": {"date_updated": "+90s"}}]}) as api:
        advance(api, "1m")
        assert api.list_recordings()[0]["date_updated"] == "Thu, 01 Jan 2026 00:02:30 +0000"


def test_default_status_callback_counts(sink: Sink) -> None:
    with arrive({"every": "1m", "mix": {"completed": 1}}, status_callback=sink.url) as api:
        advance(api, "1m")
        assert [each.parameters["RecordingStatus"] for each in sink.received] == ["completed"]


def test_count_ends_arrivals_with_an_event() -> None:
    with arrive({"every": "1s", "count": 3}) as api:
        events = advance(api, "1m")["events"]
        assert len(api.list_sids()) == 3
        assert (events[-1]["kind"], events[-1]["subject"], events[-1]["what"]) == (
            "rule",
            "arrivals[0]",
            "arrivals[0] is over: 3 recordings arrived",
        )
        assert api.run_command("GET", "")["timers"] == []


def test_window_starts_and_ends_arrivals() -> None:
    rules = [
        {"every": "1m", "after": "10m", "until": {"time": "5m"}},
        {"every": "1m", "after": {"signal": "go"}, "until": {"signal": "stop"}},
    ]
    with arrive(*rules) as api:
        advance(api, "20m")
        assert list_dates(api) == ["00:14:00", "00:13:00", "00:12:00", "00:11:00"], "the end comes before the fifth"
        api.run_command("POST", "/signals", {"name": "go"})
        advance(api, "2m30s")
        api.run_command("POST", "/signals", {"name": "stop"})
        advance(api, "1h")
        assert list_dates(api)[:2] == ["00:22:00", "00:21:00"]
        assert len(api.list_sids()) == 6
        whats = [event["what"] for event in api.run_command("GET", "/events") if event["kind"] == "rule"]
        assert whats == [f"arrivals[{rule}] {text}" for rule in (0, 1) for text in ("applies from now on", "is over")]


def test_requests_start_arrivals() -> None:
    with arrive({"every": "1m", "after": {"requests": 2}}, {"every": "40m"}) as api:
        assert api.get_account().counts_requests
        advance(api, "10m")
        for _ in range(2):
            assert api.list_sids() == []
        assert not api.get_account().counts_requests
        advance(api, "1m")
        assert len(api.list_sids()) == 1


def test_weekly_rhythm_is_busier_by_day() -> None:
    with arrive({"rate": "25/h", "rhythm": "weekly"}) as api:
        advance(api, "7d")
        account = api.get_account()
        hours = Counter(created.instant // 3_600_000_000 % 24 for created in account.state.created)
        assert hours[10] > 4 * hours[3]
        assert 3_850 < sum(hours.values()) < 4_550


def test_running_clock_lets_recordings_arrive() -> None:
    with arrive({"every": "1h"}, clock=ClockRate(36_000.0)) as api:
        api.list_sids()
        api.wait_for(lambda: len(api.get_account().state.created) > 1)
        assert len(api.list_sids()) > 1


def test_arrivals_that_are_added_to_a_running_clock_arrive() -> None:
    with Api(make_settings(count=0, clock=ClockRate(36_000.0))) as api:
        api.run_command("POST", "/arrivals", {"every": "1h"})
        api.wait_for(lambda: len(api.get_account().state.created) > 1)


def test_snapshot_keeps_how_far_arrivals_are() -> None:
    with arrive({"every": "1m", "rhythm": "poisson", "after": "1s"}) as api:
        advance(api, "10m")
        api.run_command("POST", "/snapshots", {})
        advance(api, "10m")
        expected = api.list_sids()
        api.run_command("POST", "/rollback", {})
        advance(api, "10m")
        assert api.list_sids() == expected


def test_reset_begins_arrivals_again() -> None:
    with arrive({"every": "1m"}) as api:
        advance(api, "2m")
        expected = api.list_sids()
        api.run_command("POST", "/reset")
        assert api.list_sids() == []
        advance(api, "2m")
        assert api.list_sids() == expected


def test_pages_hold_while_recordings_arrive() -> None:
    with arrive({"every": "1m"}, count=50) as api:
        before = api.list_sids()
        page = api.get_page("PageSize=10")
        walked = list(page["recordings"])
        while page["next_page_uri"] is not None:
            advance(api, "3m")
            page = api.get(page["next_page_uri"]).json()
            walked += page["recordings"]
        assert [recording["sid"] for recording in walked] == before
        assert len(api.list_sids()) > len(before)
        assert api.list_sids()[-len(before) :] == before


def test_advance_shows_the_first_events_of_very_many() -> None:
    with arrive({"every": "1s"}) as api:
        result = advance(api, "21000s")
        assert [event["serial"] for event in result["events"]] == [*range(1_000)]
        assert (result["event_count"], result["next_event"]) == (21_000, 1_000)
        assert result["account"]["created"] == 21_000
        assert api.run_command("GET", "/events?since=0")[0]["serial"] > 1_000


def test_account_without_arrivals_does_not_import_them() -> None:
    with Api(make_settings(count=3)) as api:
        api.list_sids()
        assert "arrivals" not in vars(api.get_account())


def test_arrivals_are_added_listed_and_removed() -> None:
    with arrive({"every": "1m"}) as api:
        (added,) = api.run_command("POST", "/arrivals", {"every": "2m", "after": {"signal": "go"}})
        assert (added["number"], added["arrived"], added["next"]) == (1, 0, None)
        api.run_command("POST", "/signals", {"name": "go"})
        advance(api, "4m")
        expected = [(0, 4, "2026-01-01T00:05:00Z"), (1, 2, "2026-01-01T00:06:00Z")]
        shown = api.run_command("GET", "/arrivals")
        assert [(each["number"], each["arrived"], each["next"]) for each in shown] == expected
        assert [each["number"] for each in api.run_command("DELETE", "/arrivals/1")] == [0]
        assert api.send_command("DELETE", "/arrivals/1").status_code == 404
        assert api.send_command("DELETE", "/arrivals/x").status_code == 404
        advance(api, "2m")
        assert len(api.list_sids()) == 8
        assert api.run_command("DELETE", "/arrivals") == []
        assert advance(api, "1h")["account"]["timers"] == 0
        assert len(api.list_sids()) == 8
        assert api.send_command("POST", "/arrivals", {"every": "1ms"}).status_code == 400


def test_arrivals_of_an_account_have_a_bound() -> None:
    with arrive(*[{"every": "1m", "count": 1}] * 100) as api:
        answer = api.send_command("POST", "/arrivals", {"every": "1m"})
        assert answer.status_code == 400
        assert "expected at most 100 arrivals in an account" in answer.headers["x-mock-reason"]


def test_recording_to_come_is_shown_without_the_arrivals_until_then() -> None:
    with arrive({"every": "10ms"}) as api:
        shown = api.run_command(
            "POST", "/recordings", {"id": "later", "date_created": "2126-01-01", "status": "completed"}
        )
        assert shown["status"] == "completed"
        assert api.list_sids() == []


def test_completed_arrivals_keep_no_more_state_than_created_recordings() -> None:
    with arrive({"every": "1s", "count": 100, "mix": {"completed": 1}}) as api:
        advance(api, "100s")
        state = api.get_account().state
        assert [created.is_of_live_call for created in state.created] == [False] * 100
        kept = (state.playing, state.step_instants, state.reached, state.subscriptions, state.handles, state.timers)
        assert not any(kept)
        assert {*state.revisions.values()} == {1}


def test_same_seed_and_moves_give_the_same_bytes() -> None:
    snapshots = []
    for _ in range(2):
        with arrive(
            {"rate": "99/h", "rhythm": "weekly"}, {"every": "7m", "timeline": [{"after": "9s", "status": "failed"}]}
        ) as api:
            advance(api, "6h")
            snapshots.append(api.get_account().snapshot())
    assert snapshots[0] == snapshots[1]

from typing import Any

from mockserver.journal.newest_requests import MAX_NEWEST
from mockserver.testing.handles import MockTwilio
from scenarios.loading.load import loads
from tests.harness import Api

SCENARIO = """
version: 1
name: history
recordings:
  - id: late
    status_callback: http://127.0.0.1:9/hook
    timeline: [{after: {fetches: 2}, status: completed}, {after: {signal: go}, set: {duration: 9}}]
  - {id: other, timeline: [{after: {signal: go}, status: completed}]}
"""


def describe(history: dict[str, Any]) -> list[str]:
    return [
        f"{item['kind']} {item['request']['operation'] if item['event'] is None else item['event']['what']}"
        for item in history["items"]
    ]


def test_events_callbacks_and_requests_of_a_recording_are_in_one_order() -> None:
    with Api(scenario=loads(SCENARIO)) as api:
        sid = api.run_command("GET", "/recordings/late")["sid"]
        path = api.get_recording_path(sid)
        api.get(path)
        api.get(api.list_path)
        api.get(api.list_path + "?PageSize=1&Page=0")
        api.get(path)
        api.wait_for_callbacks()
        api.run_command("POST", "/signals", {"name": "go"})
        api.get(f"{api.root}/Calls.json")
        history = api.run_command("GET", "/recordings/late/history")
        assert (history["recording"], history["sid"], history["is_complete"]) == ("late", sid, True)
        lines = describe(history)
        assert lines[:3] == ["event processing", "request fetch_recording", "request list_recordings"]
        assert lines[-4].startswith("event completed")
        assert lines[-3].startswith("callback callback completed")
        assert lines[-2:] == ["event go", "event duration 9"]
        assert history["items"][-3]["callback"] == 0
        assert history["item_count"] == len(lines)
        latest = api.run_command("GET", f"/recordings/{sid}/history?limit=2")
        assert (latest["items"], latest["item_count"]) == (history["items"][-2:], len(lines))


def test_history_begins_with_the_request_that_made_the_recording(api: Api) -> None:
    sid = api.post("Calls/CA" + "1" * 32 + "/Recordings.json").json()["sid"]
    lines = describe(api.run_command("GET", f"/recordings/{sid}/history"))
    assert "request create_call_recording" in lines
    for _ in range(MAX_NEWEST):
        api.get(f"{api.root}/Calls.json")
    assert "request create_call_recording" not in describe(api.run_command("GET", f"/recordings/{sid}/history"))


def test_requests_before_a_rollback_come_before_later_events() -> None:
    with Api(scenario=loads(SCENARIO)) as api:
        path = api.get_recording_path(api.run_command("GET", "/recordings/late")["sid"])
        api.run_command("POST", "/snapshots")
        api.get(path)
        api.get(path)
        api.get(path)
        api.run_command("POST", "/rollback")
        api.run_command("POST", "/recordings/late/step")
        lines = describe(api.run_command("GET", "/recordings/late/history"))
        assert lines[:4] == ["event processing", *["request fetch_recording"] * 3]
        assert lines[4].startswith("event completed")


def test_history_says_that_the_journal_dropped_requests() -> None:
    with MockTwilio(count=5, journal_memory="64KB") as mock:
        sid = mock.client().recordings.list(limit=1)[0].sid
        for _ in range(80):
            mock.client().recordings(sid).fetch()
        history = mock.recordings.history(sid, limit=3)
        assert len(history.items) == 3 < history.item_count < 80
        assert not history.is_complete

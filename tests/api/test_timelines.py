from typing import Any

import pytest

from mockserver.testing.handles import MockTwilio
from scenarios.loading.load import loads
from tests.harness import Api

SCENARIO = """
version: 1
name: steps
clock: {mode: frozen, start: 2026-01-01T00:00:00Z}
recordings:
  - id: late
    status_callback: http://127.0.0.1:9/hook
    status_callback_event: [completed, absent]
    timeline:
      - {status: in-progress}
      - {after: {any: [{signal: finish}, {all: [{fetches: 2}, {lists: 1}]}, {any: [{time: 30s}]}]}, status: processing}
      - {after: {fetches: 3}, status: completed, set: {duration: 12}}
      - {after: 1h, callback: {event: completed, signature: missing}}
  - {id: quiet, timeline: [{after: {media: 1}, callback: completed}], status: completed}
"""


def get_steps(api: Api, recording: str = "late") -> list[dict[str, Any]]:
    steps: list[dict[str, Any]] = api.run_command("GET", f"/recordings/{recording}/timeline")["steps"]
    return steps


def test_timeline_has_steps_done_next_and_later() -> None:
    with Api(scenario=loads(SCENARIO)) as api:
        timeline = api.run_command("GET", "/recordings/late/timeline")
        sid = api.run_command("GET", "/recordings/late")["sid"]
        assert {name: timeline[name] for name in ("recording", "sid", "is_over", "since")} == {
            "recording": "late",
            "sid": sid,
            "is_over": False,
            "since": "2026-01-01T00:00:00Z",
        }
        first, second, third, fourth = timeline["steps"]
        assert first == {
            "number": 1,
            "state": "done",
            "status": "in-progress",
            "after": None,
            "waits_for": "at once",
            "what": "in-progress",
            "set": {},
            "callbacks": [],
            "entered": "2026-01-01T00:00:00Z",
            "entered_by": None,
            "is_by_hand": False,
            "triggers": [],
        }
        assert (second["state"], second["entered"], second["after"]["any"][0]) == ("next", None, {"signal": "finish"})
        assert (third["state"], third["set"], third["callbacks"], third["triggers"]) == (
            "later",
            {"duration": 12},
            ["completed"],
            [],
        )
        assert fourth["callbacks"] == [{"event": "completed", "signature": "missing"}]
        assert api.run_command("GET", f"/recordings/{sid}/timeline") == timeline
        assert api.run_command("GET", "/timelines")[0] == timeline


def test_awaited_step_says_how_far_each_trigger_is() -> None:
    with Api(scenario=loads(SCENARIO)) as api:
        path = api.get_recording_path(api.run_command("GET", "/recordings/late")["sid"])
        api.get(path)
        triggers = get_steps(api)[1]["triggers"]
        assert [(trigger["what"], trigger["is_met"], trigger["seen"], trigger["due"]) for trigger in triggers] == [
            ("signal finish", False, None, None),
            ("after 2 fetches", False, 1, None),
            ("after 1 list", False, 0, None),
            ("30s later", False, None, "2026-01-01T00:00:30Z"),
        ]
        assert triggers[1]["trigger"] == {"fetches": 2}
        api.get(path)
        assert [trigger["is_met"] for trigger in get_steps(api)[1]["triggers"]] == [False, True, False, False]


@pytest.mark.parametrize(
    ("act", "trigger", "is_by_hand"),
    [
        ("finish", {"signal": "finish"}, False),
        ("read", {"all": [{"fetches": 2}, {"lists": 1}]}, False),
        ("wait", {"time": "30s"}, False),
        ("run", None, True),
    ],
)
def test_step_says_when_and_by_what_it_was_entered(act: str, trigger: dict[str, Any] | None, is_by_hand: bool) -> None:
    with Api(scenario=loads(SCENARIO)) as api:
        path = api.get_recording_path(api.run_command("GET", "/recordings/late")["sid"])
        api.run_command("POST", "/clock", {"advance": "5s"})
        if act == "finish":
            api.run_command("POST", "/signals", {"name": "finish"})
        elif act == "read":
            for target in (path, path, api.list_path):
                api.get(target)
        elif act == "wait":
            api.run_command("POST", "/clock", {"advance": "30s"})
        else:
            api.run_command("POST", "/recordings/late/step")
        step = get_steps(api)[1]
        entered = "2026-01-01T00:00:30Z" if act == "wait" else "2026-01-01T00:00:05Z"
        assert (step["state"], step["entered"]) == ("done", entered)
        assert (step["entered_by"], step["is_by_hand"], step["triggers"]) == (trigger, is_by_hand, [])


def test_timeline_that_is_over_has_the_steps_that_the_log_still_has() -> None:
    with Api(scenario=loads(SCENARIO)) as api:
        assert api.run_command("GET", "/timelines?limit=1")[0]["recording"] == "late"
        for _ in range(3):
            api.run_command("POST", "/recordings/late/step")
        timeline = api.run_command("GET", "/recordings/late/timeline")
        assert (timeline["is_over"], timeline["since"]) == (True, None)
        assert [(step["number"], step["state"], step["what"]) for step in timeline["steps"]] == [
            (1, "done", "in-progress"),
            (2, "done", "processing"),
            (3, "done", "completed (duration 12), callback completed"),
            (4, "done", "callback completed (not signed)"),
        ]
        assert [timeline["recording"] for timeline in api.run_command("GET", "/timelines")] == ["quiet"]


def test_recording_without_a_timeline_has_no_steps(api: Api) -> None:
    sid = api.list_sids("PageSize=1")[0]
    timeline = api.run_command("GET", f"/recordings/{sid}/timeline")
    assert (timeline["recording"], timeline["is_over"], timeline["steps"]) == (sid, True, [])


def test_second_timeline_of_a_recording_begins_again(api: Api) -> None:
    api.post("Calls/CA" + "1" * 32 + "/Recordings.json")
    (recording,) = api.run_command("GET", "/timelines")
    account = api.get_account()
    index = account.timelines.find_recording_index(recording["sid"])
    playing = account.state.playing[index].timeline
    account.timelines.stop(index)
    account.timelines.start(index, playing[:1])
    assert [step["number"] for step in get_steps(api, recording["sid"])] == [1]


def test_steps_survive_a_rollback() -> None:
    with Api(scenario=loads(SCENARIO)) as api:
        api.run_command("POST", "/signals", {"name": "finish"})
        before = get_steps(api)
        api.run_command("POST", "/snapshots")
        api.run_command("POST", "/recordings/late/step")
        api.run_command("POST", "/rollback")
        assert get_steps(api) == before


def test_upcoming_callbacks_are_those_of_the_queue_and_of_steps() -> None:
    with Api(scenario=loads(SCENARIO)) as api:
        api.run_command("POST", "/recordings/late/step")
        of_steps = api.run_command("GET", "/callbacks/upcoming")
        sid = api.run_command("GET", "/recordings/late")["sid"]
        assert of_steps[0] == {
            "recording": "late",
            "sid": sid,
            "event": "completed",
            "url": "http://127.0.0.1:9/hook",
            "number": None,
            "attempts": 0,
            "step": 3,
            "waits_for": "after 3 fetches",
            "due": None,
        }
        assert [callback["step"] for callback in of_steps] == [3, 4]
        api.run_command("POST", "/recordings/late/step")
        (later,) = [callback for callback in api.run_command("GET", "/callbacks/upcoming") if callback["step"]]
        assert (later["waits_for"], later["due"]) == ("1h later", "2026-01-01T01:00:00Z")


def test_failed_callback_waits_for_its_next_attempt() -> None:
    with MockTwilio(scenario={"recordings": [{"id": "late"}]}, callback_retries=1) as mock:
        mock.recordings.add(id="mine", callback="http://127.0.0.1:9/hook#rc=2&rp=all", status="completed")
        mock.recordings.transition("mine", callback="completed")
        waiting = [(view.number, view.attempts, view.step, view.waits_for) for view in mock.callbacks.upcoming()]
        assert waiting == [(0, 1, None, "the next attempt"), (1, 0, None, "its turn")]
        assert [view.recording for view in mock.recordings.timelines()] == []
        assert mock.recordings.timeline("late").is_over
        (timed,), (untimed,) = (mock.callbacks.list(seconds=asked)[0].attempts for asked in (True, False))
        assert timed.seconds is not None
        assert timed.seconds > 0
        assert untimed.seconds is None


def test_delivered_callback_does_not_come_again() -> None:
    with MockTwilio(count=5) as mock:
        mock.recordings.add(id="mine", callback=mock.sink.url, status="completed")
        mock.recordings.transition("mine", callback="completed")
        assert {callback.state for callback in mock.callbacks} == {"delivered"}
        assert mock.callbacks.upcoming() == ()


def test_named_timelines_are_listed_although_they_are_over() -> None:
    with MockTwilio(scenario=loads(SCENARIO), count=2) as mock:
        late, quiet = (mock.recordings.get(name).sid for name in ("late", "quiet"))
        plain = mock.recordings.list(limit=9).recordings[-1].sid
        for _ in range(3):
            mock.recordings.step("late")
        assert [timeline.sid for timeline in mock.recordings.timelines()] == [quiet]
        timelines = mock.recordings.timelines(also=[late, quiet, plain, f"RE{'0' * 32}", "late"])
        assert [(timeline.sid, timeline.is_over) for timeline in timelines] == [
            (quiet, False),
            (late, True),
            (plain, True),
        ]
        assert [step.number for step in timelines[1].steps] == [1, 2, 3, 4]
        assert timelines[2].steps == ()
        assert len(mock.recordings.timelines(also=["late"] * 200 + [late])) == 1

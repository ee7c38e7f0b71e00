from datetime import UTC, datetime, timedelta, timezone

import pytest

from scenarios.explain.steps import describe_step
from scenarios.explain.timelines import explain_scenario
from scenarios.full_timelines import DEFAULT_ON_CREATE, with_initial_step
from scenarios.lifecycle import get_step_callbacks
from scenarios.loading.load import load, loads
from scenarios.model import OnCreate, Pick, ScriptedRecording
from scenarios.statuses import CallbackEvent, RecordingStatus
from scenarios.steps import CallbackEvents, RecordingFields, Step, Timeline
from scenarios.triggers import Trigger, describe_trigger

COMPLETED_EVENTS = (CallbackEvent.COMPLETED,)


@pytest.mark.parametrize(
    ("trigger", "expected"),
    [
        (None, "at once"),
        (Trigger(time="12s"), "12s later"),
        (Trigger(fetches=3), "after 3 fetches"),
        (Trigger(fetches=1), "after 1 fetch"),
        (Trigger(lists=2), "after 2 lists"),
        (Trigger(requests=1), "after 1 request"),
        (Trigger(media=2), "after 2 downloads"),
        (Trigger(signal="finish"), "signal finish"),
        (Trigger(callback=CallbackEvent.COMPLETED), "after the callback completed"),
        (Trigger(at=datetime(2026, 3, 1, 10, tzinfo=timezone(timedelta(hours=1)))), "at 2026-03-01T09:00:00Z"),
        (
            Trigger(any=(Trigger(fetches=3), Trigger(time="30s"), Trigger(signal="finish"))),
            "after 3 fetches, or 30s later, or signal finish",
        ),
        (
            Trigger(all=(Trigger(callback=CallbackEvent.COMPLETED), Trigger(time="5s"))),
            "after the callback completed, and 5s later",
        ),
        (
            Trigger(all=(Trigger(any=(Trigger(fetches=3), Trigger(time="30s"))), Trigger(signal="go"))),
            "(after 3 fetches, or 30s later), and signal go",
        ),
    ],
)
def test_trigger_is_described_in_words(trigger: Trigger | None, expected: str) -> None:
    assert expected == describe_trigger(trigger)


@pytest.mark.parametrize(
    ("step", "subscribed_events", "description"),
    [
        (
            Step(
                status=RecordingStatus.COMPLETED,
                set=RecordingFields(duration=12, price="-0.00250"),
                callback=CallbackEvent.COMPLETED,
            ),
            (),
            "completed (duration 12, price -0.00250), callback completed",
        ),
        (Step(status=RecordingStatus.COMPLETED), COMPLETED_EVENTS, "completed, callback completed"),
        (Step(status=RecordingStatus.COMPLETED), (), "completed"),
        (Step(status=RecordingStatus.ABSENT), COMPLETED_EVENTS, "absent"),
        (Step(status=RecordingStatus.PROCESSING), tuple(CallbackEvent), "processing"),
        (Step(status=RecordingStatus.COMPLETED, callback=()), COMPLETED_EVENTS, "completed"),
        (Step(callback=()), COMPLETED_EVENTS, "no callback"),
        (Step(callback=(CallbackEvent.ABSENT, CallbackEvent.COMPLETED)), (), "callback absent, callback completed"),
        (
            Step(set=RecordingFields(price=None, start_time=datetime(2026, 3, 1, tzinfo=UTC), encryption_details={})),
            COMPLETED_EVENTS,
            "price null, encryption_details {}, start_time 2026-03-01T00:00:00Z",
        ),
    ],
)
def test_step_is_described_in_words(step: Step, subscribed_events: CallbackEvents, description: str) -> None:
    assert description == describe_step(step, subscribed_events)
    assert ("callback" in description.removeprefix("no callback")) == bool(get_step_callbacks(step, subscribed_events))


LATER_TRIGGER = Trigger(time="1s")
IMMEDIATE_STEP = Step(status=RecordingStatus.IN_PROGRESS)


@pytest.mark.parametrize(
    ("status", "timeline", "initial_status"),
    [
        (None, (), RecordingStatus.COMPLETED),
        (RecordingStatus.ABSENT, (), RecordingStatus.ABSENT),
        (None, (IMMEDIATE_STEP,), None),
        (RecordingStatus.PAUSED, (IMMEDIATE_STEP,), RecordingStatus.PAUSED),
        (None, (Step(after=LATER_TRIGGER, status=RecordingStatus.COMPLETED),), RecordingStatus.PROCESSING),
        (None, (Step(after=LATER_TRIGGER, status=RecordingStatus.ABSENT),), RecordingStatus.PROCESSING),
        (None, (Step(after=LATER_TRIGGER, status=RecordingStatus.PROCESSING),), RecordingStatus.IN_PROGRESS),
        (None, (Step(after=LATER_TRIGGER, status=RecordingStatus.PAUSED),), RecordingStatus.IN_PROGRESS),
        (None, (Step(after=LATER_TRIGGER, status=RecordingStatus.DELETED),), RecordingStatus.COMPLETED),
        (
            None,
            (Step(after=LATER_TRIGGER, set=RecordingFields(price=1)), Step(status=RecordingStatus.IN_PROGRESS)),
            RecordingStatus.PAUSED,
        ),
        (None, (Step(callback=CallbackEvent.COMPLETED),), RecordingStatus.COMPLETED),
    ],
)
def test_initial_timeline_adds_missing_first_status(
    status: RecordingStatus | None, timeline: Timeline, initial_status: RecordingStatus | None
) -> None:
    expected = timeline if initial_status is None else (Step(status=initial_status), *timeline)
    assert expected == with_initial_step(ScriptedRecording(status=status, timeline=timeline))


def test_initial_timeline_of_pick_is_unchanged_and_of_on_create_starts_in_progress() -> None:
    timeline = (Step(after=LATER_TRIGGER, status=RecordingStatus.DELETED),)
    assert timeline == with_initial_step(Pick(id="x", timeline=timeline))
    assert DEFAULT_ON_CREATE.timeline == with_initial_step(DEFAULT_ON_CREATE)
    assert (IMMEDIATE_STEP, Step(status=RecordingStatus.COMPLETED)) == with_initial_step(
        OnCreate(timeline=(Step(status=RecordingStatus.COMPLETED),))
    )


def test_scenario_is_explained_in_words() -> None:
    assert str(explain_scenario(load("late-webhook"))) == (
        """late-webhook: The file is ready late; page 2 is throttled once.
Corpus: 500 generated recordings, a mix of completed 0.97, absent 0.03.
Clock: frozen, from 2026-03-01T09:00:00Z.

late:
  1. at once: in-progress, callback in-progress
  2. 12s later: processing
  3. after 3 fetches, or 30s later, or signal finish: completed (duration 12, price -0.00250), callback completed

on_create:
  1. at once: in-progress
  2. signal stopped: processing
  3. 2s later: completed

Fault: list_recordings, page 2, once at most: 429, code 20429, Retry-After 1.
Sequence: fetch_recording: 500; 503; 429, Retry-After 1; ok, and so on.
Expected: list_recordings following next_page_uri, at least 2 times."""
    )


def test_every_kind_of_rule_is_explained_in_words() -> None:
    scenario = loads("""
name: all
corpus: {span: 90d, profile: adversarial}
clock: {mode: scaled, rate: 60}
recordings: [{}, {}, {}, {}, {}, {id: x, status_callback: "http://127.0.0.1/"}]
pick: [{id: p, count: 2, timeline: [{after: {fetches: 1}, status: deleted}]}]
faults:
  - {then: {delay: 1s}, ttl: 5m, times: 2, probability: 0.5}
  - when: {path: "*.mp3", every: 3, header: {User-Agent: "twilio-*"}}
    then: {fault: empty_response, delay: {fixed: 2s}}
  - then: {status: 503, body: sorry, delay: {uniform: {lower: 1s, upper: 2s}}}
  - then: {status: 503, message: Sorry, retry_after: 0, delay: {log_normal: {median: 1s, sigma: 1}}}
  - then: {status: 429, retry_after: 1, enforce_retry_after: true, chunked_dribble: {chunks: 2, duration: 1s}}
page_drift: [{insert: 2, times: 2}, {delete: 1}, {delete: 2, insert: 1}]
routes: {"https://app.example.com": "http://127.0.0.1:8000"}
expect:
  - {op: fetch_recording}
  - {op: fetch_recording, sid: x, status: 404, min: 1, max: 2}
  - {op: list_recordings, max: 3, followed_next_page: false}
""")
    assert str(explain_scenario(scenario)) == (
        """all
Corpus: over 90d, the profile adversarial.
Clock: scaled, 60 account seconds per real second.
Route: callbacks to https://app.example.com go to http://127.0.0.1:8000.

recording-1, recording-2, recording-3, recording-4 and 1 more:
  1. at once: completed

x:
  1. at once: completed, callback completed

p-1, p-2:
  1. after 1 fetch: deleted

Fault: any request, 2 times at most, for 5m, with probability 0.5: delayed by 1s.
Fault: any request, path *.mp3, User-Agent: twilio-*, one in every 3: empty_response, delayed by 2s.
Fault: any request: 503, 5 characters of text/html, delayed by 1s to 2s.
Fault: any request: 503, message 'Sorry', Retry-After 0, delayed by about 1s.
Fault: any request: 429, Retry-After 1, enforced, in 2 chunks over 1s.
Page drift: after list_recordings, 2 times: 2 inserted.
Page drift: after list_recordings, once: of the page's completed recordings, the last one is deleted.
Page drift: after list_recordings, once: 1 inserted and of the page's completed recordings, the last 2 are deleted.
Expected: fetch_recording, at least once.
Expected: fetch_recording of x, answered 404, at least once and at most 2 times.
Expected: list_recordings not following next_page_uri, at most 3 times."""
    )


def test_explained_steps_are_rows_with_handle_and_number() -> None:
    rows = explain_scenario(load("deleted-under-you")).steps
    assert [("doomed", 1, "at once", "completed"), ("doomed", 2, rows[1].when, "deleted")] == [
        (row.handle, row.number, row.when, row.what) for row in rows
    ]

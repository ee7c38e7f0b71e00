"""The progress of a timeline, as pure functions of its state, what happened and the time."""

import msgspec
import pytest

from generators.instants import to_microseconds
from scenarios import timeline
from scenarios.operations import RequestKind
from scenarios.statuses import CallbackEvent, RecordingStatus
from scenarios.steps import Step
from scenarios.timeline import (
    TimelineProgress,
    after_delivery,
    after_request,
    after_signal,
    after_step,
    find_due_step,
    find_next_instant,
)
from scenarios.triggers import Trigger

START = 1_000_000_000
SECOND = 1_000_000


def make_progress(*triggers: Trigger | None) -> TimelineProgress:
    return TimelineProgress(
        timeline=tuple(Step(after=trigger, status=RecordingStatus.COMPLETED) for trigger in triggers), since=START
    )


def make_trigger(**fields: object) -> Trigger:
    return msgspec.convert(fields, Trigger)


def test_step_without_trigger_is_due_immediately() -> None:
    progress = make_progress(None, None)
    found = find_due_step(progress, START)
    assert found is not None
    step, after = found
    assert step is progress.timeline[0]
    assert (after.step, after.since) == (1, START)
    assert find_next_instant(progress, START) is None


def test_finished_timeline_is_never_due() -> None:
    progress = after_step(make_progress(None), START)
    assert progress.awaited_step is None
    assert find_due_step(progress, START + SECOND) is None
    assert find_next_instant(progress, START) is None
    assert after_step(progress, START).step == 2


@pytest.mark.parametrize(
    ("field", "kind", "other_kind"),
    [
        ("fetches", RequestKind.FETCH, RequestKind.LIST),
        ("lists", RequestKind.LIST, RequestKind.MEDIA),
        ("media", RequestKind.MEDIA, RequestKind.CHANGE),
    ],
)
def test_trigger_counts_requests_of_its_kind(field: str, kind: RequestKind, other_kind: RequestKind) -> None:
    progress = make_progress(make_trigger(**{field: 2}))
    for request in (other_kind, other_kind, kind):
        progress = after_request(progress, request)
    assert find_due_step(progress, START) is None
    assert find_due_step(after_request(progress, kind), START) is not None


def test_requests_trigger_counts_every_kind() -> None:
    progress = make_progress(make_trigger(requests=4))
    for kind in (RequestKind.FETCH, RequestKind.LIST, RequestKind.MEDIA):
        progress = after_request(progress, kind)
        assert find_due_step(progress, START) is None
    progress = after_request(progress, RequestKind.CHANGE)
    assert find_due_step(progress, START) is not None
    assert progress.counts == (1, 1, 1, 4)


def test_counts_restart_with_each_step() -> None:
    progress = make_progress(make_trigger(fetches=1), make_trigger(fetches=1))
    found = find_due_step(after_request(after_request(progress, RequestKind.FETCH), RequestKind.FETCH), START + 5)
    assert found is not None
    after = found[1]
    assert (after.step, after.since, after.counts) == (1, START + 5, (0, 0, 0, 0))
    assert find_due_step(after, START + 5) is None


def test_time_trigger_starts_at_previous_step() -> None:
    progress = make_progress(make_trigger(time="2s"), make_trigger(time="1.5s"))
    assert find_due_step(progress, START + 2 * SECOND - 1) is None
    assert find_next_instant(progress, START) == START + 2 * SECOND
    found = find_due_step(progress, START + 2 * SECOND)
    assert found is not None
    assert find_next_instant(found[1], START + 2 * SECOND) == START + 3_500_000


def test_at_trigger_is_due_at_its_instant() -> None:
    at = "2026-01-01T00:00:01.5Z"
    progress = make_progress(make_trigger(at=at), make_trigger(at=at))
    instant = 1_767_225_601_500_000
    trigger = progress.timeline[0].after
    assert trigger is not None
    assert trigger.at is not None
    assert to_microseconds(trigger.at) == instant
    assert find_due_step(progress, instant - 1) is None
    assert find_next_instant(progress, instant - 1) == instant
    assert find_next_instant(progress, instant) is None
    found = find_due_step(progress, instant)
    assert found is not None
    assert find_due_step(found[1], instant) is not None, "what has passed is due at once"


def test_early_signal_is_used_once() -> None:
    progress = after_signal(
        make_progress(make_trigger(time="1s"), make_trigger(signal="go"), make_trigger(signal="go")), "go"
    )
    assert find_due_step(progress, START) is None
    first = find_due_step(progress, START + SECOND)
    assert first is not None
    second = find_due_step(first[1], START + SECOND)
    assert second is not None
    assert second[1].signals == ()
    assert find_due_step(second[1], START + SECOND) is None, "it is used up"


def test_unused_signals_are_kept() -> None:
    progress = after_signal(after_signal(make_progress(make_trigger(signal="a"), make_trigger(signal="b")), "a"), "b")
    found = find_due_step(progress, START)
    assert found is not None
    assert found[1].signals == ("b",)
    assert find_due_step(found[1], START) is not None


def test_delivered_callback_is_used_once() -> None:
    trigger = make_trigger(callback="completed")
    progress = make_progress(trigger, trigger)
    assert find_due_step(after_delivery(progress, CallbackEvent.ABSENT), START) is None
    found = find_due_step(after_delivery(progress, CallbackEvent.COMPLETED), START)
    assert found is not None
    assert found[1].delivered == ()
    assert find_due_step(found[1], START) is None


def test_any_trigger_is_due_when_one_condition_holds() -> None:
    progress = make_progress(make_trigger(any=[{"fetches": 2}, {"time": "5s"}, {"signal": "finish"}]))
    assert find_due_step(after_request(progress, RequestKind.FETCH), START) is None
    assert (
        find_due_step(after_request(after_request(progress, RequestKind.FETCH), RequestKind.FETCH), START) is not None
    )
    assert find_due_step(after_signal(progress, "finish"), START) is not None
    assert find_due_step(progress, START + 5 * SECOND) is not None
    assert find_next_instant(progress, START) == START + 5 * SECOND


def test_all_trigger_is_due_when_every_condition_holds() -> None:
    progress = make_progress(make_trigger(all=[{"lists": 1}, {"time": "5s"}, {"signal": "go"}]))
    assert find_due_step(progress, START + 6 * SECOND) is None
    progress = after_signal(progress, "go")
    assert find_due_step(progress, START + 6 * SECOND) is None
    progress = after_request(progress, RequestKind.LIST)
    assert find_due_step(progress, START + 4 * SECOND) is None
    assert find_due_step(progress, START + 5 * SECOND) is not None


def test_any_and_all_triggers_can_be_nested() -> None:
    trigger = make_trigger(
        any=[{"all": [{"signal": "a"}, {"any": [{"signal": "b"}, {"time": "9s"}]}]}, {"time": "20s"}]
    )
    progress = make_progress(trigger)
    assert find_due_step(after_signal(progress, "b"), START + 9 * SECOND) is None
    assert find_due_step(after_signal(after_signal(progress, "b"), "a"), START) is not None
    assert find_due_step(after_signal(progress, "a"), START + 9 * SECOND) is not None
    assert find_due_step(progress, START + 20 * SECOND) is not None
    found = find_due_step(after_signal(after_signal(after_signal(progress, "a"), "b"), "c"), START)
    assert found is not None
    assert found[1].signals == ("c",), "all that the step waited for is used up, and nothing else"


def test_next_instant_is_earliest_future_instant() -> None:
    progress = make_progress(
        make_trigger(all=[{"time": "3s"}, {"any": [{"time": "1s"}, {"at": "1970-01-01T00:20:00Z"}]}])
    )
    instants = [find_next_instant(progress, START + seconds * SECOND) for seconds in (0, 1, 2, 3, 200)]
    assert instants == [START + SECOND, START + 3 * SECOND, START + 3 * SECOND, 1_200_000_000, None]


def test_playing_timeline_survives_msgpack_round_trip() -> None:
    progress = make_progress(
        make_trigger(any=[{"fetches": 2}, {"at": "2026-01-01T00:00:00Z"}]), make_trigger(callback="absent")
    )
    progress = after_delivery(after_signal(after_request(progress, RequestKind.MEDIA), "x"), CallbackEvent.ABSENT)
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(progress), type=timeline.TimelineProgress) == progress

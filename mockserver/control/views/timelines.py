"""The views of whole timelines: the steps that a recording took, the one that it awaits and those to come."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import TYPE_CHECKING, Any, Literal

import msgspec

from mockserver.control.views.instants import serialize_instant
from mockserver.control.views.recording_list import get_true_status

if TYPE_CHECKING:  # the clients decode the views without the server's modules
    from mockserver.account.account import Account
    from mockserver.account.state.events import Event
    from scenarios.steps import CallbackEvents, Step
    from scenarios.timeline import TimelineProgress
    from scenarios.triggers import Trigger

_MAX_TRIGGERS = 100
"""The largest number of triggers of one step in a response."""


class TriggerView(msgspec.Struct, frozen=True, kw_only=True):
    """A trigger of the awaited step, and how far it is."""

    trigger: dict[str, Any]
    """As a scenario has it, such as `{"fetches": 3}`."""
    what: str
    is_met: bool
    seen: int | None
    """The number of requests since the previous step; None if the trigger counts none."""
    due: str | None
    """The instant at which time alone meets it; None if time does not."""


class StepView(msgspec.Struct, frozen=True, kw_only=True):
    """A step of a timeline."""

    number: int
    state: Literal["done", "next", "later"]
    status: str | None
    """The new status; None if the step does not change it."""
    after: dict[str, Any] | None
    """The trigger as a scenario has it; None if the step runs at once."""
    waits_for: str
    what: str
    set: dict[str, Any]
    """The fields that it sets."""
    callbacks: list[Any]
    """The callbacks that it sends: events, or what a scenario says about them."""
    entered: str | None
    """When the timeline came to it; None if it did not yet, or the log of events has dropped that."""
    entered_by: dict[str, Any] | None
    """The trigger that was met first; None if it ran at once or by hand."""
    is_by_hand: bool
    """True if a command ran it, whatever it waited for."""
    triggers: tuple[TriggerView, ...]
    """Those of the awaited step, of which `after` says whether one or all must be met: the first 100."""


class WholeTimelineView(msgspec.Struct, frozen=True, kw_only=True):
    """The timeline of a recording."""

    recording: str
    """The recording's handle, or its SID."""
    sid: str
    status: str
    """The recording's true status."""
    shown_status: str
    """The status that clients see."""
    is_over: bool
    """True if it awaits no step. The steps are then those that the log of events still has."""
    since: str | None
    """The instant of the previous step; None if it is over."""
    steps: tuple[StepView, ...]


def serialize_whole_timelines(account: "Account", indices: Iterable[int]) -> Iterator[WholeTimelineView]:
    """Yield the timelines of recordings."""
    ledger = account.recordings.recording_index
    chosen = {index: ledger.get_sid(index) for index in indices}
    entries = _find_entries(account, {*chosen.values()})
    for index, sid in chosen.items():
        progress, taken = account.state.playing.get(index), entries.get(sid, {})
        yield WholeTimelineView(
            recording=ledger.get_name(index),
            sid=sid,
            status=get_true_status(account, index),
            shown_status=ledger.get_status(index).value,
            is_over=progress is None,
            since=None if progress is None else serialize_instant(progress.since),
            steps=tuple(_serialize_steps(account, index, progress, taken)),
        )


def _find_entries(account: "Account", sids: "set[str]") -> "dict[str, dict[int, Event]]":
    """Return the events in which timelines came to their steps, by the recording's SID and the step's number."""
    found: dict[str, dict[int, Event]] = {}
    for event in account.state.events:
        if event.entry is not None and event.sid in sids:
            steps = found.setdefault(event.sid, {})
            if event.entry.number in steps:  # another timeline began
                steps.clear()
            steps[event.entry.number] = event
    return found


def _serialize_steps(
    account: "Account", index: int, progress: "TimelineProgress | None", entries: "Mapping[int, Event]"
) -> Iterator[StepView]:
    subscription = account.state.subscriptions.get(index)
    subscribed = () if subscription is None else subscription.events
    if progress is None:
        for number, event in entries.items():
            assert event.step is not None, "a timeline came to it"
            yield _serialize_step(number, event.step, subscribed, event)
        return
    now = account.clock.now()
    for number, step in enumerate(progress.timeline, 1):
        triggers = _serialize_triggers(progress, now) if number == progress.step + 1 else ()
        state: Literal["done", "next", "later"] = "done" if number <= progress.step else "later"
        yield _serialize_step(
            number,
            step,
            subscribed,
            entries.get(number) if state == "done" else None,
            state="next" if number == progress.step + 1 else state,
            triggers=tuple(islice(triggers, _MAX_TRIGGERS)),
        )


def _serialize_step(
    number: int,
    step: "Step",
    subscribed: "CallbackEvents",
    event: "Event | None",
    *,
    state: Literal["done", "next", "later"] = "done",
    triggers: tuple[TriggerView, ...] = (),
) -> StepView:
    from scenarios.explain.steps import describe_step
    from scenarios.lifecycle import get_step_callbacks
    from scenarios.triggers import describe_trigger

    entry = None if event is None else event.entry
    return StepView(
        number=number,
        state=state,
        status=None if step.status is None else step.status.value,
        after=_to_plain(step.after),
        waits_for=describe_trigger(step.after),
        what=describe_step(step, subscribed),
        set=msgspec.to_builtins(step.set),
        callbacks=msgspec.to_builtins(get_step_callbacks(step, subscribed)),
        entered=None if event is None else serialize_instant(event.at),
        entered_by=None if entry is None else _to_plain(entry.trigger),
        is_by_hand=entry is not None and entry.is_by_hand,
        triggers=triggers,
    )


def _serialize_triggers(progress: "TimelineProgress", now: int) -> Iterator[TriggerView]:
    from scenarios.triggers import COUNTED, compute_instants, describe_trigger, is_satisfied, walk_leaf_triggers

    after = progress.timeline[progress.step].after
    assert after is not None, "a step without a trigger waits for nothing"
    counts = dict(zip(COUNTED, progress.counts, strict=True))
    for trigger in walk_leaf_triggers(after):
        plain = _to_plain(trigger) or {}
        due = next(compute_instants(trigger, progress.since), None)
        yield TriggerView(
            trigger=plain,
            what=describe_trigger(trigger),
            is_met=is_satisfied(trigger, progress, now),
            seen=next((counts[name] for name in plain if name in counts), None),
            due=None if due is None else serialize_instant(due),
        )


def _to_plain(trigger: "Trigger | None") -> dict[str, Any] | None:
    plain: dict[str, Any] | None = msgspec.to_builtins(trigger)
    return plain

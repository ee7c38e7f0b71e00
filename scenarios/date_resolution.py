"""Resolves the relative dates of recordings and their steps."""

from collections.abc import Iterable
from typing import TypeVar

import msgspec

from scenarios.model import Pick, ScriptedRecording
from scenarios.relative_dates import RelativeDate, resolve_date
from scenarios.steps import RecordingFields, Step, Timeline

Dated = TypeVar("Dated", ScriptedRecording, Pick, RecordingFields)
_FIELDS = ("start_time", "date_updated")


def resolve_recording(recording: ScriptedRecording, start: int) -> ScriptedRecording:
    """Return a recording with all dates as instants: the same object if no date is relative.

    Args:
        start: the start of the clock, in microseconds since the epoch.
    """
    made = _resolve_fields(recording, ("date_created", *_FIELDS), start)
    timeline = resolve_timeline(made.timeline, start)
    return made if timeline is made.timeline else msgspec.structs.replace(made, timeline=timeline)


def resolve_pick(pick: Pick, start: int) -> Pick:
    """Return a pick with all dates as instants, like `resolve_recording`."""
    made = _resolve_fields(pick, _FIELDS, start)
    timeline = resolve_timeline(made.timeline, start)
    return made if timeline is made.timeline else msgspec.structs.replace(made, timeline=timeline)


def resolve_timeline(timeline: Timeline, start: int) -> Timeline:
    """Return a timeline with all dates as instants, like `resolve_recording`."""
    made = tuple(resolve_step(step, start) for step in timeline)
    return timeline if all(new is old for new, old in zip(made, timeline, strict=True)) else made


def resolve_step(step: Step, start: int) -> Step:
    """Return a step with all dates as instants, like `resolve_recording`."""
    fields = _resolve_fields(step.set, _FIELDS, start)
    return step if fields is step.set else msgspec.structs.replace(step, set=fields)


def _resolve_fields(fields: Dated, names: Iterable[str], start: int) -> Dated:
    dates = ((name, getattr(fields, name)) for name in names)
    resolved = {name: resolve_date(date, start) for name, date in dates if isinstance(date, RelativeDate)}
    return msgspec.structs.replace(fields, **resolved) if resolved else fields

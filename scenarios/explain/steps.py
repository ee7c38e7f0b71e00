"""Describes a step. The event log has these words, so this module needs few others."""

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from msgspec import UNSET

from scenarios.explain.callbacks import describe_callback
from scenarios.lifecycle import get_step_callbacks
from scenarios.related_resources import iter_related_statuses
from scenarios.relative_dates import RelativeDate, describe_relative_date
from scenarios.steps import NO_FIELDS, CallbackEvents, RecordingFields, Step
from scenarios.triggers import format_instant


def describe_step(step: Step, subscribed_events: CallbackEvents) -> str:
    """Describe a step, such as `completed (duration 12), callback completed`.

    Args:
        step: the step.
        subscribed_events: the events of the recording's subscription, used if the step names none.
    """
    fields = () if step.set == NO_FIELDS else _describe_fields(step.set)
    facts = [f"{name} {_format_value(value)}" for name, value in fields]
    what = [f"{step.status} ({', '.join(facts)})" if facts else step.status] if step.status else facts
    what += [f"{key} {status}" for key, status in iter_related_statuses(step)]
    return ", ".join([*what, *map(describe_callback, get_step_callbacks(step, subscribed_events))]) or "no callback"


def _describe_fields(fields: RecordingFields) -> Iterator[tuple[str, Any]]:
    for name in fields.__struct_fields__:
        value = getattr(fields, name)
        if value is not UNSET:
            yield name, value


def _format_value(value: Any) -> str:
    if isinstance(value, datetime):
        return format_instant(value)
    if isinstance(value, RelativeDate):
        return describe_relative_date(value)
    return json.dumps(value) if value is None or isinstance(value, dict) else str(value)

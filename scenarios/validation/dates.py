"""Dates as people write them: as Twilio does (RFC 2822), in ISO 8601 with or without a zone, or as `-2d`."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from generators.instants import get_real_datetime, to_real_datetime
from scenarios.durations import SIGNED_DURATION_PATTERN, find_duration_problem
from scenarios.model import OnCreate, Pick, ScriptedRecording
from scenarios.problems import Problem, ValuePath, describe_value
from scenarios.recording_groups import GROUP_KEYS, change_group_values
from scenarios.relative_dates import RelativeDate
from scenarios.validation.written_triggers import write_out_durations

DATE_FIELDS = ("start_time", "date_created", "date_updated")
"""The fields of a recording that are dates."""
WINDOWED_KEYS = ("faults", "sequences", "page_drift", "limits", "arrivals", "tokens")
"""The lists of a scenario whose items have `after`, and most of them `until`."""

_SUPPORTED_YEARS = range(1970, 9001)


def with_readable_dates(scenario: dict[str, Any]) -> dict[str, Any]:
    """Return the scenario with all recording dates as instants with a zone or written out, and with such triggers.

    Unreadable values stay unchanged.
    """
    made = dict(scenario)
    for key in ("recordings", "pick", "on_create", "arrivals"):
        if key in made:
            made[key] = _map_values(made[key], _normalize_subject)
    for key in GROUP_KEYS:
        if key in made:
            made[key] = change_group_values(made[key], _normalize_subject)
    if isinstance(made.get("on_create"), dict):
        made["on_create"] = _normalize_subject(made["on_create"])
    for key in WINDOWED_KEYS:
        if key in made:
            made[key] = _map_values(made[key], _write_out_window)
    return made


def with_real_dates(value: Any) -> Any:
    """Return a value in which each instant is a `datetime` itself: a test may write one of a class that it derives."""
    if isinstance(value, dict):
        return {key: with_real_dates(inside) for key, inside in value.items()}
    if isinstance(value, (list, tuple)):
        return [with_real_dates(inside) for inside in value]
    return to_real_datetime(value) if isinstance(value, datetime) else value


def normalize_instant(value: Any) -> Any:
    """Return a date or an instant as an instant with a zone, by default UTC as in Twilio's filters.

    A date from the start of the clock, such as `-2d`, is written out.
    """
    if isinstance(value, str):
        if re.fullmatch(SIGNED_DURATION_PATTERN, value):
            return {"from_start": value}
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            value = _parse_rfc2822(value)
    if isinstance(value, datetime):
        value = to_real_datetime(value)
        return value if value.tzinfo else value.replace(tzinfo=UTC)
    return get_real_datetime()(value.year, value.month, value.day, tzinfo=UTC) if isinstance(value, date) else value


def check_instant(value: Any, path: ValuePath) -> Iterator[Problem]:
    """Yield a problem if an instant or a relative date is outside of the supported range. Other values are ignored."""
    too_long = find_duration_problem(value.from_start[1:]) if isinstance(value, RelativeDate) else None
    if too_long is not None:
        yield Problem(path, too_long)
    if isinstance(value, datetime) and value.year not in _SUPPORTED_YEARS:
        yield Problem(path, f"expected a date between 1970 and 9000, found {describe_value(value)}.")


def check_instants(fields: object, path: ValuePath) -> Iterator[Problem]:
    """Yield the dates among the fields of a recording or a step that are outside of the supported range."""
    for field in DATE_FIELDS:  # fields that a step sets include no date_created
        yield from check_instant(getattr(fields, field, None), (*path, field))


def check_dated_subject(subject: ScriptedRecording | Pick | OnCreate, path: ValuePath) -> Iterator[Problem]:
    """Yield the dates of a recording and of its steps that are outside of the supported range."""
    yield from check_instants(subject, path)
    for number, step in enumerate(subject.timeline):
        yield from check_instants(step.set, (*path, "timeline", number, "set"))


def _parse_rfc2822(text: str) -> Any:
    try:
        return parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return text


def _normalize_subject(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    made = _normalize_fields(value)
    if "timeline" in made:
        made["timeline"] = _map_values(made["timeline"], _normalize_step)
    return made


def _normalize_step(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    made = dict(value)
    if "set" in made:
        made["set"] = _normalize_fields(made["set"])
    if "after" in made:
        made["after"] = write_out_durations(made["after"])
    return made


def _write_out_window(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    return {key: write_out_durations(inside) if key in ("after", "until") else inside for key, inside in value.items()}


def _normalize_fields(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    return {key: normalize_instant(inside) if key in DATE_FIELDS else inside for key, inside in value.items()}


def _map_values(values: Any, convert: Any) -> Any:
    return [convert(value) for value in values] if isinstance(values, (list, tuple)) else values

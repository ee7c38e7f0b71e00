"""Checks that the values of a recording agree with each other and with its status.

A scenario's own recordings must agree. Imported ones keep what Twilio wrote, and the import reports it.
"""

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal

from msgspec import UNSET, UnsetType

from generators.instants import SECOND, to_microseconds
from generators.model import CONFERENCE_SOURCES, Source
from scenarios.full_timelines import with_initial_step
from scenarios.lifecycle import ERROR_CODES_WITH_AUDIO, STATUSES, STATUSES_WITHOUT_AUDIO
from scenarios.model import Pick, ScriptedRecording
from scenarios.problems import Problem, ValuePath, describe_value
from scenarios.relative_dates import AT_START, RelativeDate, get_offset
from scenarios.statuses import RecordingStatus
from scenarios.steps import RecordingFields

_STATUS_FIELDS = ("duration", "price", "error_code")
"""Fields of a recording that take effect in the steps with certain statuses only."""
_MAX_DECIMALS = 5
"""The number of decimals that Twilio writes (WIRE §1.1)."""


def check_coherence(subject: ScriptedRecording | Pick, path: ValuePath, start: datetime | None) -> Iterator[Problem]:
    """Yield the contradictions in the fields of a recording.

    Args:
        subject: the recording or pick.
        path: its path in the scenario.
        start: the start of the account's clock, if known.
    """
    source = subject.source
    if isinstance(subject, Pick) and source is UNSET and subject.where.source:
        source = subject.where.source
    yield from check_source(subject, source, path)
    yield from check_price(subject, path)
    yield from _check_status_fields(subject, path)
    if isinstance(subject, ScriptedRecording):
        yield from check_dates(subject, path, subject.date_created or start or AT_START)


def check_step_values(fields: RecordingFields, status: RecordingStatus | None, path: ValuePath) -> Iterator[Problem]:
    """Yield the contradictions between the fields that a step sets and the status of the recording by then."""
    yield from check_price(fields, path)
    if fields.duration not in (UNSET, None) and status in STATUSES_WITHOUT_AUDIO:
        yield _build_no_audio_problem(fields, status, path)
    if isinstance(fields.error_code, int) and status is not None and not _may_have_error_code(fields, status):
        yield _build_error_code_problem(fields, status, path)


def check_source(fields: RecordingFields, source: Source | UnsetType, path: ValuePath) -> Iterator[Problem]:
    """Yield the contradictions between the fields of a recording and its source."""
    if source is UNSET:
        return
    if fields.channels == 2 and source is Source.RECORD_VERB:  # conferences may have two channels (WIRE §7)
        yield Problem((*path, "channels"), f"expected 1 channel with {source}, which has one voice, found 2.")
    if isinstance(fields, ScriptedRecording) and fields.conference_sid and source not in CONFERENCE_SOURCES:
        known = " or ".join(known_source for known_source in Source if known_source in CONFERENCE_SOURCES)
        yield Problem((*path, "conference_sid"), f"expected a conference with {known} only, found one with {source}.")


def check_price(fields: RecordingFields, path: ValuePath) -> Iterator[Problem]:
    """Yield a problem if a price is none that Twilio writes: negative, with five decimals (WIRE §1.1)."""
    if fields.price is UNSET or fields.price is None:
        return
    price = Decimal(str(fields.price))
    shown = describe_value(fields.price)
    if price > 0:
        yield Problem((*path, "price"), f"expected a price of at most 0, because a charge is negative, found {shown}.")
    elif price != round(price, _MAX_DECIMALS):
        yield Problem((*path, "price"), f"expected a price with at most {_MAX_DECIMALS} decimals, found {shown}.")


def check_dates(
    subject: ScriptedRecording | Pick, path: ValuePath, created: datetime | RelativeDate
) -> Iterator[Problem]:
    """Yield the dates of a recording, and of the steps of its timeline, that contradict its date of creation.

    An instant and a relative date are not compared.
    """
    yield from _check_dates_of_fields(subject, path, created)
    for number, step in enumerate(subject.timeline):
        yield from _check_dates_of_fields(step.set, (*path, "timeline", number, "set"), created)


def _check_dates_of_fields(
    fields: RecordingFields, path: ValuePath, created: datetime | RelativeDate
) -> Iterator[Problem]:
    """Yield the dates that contradict the creation. Dates count to the second, as Twilio writes them."""
    start, updated, limit = fields.start_time, fields.date_updated, _describe_date(created)
    if _is_later(start, created):
        sentence = f"expected an instant until date_created, found {_describe_date(start)}, after {limit}."
        yield Problem((*path, "start_time"), sentence)
    if _is_later(created, updated):
        sentence = f"expected an instant from date_created on, found {_describe_date(updated)}, before {limit}."
        yield Problem((*path, "date_updated"), sentence)


def _check_status_fields(subject: ScriptedRecording | Pick, path: ValuePath) -> Iterator[Problem]:
    """Yield the fields that never take effect, because no step has a status to which they belong."""
    statuses = [step.status for step in with_initial_step(subject) if step.status]
    for field in _STATUS_FIELDS:
        if getattr(subject, field) in (UNSET, None):
            continue
        fitting = [status for number, status in enumerate(statuses) if _takes_field(status, field, is_first=not number)]
        last = statuses[-1] if statuses else None
        if field == "error_code" and last and not any(_may_have_error_code(subject, status) for status in fitting):
            yield _build_error_code_problem(subject, last, path)
        elif field == "duration" and last in STATUSES_WITHOUT_AUDIO:
            yield _build_no_audio_problem(subject, last, path)
        elif not fitting:
            known = " or ".join(status for status in RecordingStatus if _takes_field(status, field, is_first=True))
            found = f"with {last}" if last else "in a timeline without a status"
            yield Problem((*path, field), f"expected a {field} with {known} only, found one {found}.")


def _takes_field(status: RecordingStatus, field: str, *, is_first: bool) -> bool:
    facts = STATUSES[status]
    return field in facts.fields or (is_first and field in facts.initial_fields)


def _may_have_error_code(fields: RecordingFields, status: RecordingStatus) -> bool:
    return status in STATUSES_WITHOUT_AUDIO or (
        status is RecordingStatus.COMPLETED and fields.error_code in ERROR_CODES_WITH_AUDIO
    )


def _build_error_code_problem(fields: RecordingFields, status: RecordingStatus, path: ValuePath) -> Problem:
    statuses = " or ".join(status for status in RecordingStatus if status in STATUSES_WITHOUT_AUDIO)
    codes = ", ".join(map(str, sorted(ERROR_CODES_WITH_AUDIO)))
    sentence = f"expected a code with {statuses}, or one of {codes} with completed, found {fields.error_code} with"
    return Problem((*path, "error_code"), f"{sentence} {status}.")


def _build_no_audio_problem(fields: RecordingFields, status: RecordingStatus | None, path: ValuePath) -> Problem:
    sentence = f"expected none with {status}, because such a recording has no audio, found {fields.duration}."
    return Problem((*path, "duration"), sentence)


def _is_later(date: object, other: object) -> bool:
    """Return True if a date is later than another, and both are instants or both are relative."""
    if isinstance(date, datetime) and isinstance(other, datetime):
        return to_microseconds(date) // SECOND > to_microseconds(other) // SECOND
    if isinstance(date, RelativeDate) and isinstance(other, RelativeDate):
        return get_offset(date) // SECOND > get_offset(other) // SECOND
    return False


def _describe_date(date: object) -> str:
    return date.from_start if isinstance(date, RelativeDate) else describe_value(date)

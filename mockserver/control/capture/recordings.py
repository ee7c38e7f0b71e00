"""A recording that was created in an account, as a scripted one with the same course."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any

import msgspec
from msgspec import UNSET

from generators import distributions
from generators.instants import EPOCH, SECOND
from generators.model import CONFERENCE_SOURCES, Recording, Source, Track
from generators.sids import Kind
from mockserver.account.account import Account
from mockserver.account.state.in_progress import get_in_flight_status
from mockserver.account.state.state import FIRST_CREATED
from mockserver.control.capture.changes import Change, build_steps
from scenarios.lifecycle import STATUSES
from scenarios.model import Scenario, ScriptedRecording
from scenarios.statuses import RecordingStatus
from scenarios.steps import RecordingFields, Step

_PRICE_STEP = Decimal("0.00001")
_ACTIVE = (RecordingStatus.IN_PROGRESS, RecordingStatus.PAUSED, RecordingStatus.STOPPED)
_RESULT_FIELDS = ("duration", "price", "error_code")
"""The fields whose values a final status sets."""


def capture_recording(account: Account, index: int, changes: Sequence[Change]) -> ScriptedRecording:
    """Return a created recording with the changes that happened to it.

    Args:
        changes: those that are known, in order; if there are none, it has its present status from the start.
    """
    recording = account.recordings.recording_index.get_even_if_deleted(index)
    instant, start = account.state.created[index - FIRST_CREATED].instant, account.corpus.spec.t0 * SECOND
    steps = build_steps(_complete_changes(account, index, changes, recording), max(instant, start))
    steps = _with_results(steps, recording)
    is_imported = _is_imported(account, index)
    fields: dict[str, Any] = {
        **_name(account, index, recording),
        **_collect_parents(account, index, recording),
        **_collect_lasting_fields(recording),
        **_collect_subscription(account, index),
        **_collect_media(account, index, recording),
    }
    if instant != start:
        fields["date_created"] = EPOCH + timedelta(microseconds=instant)
    if is_imported:
        fields["imported"] = True
    return _with_course(fields, steps, is_imported=is_imported)


def _complete_changes(
    account: Account, index: int, changes: Sequence[Change], recording: Recording
) -> Sequence[Change]:
    """Return the changes that lead to the present status."""
    present = RecordingStatus(get_in_flight_status(account.state.in_progress.get(index)) or recording.status)
    last = next((change.step.status for change in reversed(changes) if change.step.status), None)
    if last is None:
        instant = account.state.created[index - FIRST_CREATED].instant
        deleted_at = account.state.deleted_at.get(index)
        deletion = [] if deleted_at is None else [Change(deleted_at, Step(status=RecordingStatus.DELETED))]
        return [Change(instant, Step(status=present)), *changes, *deletion]
    if last is RecordingStatus.DELETED:
        return list(_iter_with_completion(changes))
    if last in _ACTIVE and last is not present and present in _ACTIVE:  # a request changed it after its timeline
        return [*changes, Change(recording.date_updated * SECOND, Step(status=present))]
    return changes


def _iter_with_completion(changes: Sequence[Change]) -> Iterator[Change]:
    """Yield changes in which a deletion follows a completion: the deletion of any other recording completes it."""
    status = None
    for at, step in changes:
        if step.status is RecordingStatus.DELETED and status not in (None, RecordingStatus.COMPLETED):
            yield Change(at, Step(status=RecordingStatus.COMPLETED, callback=()))
        yield Change(at, step)
        status = step.status or status


def _with_results(steps: Sequence[Step], recording: Recording) -> list[Step]:
    """Return the steps with the recording's present values in the last step that sets them, unless steps set them."""
    settings = [number for number, step in enumerate(steps) if step.status is not None and STATUSES[step.status].fields]
    if not settings and steps[0].status is RecordingStatus.DELETED:
        settings = [0]  # it was completed before
    if not settings:
        return list(steps)
    number = settings[-1]
    status = steps[number].status
    assert status is not None, "it has fields"
    names = STATUSES[status].fields or STATUSES[status].initial_fields
    given = {name for step in steps[number:] for name in _RESULT_FIELDS if getattr(step.set, name) is not UNSET}
    present = {name: value for name, value in _iter_results(recording) if name in names and name not in given}
    changed = msgspec.structs.replace(steps[number].set, **present) if present else steps[number].set
    step = msgspec.structs.replace(steps[number], set=changed)
    return [*steps[:number], step, *steps[number + 1 :]]


def _iter_results(recording: Recording) -> Iterator[tuple[str, Any]]:
    """Yield the values that a status does not give by itself."""
    yield "duration", recording.duration
    usual = None if recording.duration is None else distributions.compute_price(recording.duration)
    if recording.price != usual:
        yield "price", None if recording.price is None else f"{Decimal(recording.price) * _PRICE_STEP:.5f}"
    if recording.error_code is not None:
        yield "error_code", recording.error_code


def _with_course(fields: Mapping[str, Any], steps: Sequence[Step], *, is_imported: bool) -> ScriptedRecording:
    """Return the recording with its steps: in the short form if its first step says no more than a status.

    Of an imported recording, the first step has the saved values, which only the short form may have.
    """
    first = steps[0]
    said = {
        name: value for name in RecordingFields.__struct_fields__ if (value := getattr(first.set, name)) is not UNSET
    }
    is_plain = first == Step(status=first.status, set=first.set) and not (said and len(steps) > 1)
    if is_imported or is_plain:
        return ScriptedRecording(**{**fields, **said}, status=first.status, timeline=tuple(steps[1:]))
    return ScriptedRecording(**fields, timeline=tuple(steps))


def _name(account: Account, index: int, recording: Recording) -> dict[str, str]:
    handle = account.recordings.recording_index.get_name(index)
    if handle == recording.sid:
        return {"sid": recording.sid}
    return {"id": handle} | (
        {} if account.corpus.derive_handle_sid(handle) == recording.sid else {"sid": recording.sid}
    )


def _collect_parents(account: Account, index: int, recording: Recording) -> dict[str, Any]:
    """Return the call and conference, unless they follow from the recording's index."""
    twilio, sids = recording.twilio_wire or {}, account.corpus.sids
    said: dict[str, Any] = {}
    if "call_sid" in twilio and twilio["call_sid"] is None:
        said["call_sid"] = None
    elif recording.call_sid != sids.encode(Kind.CALL, index):
        said["call_sid"] = recording.call_sid
    usual = sids.encode(Kind.CONFERENCE, index) if recording.source in CONFERENCE_SOURCES else None
    if recording.conference_sid != usual:
        said["conference_sid"] = recording.conference_sid
    others = {key: value for key, value in twilio.items() if key != "call_sid"}
    return said | ({"twilio_wire": others} if others else {})


def _collect_lasting_fields(recording: Recording) -> dict[str, Any]:
    usual = Source.CONFERENCE if recording.conference_sid else Source.DIAL_VERB
    said: dict[str, Any] = {}
    if recording.source is not usual:
        said["source"] = recording.source
    if recording.channels != 1:
        said["channels"] = recording.channels
    if recording.track is not Track.BOTH:
        said["track"] = recording.track
    if recording.price_unit is not None:
        said["price_unit"] = recording.price_unit
    if recording.encryption is not None and recording.encryption.given is not None:
        said["encryption_details"] = dict(recording.encryption.given)
    if recording.start_time != recording.date_created:
        start = recording.start_time
        said["start_time"] = None if start is None else EPOCH + timedelta(seconds=start)
    return said


def _collect_subscription(account: Account, index: int) -> dict[str, Any]:
    subscription = account.state.subscriptions.get(index)
    if subscription is None or not subscription.events:
        return {}
    said: dict[str, Any] = {"status_callback": subscription.url, "status_callback_event": subscription.events}
    return said | ({} if subscription.method == "POST" else {"status_callback_method": subscription.method})


def _collect_media(account: Account, index: int, recording: Recording) -> dict[str, str]:
    file = account.state.media_files.get(index)
    transcript = recording.transcript
    if transcript is None and recording.turns:
        transcript = "\n".join(turn.text for turn in recording.turns if turn.text) or None
    return ({} if transcript is None else {"transcript": transcript}) | ({} if file is None else {"media": file})


def _is_imported(account: Account, index: int) -> bool:
    scenario: Scenario | None = account.scenario
    if scenario is None or not scenario.import_report:
        return False
    name = account.recordings.recording_index.get_name(index)
    return any(recording.imported and name in (recording.id, recording.sid) for recording in scenario.recordings)

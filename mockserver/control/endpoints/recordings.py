"""Endpoints for recordings: add, change, and run the next step."""

from typing import Any

from generators.instants import to_microseconds
from generators.model import Source, Status
from mockserver.account.account import Account
from mockserver.account.commands.recordings import AddRecording
from mockserver.account.commands.timelines import ApplyStep, RunNextStep
from mockserver.account.compiled_scenario import refuse_contradicting_dates
from mockserver.account.setup_error import ScenarioSetupError
from mockserver.control.endpoints.changes import parse_scenario, wait_for_callbacks
from mockserver.control.endpoints.endpoint import (
    Endpoint,
    PathParams,
    get_account,
    make_invalid_command_error,
    read_command,
)
from mockserver.control.endpoints.recording_list import list_recordings
from mockserver.control.views.accounts import ChangeResult
from mockserver.control.views.recordings import RecordingView, serialize_recording
from mockserver.server.exchange import Exchange
from scenarios.date_resolution import resolve_recording
from scenarios.free_handles import find_free_handle
from scenarios.model import ScriptedRecording
from scenarios.problems import format_path
from scenarios.relative_dates import get_instant
from scenarios.statuses import RecordingStatus
from scenarios.validation.coherence_checks import check_step_values


async def add_recording(exchange: Exchange, path: PathParams) -> RecordingView:
    account, fields = get_account(exchange, path), read_command(exchange, dict[str, Any])
    scripted = parse_scenario(exchange, {"recordings": [fields]}).recordings[0]
    if scripted.count > 1:
        raise make_invalid_command_error(f"count: expected one recording, found {scripted.count}: add each on its own")
    taken = {*account.state.handles, *(recording.handle for recording in account.state.upcoming.values())}
    handle = scripted.id or scripted.sid or find_free_handle(len(account.state.created) + 1, taken)
    if handle in taken or _is_sid_taken(account, scripted.sid):
        raise make_invalid_command_error(f"recording {handle!r} exists already")
    defaults = exchange.mock.account_factory.build_recording_defaults(exchange.base_url)
    try:
        index = account.apply(AddRecording(recording=scripted, handle=handle, defaults=defaults))
    except ScenarioSetupError as error:
        raise make_invalid_command_error(str(error)) from None
    if index is None:
        return _show_upcoming_recording(exchange, account, handle)
    added = serialize_recording(account, index, exchange.base_url)
    await exchange.mock.worker.wait_until_idle(account)
    if exchange.mock.find_account(account.sid) is not account:  # another request has replaced it meanwhile
        return added
    return serialize_recording(account, index, exchange.base_url)


def _is_sid_taken(account: Account, sid: str | None) -> bool:
    if sid is None:
        return False
    upcoming_sids = ((recording.definition.sid or "").lower() for recording in account.state.upcoming.values())
    return account.recordings.recording_index.find_index(sid) is not None or sid.lower() in upcoming_sids


def _show_upcoming_recording(exchange: Exchange, account: Account, handle: str) -> RecordingView:
    """Return the view of a recording as it will be at its creation, from a copy of the account."""
    upcoming = (known.definition for known in account.state.upcoming.values() if known.handle == handle)
    created = next(upcoming).date_created
    assert created is not None, "without a date, it exists at once"
    copy = exchange.mock.copy_account(account)
    if copy.state.arrivals:
        from mockserver.account.commands.arrivals import RemoveArrivals  # most accounts have none

        copy.apply(RemoveArrivals())  # very many recordings might arrive until then
    for _ in copy.clock_moves.advance_to(to_microseconds(get_instant(created))):
        pass
    return serialize_recording(copy, copy.state.handles[handle], exchange.base_url)


async def show_recording(exchange: Exchange, path: PathParams) -> RecordingView:
    account = get_account(exchange, path)
    return serialize_recording(account, account.timelines.find_recording_index(path["recording"]), exchange.base_url)


async def transition_recording(exchange: Exchange, path: PathParams) -> ChangeResult:
    """Apply a step now. The recording's timeline, if it has one, continues to wait."""
    account, fields = get_account(exchange, path), read_command(exchange, dict[str, Any])
    first, index = account.events.next_serial, account.timelines.find_recording_index(path["recording"])
    has_conference = account.recordings.recording_index.get_even_if_deleted(index).conference_sid is not None
    source = {"source": Source.CONFERENCE} if has_conference else {}
    written = parse_scenario(exchange, {"recordings": [{"timeline": [fields], **source}]}).recordings[0]
    scripted = resolve_recording(written, account.clock.now())
    step = scripted.timeline[0]
    if step.after is not None:
        raise make_invalid_command_error("after: expected a step that runs now, found one that waits")
    if account.recordings.recording_index.get_status(index) is Status.DELETED:
        raise make_invalid_command_error(f"recording {path['recording']} is deleted and cannot be changed")
    _check_transition(account, index, scripted)
    account.apply(ApplyStep(index=index, step=step))
    return await wait_for_callbacks(exchange, account, first)


def _check_transition(account: Account, index: int, scripted: ScriptedRecording) -> None:
    """Refuse values that contradict the recording.

    Raises:
        TwilioError: 20001 if a date, or a value for the present status, contradicts the recording.
    """
    recording, step = account.recordings.recording_index.get(index), scripted.timeline[0]
    for name, sid, parents in (
        ("call", recording.call_sid, account.calls),
        ("conference", recording.conference_sid, account.conferences),
    ):
        if getattr(step, name) is not None and sid is not None and parents.is_live(sid):
            raise make_invalid_command_error(f"{name}: expected none that is live, found {sid}: it has its own course")
    try:
        refuse_contradicting_dates(f"recording {recording.sid}", scripted, recording.date_created)
    except ScenarioSetupError as error:
        raise make_invalid_command_error(str(error)) from None
    if step.status is None:  # the check of the step did not know the present one
        for path, sentence in check_step_values(step.set, RecordingStatus(recording.status), ("set",)):
            raise make_invalid_command_error(f"{format_path(path)}: {sentence}")


async def run_next_step(exchange: Exchange, path: PathParams) -> ChangeResult:
    """Run the next step of a recording's timeline, whatever it waits for."""
    account = get_account(exchange, path)
    first, index = account.events.next_serial, account.timelines.find_recording_index(path["recording"])
    if not account.apply(RunNextStep(index=index)):
        raise make_invalid_command_error(f"recording {path['recording']} has no waiting timeline")
    return await wait_for_callbacks(exchange, account, first)


RECORDINGS = {
    "/recordings": Endpoint(GET=list_recordings, POST=add_recording),
    "/recordings/{recording}": Endpoint(GET=show_recording, POST=transition_recording),
    "/recordings/{recording}/step": Endpoint(POST=run_next_step),
}

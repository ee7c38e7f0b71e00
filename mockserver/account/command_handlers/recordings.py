"""Commands that change recordings and their subresources."""

from generators.model import CallStatus, Recording, Source
from generators.sids import Kind, fold_sid
from mockserver.account.account_parts import AccountParts
from mockserver.account.commands.recordings import (
    AddRecording,
    AttachMedia,
    BeginRecording,
    CreateCallRecording,
    DeleteRecording,
    DeleteSubresource,
    UpdateRecording,
    UseNewSids,
)
from mockserver.rest.errors import TwilioError
from scenarios.operations import RequestKind
from scenarios.statuses import RecordingStatus


def begin_recording(account: AccountParts, command: BeginRecording) -> int:
    return account.start_now(command)


def create_call_recording(account: AccountParts, command: CreateCallRecording) -> tuple[Recording, bool]:
    recordings = account.recordings
    if fold_sid(command.call_sid) in account.state.deleted_call_sids:
        raise TwilioError(20404, f"{command.call_sid} is deleted.")
    call = account.live_calls.find(command.call_sid) if account.has_live_calls else None
    if call is not None and call.status is not CallStatus.IN_PROGRESS:
        raise TwilioError(21220, f"{call.sid} is {call.status.value}: only a call in progress can be recorded.")
    active = recordings.find_active(command.call_sid, Source.START_CALL_RECORDING_API)
    if active is not None:
        return recordings.get_in_flight(active), False
    start = BeginRecording(
        call_sid=command.call_sid,
        channels=command.channels,
        track=command.track,
        subscription=command.subscription,
    )
    index = account.start_now(start)
    if call is not None:
        account.live_calls.api_recordings.adopt(call, index, command)
    return recordings.get_in_flight(index), True


def update_recording(account: AccountParts, command: UpdateRecording) -> tuple[Recording, bool]:
    recordings = account.recordings
    index, is_changed = recordings.update(command.sid, command.parent, command.status, command.behavior)
    shown = recordings.get_in_flight(index)
    # Count the request before the signal: a step that the signal triggers starts its own counts after this request.
    account.timelines.record_request(RequestKind.CHANGE, (index,))
    if is_changed:
        if account.has_live_calls:
            account.live_calls.api_recordings.update(index, command.status, command.behavior)
        account.timelines.signal_change(RecordingStatus(command.status), index)
    return shown, is_changed


def delete_recording(account: AccountParts, command: DeleteRecording) -> None:
    index = account.recordings.delete(command.sid, parent=command.parent)
    account.timelines.record_status(index, "completed", RecordingStatus.DELETED)
    account.timelines.stop(index)


def delete_subresource(account: AccountParts, command: DeleteSubresource) -> None:
    allowed_indices = None
    if command.result_sid is not None:
        from mockserver.account.resources.subresources import find_payload_indices

        allowed_indices = find_payload_indices(account.add_on_results, command.result_sid, command.recording_sid)
    sources = {
        Kind.TRANSCRIPTION: account.transcriptions,
        Kind.ADD_ON_RESULT: account.add_on_results,
        Kind.PAYLOAD: account.payloads,
    }
    sources[command.kind].delete(command.sid, recording_sid=command.recording_sid, allowed_indices=allowed_indices)


def attach_media(account: AccountParts, command: AttachMedia) -> None:
    account.state.media_files[account.recordings.find(command.sid)] = command.path
    account.state.version += 1


def add_recording(account: AccountParts, command: AddRecording) -> int | None:
    from mockserver.account.scenario_setup import place_scripted_recording

    return place_scripted_recording(account, command.recording, command.handle, command.defaults, account.clock.now())


def use_new_sids(account: AccountParts, command: UseNewSids) -> None:
    state = account.state
    state.sid_epoch = command.epoch
    if state.live is not None:
        state.live.call_serial = state.live.conference_serial = state.first_of_epoch

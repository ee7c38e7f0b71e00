"""Makes the views of live calls. Only servers on which a call was placed import this module."""

from generators.instants import SECOND
from generators.model import API_VERSION, Status
from mockserver.account.account import Account
from mockserver.account.calls.progress import compute_seconds
from mockserver.account.state.app_requests import AskedDocument
from mockserver.account.state.live_calls import LiveCall
from mockserver.account.state.live_recordings import Side, Utterance
from mockserver.control.views.call_data import AppRequestView, CallRecordingView, CallSummary, UtteranceView
from mockserver.control.views.calls import CallView
from mockserver.control.views.debugger import serialize_debugger_event
from mockserver.control.views.instants import serialize_instant
from mockserver.rest.representations.recording import build_recording
from mockserver.rest.representations.wires import Wire

_MILLISECOND = SECOND // 1000


def serialize_call(account: Account, call: LiveCall, base_url: str, *, is_played: bool) -> CallView:
    index = account.recordings.recording_index
    recordings = [
        number
        for number in index.created.get_indices_of_parent(call.sid)
        if index.get_status(number) is not Status.DELETED
    ]
    return CallView(
        sid=call.sid,
        direction=call.direction.value,
        from_=call.from_,
        to=call.to,
        status=call.status.value,
        duration=_get_duration(call),
        answered_by=call.answered_by,
        parent_call_sid=_get_parent_sid(account, call),
        created=serialize_instant(call.created_at),
        answered=None if call.answered_at is None else serialize_instant(call.answered_at),
        ended=None if call.ended_at is None else serialize_instant(call.ended_at),
        is_over=call.is_over,
        is_played=is_played,
        conversation=_serialize_talk(account, call),
        requests=tuple(map(_serialize_request, call.asked)),
        recordings=tuple(_serialize_recording(account, number, base_url) for number in recordings),
        debugger=tuple(map(serialize_debugger_event, account.live_calls.debugger.get_events_of(call))),
    )


def summarize_call(account: Account, call: LiveCall) -> CallSummary:
    return CallSummary(
        sid=call.sid,
        direction=call.direction.value,
        from_=call.from_,
        to=call.to,
        status=call.status.value,
        duration=_get_duration(call),
        parent_call_sid=_get_parent_sid(account, call),
        created=serialize_instant(call.created_at),
        is_over=call.is_over,
    )


def _get_duration(call: LiveCall) -> int | None:
    return compute_seconds(call) if call.is_over else None


def _get_parent_sid(account: Account, call: LiveCall) -> str | None:
    parent = None if call.parent is None else account.live_calls.find_by_number(call.parent)
    return None if parent is None else parent.sid


def _serialize_talk(account: Account, call: LiveCall) -> tuple[UtteranceView, ...]:
    """Return what was heard until now. What is to be said after a hang-up never is."""
    until = account.clock.now() if call.ended_at is None else call.ended_at
    begun = sorted((spoken for spoken in call.talk if spoken.start <= until), key=lambda spoken: spoken.start)
    return tuple(_serialize_utterance(call, spoken) for spoken in begun if spoken.text or spoken.digits or spoken.media)


def _serialize_utterance(call: LiveCall, spoken: Utterance) -> UtteranceView:
    return UtteranceView(
        at=serialize_instant(spoken.start),
        seconds=(spoken.start - call.created_at) // _MILLISECOND / 1000,
        speaker="person" if spoken.side is Side.PARTY else "other" if spoken.is_person else "app",
        text=spoken.text,
        digits=spoken.digits,
        media=spoken.media,
    )


def _serialize_request(asked: AskedDocument) -> AppRequestView:
    return AppRequestView(
        at=serialize_instant(asked.at),
        purpose=asked.purpose.value,
        method=asked.method,
        url=asked.url,
        parameters=dict(asked.parameters),
        status=asked.status,
        failure=asked.failure,
        code=asked.code,
        detail=asked.detail,
    )


def _serialize_recording(account: Account, number: int, base_url: str) -> CallRecordingView:
    shown = account.recordings.recording_index.get(number)
    return CallRecordingView(
        sid=shown.sid,
        url=f"{base_url}/{API_VERSION}/Accounts/{account.sid}/Recordings/{shown.sid}",
        status=shown.status.value,
        source=build_recording(shown, Wire.TWILIO, base_url)["source"],
        channels=shown.channels,
        duration=shown.duration,
        transcript=" ".join(turn.text for turn in shown.turns or () if turn.text),
        conference_sid=shown.conference_sid,
    )

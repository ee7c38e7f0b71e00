"""The status of live calls, and their status callbacks."""

from generators.instants import SECOND
from generators.model import CallStatus
from mockserver.account.calls.context import CallContext
from mockserver.account.calls.leg_recordings import to_seconds
from mockserver.account.calls.talk import RecordedTalk
from mockserver.account.state.activities import Dialing
from mockserver.account.state.live_calls import LiveCall
from mockserver.callbacks.action_parameters import build_recording_extra
from mockserver.callbacks.progress_parameters import build_end_extra, build_progress_extra
from mockserver.callbacks.request import Pairs
from mockserver.callbacks.voice_parameters import NO_EXTRA, Extra, build_voice_parameters

_SIP_CODES = {
    CallStatus.COMPLETED: 200,
    CallStatus.BUSY: 486,
    CallStatus.NO_ANSWER: 487,
    CallStatus.CANCELED: 487,
    CallStatus.FAILED: 404,
}
"""WIRE-CALLS §1.4."""
_EVENTS = {
    CallStatus.QUEUED: "initiated",
    CallStatus.RINGING: "ringing",
    CallStatus.IN_PROGRESS: "answered",
}
"""The events of the statuses before the end. Every end is the event `completed`."""


class CallProgress:
    """Moves calls from one status to the next."""

    def __init__(self, context: CallContext) -> None:
        self._context = context

    def set_status(self, call: LiveCall, status: CallStatus) -> None:
        """Set the status of a call that rings, is answered or ends, and send the callback of the event."""
        now = self._context.clock.now()
        call.status = status
        if status is CallStatus.IN_PROGRESS:
            call.answered_at = now
        elif status is CallStatus.RINGING:
            call.rang_at = now
        else:
            call.ended_at = now
        self._context.touch(call)
        self._context.note(call, status.value)
        self.send(call, _EVENTS.get(status, "completed"), status.value)

    def answer(self, call: LiveCall) -> None:
        """Answer a call that still rings."""
        if call.status is CallStatus.RINGING:
            self.set_status(call, CallStatus.IN_PROGRESS)

    def send(self, call: LiveCall, event: str, status: str) -> None:
        """Send a status callback if the call has a receiver for the event.

        The numbers of the events count those that nobody subscribes to as well, if the call subscribes to several
        (WIRE-CALLS §1.5).
        """
        subscription = call.subscription
        if subscription is None:
            return
        if event not in subscription.events:
            call.sequence_number += len(subscription.events) > 1
            return
        extra = {
            **build_progress_extra(
                timestamp=self._context.clock.now() // SECOND,
                sequence_number=call.sequence_number,
                answered_by=call.answered_by,
            ),
            **(self._build_end(call) if call.is_over else {}),
        }
        call.sequence_number += 1
        parameters = self.build_parameters(call, extra, status=status)
        self._context.callbacks.enqueue_request(
            sid=call.sid, event=event, receiver=subscription, parameters=parameters, signer=call.signer
        )

    def build_parameters(self, call: LiveCall, extra: Extra = NO_EXTRA, status: str | None = None) -> Pairs:
        """Return the parameters of a request about a call.

        Args:
            extra: those of this kind of request.
            status: the CallStatus to show; that of the call if left out.
        """
        parent = None if call.parent is None else self._context.get_call(call.parent).sid
        return build_voice_parameters(
            call_sid=call.sid,
            account_sid=self._context.account_sid,
            from_=call.from_,
            to=call.to,
            status=status or call.status.value,
            direction=call.direction.value,
            parent_call_sid=parent,
            forwarded_from=call.forwarded_from,
            caller_name=call.caller_name,
            extra={"ApplicationSid": call.application_sid, "AnsweredBy": call.answered_by, **extra},
        )

    def _build_end(self, call: LiveCall) -> Extra:
        recording = self._build_dial_recording(call) if call.record_index is None else self._build_own_recording(call)
        return build_end_extra(
            duration=compute_seconds(call), sip_response_code=_SIP_CODES[call.status], recording=recording
        )

    def _build_own_recording(self, call: LiveCall) -> Extra:
        """Return the parameters of the recording of a call with `Record=true`."""
        assert call.record_index is not None
        assert call.record_sid is not None
        shown = self._context.recordings.recording_index.get_even_if_deleted(call.record_index)
        duration = shown.duration or compute_seconds(call)
        return build_recording_extra(sid=call.record_sid, url=self.build_url(call, call.record_sid), duration=duration)

    def _build_dial_recording(self, call: LiveCall) -> Extra:
        """Return the parameters of the recording of the `<Dial>` that has connected a call (WIRE-CALLS §3.4)."""
        if call.parent is None:
            return NO_EXTRA
        parent, now = self._context.get_call(call.parent), self._context.clock.now()
        doing = parent.doing
        if not isinstance(doing, Dialing) or doing.bridged != call.number:
            return NO_EXTRA
        for recording in parent.recordings:
            if recording.index == doing.recording and (length := RecordedTalk(recording, parent.talk, now).duration):
                sid = self._context.recordings.recording_index.get_sid(recording.index)
                return build_recording_extra(sid=sid, url=self.build_url(parent, sid), duration=to_seconds(length))
        return NO_EXTRA

    def build_url(self, call: LiveCall, recording_sid: str) -> str:
        """Return the URL of a recording, without an extension."""
        return f"{call.signer.base_url}/2010-04-01/Accounts/{self._context.account_sid}/Recordings/{recording_sid}"


def compute_seconds(call: LiveCall, now: int | None = None) -> int:
    """Return the whole seconds from the answer to the end; 0 if the call was not answered.

    Args:
        now: the end of a call that is not over; it has lasted for 0 seconds if left out.
    """
    ended_at = now if call.ended_at is None else call.ended_at
    if call.answered_at is None or ended_at is None:
        return 0
    return (ended_at - call.answered_at) // SECOND

"""The live calls of an account: they are placed, ring, talk, and end."""

from generators.instants import SECOND
from generators.model import CallStatus, Source
from generators.sids import fold_sid
from mockserver.account.calls.api_recordings import ApiRecordings
from mockserver.account.calls.app_requests import AppRequests
from mockserver.account.calls.conferences import LiveConferences
from mockserver.account.calls.context import CallContext
from mockserver.account.calls.debugger import Debugger
from mockserver.account.calls.dialing import Dialing
from mockserver.account.calls.leg_recordings import LegRecordings
from mockserver.account.calls.new_calls import NewCalls
from mockserver.account.calls.playing import Player
from mockserver.account.calls.progress import CallProgress
from mockserver.account.calls.subscriptions import Subscriptions
from mockserver.account.calls.talk import add_utterance
from mockserver.account.calls.transcribing import Transcribing
from mockserver.account.commands.new_call import NewCall
from mockserver.account.resources.derived_resources import DerivedResources
from mockserver.account.state import live_calls as live
from mockserver.account.state.live_calls import (
    Direction,
    InConference,
    LiveCall,
    Queued,
    RecordingParty,
    Requesting,
    Ringing,
    Saying,
    Side,
    Utterance,
    VoiceDocument,
)
from mockserver.callbacks.app_request import AppAnswer
from mockserver.rest.errors import TwilioError

_APPLICATION_ERROR = "We are sorry, an application error has occurred. Goodbye."
_ERROR_TIME = 4 * SECOND
"""How long Twilio's spoken error message takes, in microseconds."""
_ANSWERS = {
    "no-answer": CallStatus.NO_ANSWER,
    "busy": CallStatus.BUSY,
    "failed": CallStatus.FAILED,
}


class LiveCalls:
    """The calls of an account that begin here, by number."""

    def __init__(self, context: CallContext, resources: DerivedResources) -> None:
        self._context = context
        self._state = context.state
        self._live = context.live
        self.debugger = Debugger(context)
        self.progress = CallProgress(context)
        self.recordings = LegRecordings(context)
        self.api_recordings = ApiRecordings(context, self.recordings)
        subscriptions = Subscriptions(context, self.debugger)
        self._new_calls = NewCalls(context, subscriptions)
        self.requests = AppRequests(context, self.progress, self.debugger, self._fail)
        self.conferences = LiveConferences(context, self.recordings, subscriptions, self._leave_conference)
        self._dialing = Dialing(
            context,
            self.requests,
            self.progress,
            self.recordings,
            self.conferences,
            subscriptions,
            self._new_calls,
            self.end,
        )
        self.transcribing = Transcribing(context, self.progress, self.debugger, subscriptions, resources)
        self._player = Player(
            context,
            self.requests,
            self.progress,
            self.recordings,
            self._dialing,
            self.conferences,
            subscriptions,
            self.transcribing,
            self.end,
        )

    # -- reading ---------------------------------------------------------------------------------

    def get(self, number: int) -> LiveCall:
        """Return a call by number."""
        return self._live.calls[number]

    def find(self, sid: str) -> LiveCall | None:
        """Return the call with a SID, or None if no live call has it."""
        folded = fold_sid(sid)
        return next((call for call in self._live.calls.values() if call.sid == folded), None)

    def is_waiting_for_others(self, call: LiveCall) -> bool:
        """Return True if time alone changes nothing of a call: it is over, or silent in a conference."""
        return call.is_over or (self.conferences.is_silent(call) and call.hang_up_at is None)

    # -- changes ---------------------------------------------------------------------------------

    def place(self, new: NewCall) -> LiveCall:
        """Create a call."""
        call = self._new_calls.place(new)
        if new.joins is not None:
            self.conferences.expect(call, new.joins)
        return call

    def resume(self, number: int) -> None:
        """Continue a call whose timer fired. It may wait for another instant by now."""
        call = self._live.calls.get(number)
        if call is None or call.is_over or call.wakes_at is None or call.wakes_at > self._context.clock.now():
            return
        call.wakes_at = None
        self._continue(call)
        self._schedule(call)

    def receive(self, number: int, answer: AppAnswer) -> None:
        """Take the answer of an app, and continue the call that waits for it."""
        call = self.requests.receive(number, answer)
        if call is not None:
            self._player.play(call)
            self._schedule(call)

    def update(self, call: LiveCall, status: str | None, voice: VoiceDocument | None) -> None:
        """End a call, or let it play another document.

        Raises:
            TwilioError: 21220 if the call is over, or not in progress.
        """
        if status is not None:
            self._end_by_api(call, status)
        elif voice is not None:
            if call.status is not CallStatus.IN_PROGRESS:
                raise TwilioError(21220, f"{call.sid} is {call.status.value}.")
            self._redirect(call, voice)
        self._schedule(call)

    def _end_by_api(self, call: LiveCall, status: str) -> None:
        if call.is_over:
            raise TwilioError(21220, f"{call.sid} is {call.status.value} already.")
        if call.status is CallStatus.IN_PROGRESS:
            self.end(call, CallStatus.COMPLETED)
        else:
            self.end(call, CallStatus.CANCELED)

    def _redirect(self, call: LiveCall, voice: VoiceDocument) -> None:
        """Leave what the call does, and play another document. The action of a `<Dial>` is asked before."""
        doing = call.doing
        if isinstance(doing, live.Dialing):
            self._dialing.end_children(call, CallStatus.CANCELED)
            self._dialing.finish(call)  # nobody waits for the answer: the later document counts (WIRE-CALLS §1.4)
        elif isinstance(doing, InConference):
            self.conferences.leave(call)
        elif isinstance(doing, RecordingParty):
            for recording in [known for known in call.recordings if known.index == doing.recording]:
                call.recordings.remove(recording)
                self.recordings.end(recording, call.talk)
        elif isinstance(doing, Requesting):
            self._live.app_requests.pop(doing.number, None)
        call.doing, call.document, call.is_whispering = None, None, False
        call.voice = voice
        self._context.touch(call)
        self.requests.ask_first(call)
        self._player.play(call)

    def hang_up(self, call: LiveCall) -> None:
        """Let the party hang up. What the call does then ends, and its action is asked (WIRE-CALLS §3.3)."""
        self.end(call, CallStatus.COMPLETED, is_hang_up=True)

    def end(self, call: LiveCall, status: CallStatus, *, is_hang_up: bool = False) -> None:
        """End a call with a status: its recordings, its `<Dial>`, and its part in a conference."""
        if call.is_over:
            return
        doing = call.doing
        if isinstance(doing, live.Dialing):
            self._dialing.end_children(call, CallStatus.CANCELED)
        self.conferences.leave(call)
        self.progress.set_status(call, status)
        if isinstance(doing, RecordingParty):
            self._player.finish_record(call, doing, "hangup" if is_hang_up else None)
        elif isinstance(doing, live.Dialing):
            self._dialing.finish(call)
        elif isinstance(doing, InConference) and doing.is_dialed:
            self._dialing.finish_conference(call)
        elif isinstance(doing, Queued):
            self._player.leave_queue(call, doing, "hangup")
        elif isinstance(doing, Requesting):
            self._live.app_requests.pop(doing.number, None)
        call.doing, call.wakes_at = None, None
        self.recordings.end_all(call)
        parent = None if call.parent is None else self._live.calls.get(call.parent)
        if parent is not None and not parent.is_over:
            self._context.wake(parent, self._context.clock.now())

    def forget(self, call: LiveCall) -> None:
        """Delete a call that is over. Its recordings stay."""
        del self._live.calls[call.number]
        self._state.version += 1

    # -- the life of a call -----------------------------------------------------------------------

    def _continue(self, call: LiveCall) -> None:
        now, doing = self._context.clock.now(), call.doing
        if call.hang_up_at is not None and now >= call.hang_up_at:
            self.hang_up(call)
        elif call.limit_at is not None and now >= call.limit_at:
            self.end(call, CallStatus.COMPLETED)
        elif isinstance(doing, Ringing):
            self._ring(call)
        elif isinstance(doing, live.Dialing):
            if self._dialing.resume(call):
                self._player.play(call)
        elif isinstance(doing, live.Bridged):
            if doing.done_at is not None and now >= doing.done_at:
                self.end(call, CallStatus.COMPLETED)
        elif isinstance(doing, InConference):
            call.doing = InConference(doing.conference, doing.is_dialed)  # all is said, and the call stays
        elif isinstance(doing, Saying):
            self.end(call, CallStatus.COMPLETED)
        elif doing is None and call.document is None and call.status is CallStatus.RINGING:
            self.requests.ask_first(call)
            self._player.play(call)
        elif doing is not None and doing.done_at is not None and now >= doing.done_at:
            self._player.resume(call)

    def _ring(self, call: LiveCall) -> None:
        """Let the phone of a call that was placed ring, and be answered or not."""
        now, caller = self._context.clock.now(), call.caller
        if call.status is CallStatus.QUEUED:
            self.progress.send(call, "initiated", "initiated")
            self.progress.set_status(call, CallStatus.RINGING)
            ring_time = call.ring_limit if caller.ring_time is None else min(caller.ring_time, call.ring_limit)
            call.doing = Ringing(now + ring_time)
            return
        assert isinstance(call.doing, Ringing)
        if now < call.doing.done_at:
            return
        is_late = caller.ring_time is not None and caller.ring_time > call.ring_limit
        if is_late or not caller.is_reached:
            self.end(call, CallStatus.NO_ANSWER if is_late else _ANSWERS[str(caller.answers)])
            return
        call.doing = None
        self._answer(call)

    def _answer(self, call: LiveCall) -> None:
        self.progress.set_status(call, CallStatus.IN_PROGRESS)
        if call.record is not None:
            recording = self.recordings.start(call.sid, call.record, Source.OUTBOUND_API)
            call.recordings.append(recording)
            call.record_index, call.record_sid = recording.index, self.recordings.get_sid(recording)
        if call.joins is not None:
            self.conferences.join(call, call.joins, is_dialed=False)
        elif call.direction is Direction.OUTBOUND_DIAL:
            self._dialing.answer(call, call.voice.url, call.voice.method)
        else:
            self.requests.ask_first(call)
        self._player.play(call)

    def _fail(self, call: LiveCall) -> None:
        """Speak an error message, and end the call."""
        if call.status is CallStatus.RINGING:
            self.progress.set_status(call, CallStatus.IN_PROGRESS)
        now = self._context.clock.now()
        add_utterance(call.talk, Utterance(Side.OTHER, now, now + _ERROR_TIME, _APPLICATION_ERROR))
        call.document = None
        call.doing = Saying(now + _ERROR_TIME)
        self._schedule(call)

    def _leave_conference(self, call: LiveCall, doing: InConference) -> None:
        """Continue a call whose conference has ended."""
        call.doing = None
        if doing.is_dialed:
            call.doing = doing
            self._dialing.finish_conference(call)
            self._player.play(call)
            self._schedule(call)
        else:
            self.end(call, CallStatus.COMPLETED)

    def _schedule(self, call: LiveCall) -> None:
        """Set the timer of a call for the next instant at which it may change by itself."""
        if call.is_over:
            return
        done_at = None if call.doing is None else call.doing.done_at if not isinstance(call.doing, Requesting) else None
        instants = [at for at in (done_at, call.hang_up_at, call.limit_at) if at is not None]
        at = min(instants, default=None)
        if at is not None and at != call.wakes_at:
            self._context.wake(call, at)

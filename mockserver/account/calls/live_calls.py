"""The live calls of an account: they are placed, ring, talk, and end."""

from generators.instants import SECOND
from generators.model import CallStatus
from generators.sids import fold_sid
from mockserver.account.calls.api_recordings import ApiRecordings
from mockserver.account.calls.app_requests import AppRequests
from mockserver.account.calls.conferences import LiveConferences
from mockserver.account.calls.context import CallContext
from mockserver.account.calls.debugger import Debugger
from mockserver.account.calls.dialing import Dialer
from mockserver.account.calls.document_recordings import DocumentRecordings
from mockserver.account.calls.documents import Documents
from mockserver.account.calls.leg_recordings import LegRecordings
from mockserver.account.calls.new_calls import NewCalls
from mockserver.account.calls.participants import ApiConferences
from mockserver.account.calls.party_recordings import PartyRecordings
from mockserver.account.calls.playing import Player
from mockserver.account.calls.progress import CallProgress
from mockserver.account.calls.redirection import Redirection
from mockserver.account.calls.ringing import Ringer
from mockserver.account.calls.speaking import speak_error
from mockserver.account.calls.subscriptions import Subscriptions
from mockserver.account.calls.transcribing import Transcribing
from mockserver.account.calls.wait_documents import stop_waiting
from mockserver.account.calls.waits import Waits
from mockserver.account.commands.new_call import NewCall
from mockserver.account.resources.derived_resources import DerivedResources
from mockserver.account.state import activities
from mockserver.account.state.app_requests import VoiceDocument
from mockserver.account.state.live_calls import Direction, LiveCall
from mockserver.account.state.subscription import Signer, StatusSubscription
from mockserver.account.state.waiting import WaitKind
from mockserver.callbacks.app_request import AppAnswer
from mockserver.rest.errors import make_not_in_progress_error


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
        self._new_calls = NewCalls(context, subscriptions, self.debugger)
        self._documents = documents = Documents()
        self.requests = AppRequests(context, self.progress, self.debugger, documents, self._fail)
        self.conferences = LiveConferences(
            *(context, self.recordings, subscriptions, self.debugger, self._begin_wait, self._leave_conference)
        )
        self._dialing = Dialer(
            *(context, self.requests, documents, self.progress, self.recordings, self.conferences),
            *(subscriptions, self._new_calls, self.end),
        )
        self._ringing = Ringer(
            *(context, self.requests, self.progress, self.recordings, self.conferences, self._dialing, self.end)
        )
        self.transcribing = Transcribing(context, self.progress, self.debugger, subscriptions, resources)
        self._party_recordings = PartyRecordings(
            *(context, self.requests, documents, self.progress, self.recordings, subscriptions, self.transcribing)
        )
        document_recordings = DocumentRecordings(context, self.recordings, subscriptions)
        self._player = Player(
            *(context, self.requests, documents, self.progress, self._dialing),
            *(self._party_recordings, document_recordings, subscriptions, self._begin_wait, self.end),
        )
        self._waits = Waits(context, self.requests, self._player, self.end)
        self.api_conferences = ApiConferences(context, self.conferences, self._waits)
        self._redirection = Redirection(
            *(context, self.recordings, self.conferences, self._dialing, self._player, self._party_recordings)
        )

    # -- reading ---------------------------------------------------------------------------------

    def get(self, number: int) -> LiveCall:
        """Return a call by number."""
        return self._live.calls[number]

    def find_by_number(self, number: int) -> LiveCall | None:
        """Return a call by number, or None if it was deleted."""
        return self._live.calls.get(number)

    def list_calls(self) -> list[LiveCall]:
        """Return all calls, oldest first."""
        return [*self._live.calls.values()]

    def find(self, sid: str) -> LiveCall | None:
        """Return the call with a SID, or None if no live call has it."""
        return self._context.find_call(sid)

    def is_waiting_for_others(self, call: LiveCall) -> bool:
        """Return True if time alone changes nothing of a call: it is over, or silent in a conference."""
        return call.is_over or (self.conferences.is_silent(call) and call.hang_up_at is None)

    def adopt(self, sid: str, signer: Signer, since: int) -> LiveCall:
        """Create a call with a SID that the client chose, which is in progress since an instant."""
        call = self._new_calls.adopt(fold_sid(sid), signer, since)
        self._context.schedule(call)
        return call

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
        if call is not None and self._context.take_wake(call):
            self._continue(call)
            self._context.schedule(call)

    def receive(self, number: int, answer: AppAnswer) -> None:
        """Take the answer of an app, and continue the call that waits for it."""
        call = self._waits.receive(number, answer) or self.requests.receive(number, answer)
        if call is not None:
            self._player.play(call)
            self._context.schedule(call)

    def update(
        self,
        call: LiveCall,
        status: str | None,
        voice: VoiceDocument | None,
        subscription: StatusSubscription | None = None,
        time_limit: int | None = None,
    ) -> None:
        """End a call, or let it play another document.

        Args:
            subscription: the new receiver of its status callbacks; None if it stays.
            time_limit: the seconds that it may last; None if they stay.

        Raises:
            TwilioError: 21220 if the call is over, or not in progress.
        """
        if call.is_over or (status is None and voice is not None and call.status is not CallStatus.IN_PROGRESS):
            raise make_not_in_progress_error(f"{call.sid} is {call.status.value}.")
        call.time_limit = call.time_limit if time_limit is None else time_limit * SECOND
        if status is not None:
            self.end(call, CallStatus.COMPLETED if call.status is CallStatus.IN_PROGRESS else CallStatus.CANCELED)
        elif voice is not None:
            call.subscription = subscription or call.subscription
            self._redirect(call, voice)
        self._context.schedule(call)

    def _redirect(self, call: LiveCall, voice: VoiceDocument) -> None:
        self._redirection.leave(call)
        call.voice = voice
        self._context.touch(call)
        self.requests.ask_first(call)
        self._player.play(call)

    def hang_up(self, call: LiveCall) -> None:
        """Let the party hang up. What the call does then ends, and its action is asked (WIRE-CALLS §3.3).

        A caller who hangs up before the answer cancels the call, and a callee then declines it.
        """
        if call.answered_at is not None:
            self.end(call, CallStatus.COMPLETED, is_hang_up=True)
        else:
            self.end(call, CallStatus.CANCELED if call.direction is Direction.INBOUND else CallStatus.BUSY)

    def end(self, call: LiveCall, status: CallStatus, *, is_hang_up: bool = False) -> None:
        """End a call with a status: its recordings, its `<Dial>`, and its part in a conference."""
        if call.is_over:
            return
        doing = call.doing
        stop_waiting(self._context, call)
        if isinstance(doing, activities.Dialing):
            self._dialing.end_children(call, CallStatus.CANCELED)
        self.conferences.leave(call)
        self.progress.set_status(call, status)
        self._redirection.finish(call, doing, is_hang_up=is_hang_up)
        call.doing = None
        self.recordings.end_all(call)
        self._context.stop_timers(call)
        self._documents.forget(call)
        if call.parent in self._live.calls and not self._live.calls[call.parent].is_over:
            self._context.wake(self._live.calls[call.parent], self._context.clock.now())

    def forget(self, call: LiveCall) -> None:
        """Delete a call that is over. Its recordings stay."""
        self._state.deleted_call_sids[call.sid] = self._context.clock.now()
        self._context.forget(call)

    # -- the life of a call -----------------------------------------------------------------------

    def _continue(self, call: LiveCall) -> None:
        now = self._context.clock.now()
        if call.hang_up_at is not None and now >= call.hang_up_at:
            self.hang_up(call)
        elif call.limit_at is not None and now >= call.limit_at:
            self.end(call, CallStatus.NO_ANSWER if call.answered_at is None else CallStatus.COMPLETED)
        else:
            self._ringing.detector.finish(call)
            self._waits.resume(call)
            self._go_on(call, call.doing, now)
        self._player.play(call)

    def _go_on(self, call: LiveCall, doing: activities.Doing | None, now: int) -> None:
        if isinstance(doing, activities.Dialing):
            self._dialing.resume(call)
        elif doing is None and call.document is None and call.status is CallStatus.RINGING:
            self.requests.ask_first(call)
        elif doing is not None and doing.done_at is not None and now >= doing.done_at:
            self._finish(call, doing)

    def _finish(self, call: LiveCall, doing: activities.Doing) -> None:
        """Continue after something that took its time."""
        if isinstance(doing, activities.Bridged | activities.Saying):
            self.end(call, CallStatus.COMPLETED)
        elif isinstance(doing, activities.Ringing | activities.Connecting):
            self._ringing.ring(call)
        elif isinstance(doing, activities.InConference):
            self._dialing.go_on_in_conference(call, doing)
        else:
            self._player.resume(call)

    def _fail(self, call: LiveCall) -> None:
        """Speak an error message, and end the call."""
        self.progress.answer(call)
        call.document = None
        call.doing = activities.Saying(speak_error(call, self._context.clock.now()))
        self._context.schedule(call)

    def _begin_wait(self, call: LiveCall, kind: WaitKind, url: str, method: str) -> None:
        self._waits.begin(call, kind, url, method)

    def _leave_conference(self, call: LiveCall, doing: activities.InConference | None) -> None:
        """Continue a call that has left its conference, or end one that is still called to join it."""
        if doing is None:
            self.end(call, CallStatus.CANCELED)
        elif doing.is_dialed:
            self._dialing.finish_conference(call, doing)
            self._player.play(call)
            self._context.schedule(call)
        else:
            call.doing = None
            self.end(call, CallStatus.COMPLETED)

"""Plays TwiML: performs one act after the other, and continues a call when an act is over."""

from collections.abc import Callable
from typing import Any

from generators.instants import SECOND
from generators.model import CallStatus
from mockserver.account.calls.app_requests import AppRequests
from mockserver.account.calls.context import CallContext
from mockserver.account.calls.dialing import Dialer
from mockserver.account.calls.document_recordings import DocumentRecordings
from mockserver.account.calls.documents import Documents
from mockserver.account.calls.gathering import Gatherings
from mockserver.account.calls.party_recordings import PartyRecordings
from mockserver.account.calls.progress import CallProgress
from mockserver.account.calls.speaking import speak
from mockserver.account.calls.subscriptions import Subscriptions
from mockserver.account.state.activities import Gathering, Performing, Queued, RecordingParty
from mockserver.account.state.app_requests import RequestPurpose
from mockserver.account.state.live_calls import LiveCall
from mockserver.account.state.waiting import WaitKind
from mockserver.callbacks.action_parameters import build_enqueue_extra
from mockserver.twiml import acts

_QUEUE_PATIENCE = 60 * SECOND
"""How long a person waits in a queue before they hang up, in microseconds."""


class Player:
    """Plays the documents of live calls.

    Args:
        begin_wait: lets a call that waits hear the document of a URL, asked with a method.
        end: ends a call with a status.
    """

    def __init__(
        self,
        context: CallContext,
        requests: AppRequests,
        documents: Documents,
        progress: CallProgress,
        dialing: Dialer,
        party_recordings: PartyRecordings,
        document_recordings: DocumentRecordings,
        subscriptions: Subscriptions,
        begin_wait: Callable[[LiveCall, WaitKind, str, str], None],
        end: Callable[[LiveCall, CallStatus], None],
    ) -> None:
        self._context = context
        self._requests = requests
        self._documents = documents
        self._progress = progress
        self._dialing = dialing
        self._party_recordings = party_recordings
        self._gatherings = gatherings = Gatherings(context, requests, documents)
        self._subscriptions = subscriptions
        self._begin_wait = begin_wait
        self._end = end
        self._performers: dict[type[Any], Callable[[LiveCall, Any], None]] = {
            acts.Say: self._say,
            acts.Play: self._play,
            acts.Pause: self._pause,
            acts.Record: party_recordings.record,
            acts.Gather: gatherings.gather,
            acts.Dial: dialing.dial,
            acts.Redirect: self._redirect,
            acts.Hangup: self._hang_up,
            acts.Reject: self._reject,
            acts.StartRecording: document_recordings.start,
            acts.StopRecording: document_recordings.stop,
            acts.Leave: self._leave,
            acts.Enqueue: self._enqueue,
        }

    def play(self, call: LiveCall) -> None:
        """Perform acts until one takes time, the app is asked, or the call is over."""
        while call.doing is None and not call.is_over and call.document is not None:
            script = self._documents.get_script(call)
            if call.document.position >= len(script.acts):
                self._finish_document(call)
                return
            act = script.acts[call.document.position]
            if not _keeps_ringing(act):
                self._progress.answer(call)
            call.document.position += 1
            self._performers[type(act)](call, act)

    def _finish_document(self, call: LiveCall) -> None:
        if call.is_whispering:
            self._dialing.connect(call)
            return
        if call.is_hearing_wait:
            call.document = None
            return
        self._progress.answer(call)
        self._end(call, CallStatus.COMPLETED)

    def resume(self, call: LiveCall) -> None:
        """Continue after an act that is over."""
        doing = call.doing
        if isinstance(doing, Queued):
            self._end(call, CallStatus.COMPLETED)  # the person hangs up
            return
        call.doing = None
        if isinstance(doing, RecordingParty):
            self._party_recordings.finish(call, doing, doing.key)
        elif isinstance(doing, Gathering):
            self._gatherings.finish(call, doing)
        self.play(call)

    def _say(self, call: LiveCall, act: acts.Say) -> None:
        call.doing = Performing(speak(call, act, self._context.clock.now()))

    def _play(self, call: LiveCall, act: acts.Play) -> None:
        if act.digits is None:
            self._context.note(call, f"plays {act.url or 'the answer'}, which is not fetched")
        call.doing = Performing(speak(call, act, self._context.clock.now()))

    def _pause(self, call: LiveCall, act: acts.Pause) -> None:
        call.doing = Performing(self._context.clock.now() + act.seconds * SECOND)

    def _redirect(self, call: LiveCall, act: acts.Redirect) -> None:
        self._requests.ask(call, RequestPurpose.REDIRECT, act.url, act.method, verb="Redirect")

    def _hang_up(self, call: LiveCall, act: acts.Hangup) -> None:
        if call.is_hearing_wait:
            _set_wait_result(call, "hangup")
        else:
            self._end(call, CallStatus.COMPLETED)

    def _reject(self, call: LiveCall, act: acts.Reject) -> None:
        if call.status is CallStatus.RINGING:
            self._end(call, CallStatus.BUSY if act.reason == "busy" else CallStatus.NO_ANSWER)
        else:
            self._end(call, CallStatus.COMPLETED)

    def _leave(self, call: LiveCall, act: acts.Leave) -> None:
        """Leave a queue. In any other document it does nothing."""
        if call.is_hearing_wait:
            _set_wait_result(call, "leave")

    def _enqueue(self, call: LiveCall, act: acts.Enqueue) -> None:
        now = self._context.clock.now()
        call.doing = Queued(now + _QUEUE_PATIENCE, self._context.make_queue_sid(act.name), now)
        if act.wait_url:
            url = self._subscriptions.resolve_url(call, act.wait_url, "waitUrl")
            if url is not None:
                self._begin_wait(call, WaitKind.QUEUE, url, act.wait_method)

    def leave_queue(self, call: LiveCall, doing: Queued, result: str) -> None:
        """Ask the action of an `<Enqueue>` about its end.

        After a `<Leave>` the answer counts. Otherwise it does not matter: the call goes on elsewhere, or is over.
        """
        act = self._documents.get_act(call)
        if act.action is not None:
            seconds = (self._context.clock.now() - doing.since) // SECOND
            extra = build_enqueue_extra(result=result, sid=doing.sid, seconds=seconds)
            purpose = RequestPurpose.ACTION if result == "leave" else RequestPurpose.AFTER_END
            self._requests.ask(call, purpose, act.action, act.method, extra, verb="Enqueue")


def _set_wait_result(call: LiveCall, result: str) -> None:
    """Note how a document for those who wait ends the waiting. Its other verbs are not reached."""
    assert call.waiting is not None, "the call waits"
    call.waiting.result = result
    call.document = None


def _keeps_ringing(act: acts.Act) -> bool:
    """Return True if an act does not answer a call that rings: a `<Dial answerOnBridge>` does when it connects."""
    return isinstance(act, acts.Reject | acts.Pause) or (isinstance(act, acts.Dial) and act.answer_on_bridge)

"""Creates live calls: of the API, of tests, and those that a `<Dial>` places."""

from generators.content.calls_and_conferences import draw_numbers
from generators.instants import SECOND
from generators.model import CallStatus
from generators.sids import Kind
from mockserver.account.calls.context import CallContext
from mockserver.account.calls.debugger import Debugger
from mockserver.account.calls.subscriptions import Subscriptions
from mockserver.account.commands.new_call import NewCall
from mockserver.account.state.activities import Ringing
from mockserver.account.state.app_requests import VoiceDocument
from mockserver.account.state.live_calls import Direction, LiveCall
from mockserver.account.state.machine_detection import MachineDetection
from mockserver.account.state.subscription import Signer, StatusSubscription
from mockserver.twiml import acts
from scenarios.callers import find_caller

_QUEUE_TIME = SECOND
"""The time from the creation of a call until the phone rings, in microseconds: one call a second leaves the queue."""
_MILLISECONDS = 1000
"""The milliseconds of a second."""
_MAX_FINISHED = 2000
"""The number of calls that are over and are remembered."""


class NewCalls:
    """Adds calls to an account."""

    def __init__(self, context: CallContext, subscriptions: Subscriptions, debugger: Debugger) -> None:
        self._context = context
        self._debugger = debugger
        self._state = context.state
        self._live = context.live
        self._subscriptions = subscriptions

    def place(self, new: NewCall) -> LiveCall:
        """Create a call: an outbound one waits to be placed, an inbound one rings already."""
        call = self._add(new)
        for code, text in new.problems:
            self._debugger.report_code(call, code, text)
        if call.direction is Direction.INBOUND:
            call.status, call.updated_at, call.rang_at = CallStatus.RINGING, call.created_at, call.created_at
            self._context.wake(call, call.created_at)
        else:
            call.doing = Ringing(call.created_at + _QUEUE_TIME)
            self._context.wake(call, call.doing.done_at)
        return call

    def adopt(self, sid: str, signer: Signer, since: int) -> LiveCall:
        """Create a call with a SID that the client chose, which is in progress since an instant."""
        from_number, to_number = draw_numbers(sid)
        call = self._add(NewCall(to=to_number, from_=from_number, signer=signer, direction=Direction.INBOUND))
        call.sid, call.status = sid, CallStatus.IN_PROGRESS
        call.created_at = call.rang_at = call.answered_at = since
        self._live.adopted[sid] = call.number
        return call

    def dial_target(self, parent: LiveCall, act: acts.Dial, target: acts.Target) -> LiveCall:
        """Create the call to a target of a `<Dial>`."""
        assert not isinstance(target, acts.ConferenceTarget), "a conference is joined, not called"
        call = self._add(
            NewCall(
                to=target.address,
                from_=act.caller_id or _get_caller_id(parent),
                signer=parent.signer,
                direction=Direction.OUTBOUND_DIAL,
                voice=VoiceDocument(target.url, target.method),
                subscription=self._subscriptions.resolve_status(parent, target),
                timeout=act.timeout,
                time_limit=act.time_limit,
                send_digits=target.send_digits,
                detection=self._resolve_detection(parent, target.detection),
            ),
            parent=parent,
        )
        call.doing = Ringing(call.created_at)
        self._context.wake(call, call.created_at)
        return call

    def _resolve_detection(
        self, parent: LiveCall, found: acts.AnsweringMachineDetection | None
    ) -> MachineDetection | None:
        """Return how it is detected who answers a target. The call goes on meanwhile."""
        if found is None:
            return None
        callback = None
        if found.status_callback is not None:
            url = self._subscriptions.resolve_url(parent, found.status_callback, "amdStatusCallback")
            callback = None if url is None else StatusSubscription(url, found.status_callback_method)
        return MachineDetection(
            waits_for_end=found.waits_for_end,
            is_async=True,
            timeout=found.timeout * _MILLISECONDS,
            speech_threshold=found.speech_threshold,
            speech_end_threshold=found.speech_end_threshold,
            callback=callback,
        )

    def _add(self, new: NewCall, parent: LiveCall | None = None) -> LiveCall:
        number, now = self._live.call_serial, self._context.clock.now()
        self._live.call_serial += 1
        scenario = self._context.scenario
        caller = new.caller or find_caller(() if scenario is None else scenario.callers, new.from_, new.to)
        call = LiveCall(
            number=number,
            sid=self._context.make_sid(Kind.CALL, number),
            from_=new.from_,
            to=new.to,
            direction=new.direction,
            status=CallStatus.QUEUED,
            signer=new.signer,
            voice=new.voice,
            subscription=new.subscription,
            parent=None if parent is None else parent.number,
            caller=caller,
            created_at=now,
            ring_limit=new.timeout * SECOND,
            time_limit=new.time_limit * SECOND,
            record=new.record,
            detection=new.detection,
            send_digits=new.send_digits,
            joins=new.joins,
            forwarded_from=new.forwarded_from,
            caller_name=new.caller_name,
            application_sid=new.application_sid,
        )
        self._live.calls[number] = call
        self._state.version += 1
        self._forget_oldest()
        return call

    def _forget_oldest(self) -> None:
        """Forget the oldest call that is over, if there are very many."""
        calls = self._live.calls
        if len(calls) > _MAX_FINISHED:
            oldest = next((number for number, call in calls.items() if call.is_over), None)
            if oldest is not None:
                self._context.forget(calls[oldest])


def _get_caller_id(parent: LiveCall) -> str:
    """Return the number that the callee sees: the caller's own, whoever began the call."""
    return parent.from_ if parent.direction is Direction.INBOUND else parent.to

"""Twilio's debugger: the errors and warnings of calls and their apps."""

from collections.abc import Iterable

from mockserver.account.calls.context import CallContext
from mockserver.account.state.app_requests import PlayedDocument
from mockserver.account.state.calls_state import DebuggerEvent
from mockserver.account.state.deliveries import Delivery, DeliveryState
from mockserver.account.state.live_calls import LiveCall
from mockserver.callbacks.app_request import AppAnswer
from mockserver.callbacks.failure_codes import find_failure_code
from mockserver.callbacks.outcome import Failure
from mockserver.callbacks.request import Pairs
from mockserver.callbacks.signature import advise_on_refusal
from mockserver.twiml.problems import TwimlProblem, build_problem

_WRONG_ANSWER = 15003
_MANY_SAME = 20
"""The number of recordings after which a document that follows itself is a loop."""
_MAX_EVENTS = 1000
_MAX_BODY = 4096
"""The number of characters that an event keeps of an answer."""


class Debugger:
    """The debugger events of an account, of which the oldest may be dropped."""

    def __init__(self, context: CallContext) -> None:
        self._context = context
        self._live = context.live

    @property
    def next_serial(self) -> int:
        """The number of the next event."""
        return self._live.debugger_serial

    def get_events_since(self, serial: int, limit: int) -> list[DebuggerEvent]:
        """Return the first events from a number on that are still here."""
        return [event for event in self._live.debugger_events if event.serial >= serial][:limit]

    def get_events_of(self, call: LiveCall) -> list[DebuggerEvent]:
        """Return the events of a call that are still here."""
        return [event for event in self._live.debugger_events if event.call_sid == call.sid]

    def report(
        self,
        call: LiveCall | None,
        problems: Iterable[TwimlProblem],
        answer: AppAnswer | None = None,
        url: str | None = None,
    ) -> None:
        """Add an event for each problem.

        Args:
            answer: the app's answer that caused them, if one did.
            url: the requested URL, if there is no answer.
        """
        for problem in problems:
            body = "" if answer is None else answer.body[:_MAX_BODY].decode("utf-8", "backslashreplace")
            event = DebuggerEvent(
                serial=self._live.debugger_serial,
                at=self._context.clock.now(),
                level=problem.level,
                code=problem.code,
                text=problem.text,
                call_sid=None if call is None else call.sid,
                method=None if answer is None else answer.method,
                url=url if answer is None else answer.url,
                status=None if answer is None else answer.status,
                body=body,
            )
            self._live.debugger_serial += 1
            self._live.debugger_events.append(event)
            self._context.events.record(
                "debugger", event.call_sid or "", event.call_sid or "", f"{event.code}: {event.text}"
            )
        del self._live.debugger_events[:-_MAX_EVENTS]

    def watch_for_loop(self, call: LiveCall, document: PlayedDocument, parameters: Pairs) -> None:
        """Report once that an app answers what its document has recorded with the same document again and again.

        Without `action`, a `<Record>` asks its own document, a mistake that ends with the call (WIRE-CALLS §5).

        Args:
            document: the answer.
            parameters: those of the request.
        """
        known = call.document
        is_same = known is not None and (known.url, known.body) == (document.url, document.body)
        is_recorded = any(name == "RecordingSid" for name, _ in parameters)
        call.same_documents = call.same_documents + 1 if is_same and is_recorded else 0
        if call.same_documents == _MANY_SAME:
            text = f"the document has recorded {_MANY_SAME} times and follows itself: a <Record> needs another action"
            self.report_code(call, 11215, text, document.url)

    def report_delivery(self, delivery: Delivery) -> None:
        """Add an event for a callback that failed. A wrong answer is only a warning (WIRE-CALLS §1.5)."""
        if delivery.state is not DeliveryState.FAILED:
            return
        last = delivery.attempts[-1]
        if last.failure is None:
            advice = advise_on_refusal(last.status, delivery.url)
            code, reason = _WRONG_ANSWER, f"the receiver answered {last.status}{advice}"
        else:
            code, reason = find_failure_code(Failure(last.failure)), last.detail
        sid = dict(delivery.parameters).get("CallSid")
        call = next((call for call in self._live.calls.values() if call.sid == sid), None)
        self.report_code(call, code, f"callback {delivery.event}: {reason}", delivery.url)

    def report_code(self, call: LiveCall | None, code: int, text: str, url: str | None = None) -> None:
        """Add one event that no answer caused."""
        self.report(call, (build_problem(code, text),), url=url)

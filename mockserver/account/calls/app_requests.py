"""Requests of calls to their apps: what is asked, and what the answer does.

The queue sends nothing itself. The worker takes the requests that are ready, and reports the answers.
"""

from collections.abc import Callable
from typing import Any

import msgspec

from generators.instants import SECOND
from mockserver.account.calls.asked_documents import remember_answer
from mockserver.account.calls.context import CallContext
from mockserver.account.calls.debugger import Debugger
from mockserver.account.calls.documents import TWIML_TYPE, Documents
from mockserver.account.calls.progress import CallProgress
from mockserver.account.calls.wait_documents import build_wait_extra, count_wait_document, stop_hearing
from mockserver.account.idempotency_token import derive_request_token
from mockserver.account.state.activities import Requesting
from mockserver.account.state.app_requests import AppRequestState, PlayedDocument, RequestPurpose
from mockserver.account.state.live_calls import LiveCall
from mockserver.callbacks.action_parameters import build_fallback_extra
from mockserver.callbacks.app_request import AppAnswer, AppRequest
from mockserver.callbacks.voice_parameters import NO_EXTRA, Extra
from mockserver.twiml.builtin_documents import build_sound_document, find_builtin_document
from mockserver.twiml.problems import TwimlError, TwimlProblem, build_problem
from mockserver.twiml.urls import explain_unresolved, resolve_url

_MAX_DOCUMENTS = 1000
"""The most documents without a second between two of them: an app may redirect for ever, and the time limit of the call
ends no loop for which no time passes."""


class AppRequests:
    """The open requests of an account's calls.

    Args:
        fail: ends a call after an error for which there is no fallback.
    """

    def __init__(
        self,
        context: CallContext,
        progress: CallProgress,
        debugger: Debugger,
        documents: Documents,
        fail: Callable[[LiveCall], None],
    ) -> None:
        self._context = context
        self._live = context.live
        self._progress = progress
        self._debugger = debugger
        self._documents = documents
        self._fail = fail

    # -- asking ----------------------------------------------------------------------------------

    def ask(
        self,
        call: LiveCall,
        purpose: RequestPurpose,
        reference: str | None,
        method: str,
        extra: Extra = NO_EXTRA,
        *,
        verb: str,
    ) -> None:
        """Ask the app for a document. A URL that cannot be asked is an error of the document.

        Args:
            reference: the URL, which may be relative to the document; None for the document itself.
            verb: the verb that asks, for the debugger.
        """
        base = None if call.document is None else call.document.url
        url = resolve_url(reference, base)
        if url is not None:
            self._queue(call, purpose, url, method, extra)
            return
        problem = explain_unresolved(verb, reference, base)
        self._debugger.report(call, (problem,))
        if not call.is_over:
            is_fallback = call.document is not None and call.document.is_fallback
            self._fall_back(call, problem, base or reference or "", is_fallback=is_fallback)

    def ask_action(self, call: LiveCall, act: Any, extra: Extra) -> None:
        """Ask the action of a verb. If the call is over, the answer does not matter any more."""
        purpose = RequestPurpose.AFTER_END if call.is_over else RequestPurpose.ACTION
        self.ask(call, purpose, act.action, act.method, extra, verb=type(act).__name__)

    def ask_first(self, call: LiveCall) -> None:
        """Get the first document of a call."""
        voice = call.voice
        if voice.url is None:
            body = (voice.twiml or "").encode()
            self._load(call, PlayedDocument(url=None, method="POST", body=body, content_type=TWIML_TYPE))
        else:
            self._queue(call, RequestPurpose.FIRST, voice.url, voice.method, NO_EXTRA)

    def _queue(
        self, call: LiveCall, purpose: RequestPurpose, url: str, method: str, extra: Extra, *, is_fallback: bool = False
    ) -> None:
        if call.is_hearing_wait:
            extra = {**build_wait_extra(self._context, call), **extra}
            if not count_wait_document(self._context, call):
                return
        now = self._context.clock.now()
        call.documents = 1 if now - call.document_at >= SECOND else call.documents + 1
        call.document_at = now
        if call.documents > _MAX_DOCUMENTS:
            text = f"the call was ended after {_MAX_DOCUMENTS} documents in no time: it would go on for ever"
            self._debugger.report_code(call, 11215, text, url)
            if not call.is_over:
                self._fail(call)
            return
        builtin = find_builtin_document(url) or (build_sound_document(url) if call.is_hearing_wait else None)
        if builtin is None:
            self._add(call, purpose, url, method, extra, is_fallback=is_fallback)
        elif purpose is not RequestPurpose.AFTER_END:
            document = PlayedDocument(url=url, method=method, body=builtin, content_type=TWIML_TYPE)
            document.is_fallback = is_fallback
            self._load(call, document)

    def _add(
        self, call: LiveCall, purpose: RequestPurpose, url: str, method: str, extra: Extra, *, is_fallback: bool
    ) -> None:
        number = self._live.app_request_serial
        self._live.app_request_serial += 1
        self._live.app_requests[number] = AppRequestState(
            number=number,
            call=call.number,
            purpose=purpose,
            method=method.upper(),
            url=url,
            parameters=self._progress.build_parameters(call, extra),
            is_fallback=is_fallback,
        )
        if purpose is not RequestPurpose.AFTER_END:
            call.doing = Requesting(number)

    # -- for the worker --------------------------------------------------------------------------

    @property
    def has_ready(self) -> bool:
        """True if a request waits to be sent."""
        return any(not request.is_sending for request in self._live.app_requests.values())

    def get_ready(self) -> list[AppRequestState]:
        """Return the requests that wait to be sent."""
        return [request for request in self._live.app_requests.values() if not request.is_sending]

    def is_asking(self, call: LiveCall) -> bool:
        """Return True if a request of a call has no answer yet."""
        return any(request.call == call.number for request in self._live.app_requests.values())

    def is_awaited_by(self, call: LiveCall) -> bool:
        """Return True if a call goes on when its app answers."""
        return any(call.awaits(number) for number in self._live.app_requests)

    def set_sending(self, number: int, is_sending: bool) -> None:
        """Note that a request is being sent, or that this was cancelled: a call that has ended drops it."""
        request = self._live.app_requests.get(number)
        if request is None:
            return
        if not is_sending and not self._live.needs_answer(request):
            del self._live.app_requests[number]
        else:
            self._live.app_requests[number] = msgspec.structs.replace(request, is_sending=is_sending)

    def build(self, request: AppRequestState) -> AppRequest:
        """Return a request as it is sent."""
        call = self._context.get_call(request.call)
        token = derive_request_token(self._context.corpus.spec.seed, call.sid, request.number)
        return AppRequest(
            request.method,
            request.url,
            request.parameters,
            self._context.state.find_signing_token(call.signer.token),
            token,
            call.cookies,
            self._context.clock.now() // SECOND,
        )

    # -- answers ---------------------------------------------------------------------------------

    def receive(self, number: int, answer: AppAnswer) -> LiveCall | None:
        """Take the app's answer. Return the call that goes on, or None if the answer does not matter any more."""
        request = self._live.app_requests.pop(number, None)
        if request is None:
            return None
        call = self._context.get_call(request.call)
        call.cookies = answer.cookies
        remember_answer(call, request, answer, self._context.clock.now())
        is_awaited = call.awaits(number)
        if answer.code is not None:
            self._report(call, request, answer, build_problem(answer.code, f"{request.purpose.value}: {answer.detail}"))
        elif is_awaited:
            self._context.note(call, f"{request.purpose.value} {answer.url}: {answer.status}")
            self._read(call, request, answer)
        return call if is_awaited and not call.is_over else None

    def _read(self, call: LiveCall, request: AppRequestState, answer: AppAnswer) -> None:
        document = PlayedDocument(
            url=answer.url,
            method=answer.method,
            body=answer.body,
            content_type=answer.content_type,
            is_fallback=request.is_fallback,
        )
        self._debugger.watch_for_loop(call, document, request.parameters)
        try:
            script = self._documents.start(call, document)
        except TwimlError as error:
            self._report(call, request, answer, error.problem)
            return
        self._debugger.report(call, script.problems, answer)

    def _load(self, call: LiveCall, document: PlayedDocument) -> None:
        """Let a call play a document that no app was asked for."""
        try:
            script = self._documents.start(call, document)
        except TwimlError as error:
            self._debugger.report(call, (error.problem,))
            self._fall_back(call, error.problem, document.url or "", is_fallback=document.is_fallback)
            return
        self._debugger.report(call, script.problems)

    def _report(self, call: LiveCall, request: AppRequestState, answer: AppAnswer, problem: TwimlProblem) -> None:
        """Report an answer that gives no document. The call then plays its fallback, if it waited for the answer."""
        self._debugger.report(call, (problem,), answer)
        if call.awaits(request.number):
            self._fall_back(call, problem, request.url, is_fallback=request.is_fallback)

    def _fall_back(self, call: LiveCall, problem: TwimlProblem, url: str, *, is_fallback: bool) -> None:
        """Ask the fallback URL after an error, or speak an error message if that was the fallback's own."""
        voice = call.voice
        if call.is_hearing_wait:
            stop_hearing(call)
            return
        if voice.fallback_url is None or is_fallback:
            self._fail(call)
            return
        extra = build_fallback_extra(problem.code, url)
        self._queue(call, RequestPurpose.FIRST, voice.fallback_url, voice.fallback_method, extra, is_fallback=True)

"""Requests of calls to their apps: what is asked, and what the answer does.

The queue sends nothing itself. The worker takes the requests that are ready, and reports the answers.
"""

from collections.abc import Callable
from functools import lru_cache

import msgspec

from generators.instants import SECOND
from mockserver.account.calls.context import CallContext
from mockserver.account.calls.debugger import Debugger
from mockserver.account.calls.progress import CallProgress
from mockserver.account.idempotency_token import derive_request_token
from mockserver.account.state.live_calls import (
    AppRequestState,
    LiveCall,
    PlayedDocument,
    Purpose,
    Requesting,
)
from mockserver.callbacks.action_parameters import build_fallback_extra
from mockserver.callbacks.app_request import AppAnswer, AppRequest
from mockserver.callbacks.voice_parameters import NO_EXTRA, Extra
from mockserver.twiml.builtin_documents import find_builtin_document
from mockserver.twiml.problems import Problem, TwimlError, build_problem
from mockserver.twiml.purposes import Purpose as DocumentUse
from mockserver.twiml.purposes import restrict_script
from mockserver.twiml.script import Script, read_script
from mockserver.twiml.urls import explain_unresolved, resolve_url

TWIML_TYPE = "text/xml; charset=utf-8"
_MAX_DOCUMENTS = 1000
"""The most documents of one call: an app may redirect for ever, and on a frozen clock no time passes."""


class AppRequests:
    """The open requests of an account's calls.

    Args:
        fail: ends a call after an error for which there is no fallback.
    """

    def __init__(
        self, context: CallContext, progress: CallProgress, debugger: Debugger, fail: Callable[[LiveCall], None]
    ) -> None:
        self._context = context
        self._live = context.live
        self._progress = progress
        self._debugger = debugger
        self._fail = fail

    # -- asking ----------------------------------------------------------------------------------

    def ask(
        self,
        call: LiveCall,
        purpose: Purpose,
        reference: str | None,
        method: str,
        extra: Extra = NO_EXTRA,
        *,
        verb: str = "Redirect",
    ) -> bool:
        """Ask the app for a document. Return False if the URL cannot be asked; the debugger then says why.

        Args:
            reference: the URL, which may be relative to the document; None for the document itself.
            verb: the verb that asks, for the debugger.
        """
        base = None if call.document is None else call.document.url
        url = resolve_url(reference, base)
        if url is None:
            self._debugger.report(call, (explain_unresolved(verb, reference, base),))
            return False
        self._queue(call, purpose, url, method, extra)
        return True

    def ask_first(self, call: LiveCall) -> None:
        """Get the first document of a call."""
        voice = call.voice
        if voice.url is None:
            self.load(
                call,
                PlayedDocument(url=None, method="POST", body=(voice.twiml or "").encode(), content_type=TWIML_TYPE),
            )
        else:
            self._queue(call, Purpose.FIRST, voice.url, voice.method, NO_EXTRA)

    def _queue(
        self, call: LiveCall, purpose: Purpose, url: str, method: str, extra: Extra, *, is_fallback: bool = False
    ) -> None:
        call.documents += 1
        builtin = find_builtin_document(url)
        if call.documents > _MAX_DOCUMENTS:
            text = f"the call was ended after {_MAX_DOCUMENTS} documents: it would go on for ever"
            self._debugger.report_code(call, 11215, text, url)
            if not call.is_over:
                self._fail(call)
            return
        if builtin is not None:
            if purpose is not Purpose.AFTER_END:
                self.load(call, PlayedDocument(url=url, method=method, body=builtin, content_type=TWIML_TYPE))
            return
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
        if purpose is not Purpose.AFTER_END:
            call.doing = Requesting(number)

    # -- for the worker --------------------------------------------------------------------------

    @property
    def has_ready(self) -> bool:
        """True if a request waits to be sent."""
        return any(not request.is_sending for request in self._live.app_requests.values())

    def get_ready(self) -> list[AppRequestState]:
        """Return the requests that wait to be sent."""
        return [request for request in self._live.app_requests.values() if not request.is_sending]

    def set_sending(self, number: int, is_sending: bool) -> None:
        """Note that a request is being sent, or that this was cancelled."""
        request = self._live.app_requests.get(number)
        if request is not None:
            self._live.app_requests[number] = msgspec.structs.replace(request, is_sending=is_sending)

    def build(self, request: AppRequestState) -> AppRequest:
        """Return a request as it is sent."""
        call = self._live.calls[request.call]
        token = derive_request_token(self._context.corpus.spec.seed, call.sid, request.number)
        return AppRequest(
            request.method,
            request.url,
            request.parameters,
            call.signer.token,
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
        call = self._live.calls[request.call]
        call.cookies = answer.cookies
        is_awaited = isinstance(call.doing, Requesting) and call.doing.number == number
        if answer.code is not None:
            problem = build_problem(answer.code, f"{request.purpose.value}: {answer.detail}")
            self._fall_back(call, request, answer, problem, is_awaited=is_awaited)
        elif is_awaited:
            self._context.note(call, f"{request.purpose.value} {answer.url}: {answer.status}")
            self._read(call, request, answer)
        return call if is_awaited and not call.is_over else None

    def _read(self, call: LiveCall, request: AppRequestState, answer: AppAnswer) -> None:
        document = PlayedDocument(
            url=answer.url, method=answer.method, body=answer.body, content_type=answer.content_type
        )
        try:
            script = _read_document(call, document)
        except TwimlError as error:
            self._fall_back(call, request, answer, error.problem, is_awaited=True)
            return
        self._debugger.report(call, script.problems, answer)
        call.document, call.doing = document, None

    def load(self, call: LiveCall, document: PlayedDocument) -> None:
        """Let a call play a document that no app was asked for."""
        try:
            script = _read_document(call, document)
        except TwimlError as error:
            self._debugger.report(call, (error.problem,))
            self._fail(call)
            return
        self._debugger.report(call, script.problems)
        call.document, call.doing = document, None

    def get_script(self, call: LiveCall) -> Script:
        """Return the script of the document that a call plays."""
        assert call.document is not None, "the call has a document"
        return _read_document(call, call.document)

    def _fall_back(
        self, call: LiveCall, request: AppRequestState, answer: AppAnswer, problem: Problem, *, is_awaited: bool
    ) -> None:
        """Report an error, and ask the fallback URL, once."""
        self._debugger.report(call, (problem,), answer)
        if not is_awaited:
            return
        voice = call.voice
        if voice.fallback_url is None or request.is_fallback:
            self._fail(call)
            return
        extra = build_fallback_extra(problem.code, request.url)
        self._queue(call, Purpose.FIRST, voice.fallback_url, voice.fallback_method, extra, is_fallback=True)


def _read_document(call: LiveCall, document: PlayedDocument) -> Script:
    """Return the script of a document. The callee of a Dial hears one before it is connected, which may do less.

    Raises:
        TwimlError: if nothing of it can be played.
    """
    script = _read_script(document.body, document.content_type)
    return restrict_script(script, DocumentUse.WHISPER) if call.is_whispering else script


_read_script = lru_cache(maxsize=64)(read_script)
"""Cached: a call reads its document again before each act."""

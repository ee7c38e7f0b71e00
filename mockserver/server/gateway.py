"""The gateway sees every request first and writes every response. Plain ASGI, no copies.

It chooses account, credentials and wire, answers from the cache or calls the route, adds Twilio's headers,
and turns every error into Twilio's form.
"""

import logging

from starlette.types import ASGIApp, Receive, Scope, Send

from mockserver.account.overrides import AccountOverrides
from mockserver.account.setup_error import ScenarioSetupError
from mockserver.account.storage.store_error import StoreError
from mockserver.mock import Mock
from mockserver.rest.errors import MAX_TARGET_LENGTH, REFUSAL_KEY, TwilioError, make_uri_too_long_error
from mockserver.rest.headers import ResponseMetadata, build_warning_header
from mockserver.rest.methods import READING_METHODS
from mockserver.rest.negotiation import negotiate
from mockserver.rest.representations.representation import Representation, choose_representation
from mockserver.rest.representations.wires import Wire
from mockserver.server.authentication import ACCOUNT_SID_SLICE, ACCOUNTS_PREFIX, Authentication
from mockserver.server.cached_responses import find_response, keep_response, make_response_key
from mockserver.server.exchange import Exchange, FaultTriggered
from mockserver.server.known_requests import HEAD_LEARNER_KEY, HeadLearner
from mockserver.server.merged_slashes import with_merged_slashes
from mockserver.server.rendering import CONTROL_ROOT, is_control_path, protect, render_error
from mockserver.server.request_body import ClientDisconnected
from mockserver.server.request_entries import log_request
from mockserver.server.request_rules import apply_rules, send_by_rules, start_operation
from mockserver.server.response import Response
from mockserver.server.response_recorder import ResponseRecorder
from mockserver.server.saving import REPEATABLE_KEY, NotSavedError, make_store_error
from mockserver.server.sending import send_response
from mockserver.settings.machine_clock import stopwatch
from scenarios.operations import RequestKind

logger = logging.getLogger("recmock")


class Gateway:
    """Wraps the application of a mock."""

    def __init__(self, app: ASGIApp, mock: Mock, recorder: ResponseRecorder) -> None:
        self._app = app
        self._mock = mock
        self._recorder = recorder
        self._authentication = Authentication(mock)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle an HTTP request. Everything else is passed to the application."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = stopwatch()
        path: str = scope["path"]
        scope, path_warning = with_merged_slashes(scope) if "//" in path else (scope, None)
        path = scope["path"]
        exchange = None
        try:
            exchange = self._make_exchange(scope)
            answer = await self._respond(exchange, scope, receive, send)
        except ClientDisconnected:
            return
        except Exception as error:  # each has its own response
            if exchange is not None and exchange.account_or_none is None:
                await self._attribute_to_caller(exchange, error)
            answer = self._build_error_response(error, exchange, scope)
        if path_warning is not None:
            answer = answer.with_headers(build_warning_header(path_warning))
        seconds = stopwatch() - started
        account = None if exchange is None else exchange.account_or_none
        if exchange is not None and account is not None:
            if answer.request_kind is RequestKind.MEDIA:
                send = self._recorder.record_download(exchange, account, answer, started, seconds, send)
            else:
                self._recorder.record(exchange, account, answer, started, seconds)
        elif exchange is not None and self._mock.on_request is not None:
            log_request(exchange, None, answer, started, seconds)
        if self._mock.saver is not None and not await self._mock.saver.is_saved():
            if self._mock.saver.failure is not None and scope.get("state", {}).get(REPEATABLE_KEY):
                raise NotSavedError
            answer = self._build_error_response(make_store_error(self._mock.saver.last_error), exchange, scope)
        answer, stamp = self._stamp(answer, exchange, path, seconds)
        if exchange is None or (exchange.matched_fault is None and exchange.in_progress is None):  # almost always
            await send_response(answer, stamp, scope, receive, send)
        else:
            await send_by_rules(exchange, answer, stamp, scope, receive, send)

    def _stamp(
        self, answer: Response, exchange: Exchange | None, path: str, seconds: float
    ) -> tuple[Response, ResponseMetadata | None]:
        """Return a response as it is sent, and what Twilio's responses have besides; None for the control API."""
        if path.startswith(CONTROL_ROOT) and is_control_path(path):
            return protect(answer, path), None
        return answer, self._recorder.make_metadata(Wire.TWILIO if exchange is None else exchange.wire, seconds)

    def _make_exchange(self, scope: Scope) -> Exchange:
        path: str = scope["path"]
        headers = dict(scope["headers"])
        form = choose_representation(path)
        settings = self._mock.settings
        overrides = self._get_overrides(path) if self._mock.overrides else None
        setting = settings.wire if overrides is None else overrides.wire or settings.wire
        server_address = scope.get("server") or settings.listen.to_reachable()
        wire, base_url = negotiate(headers, setting, scope["scheme"], server_address)
        if form is not Representation.JSON:
            wire = Wire.TWILIO  # the other representations exist on Twilio's wire only
        return Exchange(self._mock, scope, headers, form, wire, settings.public_url or base_url)

    async def _attribute_to_caller(self, exchange: Exchange, error: Exception) -> None:
        """Log a request that no endpoint answers in the journal of its credentials' account, for the doctor."""
        is_unknown = isinstance(error, TwilioError) and error.status == 404
        if is_unknown and not is_control_path(exchange.path):
            account = await self._authentication.find_caller(exchange)
            if account is not None:
                exchange.set_account(account)

    def _build_error_response(self, error: Exception, exchange: Exchange | None, scope: Scope) -> Response:
        """Return Twilio's response for an error of a route, the response of a fault, or Twilio's 500."""
        path: str = scope["path"]
        if isinstance(error, TwilioError):
            return render_error(self._with_explanation(error, exchange), path)
        if isinstance(error, FaultTriggered):
            from mockserver.server.fault_responses import to_error, to_response  # most accounts have no rules

            return to_response(error.matched_fault, render_error(to_error(error.matched_fault), path))
        if isinstance(error, ScenarioSetupError):  # each account has its own corpus: the scenario fits the demo account
            return render_error(TwilioError(20500, f"The scenario does not fit into this account: {error}"), path)
        if isinstance(error, StoreError):  # an account could not be read
            return render_error(make_store_error(error), path)
        logger.error("%s %s failed", scope["method"], path, exc_info=error)  # the client gets no traceback
        return render_error(TwilioError(20500, "The mock itself failed: please report the traceback in its log."), path)

    async def _respond(self, exchange: Exchange, scope: Scope, receive: Receive, send: Send) -> Response:
        path = exchange.path
        refusal: TwilioError | None = scope.get("state", {}).get(REFUSAL_KEY)
        if refusal is not None:
            raise refusal.with_traceback(None)  # one error for all requests of a connection
        if len(scope.get("raw_path") or path) + len(exchange.query_string) >= MAX_TARGET_LENGTH:
            raise make_uri_too_long_error()
        if exchange.method == "OPTIONS":
            return Response(204)  # a preflight request has no credentials
        scope["recmock"] = exchange
        if self._mock.scenario is not None:  # it may take long to set up
            await self._authentication.prepare_account(exchange)
        account = self._authentication.get_account(exchange)
        if account is not None:
            account.run_due()
            exchange.set_account(account)
            if exchange.method in READING_METHODS and not exchange.has_body:  # a body adds a warning
                return await self._respond_from_cache(exchange, scope, receive, send)
        return await self._run_route(exchange, scope, receive, send)

    def _with_explanation(self, error: TwilioError, exchange: Exchange | None) -> TwilioError:
        """Add an explanation of an unknown SID to an error: only the mock knows the other accounts."""
        if error.unknown_sid is not None and exchange is not None and exchange.account_or_none is not None:
            from mockserver.account.resources.explain_sid import explain_owner

            own = exchange.account_or_none.recordings.recording_index
            others = [account.recordings.recording_index for account in self._mock.list_accounts_in_memory()]
            error.reason = f"{error.reason} {explain_owner(error.unknown_sid, own, others)}".rstrip()
        return error

    def _get_overrides(self, path: str) -> AccountOverrides | None:
        """Return the overrides of the account that a path names, or None if it has none."""
        return self._mock.overrides.get(path[ACCOUNT_SID_SLICE].lower()) if path.startswith(ACCOUNTS_PREFIX) else None

    async def _respond_from_cache(self, exchange: Exchange, scope: Scope, receive: Receive, send: Send) -> Response:
        mock, account, key = self._mock, exchange.account, make_response_key(exchange)
        kept = find_response(mock, account, key)
        if kept is not None:
            assert kept.operation is not None, "what is kept was answered by an operation"
            mock.request_counts.cache_hits += 1
            if not account.has_request_rules:
                exchange.operation = kept.operation
                learn: HeadLearner | None = scope.get("state", {}).get(HEAD_LEARNER_KEY)
                if learn is not None:
                    learn(exchange, key)
                return kept
            if start_operation(exchange, kept.operation):
                await apply_rules(exchange, kept.operation, receive)
            if exchange.account is account and find_response(mock, account, key) is kept:  # it may have been delayed
                return kept
        answer = await self._run_route(exchange, scope, receive, send)
        return keep_response(mock, exchange, key, answer) if answer.expires_at else answer

    async def _run_route(self, exchange: Exchange, scope: Scope, receive: Receive, send: Send) -> Response:
        try:
            await self._app(scope, receive, send)
        except TwilioError as error:
            error.headers = (*error.headers, *exchange.build_warning_headers())
            raise
        if exchange.response is None:
            raise RuntimeError(f"{exchange.path} reached a route that returned no response")
        return exchange.response.with_headers(*exchange.build_warning_headers())

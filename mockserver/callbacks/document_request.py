"""The way to one document of an app: redirects, retries and cookies (WIRE-CALLS §3.1, §8).

It asks every URL, also one of a web page. Before a client may choose the URL, the caller of this module must check
that the client is no page of another origin (`refuses_urls` of a server's exchange).
"""

from collections.abc import Callable
from urllib.parse import parse_qsl, urljoin, urlsplit

from mockserver.callbacks.app_request import AppAnswer, AppRequest
from mockserver.callbacks.connection_overrides import parse_overrides
from mockserver.callbacks.content_coding import decode_body
from mockserver.callbacks.cookies import build_cookie_header, store_cookies
from mockserver.callbacks.delivery_settings import DeliverySettings
from mockserver.callbacks.failure_codes import (
    CONNECTION_CODE,
    EMPTY_CHUNKED_CODE,
    HOST_NAME_CODE,
    REDIRECTS_CODE,
    RETRIEVAL_CODE,
    find_failure_code,
)
from mockserver.callbacks.outcome import Failure
from mockserver.callbacks.request import CallbackRequest, Pairs
from mockserver.callbacks.response import ReceivedResponse
from mockserver.callbacks.retry_policy import get_retry_delay, limit_total_seconds
from mockserver.callbacks.sender import CallbackReceiver
from mockserver.callbacks.signature import advise_on_refusal

MAX_DOCUMENT_BYTES = 64 * 1024
"""What Twilio accepts. An answer has one byte more at most, by which its reader sees that it is too large."""
MAX_REDIRECTS = 10
_REDIRECTS_TO_GET = (301, 302, 303)
_REDIRECTS_OF_SAME_METHOD = (307, 308)
_METHOD_NOT_ALLOWED = 405
_MAX_ALLOWED = 80
_ADVICE = {
    CONNECTION_CODE: "Start the app, or correct the host and port of the URL",
    HOST_NAME_CODE: "If the app has a public name and runs here, --route or RECMOCK_ROUTE leads to it",
}
"""What to try if there is no connection."""
_OPEN_HOSTS = "--callback-hosts allows other hosts, and --route sends requests for a public origin to another one"


async def request_document(
    request: AppRequest, settings: DeliverySettings, receiver: CallbackReceiver, stopwatch: Callable[[], float]
) -> AppAnswer:
    """Ask an app for a document, and return its answer. It raises nothing but a cancellation.

    Retries follow at once: the call waits for its document in real time.

    Args:
        settings: what the fragment of the URL does not override. The time is for all requests together.
        receiver: sends a single request.
        stopwatch: returns monotonic real seconds.
    """
    return await _DocumentRequest(request, settings, receiver, stopwatch).run()


class _DocumentRequest:
    """A request for a document, with where it has got to."""

    def __init__(
        self,
        request: AppRequest,
        settings: DeliverySettings,
        receiver: CallbackReceiver,
        stopwatch: Callable[[], float],
    ) -> None:
        self._request, self._settings, self._receiver = request, settings, receiver
        self._stopwatch, self._start = stopwatch, stopwatch()
        self._overrides = parse_overrides(request.url)[1]
        self._method = "GET" if request.method.upper() == "GET" else "POST"
        self._url, self._parameters = request.url, request.parameters
        self._cookies = request.cookies
        self._attempts = 0

    async def run(self) -> AppAnswer:
        for _ in range(MAX_REDIRECTS + 1):
            response = await self._send()
            location = _find_location(response)
            if location is None:
                return self._build_answer(response)
            self._follow(response.outcome.status, location)
        return self._finish(response, REDIRECTS_CODE, f"more than {MAX_REDIRECTS} redirects")

    async def _send(self) -> ReceivedResponse:
        """Send a request to the present URL, and again as often as the retry policy allows."""
        while True:
            sent = self._build_request()
            response = await self._receiver.fetch(sent)
            self._attempts += 1
            self._cookies = store_cookies(self._cookies, response.headers, sent.url, self._request.now)
            used = self._stopwatch() - self._start
            delay = get_retry_delay(response.outcome, self._attempts, used, self._overrides, self._settings)
            if delay is None:
                return response

    def _build_request(self) -> CallbackRequest:
        cookie = build_cookie_header(self._cookies, self._url, self._request.now)
        return CallbackRequest.build_signed(
            self._method,
            self._url,
            self._parameters,
            token=self._request.token,
            idempotency_token=self._request.idempotency_token,
            settings=self._settings,
            used_seconds=self._stopwatch() - self._start,
            added_headers=() if cookie is None else (("cookie", cookie),),
        )

    def _follow(self, status: int | None, location: str) -> None:
        url = _resolve_redirect(self._url, location)
        if status in _REDIRECTS_TO_GET:
            self._method = "GET"
        if self._method == "GET":
            self._parameters = _leave_out_present(self._request.parameters, url)
        self._url = url

    def _build_answer(self, response: ReceivedResponse) -> AppAnswer:
        outcome, coding = response.outcome, response.get("content-encoding")
        if outcome.failure is not None:
            code = response.code or find_failure_code(outcome.failure)
            return self._finish(response, code, self._describe_failure(response))
        try:
            body = decode_body(response.body, coding, MAX_DOCUMENT_BYTES + 1)
        except ValueError as error:
            return self._finish(response, RETRIEVAL_CODE, str(error))
        if outcome.status is None or not 200 <= outcome.status < 300:
            return self._finish(response, RETRIEVAL_CODE, self._describe_refusal(response), body)
        if not body and (response.get("transfer-encoding") or "").lower() == "chunked":
            return self._finish(response, EMPTY_CHUNKED_CODE, "the chunked body is empty")
        return self._finish(response, None, outcome.detail, body)

    def _describe_refusal(self, response: ReceivedResponse) -> str:
        """Describe a wrong status, and what helps if the method is wrong."""
        status, allowed = response.outcome.status, response.get("allow")
        if status != _METHOD_NOT_ALLOWED or allowed is None:
            return f"the app answered {status}{advise_on_refusal(status, self._url)}"
        return f"the app answered {status}: expected {allowed[:_MAX_ALLOWED]}, found {self._method}"

    def _describe_failure(self, response: ReceivedResponse) -> str:
        outcome = response.outcome
        if outcome.failure is Failure.CONNECTION and response.code in _ADVICE:
            return f"{outcome.detail}. {_ADVICE[response.code]}"
        if outcome.failure is Failure.REFUSED_HOST:
            return f"{outcome.detail}. {_OPEN_HOSTS}"
        limit = limit_total_seconds(self._overrides, self._settings)
        if (
            outcome.failure in (Failure.CONNECT_TIMEOUT, Failure.READ_TIMEOUT)
            and self._stopwatch() - self._start >= limit
        ):
            return f"not complete within {limit:g} s in total"
        return outcome.detail

    def _finish(self, response: ReceivedResponse, code: int | None, detail: str, body: bytes = b"") -> AppAnswer:
        return AppAnswer(
            status=response.outcome.status,
            content_type=response.get("content-type"),
            body=body,
            url=self._url,
            method=self._method,
            headers=response.headers,
            cookies=self._cookies,
            failure=response.outcome.failure,
            code=code,
            detail=detail,
        )


def _find_location(response: ReceivedResponse) -> str | None:
    """Return where a redirect leads to, or None if the response is no redirect."""
    is_redirect = response.outcome.status in (*_REDIRECTS_TO_GET, *_REDIRECTS_OF_SAME_METHOD)
    location = response.get("location") if is_redirect and response.outcome.failure is None else None
    return None if location is None else _decode_location(location)


def _decode_location(location: str) -> str:
    """Return a Location, in UTF-8 if it has that: some frameworks do not escape it."""
    try:
        return location.encode("latin-1").decode()
    except UnicodeError:
        return location


def _resolve_redirect(url: str, location: str) -> str:
    """Return the URL of a redirect. It inherits the fragment, and the credentials if its origin is the same."""
    fragment = url.partition("#")[2]
    try:
        target = urljoin(url, location)
        old, new = urlsplit(url), urlsplit(target)
        is_same = (old.scheme, old.hostname, old.port) == (new.scheme, new.hostname, new.port)
    except ValueError:  # it cannot be requested, which the next request reports
        return location
    if is_same and "@" in old.netloc and "@" not in new.netloc:
        target = new._replace(netloc=old.netloc).geturl()
    return target if "#" in target or not fragment else f"{target}#{fragment}"


def _leave_out_present(parameters: Pairs, url: str) -> Pairs:
    """Return the parameters that a URL does not have already: an app may redirect with the whole query."""
    present = set(parse_qsl(url.partition("#")[0].partition("?")[2], keep_blank_values=True))
    return tuple(pair for pair in parameters if pair not in present)

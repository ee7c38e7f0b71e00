"""One attempt: a request and its response over a new connection, and once more if the receiver wants credentials.

Import this module late: it imports httpcore.
"""

from contextlib import aclosing
from ssl import SSLContext
from urllib.parse import urlsplit

import httpcore

from mockserver.callbacks.allowed_hosts import AllowedHosts
from mockserver.callbacks.authorization import answer_challenges
from mockserver.callbacks.failure_codes import find_failure_code
from mockserver.callbacks.network import CheckedNetwork, RefusedHostError
from mockserver.callbacks.outcome import Failure, Outcome
from mockserver.callbacks.request import CallbackRequest, Pairs
from mockserver.callbacks.response import ReceivedResponse
from mockserver.rest.certificate_errors import explain_tls_error

_MAX_BODY_BYTES = 66 * 1024
"""The maximum number of bytes read from a response body: what Twilio accepts of a document, in any coding.

The body of a callback's response is read only to let the receiver finish.
"""

_MAX_CHALLENGE_LENGTH = 4096
"""The maximum number of characters read of a WWW-Authenticate header: what it holds is sent back."""

_FAILURE_OF_ERROR: tuple[tuple[type[Exception], Failure], ...] = (
    (RefusedHostError, Failure.REFUSED_HOST),
    (httpcore.ConnectTimeout, Failure.CONNECT_TIMEOUT),
    (httpcore.TimeoutException, Failure.READ_TIMEOUT),
    (httpcore.RemoteProtocolError, Failure.PROTOCOL),
    (httpcore.LocalProtocolError, Failure.BAD_URL),
    (ValueError, Failure.BAD_URL),
    (Exception, Failure.CONNECTION),
)
"""Exceptions and their failures. The first row that matches is used."""
_SENDING_EVENT = "http11.send_request_headers.started"
"""httpcore's event when the connection is complete, with TLS if the URL is https."""


class AttemptConnection:
    """The connection of one attempt.

    Args:
        ssl_context: holds the trusted certificates; None if the connection is not secured.
        refused_ports: the ports of this machine that must not be connected to.
    """

    def __init__(
        self,
        request: CallbackRequest,
        allowed_hosts: AllowedHosts,
        ssl_context: SSLContext | None,
        refused_ports: frozenset[int] = frozenset(),
    ) -> None:
        self._request = request
        self._network = CheckedNetwork(allowed_hosts, refused_ports)
        self._ssl_context = ssl_context
        self._is_connected = False
        self._status: int | None = None

    async def run(self) -> ReceivedResponse:
        """Send the request and read the response. Redirects are not followed, and errors are raised."""
        response = await self._send((), "")
        challenges = [value[:_MAX_CHALLENGE_LENGTH] for value in response.get_all("www-authenticate")]
        answer = answer_challenges(self._request, self._status, challenges)
        if answer is None:
            return response
        scheme, value = answer
        self._status, self._is_connected = None, False
        return await self._send((("authorization", value),), f"with {scheme} credentials after a 401")

    async def _send(self, added_headers: Pairs, detail: str) -> ReceivedResponse:
        """Send the request over a new connection, and return the response."""
        request = self._request
        url, host = _parse_target(request)
        connect, read_timeout = request.connect_timeout, request.read_timeout
        async with (
            httpcore.AsyncHTTPConnection(url.origin, self._ssl_context, network_backend=self._network) as connection,
            connection.stream(
                request.method,
                url,
                headers=_encode_headers((("host", host), *added_headers, *request.headers)),
                content=request.body or None,
                extensions={
                    "timeout": {"connect": connect, "read": read_timeout, "write": read_timeout},
                    "trace": self._on_trace,
                },
            ) as response,
        ):
            self._status = response.status
            body = await _read_body(response)
        headers = tuple((name.decode("latin-1").lower(), value.decode("latin-1")) for name, value in response.headers)
        return ReceivedResponse(Outcome(self._status, None, detail), headers, body)

    async def close(self) -> None:
        """Close what is still open after `run` was cancelled."""
        await self._network.close()

    def build_error_response(self, error: Exception) -> ReceivedResponse:
        """Return the response for an exception that `run` raised, or for the TimeoutError of the total time-out."""
        failure = self._classify_error(error)
        code = find_failure_code(failure, _find_root_cause(error))
        return ReceivedResponse(self._build_error_outcome(error, failure), code=code)

    def _build_error_outcome(self, error: Exception, failure: Failure) -> Outcome:
        request = self._request
        if isinstance(error, TimeoutError):
            return Outcome(self._status, failure, f"not complete within {request.total_timeout:g} s in total")
        if failure is Failure.CONNECT_TIMEOUT:
            return Outcome(None, failure, f"no connection within {request.connect_timeout:g} s")
        if failure is Failure.READ_TIMEOUT:
            return Outcome(self._status, failure, f"no bytes for {request.read_timeout:g} s")
        return Outcome(self._status, failure, _describe_root_cause(error))

    async def _on_trace(self, event: str, _: object) -> None:
        self._is_connected = self._is_connected or event == _SENDING_EVENT

    def _classify_error(self, error: Exception) -> Failure:
        if isinstance(error, TimeoutError):
            return Failure.READ_TIMEOUT if self._is_connected else Failure.CONNECT_TIMEOUT
        # httpcore also reports a protocol error if the receiver closes the connection before or within the response.
        if isinstance(error, httpcore.RemoteProtocolError) and (self._status is not None or error.__cause__ is None):
            return Failure.DISCONNECTED
        failure = next(failure for kind, failure in _FAILURE_OF_ERROR if isinstance(error, kind))
        return Failure.DISCONNECTED if failure is Failure.CONNECTION and self._is_connected else failure


def _parse_target(request: CallbackRequest) -> tuple[httpcore.URL, str]:
    """Return the URL to connect to, and the Host header. The one of httpcore lacks the brackets of an IPv6 address.

    Raises:
        ValueError: if the URL cannot be requested.
    """
    parts = urlsplit(request.url)
    host = parts.hostname
    if parts.scheme not in ("http", "https") or not host or not request.url.isascii():
        raise ValueError(f"expected an http or https URL in ASCII, found {request.url!r}")
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    place = parts if request.route is None else urlsplit(request.route)
    parsed = httpcore.URL(scheme=place.scheme, host=place.hostname or host, port=place.port, target=target)
    return parsed, parts.netloc.rpartition("@")[2]


def _encode_headers(headers: Pairs) -> list[tuple[bytes, bytes]]:
    """Return the headers as bytes: what a cookie holds need not be ASCII."""
    return [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers]


async def _read_body(response: httpcore.Response) -> bytes:
    """Return the body, or its beginning if it is longer than the bound."""
    read = bytearray()
    async with aclosing(response.aiter_stream()) as body:  # type: ignore[type-var]  # a generator
        async for chunk in body:
            read += chunk
            if len(read) >= _MAX_BODY_BYTES:
                break
    return bytes(read[:_MAX_BODY_BYTES])


def _find_root_cause(error: BaseException) -> BaseException:
    """Return the innermost cause, because the exceptions that wrap it have no details."""
    while error.__cause__ is not None:
        error = error.__cause__
    return error


def _describe_root_cause(error: BaseException) -> str:
    """Describe the innermost cause, and say what helps."""
    error = _find_root_cause(error)
    description, advice = str(error) or type(error).__name__, explain_tls_error(error)
    return description if advice is None else f"{description}. {advice}."

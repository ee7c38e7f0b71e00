"""One attempt: a request and its response over a new connection.

Import this module late: it imports httpcore.
"""

from contextlib import aclosing
from ssl import SSLContext
from urllib.parse import urlsplit

import httpcore

from mockserver.callbacks.allowed_hosts import AllowedHosts
from mockserver.callbacks.network import CheckedNetwork, RefusedHostError
from mockserver.callbacks.outcome import Failure, Outcome
from mockserver.callbacks.request import CallbackRequest

_MAX_BODY_BYTES = 64 * 1024
"""The maximum number of bytes read from a response body. They are read only to let the receiver finish."""

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


class AttemptConnection:
    """The connection of one attempt.

    Args:
        ssl_context: holds the trusted certificates; None for http.
    """

    def __init__(self, request: CallbackRequest, allowed_hosts: AllowedHosts, ssl_context: SSLContext | None) -> None:
        self._request = request
        self._network = CheckedNetwork(allowed_hosts)
        self._ssl_context = ssl_context
        self._is_connected = False
        self._status: int | None = None

    async def run(self) -> Outcome:
        """Send the request and read the response. Redirects are not followed, and errors are raised."""
        request = self._request
        url, host = _parse_target(request.url)
        connect, read_timeout = request.connect_timeout, request.read_timeout
        async with (
            httpcore.AsyncHTTPConnection(url.origin, self._ssl_context, network_backend=self._network) as connection,
            connection.stream(
                request.method,
                url,
                headers=[("host", host), *request.headers],
                content=request.body or None,
                extensions={
                    "timeout": {"connect": connect, "read": read_timeout, "write": read_timeout},
                    "trace": self._on_trace,
                },
            ) as response,
        ):
            self._status = response.status
            await _drain_body(response)
        return Outcome(self._status, None, "")

    def build_error_outcome(self, error: Exception) -> Outcome:
        """Return the outcome for an exception that `run` raised, or for the TimeoutError of the total time-out."""
        request = self._request
        failure = self._classify_error(error)
        if isinstance(error, TimeoutError):
            return Outcome(self._status, failure, f"not complete within {request.total_timeout:g} s in total")
        if failure is Failure.CONNECT_TIMEOUT:
            return Outcome(None, failure, f"no connection within {request.connect_timeout:g} s")
        if failure is Failure.READ_TIMEOUT:
            return Outcome(self._status, failure, f"no bytes for {request.read_timeout:g} s")
        return Outcome(self._status, failure, _describe_root_cause(error))

    async def _on_trace(self, event: str, _: object) -> None:
        self._is_connected = self._is_connected or event == "connection.connect_tcp.complete"

    def _classify_error(self, error: Exception) -> Failure:
        if isinstance(error, TimeoutError):
            return Failure.READ_TIMEOUT if self._is_connected else Failure.CONNECT_TIMEOUT
        # httpcore also reports a protocol error if the receiver closes the connection before or within the response.
        if isinstance(error, httpcore.RemoteProtocolError) and (self._status is not None or error.__cause__ is None):
            return Failure.CONNECTION
        return next(failure for kind, failure in _FAILURE_OF_ERROR if isinstance(error, kind))


def _parse_target(url: str) -> tuple[httpcore.URL, str]:
    """Return a URL and its Host header. The one that httpcore writes lacks the brackets of an IPv6 address.

    Raises:
        ValueError: if the URL cannot be requested.
    """
    parts = urlsplit(url)
    host = parts.hostname
    if parts.scheme not in ("http", "https") or not host or not url.isascii():
        raise ValueError(f"expected an http or https URL in ASCII, found {url!r}")
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    parsed = httpcore.URL(scheme=parts.scheme, host=host, port=parts.port, target=target)
    return parsed, parts.netloc.rpartition("@")[2]


async def _drain_body(response: httpcore.Response) -> None:
    size = 0
    async with aclosing(response.aiter_stream()) as body:  # type: ignore[type-var]  # a generator
        async for chunk in body:
            size += len(chunk)
            if size >= _MAX_BODY_BYTES:
                return


def _describe_root_cause(error: BaseException) -> str:
    """Describe the innermost cause: the exceptions that wrap it have no details."""
    while error.__cause__ is not None:
        error = error.__cause__
    return str(error) or type(error).__name__

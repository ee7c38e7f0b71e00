"""One attempt: a request and its response over a new connection. Import it late, because it imports httpcore."""

from contextlib import aclosing
from ssl import SSLContext
from urllib.parse import urlsplit

import httpcore

from mockserver.callbacks.allowed_hosts import AllowedHosts
from mockserver.callbacks.network import CheckedNetwork, RefusedHostError
from mockserver.callbacks.outcome import Failure, Outcome
from mockserver.callbacks.request import CallbackRequest

_MAX_BODY_BYTES = 64 * 1024
"""The number of bytes read from a response body. The body is ignored, but a receiver may want to send it."""

_FAILURE_OF_ERROR: tuple[tuple[type[Exception], Failure], ...] = (
    (RefusedHostError, Failure.REFUSED_HOST),
    (httpcore.ConnectTimeout, Failure.CONNECT_TIMEOUT),
    (httpcore.TimeoutException, Failure.READ_TIMEOUT),
    (httpcore.RemoteProtocolError, Failure.PROTOCOL),
    (httpcore.LocalProtocolError, Failure.BAD_URL),
    (ValueError, Failure.BAD_URL),
    (Exception, Failure.CONNECTION),
)
"""The first match counts."""


class AttemptConnection:
    """The connection of one attempt.

    Args:
        tls: the trusted certificates, used for https only.
    """

    def __init__(self, request: CallbackRequest, allowed_hosts: AllowedHosts, ssl_context: SSLContext | None) -> None:
        self._request = request
        self._network = CheckedNetwork(allowed_hosts)
        self._ssl_context = ssl_context
        self._is_connected = False
        self._status: int | None = None

    async def run(self) -> Outcome:
        """Send the request and read the response, without following redirects. Errors are raised."""
        parcel = self._request
        url, host = _parse_target(parcel.url)
        wait, read = parcel.connect_timeout, parcel.read_timeout
        async with (
            httpcore.AsyncHTTPConnection(url.origin, self._ssl_context, network_backend=self._network) as connection,
            connection.stream(
                parcel.method,
                url,
                headers=[("host", host), *parcel.headers],
                content=parcel.body or None,
                extensions={"timeout": {"connect": wait, "read": read, "write": read}, "trace": self._on_trace},
            ) as response,
        ):
            self._status = response.status
            await _drain_body(response)
        return Outcome(self._status, None, "")

    def build_error_outcome(self, error: Exception) -> Outcome:
        """Return the outcome for an exception of `run`, or for the end of the total time."""
        parcel = self._request
        failure = self._classify_error(error)
        if isinstance(error, TimeoutError):
            return Outcome(self._status, failure, f"not complete within {parcel.total_timeout:g} s in total")
        if failure is Failure.CONNECT_TIMEOUT:
            return Outcome(None, failure, f"no connection within {parcel.connect_timeout:g} s")
        if failure is Failure.READ_TIMEOUT:
            return Outcome(self._status, failure, f"no bytes for {parcel.read_timeout:g} s")
        return Outcome(self._status, failure, _describe_root_cause(error))

    async def _on_trace(self, event: str, _: object) -> None:
        self._is_connected = self._is_connected or event == "connection.connect_tcp.complete"

    def _classify_error(self, error: Exception) -> Failure:
        if isinstance(error, TimeoutError):
            return Failure.READ_TIMEOUT if self._is_connected else Failure.CONNECT_TIMEOUT
        # httpcore reports a protocol error too if the receiver closes before or within the response.
        if isinstance(error, httpcore.RemoteProtocolError) and (self._status is not None or error.__cause__ is None):
            return Failure.CONNECTION
        return next(failure for kind, failure in _FAILURE_OF_ERROR if isinstance(error, kind))


def _parse_target(url: str) -> tuple[httpcore.URL, str]:
    """Return a URL and its Host header: httpcore's own lacks the brackets of an IPv6 address.

    Raises:
        ValueError: if the URL cannot be requested.
    """
    parts = urlsplit(url)
    host = parts.hostname
    if parts.scheme not in ("http", "https") or not host or not url.isascii():
        raise ValueError(f"expected an http or https URL in ASCII, found {url!r}")
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    requested = httpcore.URL(scheme=parts.scheme, host=host, port=parts.port, target=target)
    return requested, parts.netloc.rpartition("@")[2]


async def _drain_body(response: httpcore.Response) -> None:
    size = 0
    async with aclosing(response.aiter_stream()) as body:  # type: ignore[type-var]  # a generator
        async for piece in body:
            size += len(piece)
            if size >= _MAX_BODY_BYTES:
                return


def _describe_root_cause(error: BaseException) -> str:
    """Describe the innermost cause: the exceptions around it say less."""
    while error.__cause__ is not None:
        error = error.__cause__
    return str(error) or type(error).__name__

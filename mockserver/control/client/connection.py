"""The HTTP connection to a server's control API."""

from collections.abc import Iterator, Mapping
from datetime import date
from functools import cached_property
from typing import Any, Protocol, TypeVar
from urllib.parse import quote, urlencode

import httptools
import msgspec

from mockserver.control.client.errors import ControlError, NoServerError, TokenError
from mockserver.control.client.http_connection import HttpConnection, HttpResponse
from mockserver.rest.header_names import REASON_HEADER

__tracebackhide__ = True
Decoded = TypeVar("Decoded")

_TIMEOUT_SECONDS = 300.0
"""Real seconds for one request: advancing a clock also delivers callbacks, each in up to 15 seconds."""
_FIRST_ERROR_STATUS = 300
_UNAUTHORIZED = 401
_PATH_CHARACTERS = "!$%&'()*+,/:;=@[]~"
"""Characters of a path that stay as they are: some paths are encoded already."""


class _ErrorBody(msgspec.Struct):
    """What the body of an error adds to the header: the whole reason."""

    reason: str | None = None


class PendingDeliveries(Protocol):
    """Callbacks that the caller's thread delivers while it waits for a response."""

    def deliver(self) -> None:
        """Deliver those that wait."""

    def wait(self, connected: Any, timeout_seconds: float) -> None:
        """Deliver until a socket can be read."""

    def raise_error(self) -> None:
        """Raise what a receiver raised since the last call."""


def encode_json(value: Any) -> bytes:
    """Return a value as JSON. Its dates may be of classes that others derive, such as pendulum and freezegun."""
    return msgspec.json.encode(value, enc_hook=_encode_date)


def _encode_date(value: object) -> str:
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"expected a value that JSON has, found an object of class {type(value).__name__}.")


class ControlConnection:
    """Sends requests to one server. Several threads may use it, one at a time.

    Args:
        url: the server's base URL, such as `http://127.0.0.1:4010`; None while it does not run.
        token: the token that `recmock serve` printed, if it listens beyond loopback.
    """

    def __init__(self, url: str | None, token: str | None = None) -> None:
        self.server_url = url
        self.deliveries: PendingDeliveries | None = None
        """What this thread delivers while it waits; None if the server sends all callbacks itself."""
        self._token = token
        self._connection: HttpConnection | None = None

    @property
    def url(self) -> str:
        """The base URL, without a slash at the end.

        Raises:
            ControlError: if the server does not run.
        """
        if self.server_url is None:
            raise ControlError("expected a running server, found none: use it inside `with`.")
        return self.server_url.rstrip("/")

    @cached_property
    def _headers(self) -> Mapping[str, str]:
        if self._token is None:
            return {}
        if not (self._token.isascii() and self._token.isprintable()):
            raise ControlError("expected a control token of ASCII characters, found other characters.")
        return {"Authorization": f"Bearer {self._token}"}

    def request(
        self,
        method: str,
        path: str,
        response_type: type[Decoded],
        body: Any = None,
        parameters: Mapping[str, str | int] | None = None,
        timeout_seconds: float = _TIMEOUT_SECONDS,
    ) -> Decoded:
        """Send a request, and return the decoded response.

        Args:
            path: the path below `/_mock`.
            body: sent as JSON.
            timeout_seconds: the time-out in real seconds.

        Raises:
            ControlError: if the server rejects the request or is not a recmock.
        """
        content = self.fetch(method, path, body, parameters, timeout_seconds)
        try:
            return msgspec.json.decode(content, type=response_type)
        except msgspec.DecodeError:
            raise NoServerError(f"expected a recmock server at {self.url}, found something else.") from None

    def fetch(
        self,
        method: str,
        path: str,
        body: Any = None,
        parameters: Mapping[str, str | int] | None = None,
        timeout_seconds: float = _TIMEOUT_SECONDS,
    ) -> bytes:
        """Send a request like `request`, and return the body of the response as it is."""
        data = b"" if body is None else encode_json(body)
        url = self.url
        query = f"?{urlencode(parameters)}" if parameters else ""
        target, headers = f"/_mock{quote(path, safe=_PATH_CHARACTERS)}{query}", self._headers
        try:
            response = self._exchange(url, method, target, headers, data, timeout_seconds)
        except (OSError, ValueError, httptools.HttpParserError) as error:
            raise NoServerError(f"expected a recmock server at {url}, found none: {_describe(error)}.") from None
        if self.deliveries is not None:
            self.deliveries.raise_error()
        _check_status(url, response)
        return response.content

    def stream(self, path: str, headers: Mapping[str, str], timeout_seconds: float) -> Iterator[bytes]:
        """Yield the pieces of a response that has no end, on a connection of its own.

        Args:
            path: the path below `/_mock`.
            headers: more headers.
            timeout_seconds: the longest silence of the server, in real seconds.

        Raises:
            ControlError: if the server rejects the request, is not a recmock or goes away.
        """
        url = self.url
        target = f"/_mock{quote(path, safe=_PATH_CHARACTERS)}"
        rejected = b""
        try:
            for response in HttpConnection(url).stream(target, {**self._headers, **headers}, timeout_seconds):
                if response.status < _FIRST_ERROR_STATUS:
                    yield response.content
                else:
                    rejected += response.content
        except (OSError, ValueError, httptools.HttpParserError) as error:
            raise NoServerError(f"expected a recmock server at {url}, found none: {_describe(error)}.") from None
        _check_status(url, msgspec.structs.replace(response, content=rejected))

    def _exchange(
        self, url: str, method: str, target: str, headers: Mapping[str, str], data: bytes, timeout_seconds: float
    ) -> HttpResponse:
        """Send a request, and return the response. If callbacks are delivered meanwhile, other requests may be sent."""
        if self.deliveries is None:
            return self._get_connection(url).request(method, target, headers, data, timeout_seconds)
        deliveries, connection = self.deliveries, HttpConnection(url, self.deliveries.wait)
        deliveries.deliver()
        try:
            return connection.request(method, target, headers, data, timeout_seconds)
        finally:
            connection.close()

    def close(self) -> None:
        """Close the connection. The next request opens a new one."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _get_connection(self, url: str) -> HttpConnection:
        if self._connection is None or self._connection.url != url:
            self.close()
            self._connection = HttpConnection(url)
        return self._connection


def _check_status(url: str, response: HttpResponse) -> None:
    """Raise if the server rejected the request.

    Raises:
        ControlError: with the server's reason.
    """
    if response.status >= _FIRST_ERROR_STATUS:
        reason = _find_reason(response) or "it is not a recmock."
        error_type = TokenError if response.status == _UNAUTHORIZED else ControlError
        raise error_type(f"{url} answered {response.status}: {reason}", response.status)


def _describe(error: Exception) -> str:
    """Return the name of an error, and what helps if it is one of TLS."""
    from mockserver.rest.certificate_errors import explain_tls_error  # imports ssl, which plain HTTP does not need

    name = "ConnectionError" if isinstance(error, ConnectionError) else type(error).__name__
    advice = explain_tls_error(error)
    return name if advice is None else f"{name}. {advice}"


def _find_reason(response: HttpResponse) -> str | None:
    """Return the reason of an error, or None if it has none. The header may hold only the start of it."""
    try:
        body = msgspec.json.decode(response.content, type=_ErrorBody)
    except (msgspec.DecodeError, RecursionError):  # not the control API, or a proxy before it
        body = _ErrorBody()
    return body.reason or response.headers.get(REASON_HEADER.decode())

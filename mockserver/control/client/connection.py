"""The HTTP connection to a server's control API."""

from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec

from mockserver.rest.header_names import REASON_HEADER

if TYPE_CHECKING:
    from requests import Session

Decoded = TypeVar("Decoded")

_TIMEOUT_SECONDS = 300.0
"""Real seconds for one request: advancing a clock also delivers callbacks, each in up to 15 seconds."""
_UNAUTHORIZED = 401


class ControlError(Exception):
    """The server rejected a request, or cannot be reached. The message says why.

    Args:
        status: the HTTP status; None if there was no response.
    """

    def __init__(self, message: str, status: int | None = None) -> None:
        super().__init__(message)
        self.status = status


class NoServerError(ControlError):
    """Nothing answers at the URL, or the server is not a recmock."""


class TokenError(ControlError):
    """The server requires a control token, and the request had none or a wrong one."""


class ControlConnection:
    """Sends requests to one server. Several threads may use it, one at a time.

    Args:
        url: the server's base URL, such as `http://127.0.0.1:4010`; None while it does not run.
        token: the token that `recmock serve` printed, if it listens beyond loopback.
    """

    def __init__(self, url: str | None, token: str | None = None) -> None:
        self.server_url = url
        self._token = token

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
    def _session(self) -> "Session":
        from mockserver.control.client.sessions import Sessions

        session = Sessions(self.url).create()
        if self._token is not None:
            if not (self._token.isascii() and self._token.isprintable()):
                raise ControlError("expected a control token of ASCII characters, found other characters.")
            session.headers["Authorization"] = f"Bearer {self._token}"
        return session

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
        import requests

        data = None if body is None else msgspec.json.encode(body)
        url = self.url
        try:
            response = self._session.request(
                method, f"{url}/_mock{path}", data=data, params=parameters, timeout=timeout_seconds
            )
        except requests.RequestException as error:
            raise NoServerError(f"expected a recmock server at {url}, found none: {type(error).__name__}.") from None
        if response.status_code >= 300:
            reason = response.headers.get(REASON_HEADER.decode(), "it is not a recmock.")
            error_type = TokenError if response.status_code == _UNAUTHORIZED else ControlError
            raise error_type(f"{url} answered {response.status_code}: {reason}", response.status_code)
        try:
            return msgspec.json.decode(response.content, type=response_type)
        except msgspec.DecodeError:
            raise NoServerError(f"expected a recmock server at {url}, found something else.") from None

    def close(self) -> None:
        """Close the connection. The next request opens a new one."""
        if "_session" in vars(self):
            self._session.close()
            del self._session

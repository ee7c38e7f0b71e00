"""The line to a server's control API."""

from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec

if TYPE_CHECKING:
    from requests import Session

Answer = TypeVar("Answer")

_PATIENCE = 60.0
"""Real seconds for one answer: moving a clock delivers what is due meanwhile."""
_UNAUTHORIZED = 401


class ControlError(Exception):
    """The server refused, or is not there; the message says why."""


class NoServerError(ControlError):
    """Nobody answers, or something else than a mock."""


class TokenError(ControlError):
    """The server asks for a token, and this was none, or another."""


class Line:
    """Asks one server. It may be used from any thread, one at a time.

    Args:
        url: where it is, such as `http://127.0.0.1:4010`.
        token: what `recmock serve` printed, where it listens beyond loopback.
    """

    def __init__(self, url: str, token: str | None = None) -> None:
        self.url = url.rstrip("/")
        self._token = token

    @cached_property
    def _session(self) -> "Session":
        import requests

        session = requests.Session()
        session.trust_env = False  # a proxy of the environment is not for a server on this machine
        if self._token is not None:
            if not (self._token.isascii() and self._token.isprintable()):
                raise ControlError("expected a control token of ASCII characters, found others.")
            session.headers["Authorization"] = f"Bearer {self._token}"
        return session

    def ask(
        self,
        method: str,
        path: str,
        kind: type[Answer],
        body: Any = None,
        parameters: Mapping[str, str | int] | None = None,
        patience: float = _PATIENCE,
    ) -> Answer:
        """Return what the server answers.

        Args:
            path: below `/_mock`.
            body: what is sent as JSON.
            patience: how many real seconds it may take.

        Raises:
            ControlError: where it refuses, or no mock answers there.
        """
        import requests

        data = None if body is None else msgspec.json.encode(body)
        url = f"{self.url}/_mock{path}"
        try:
            answer = self._session.request(method, url, data=data, params=parameters, timeout=patience)
        except requests.RequestException as wrong:
            raise NoServerError(
                f"expected a recmock server at {self.url}, found none: {type(wrong).__name__}."
            ) from None
        if answer.status_code >= 300:
            why = answer.headers.get("X-Mock-Reason", "it is no recmock.")
            kind_of = TokenError if answer.status_code == _UNAUTHORIZED else ControlError
            raise kind_of(f"{self.url} answered {answer.status_code}: {why}")
        try:
            return msgspec.json.decode(answer.content, type=kind)
        except msgspec.DecodeError:
            raise NoServerError(f"expected a recmock server at {self.url}, found something else.") from None

    def close(self) -> None:
        """Close the connection; the next question opens another."""
        if "_session" in vars(self):
            self._session.close()

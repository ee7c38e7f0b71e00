"""One request and its answer, on their way between the gateway and an operation."""

from collections.abc import Mapping
from typing import Any

import msgspec

from generators.audio import Medium
from mockserver.account import Account
from mockserver.headers import Header
from mockserver.mock import Mock
from mockserver.rest.query import Query
from mockserver.wire.dialect import Wire
from mockserver.wire.representation import Representation


class Answer(msgspec.Struct, frozen=True):
    """What is sent: status, headers of its own, and a body that is there or is still to be made."""

    status: int
    body: bytes = b""
    media_type: bytes | None = None
    headers: tuple[Header, ...] = ()
    expires: int = 0
    """Until when the same request may get the same answer if nothing changes, in microseconds since 1970."""
    stream: Medium | None = None
    """Instead of a body: media that is made piece by piece."""
    part: tuple[int, int] = (0, 0)
    """Which bytes of it."""

    @property
    def length(self) -> int:
        """How many bytes are sent."""
        return len(self.body) if self.stream is None else self.part[1] - self.part[0]


_NO_FORM = Query(b"")


class Exchange:
    """A request that was let in, and where its operation leaves the answer.

    The gateway puts it into the ASGI scope under `recmock`, and sends what it finds there afterwards:
    one place writes responses.
    """

    __slots__ = (
        *("_account", "_query", "answer", "base_url", "form", "headers", "method", "mock", "path"),
        *("query_string", "representation", "wire"),
    )

    def __init__(
        self,
        mock: Mock,
        scope: Mapping[str, Any],
        headers: Mapping[bytes, bytes],
        representation: Representation,
        wire: Wire,
        base_url: str,
    ) -> None:
        self.mock = mock
        self.method: str = scope["method"]
        self.path: str = scope["path"]
        self.query_string: bytes = scope["query_string"]
        self.headers = headers
        self.representation = representation
        self.wire = wire
        self.base_url = base_url
        self.form = _NO_FORM
        self.answer: Answer | None = None
        self._account: Account | None = None
        self._query: Query | None = None

    def enter(self, account: Account) -> None:
        """Note whose world the request is about."""
        self._account = account

    @property
    def account(self) -> Account:
        """The account that the path names."""
        assert self._account is not None, f"{self.path} names no account"
        return self._account

    @property
    def query(self) -> Query:
        """The parameters of the query string, read when they are first asked for."""
        if self._query is None:
            self._query = Query(self.query_string)
        return self._query

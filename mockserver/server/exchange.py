"""A request and its response, between the gateway and a route."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Self

import msgspec

from generators.model import Status
from mockserver.account.account import Account
from mockserver.account.fault_rules import MatchedFault
from mockserver.journal.journal import MAX_LOGGED_RECORDINGS, LoggedResponse
from mockserver.mock import Mock
from mockserver.rest.headers import Header, encode_headers
from mockserver.rest.parameters import Parameters
from mockserver.rest.representations.media_types import Representation
from mockserver.rest.representations.wires import Wire
from scenarios.operations import Operation
from scenarios.timeline import Act

if TYPE_CHECKING:
    from generators.audio.wav import Medium

_WITHOUT_BODY = (204, 304)
"""Statuses whose responses have neither a body nor a Content-Length."""


class Response(msgspec.Struct, frozen=True):
    """A response: status, headers, and a body or a stream."""

    status: int
    body: bytes = b""
    media_type: bytes | None = None
    headers: tuple[Header, ...] = ()
    expires: int = 0
    """Cache expiry if the account does not change, in microseconds since the epoch."""
    stream: "Medium | None" = None
    """Media that is sent piece by piece, instead of a body."""
    part: tuple[int, int] = (0, 0)
    """The range of the stream's bytes to send."""
    operation: Operation | None = None
    """The operation, or None if the request reached none."""
    act: Act | None = None
    """What the operation does with its recordings; None if it shows none."""
    recordings: tuple[int, ...] = ()
    """The indices of the recordings that the response shows."""
    page: int = 0
    """The page number of a list, from 0."""
    next_page_uri: str | None = None
    """The `next_page_uri` of a list page."""
    reason: str | None = None
    """The sentence of `X-Mock-Reason` that explains an error."""
    found_status: Status | None = None
    """The status of the recording, if it is the reason for the error."""
    logged: LoggedResponse | None = None
    """The journal's summary, if it is built already."""
    head: bytes | None = None
    """The encoded headers, if they are built already."""

    def to_cached(self, operation: Operation | None) -> Self:
        """Return a copy with everything prebuilt that later requests can reuse."""
        return msgspec.structs.replace(
            self, operation=operation, logged=self.to_logged_response(), head=self.encode_headers()
        )

    def all_headers(self) -> tuple[Header, ...]:
        """Return all headers of the response, including those of its body."""
        if self.status in _WITHOUT_BODY:
            return self.headers
        kind = () if self.media_type is None else ((b"content-type", self.media_type),)
        return (*self.headers, *kind, (b"content-length", b"%d" % self.length))

    def encode_headers(self) -> bytes:
        """Return all headers as bytes."""
        return encode_headers(self.all_headers()) if self.head is None else self.head

    def to_logged_response(self) -> LoggedResponse:
        """Return the summary that the journal keeps."""
        return LoggedResponse(
            status=self.status,
            reason=self.reason,
            next_page_uri=self.next_page_uri,
            headers=self.headers,
            media_type=self.media_type,
            length=self.length,
            recordings=self.recordings[:MAX_LOGGED_RECORDINGS],
            found=self.found_status,
        )

    @property
    def length(self) -> int:
        """The number of bytes in the body."""
        return len(self.body) if self.stream is None else self.part[1] - self.part[0]


_NO_FORM = Parameters(b"")
_MOST_DIGITS = 18
"""The longest number that is read from a query."""


class Exchange:
    """An authenticated request; its route stores the response here.

    The gateway puts the exchange into the ASGI scope under `recmock`, and sends the response that it finds there
    afterwards. So one place writes all responses.
    """

    __slots__ = (
        *("_account", "_parameters", "all_headers", "base_url", "body", "form", "headers", "method", "mock"),
        *("operation", "path", "query_string", "representation", "response", "matched_fault", "wire"),
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
        self.all_headers: Sequence[Header] = scope["headers"]
        self.representation = representation
        self.wire = wire
        self.base_url = base_url
        self.body = b""
        self.form = _NO_FORM
        self.operation: Operation | None = None
        self.matched_fault: MatchedFault | None = None
        self.response: Response | None = None
        self._account: Account | None = None
        self._parameters: Parameters | None = None

    def enter(self, account: Account) -> None:
        """Set the account of the request. The request is logged in this account's journal."""
        self._account = account

    @property
    def account_or_none(self) -> Account | None:
        """The account that the path names, even if the client may not use it; None if the path names none."""
        return self._account

    @property
    def account(self) -> Account:
        """The account that the path names."""
        assert self._account is not None, f"{self.path} names no account"
        return self._account

    @property
    def page(self) -> int:
        """The requested page of a list, from 0."""
        text = self.parameters.text("Page") or "0"
        return int(text) if text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS else 0

    @property
    def parameters(self) -> Parameters:
        """The parameters of the query string, parsed when first used."""
        if self._parameters is None:
            self._parameters = Parameters(self.query_string)
        return self._parameters

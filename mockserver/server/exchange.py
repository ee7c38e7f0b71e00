"""One request and its answer, on their way between the gateway and an operation."""

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
"""Statuses whose responses have none, nor its length."""


class Response(msgspec.Struct, frozen=True):
    """What is sent: status, headers of its own, and a body that is there or is still to be made."""

    status: int
    body: bytes = b""
    media_type: bytes | None = None
    headers: tuple[Header, ...] = ()
    expires: int = 0
    """Until when the same request may get the same answer if nothing changes, in microseconds since 1970."""
    stream: "Medium | None" = None
    """Instead of a body: media that is made piece by piece."""
    part: tuple[int, int] = (0, 0)
    """Which bytes of it."""
    operation: Operation | None = None
    """What was asked for; None where the request got to no operation."""
    act: Act | None = None
    """What that does with the recordings that it is answered from; None where it is answered from none."""
    recordings: tuple[int, ...] = ()
    """Their indices."""
    page: int = 0
    """Which page of a list it is, 0 being the first."""
    next_page_uri: str | None = None
    """What a list page offers."""
    reason: str | None = None
    """Why it is an error, in our own words."""
    found_status: Status | None = None
    """What the recording is, where that is why it is an error."""
    logged: LoggedResponse | None = None
    """What the journal keeps of it, where that is made already."""
    head: bytes | None = None
    """Its own headers as they are written, where that is made already."""

    def to_cached(self, operation: Operation | None) -> Self:
        """Return it with all that can be made once, to be given again and again."""
        return msgspec.structs.replace(
            self, operation=operation, logged=self.to_logged_response(), head=self.encode_headers()
        )

    def all_headers(self) -> tuple[Header, ...]:
        """Return all headers that are its own, those of its body included."""
        if self.status in _WITHOUT_BODY:
            return self.headers
        kind = () if self.media_type is None else ((b"content-type", self.media_type),)
        return (*self.headers, *kind, (b"content-length", b"%d" % self.length))

    def encode_headers(self) -> bytes:
        """Return the same as they are written."""
        return encode_headers(self.all_headers()) if self.head is None else self.head

    def to_logged_response(self) -> LoggedResponse:
        """Return what the journal keeps of it."""
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
        """How many bytes are sent."""
        return len(self.body) if self.stream is None else self.part[1] - self.part[0]


_NO_FORM = Parameters(b"")
_MOST_DIGITS = 18
"""As many as a number in a query may have."""


class Exchange:
    """A request that was let in, and where its operation leaves the answer.

    The gateway puts it into the ASGI scope under `recmock`, and sends what it finds there afterwards:
    one place writes responses.
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
        """Note whose world the request is about, which is whose journal it goes into."""
        self._account = account

    @property
    def account_or_none(self) -> Account | None:
        """The account that the path names, whether or not who asked was let in; None where it names none."""
        return self._account

    @property
    def account(self) -> Account:
        """The account that the path names."""
        assert self._account is not None, f"{self.path} names no account"
        return self._account

    @property
    def page(self) -> int:
        """The page of a list that is asked for, 0 being the first."""
        text = self.parameters.text("Page") or "0"
        return int(text) if text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS else 0

    @property
    def parameters(self) -> Parameters:
        """The parameters of the query string, read when they are first asked for."""
        if self._parameters is None:
            self._parameters = Parameters(self.query_string)
        return self._parameters

"""A response, before it is sent."""

from collections.abc import Awaitable, Callable, Iterator
from typing import TYPE_CHECKING, Self

import msgspec
from starlette.types import Receive, Scope, Send

from generators.model import Status
from mockserver.journal.journal import MAX_FIRST_BYTES, MAX_LOGGED_RECORDINGS, LoggedResponse
from mockserver.rest.headers import Header, encode_header, encode_headers
from scenarios.operations import Operation, RequestKind

if TYPE_CHECKING:
    from generators.audio.wav import Medium

LiveSender = Callable[[Scope, Receive, Send], Awaitable[None]]
"""Sends a body that has no length."""
_BODILESS_STATUSES = (204, 304)
"""Statuses whose responses have neither a body nor a Content-Length."""


class Response(msgspec.Struct, frozen=True):
    """A response: status, headers, and a body or a stream."""

    status: int
    body: bytes = b""
    media_type: bytes | None = None
    headers: tuple[Header, ...] = ()
    expires_at: int = 0
    """Cache expiry if the account does not change, in microseconds since the epoch."""
    stream: "Medium | None" = None
    """Media that is sent piece by piece, instead of a body."""
    byte_range: tuple[int, int] = (0, 0)
    """The range of the stream's bytes to send."""
    operation: Operation | None = None
    """The operation, or None if the request reached none."""
    request_kind: RequestKind | None = None
    """What the operation does with its recordings; None if it shows none."""
    recording_indices: tuple[int, ...] = ()
    """The indices of the recordings that the response shows."""
    page_number: int = 0
    """The page number of a list, from 0."""
    next_page_uri: str | None = None
    """The `next_page_uri` of a list page."""
    reason: str | None = None
    """The sentence of `X-Mock-Reason` that explains an error."""
    found_status: Status | None = None
    """The status of the recording, if it is the reason for the error."""
    logged_response: LoggedResponse | None = None
    """The journal's summary, if it is built already."""
    encoded_headers: bytes | None = None
    """The encoded headers, if they are built already."""
    first_bytes: bytes = b""
    """What the journal keeps of the body, if it is cut off already."""

    def to_cached(self, operation: Operation | None) -> Self:
        """Return a copy with everything prebuilt that later requests can reuse."""
        return msgspec.structs.replace(
            self,
            operation=operation,
            logged_response=self.to_logged_response(),
            encoded_headers=self.encode_headers(),
            first_bytes=self.body[:MAX_FIRST_BYTES],
        )

    def with_headers(self, *headers: Header) -> Self:
        """Return a copy with more headers. The copy of a cached response is encoded again."""
        if not headers:
            return self
        return msgspec.structs.replace(
            self, headers=(*self.headers, *headers), logged_response=None, encoded_headers=None
        )

    def build_headers(self) -> tuple[Header, ...]:
        """Return all headers of the response, including those of its body."""
        if self.status in _BODILESS_STATUSES:
            return self.headers
        kind = () if self.media_type is None else ((b"content-type", self.media_type),)
        return (*self.headers, *kind, (b"content-length", b"%d" % self.length))

    def encode_headers(self) -> bytes:
        """Return all headers as bytes."""
        if self.encoded_headers is not None:
            return self.encoded_headers
        if self.headers or self.media_type is None or self.stream is not None or self.status in _BODILESS_STATUSES:
            return encode_headers(self.build_headers())
        content_type = encode_header((b"content-type", self.media_type))  # all the others have these two only
        return b"%sContent-Length: %d\r\n" % (content_type, len(self.body))

    def to_logged_response(self) -> LoggedResponse:
        """Return the summary that the journal keeps."""
        return LoggedResponse(
            status=self.status,
            reason=self.reason,
            next_page_uri=self.next_page_uri,
            headers=self.headers,
            media_type=self.media_type,
            length=self.length,
            recordings=self.recording_indices[:MAX_LOGGED_RECORDINGS],
            found_status=self.found_status,
            extra_bytes=len(self.reason or "") + sum([len(value) for _, value in self.headers]),
        )

    @property
    def length(self) -> int:
        """The number of bytes in the body."""
        return len(self.body) if self.stream is None else self.byte_range[1] - self.byte_range[0]


class LiveBody:
    """A body in place of a medium that goes on until the client leaves or the server stops. It has no length.

    Args:
        send: sends the whole body.
    """

    length = 0

    def __init__(self, send: LiveSender) -> None:
        self.send = send

    def read(self, start: int, stop: int) -> Iterator[bytes]:
        """Yield nothing."""
        return iter(())


class LiveResponse(Response, frozen=True):
    """A response with a live body."""

    def build_headers(self) -> tuple[Header, ...]:
        """Return all headers of the response, without a length."""
        assert self.media_type is not None, "a live body says what it is"
        return (*self.headers, (b"content-type", self.media_type))

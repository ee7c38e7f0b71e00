"""The views of requests, without secrets."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

import msgspec

from mockserver.control.views.instants import serialize_instant
from mockserver.journal import redaction
from mockserver.rest.header_names import WARNING_HEADER

if TYPE_CHECKING:  # the clients decode the views without the server's modules
    from mockserver.journal.journal import Entry


class RequestView(msgspec.Struct, frozen=True, kw_only=True):
    """A request and its response."""

    number: int
    at: str
    """When the response was sent, on the account's clock."""
    operation: str | None
    """None if the request reached no operation."""
    method: str
    target: str
    """Path and query."""
    query: dict[str, list[str]]
    form: dict[str, list[str]]
    headers: list[tuple[str, str]]
    status: int
    seconds: float
    """The duration of the request in real time."""
    length: int
    """The number of bytes in the response body."""
    reason: str | None
    """The explanation of an error, from `X-Mock-Reason`."""
    warnings: list[str]
    """The values of `X-Mock-Warning`."""
    rule: int | None
    """The number of the fault rule that was applied."""
    next_page_uri: str | None


class RequestsView(msgspec.Struct, frozen=True, kw_only=True):
    """Requests of an account, newest last."""

    requests: list[RequestView]
    matched: int
    """The number of matching requests in the journal; `limit` selects the newest of them."""
    total: int
    """The number of all requests so far."""
    dropped: int
    """The number of requests that the journal has dropped."""
    generation: int
    """Another number after the journal was emptied: the numbers of its requests then begin again."""


class CountView(msgspec.Struct, frozen=True, kw_only=True):
    """The number of matching requests."""

    count: int
    is_complete: bool
    """False if matching requests may have been dropped."""
    dropped: int


class CurlCommandView(msgspec.Struct, frozen=True, kw_only=True):
    """A command line that repeats a request."""

    number: int
    command: str


def serialize_request(entry: "Entry") -> RequestView:
    return RequestView(
        number=entry.number,
        at=serialize_instant(entry.at),
        operation=None if entry.operation is None else entry.operation.value,
        method=entry.method,
        target=entry.target,
        query=_group_by_name(redaction.redact_parameters(entry.query)),
        form=_group_by_name(redaction.redact_parameters(entry.form)),
        headers=[(name.decode("latin-1"), redaction.redact_header(name, value)) for name, value in entry.headers],
        status=entry.response.status,
        seconds=round(entry.seconds, 6),
        length=entry.response.length,
        reason=None if entry.response.reason is None else redaction.without_passwords(entry.response.reason),
        warnings=[redaction.without_passwords(warning) for warning in entry.response_headers(WARNING_HEADER)],
        rule=entry.rule,
        next_page_uri=entry.response.next_page_uri and redaction.redact_uri(entry.response.next_page_uri),
    )


def _group_by_name(pairs: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    values: dict[str, list[str]] = {}
    for name, value in pairs:
        values.setdefault(name, []).append(value)
    return values

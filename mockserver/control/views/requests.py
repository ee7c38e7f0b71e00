"""The views of requests, without secrets."""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, Literal

import msgspec

from mockserver.control.views.instants import serialize_instant
from mockserver.journal import redaction
from mockserver.rest.header_names import WARNING_HEADER

if TYPE_CHECKING:  # the clients decode the views without the server's modules
    from mockserver.account.account import Account
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
    received_at: str
    """When it was received, on the machine's clock."""
    wire: Literal["twilio", "schema"]
    fault: dict[str, Any] | None
    """The effect of the fault rule, as a scenario has it."""
    fault_text: str | None
    """The effect in words."""
    sent_length: int
    """The number of bytes of the body that the fault let through; `length` if it broke nothing."""
    recordings: list[str]
    """The SIDs of the recordings that it showed or changed, the first 50."""
    did: list[str]
    """What it did, such as `counted 1 of 3 fetches of late`. What timelines counted is known of the newest requests."""


class RequestDetailView(RequestView, frozen=True, kw_only=True):
    """A request and its response, with the response's headers and the start of its body."""

    response_headers: list[tuple[str, str]]
    body: str | None
    """The first 4 KB of the response's body, without secrets, empty for media; None if they are no longer kept."""
    is_body_whole: bool
    """True if `body` is the whole body."""


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


def serialize_request(account: "Account", entry: "Entry") -> RequestView:
    return RequestView(**_collect_fields(account, entry))


def serialize_request_detail(account: "Account", entry: "Entry") -> RequestDetailView:
    body = account.journal.newest.get_body(entry.number, account.journal.total)
    headers = [(name.decode("latin-1"), redaction.redact_header(name, value)) for name, value in entry.response.headers]
    if entry.response.media_type is not None:
        headers.append(("content-type", entry.response.media_type.decode("latin-1")))
    return RequestDetailView(
        **_collect_fields(account, entry),
        response_headers=headers,
        body=None if body is None else redaction.redact_answer(body, (account.token, *_find_secrets(entry))),
        is_body_whole=body is not None and len(body) == entry.response.length,
    )


def _collect_fields(account: "Account", entry: "Entry") -> dict[str, Any]:
    from mockserver.control.views.request_effects import describe_effects, list_touched
    from mockserver.settings.machine_clock import measure_tick_origin

    tick_origin = measure_tick_origin()
    reason = entry.response.reason or (None if entry.strike is None else entry.strike.reason)
    return {
        "number": entry.number,
        "at": serialize_instant(entry.at),
        "operation": None if entry.operation is None else entry.operation.value,
        "method": entry.method,
        "target": entry.target,
        "query": _group_by_name(redaction.redact_parameters(entry.query)),
        "form": _group_by_name(redaction.redact_parameters(entry.form)),
        "headers": [(name.decode("latin-1"), redaction.redact_header(name, value)) for name, value in entry.headers],
        "status": entry.response.status,
        "seconds": round(entry.seconds, 6),
        "length": entry.response.length,
        "reason": None if reason is None else redaction.without_passwords(reason),
        "warnings": [redaction.without_passwords(warning) for warning in entry.response_headers(WARNING_HEADER)],
        "rule": entry.rule,
        "next_page_uri": entry.response.next_page_uri and redaction.redact_uri(entry.response.next_page_uri),
        "received_at": serialize_instant(account.journal.newest.find_received_at(entry.tick, tick_origin)),
        "wire": entry.wire.value,
        **_describe_fault(entry),
        "recordings": list_touched(account, entry),
        "did": describe_effects(account, entry),
    }


def _describe_fault(entry: "Entry") -> dict[str, Any]:
    if entry.strike is None:
        return {"fault": None, "fault_text": None, "sent_length": entry.response.length}
    from mockserver.server.faults import choose_network_fault, is_response_replaced
    from scenarios.explain.rules import describe_then

    then, length = entry.strike.then, entry.response.length
    fault = choose_network_fault(then, entry.method, length)
    broken_length = 0 if is_response_replaced(fault) else length // 2
    return {
        "fault": msgspec.to_builtins(then),
        "fault_text": redaction.without_passwords(describe_then(then)),
        "sent_length": length if fault is None else broken_length,
    }


def _find_secrets(entry: "Entry") -> Iterator[str]:
    """Yield the secrets of a request, which its answer may repeat."""
    yield from redaction.find_secret_values(entry.query)
    yield from redaction.find_secret_values(entry.form)


def _group_by_name(pairs: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    values: dict[str, list[str]] = {}
    for name, value in pairs:
        values.setdefault(name, []).append(value)
    return values

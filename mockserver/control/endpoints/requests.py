"""Endpoints for the request journal: listing, verification, waiting, export and the doctor."""

from typing import Annotated, Any

import msgspec
from msgspec import Meta

from generators.instants import SECOND
from generators.suggestion import suggest
from mockserver.account.account import Account
from mockserver.account.gradual import Steps, run_at_once, run_between_requests
from mockserver.control.endpoints.endpoint import (
    Endpoint,
    PathParams,
    get_account,
    make_invalid_command_error,
    read_command,
)
from mockserver.control.views.requests import (
    CountView,
    CurlCommandView,
    RequestDetailView,
    RequestsView,
    serialize_request,
    serialize_request_detail,
)
from mockserver.control.views.unused_rules import describe_unused_rules
from mockserver.journal.curl import build_curl_command
from mockserver.journal.doctor.report import Report
from mockserver.journal.doctor.rules import examine
from mockserver.journal.har import HarDocument, build_har
from mockserver.journal.journal import Entry
from mockserver.journal.matching import RequestPattern
from mockserver.journal.verification import (
    ExpectedCount,
    Verification,
    find_matching_gradually,
    verify_gradually,
    wait_for,
)
from mockserver.rest.errors import TwilioError
from mockserver.rest.parameters import Parameters
from mockserver.server.exchange import Exchange
from scenarios.durations import Duration, parse_duration
from scenarios.operations import Operation

NonNegativeInt = Annotated[int, Meta(ge=0, lt=10**18)]
"""A number of 18 digits at most, as in a query."""

_DEFAULT_LIMIT = 100
_MAX_WAIT = 60 * SECOND
_GROUP_NAMES = ("header", "query", "form")


class CountCommand(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Count requests, from a number on."""

    pattern: dict[str, Any] = {}
    since: NonNegativeInt = 0


class VerifyCommand(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Check the number of matching requests: at least one, unless the command says otherwise."""

    pattern: dict[str, Any] = {}
    min: NonNegativeInt | None = None
    max: NonNegativeInt | None = None
    exactly: NonNegativeInt | None = None
    since: NonNegativeInt = 0


class WaitCommand(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Wait until a number of matching requests exist, or until the time is up."""

    pattern: dict[str, Any] = {}
    count: Annotated[int, Meta(ge=1, lt=10**18)] = 1
    timeout: Duration = "10s"
    """Real time."""
    since: NonNegativeInt = 0


async def list_requests(exchange: Exchange, path: PathParams) -> RequestsView:
    """List the requests that match the parameters, whose names are those of a pattern."""
    account, query = get_account(exchange, path), exchange.parameters
    since = query.get_integer("since", default=0, minimum=0)
    limit = query.get_integer("limit", default=_DEFAULT_LIMIT, minimum=0)
    pattern = _parse_pattern(account, _parse_pattern_parameters(query), strict=False)
    generation = account.journal.generation  # of these requests: it may change in the pauses
    found = await run_between_requests(find_matching_gradually(account.journal, pattern, since))
    return await run_between_requests(_build_requests_view(account, found, limit, generation))


async def clear_requests(exchange: Exchange, path: PathParams) -> RequestsView:
    account = get_account(exchange, path)
    account.journal.clear()
    return run_at_once(_build_requests_view(account, [], 0, account.journal.generation))


async def show_request(exchange: Exchange, path: PathParams) -> RequestDetailView:
    entry = _get_entry(exchange, path)
    return serialize_request_detail(get_account(exchange, path), entry)


async def show_curl_command(exchange: Exchange, path: PathParams) -> CurlCommandView:
    entry = _get_entry(exchange, path)
    return CurlCommandView(number=entry.number, command=build_curl_command(entry, exchange.base_url))


async def export_har(exchange: Exchange, path: PathParams) -> HarDocument:
    journal = get_account(exchange, path).journal
    return await run_between_requests(build_har([*journal], exchange.base_url, dropped=journal.dropped))


async def count_requests(exchange: Exchange, path: PathParams) -> CountView:
    account, command = get_account(exchange, path), read_command(exchange, CountCommand)
    pattern, dropped = _parse_pattern(account, command.pattern), account.journal.count_dropped(command.since)
    found = await run_between_requests(find_matching_gradually(account.journal, pattern, command.since))
    return CountView(count=len(found), is_complete=not dropped, dropped=dropped)


async def verify_requests(exchange: Exchange, path: PathParams) -> Verification:
    account, command = get_account(exchange, path), read_command(exchange, VerifyCommand)
    try:
        times = ExpectedCount.from_arguments(command.min, command.max, command.exactly)
    except ValueError as error:
        raise make_invalid_command_error(str(error)) from None
    pattern = _parse_pattern(account, command.pattern)
    return await run_between_requests(verify_gradually(account.journal, pattern, times, since=command.since))


async def wait_for_requests(exchange: Exchange, path: PathParams) -> Verification:
    account, command = get_account(exchange, path), read_command(exchange, WaitCommand)
    patience = parse_duration(command.timeout)
    if patience > _MAX_WAIT:
        raise make_invalid_command_error(f"timeout: expected at most {_MAX_WAIT // SECOND}s, found {command.timeout}")
    pattern = _parse_pattern(account, command.pattern)
    waiting = wait_for(account.journal, pattern, command.count, seconds=patience / SECOND, since=command.since)
    return await exchange.mock.worker.wait_unless_stopped(waiting)


async def examine_client(exchange: Exchange, path: PathParams) -> Report:
    account = get_account(exchange, path)
    # Before the first request, every rule is unused.
    return examine(account.journal, describe_unused_rules(account) if account.journal.total else ())


def _build_requests_view(account: Account, entries: list[Entry], limit: int, generation: int) -> Steps[RequestsView]:
    journal, requests = account.journal, []
    for entry in entries[max(0, len(entries) - limit) :]:
        requests.append(serialize_request(account, entry))
        yield
    return RequestsView(
        requests=requests,
        matched=len(entries),
        total=journal.total,
        dropped=journal.dropped,
        generation=generation,
    )


def _get_entry(exchange: Exchange, path: PathParams) -> Entry:
    journal, number = get_account(exchange, path).journal, path["number"]
    entry = journal.get_entry(int(number)) if number.isdecimal() and len(number) < 19 else None
    if entry is None:
        numbers = f"{journal.dropped} to {journal.total - 1}" if len(journal) else "none"
        raise TwilioError(20404, f"Expected the number of a request in the journal ({numbers}), found {number[:20]!r}.")
    return entry


def _parse_pattern_parameters(parameters: Parameters) -> dict[str, Any]:
    """Return the pattern in parameters such as `op=list_recordings&query.PageSize=50`, or in `pattern` as JSON."""
    command: dict[str, Any] = {}
    for name, value in parameters.pairs:
        group, dot, inner = name.partition(".")
        if dot and group in _GROUP_NAMES:
            command.setdefault(group, {})[inner] = value
        elif name not in ("since", "limit", "pattern"):
            command[name] = value
    text = parameters.get_text("pattern")
    return command if text is None else command | _decode_pattern(text)


def _decode_pattern(text: str) -> dict[str, Any]:
    try:
        return msgspec.json.decode(text, type=dict[str, Any])
    except (msgspec.DecodeError, RecursionError) as error:
        raise make_invalid_command_error(f"pattern: expected a JSON object: {error}") from None


def _parse_pattern(account: Account, fields: dict[str, Any], *, strict: bool = True) -> RequestPattern:
    """Return the pattern in a command.

    Raises:
        TwilioError: 20001 if the pattern is invalid.
    """
    op = fields.get("op")
    if isinstance(op, str) and op not in list(Operation):
        raise make_invalid_command_error(
            f"op: expected an operation such as list_recordings, found {op[:60]!r}.{suggest(op, Operation)}"
        )
    try:
        return msgspec.convert(fields, RequestPattern, strict=strict).with_resolved_sid(account.resolve_handle)
    except msgspec.ValidationError as error:
        known = ", ".join(RequestPattern.__struct_fields__)
        raise make_invalid_command_error(f"pattern: expected some of {known}: {error}") from None


REQUESTS = {
    "/requests": Endpoint(GET=list_requests, DELETE=clear_requests),
    "/requests.har": Endpoint(GET=export_har),
    "/requests/count": Endpoint(POST=count_requests),
    "/requests/verify": Endpoint(POST=verify_requests),
    "/requests/wait": Endpoint(POST=wait_for_requests),
    "/requests/{number}": Endpoint(GET=show_request),
    "/requests/{number}/curl": Endpoint(GET=show_curl_command),
    "/doctor": Endpoint(GET=examine_client),
}

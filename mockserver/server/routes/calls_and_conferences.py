"""Lists and fetches of calls and conferences: those of recordings, and those that begin here."""

import msgspec

from generators.sids import Kind
from mockserver.account.account import Account
from mockserver.account.resources.call_filter import (
    CallFilter,
    ConferenceFilter,
    FilterCallStatus,
    FilterConferenceStatus,
)
from mockserver.account.resources.parent import Parent
from mockserver.rest.date_filters import parse_date_range
from mockserver.rest.paging import parse_page_request
from mockserver.rest.parameters import Parameters
from mockserver.rest.representations.calls_and_conferences import CALL, CONFERENCE
from mockserver.server.exchange import Exchange
from mockserver.server.results import Resource, ResourcePage, ResourceValue
from mockserver.server.routes.future_filters import warn_of_future_filters
from mockserver.server.routes.resource_route import PathParams, warn_of_empty_page
from mockserver.server.routes.unknown_calls import get_unknown_call
from scenarios.endpoints import normalize_endpoint

FROZEN_CLOCK = 'the clock is frozen; advance it, or use clock="real"'
"""The warning of a client that waits for a call, and time stands still."""
_FETCHES_UNTIL_WARNING = 3
_NOT_CACHED = 0
_UNFILTERED_CONFERENCES = (
    "Twilio lists only conferences in progress if no filter is given (since 2026-09-30). The mock lists all of them. "
    "Add Status=completed or Status=in-progress."
)


def list_calls(exchange: Exchange, _: PathParams) -> ResourcePage:
    query = exchange.parameters
    wanted = CallFilter(
        status=query.get_choice("Status", FilterCallStatus),
        from_number=_parse_number(query, "From"),
        to_number=_parse_number(query, "To"),
        parent_call_sid=query.get_sid("ParentCallSid", Kind.CALL),
        started=parse_date_range(query, "StartTime", includes_upper_bound=False),
        ended=parse_date_range(query, "EndTime", includes_upper_bound=False),
    )
    page_request = parse_page_request(query)
    calls = exchange.account.calls
    page = warn_of_future_filters(exchange, calls.list(wanted, page_request), "StartTime", "EndTime")
    warn_of_empty_page(exchange, page)
    return ResourcePage(CALL, calls, page, page_request, query)


def fetch_call(exchange: Exchange, path: PathParams) -> Resource | ResourceValue:
    calls, sid = exchange.account.calls, Parent.from_sid(Kind.CALL, path["sid"]).sid
    index = calls.find_or_none(sid)
    if index is None:
        return ResourceValue(resource_type=CALL, value=get_unknown_call(exchange, sid))
    resource = Resource(CALL, calls, index, calls.get_expiry(index))
    if (
        exchange.account.has_live_calls
        and exchange.account.clock.rate == 0
        and _is_stuck(exchange.account, path["sid"])
    ):
        # Every fetch counts, so none may be answered from the cache.
        return msgspec.structs.replace(resource, expires_at=_warn_of_frozen_clock(exchange, path["sid"]))
    return resource


def list_conferences(exchange: Exchange, _: PathParams) -> ResourcePage:
    query = exchange.parameters
    wanted = ConferenceFilter(
        status=query.get_choice("Status", FilterConferenceStatus),
        friendly_name=query.get_text("FriendlyName"),
        started=parse_date_range(query, "DateCreated"),
        ended=parse_date_range(query, "DateUpdated"),
    )
    page_request = parse_page_request(query)
    conferences = exchange.account.conferences
    page = warn_of_future_filters(exchange, conferences.list(wanted, page_request), "DateCreated", "DateUpdated")
    if not wanted.is_given:
        exchange.warnings.append(_UNFILTERED_CONFERENCES)
    warn_of_empty_page(exchange, page)
    return ResourcePage(CONFERENCE, conferences, page, page_request, query)


def fetch_conference(exchange: Exchange, path: PathParams) -> Resource:
    conferences = exchange.account.conferences
    index = conferences.find(Parent.from_sid(Kind.CONFERENCE, path["sid"]).sid)
    return Resource(CONFERENCE, conferences, index, conferences.get_expiry(index))


def _is_stuck(account: Account, sid: str) -> bool:
    """Return True if only the account's time changes a call: it waits for nobody else, its app included."""
    call = account.live_calls.find(sid)
    if call is None or account.live_calls.requests.is_awaited_by(call):
        return False
    return not account.live_calls.is_waiting_for_others(call)


def _warn_of_frozen_clock(exchange: Exchange, sid: str) -> int:
    """Count a fetch, and warn of the clock if the call does not change from one to the next. Return the expiry."""
    from mockserver.account.commands.calls import CountFetch  # not before the first live call

    call = exchange.account.live_calls.find(sid)
    assert call is not None, "it was found before"
    if exchange.account.apply(CountFetch(number=call.number)) >= _FETCHES_UNTIL_WARNING:
        exchange.warnings.append(FROZEN_CLOCK)
    return _NOT_CACHED


def _parse_number(query: Parameters, name: str) -> str | None:
    """Return a number or another address in its normal form, or None if it is missing."""
    text = query.get_text(name)
    return None if text is None else normalize_endpoint(text)

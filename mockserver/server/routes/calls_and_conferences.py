"""Calls and conferences, read-only, because recordings link to them."""

from generators.sids import Kind
from mockserver.account.resources.call_filter import (
    CallFilter,
    ConferenceFilter,
    FilterCallStatus,
    FilterConferenceStatus,
)
from mockserver.account.resources.calls_and_conferences import CallsOrConferences
from mockserver.account.resources.parent import Parent
from mockserver.rest.date_filters import parse_date_range
from mockserver.rest.paging import parse_page_request
from mockserver.rest.parameters import Parameters
from mockserver.rest.representations.calls_and_conferences import CALL, CONFERENCE
from mockserver.rest.representations.resource_type import ResourceType
from mockserver.server.exchange import Exchange
from mockserver.server.results import Resource, ResourcePage
from mockserver.server.routes.future_filters import warn_of_future_filters
from mockserver.server.routes.resource_route import PathParams, warn_of_empty_page

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


def fetch_call(exchange: Exchange, path: PathParams) -> Resource:
    return _fetch(exchange.account.calls, CALL, Parent.from_sid(Kind.CALL, path["sid"]))


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
    return _fetch(exchange.account.conferences, CONFERENCE, Parent.from_sid(Kind.CONFERENCE, path["sid"]))


def _fetch(source: CallsOrConferences, resource_type: ResourceType, parent: Parent) -> Resource:
    return Resource(resource_type, source, source.find(parent.sid))


def _parse_number(query: Parameters, name: str) -> str | None:
    """Return a phone number, or None if it is missing. A `+` that the client did not encode reaches us as a space."""
    text = query.get_text(name)
    return f"+{text[1:]}" if text is not None and text.startswith(" ") else text

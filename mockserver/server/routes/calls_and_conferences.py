"""Calls, conferences and the account itself, read-only, because recordings link to them."""

from generators.sids import Kind
from mockserver.account.resources.calls_and_conferences import CallsOrConferences
from mockserver.account.resources.parent import Parent
from mockserver.rest.errors import TwilioError
from mockserver.rest.paging import parse_page_request
from mockserver.rest.representations.calls_and_conferences import AccountFields
from mockserver.rest.representations.resource_types import ACCOUNT, CALL, CONFERENCE, ResourceType
from mockserver.server.exchange import Exchange
from mockserver.server.results import Resource, ResourcePage, ResourceValue
from mockserver.server.routes.resource_route import PathParams, ResourceRoute

_UNSUPPORTED_CALL_FILTERS = (
    "To",
    "From",
    "ParentCallSid",
    "Status",
    "StartTime",
    "StartTime<",
    "StartTime>",
    "EndTime",
)
_UNSUPPORTED_CONFERENCE_FILTERS = (
    "DateCreated",
    "DateCreated<",
    "DateCreated>",
    "DateUpdated",
    "FriendlyName",
    "Status",
)


def list_calls(exchange: Exchange, _: PathParams) -> ResourcePage:
    return _list(exchange, CALL, exchange.account.calls, _UNSUPPORTED_CALL_FILTERS)


def fetch_call(exchange: Exchange, path: PathParams) -> Resource:
    return _fetch(exchange.account.calls, CALL, Parent.from_sid(Kind.CALL, path["sid"]))


def list_conferences(exchange: Exchange, _: PathParams) -> ResourcePage:
    return _list(exchange, CONFERENCE, exchange.account.conferences, _UNSUPPORTED_CONFERENCE_FILTERS)


def fetch_conference(exchange: Exchange, path: PathParams) -> Resource:
    return _fetch(exchange.account.conferences, CONFERENCE, Parent.from_sid(Kind.CONFERENCE, path["sid"]))


def fetch_account(exchange: Exchange, _: PathParams) -> ResourceValue:
    account, mock = exchange.account, exchange.mock
    declared = mock.declared_accounts.get(account.sid.lower())
    facts = AccountFields(
        sid=account.sid,
        token=account.token,
        parent_sid=None if declared is None else declared.parent,
        date_created=account.corpus.spec.t0 - account.corpus.spec.span,
    )
    return ResourceValue(resource_type=ACCOUNT, value=facts)


def _fetch(source: CallsOrConferences, resource_type: ResourceType, parent: Parent) -> Resource:
    return Resource(resource_type, source, source.find(parent.sid))


def _list(
    exchange: Exchange, resource_type: ResourceType, source: CallsOrConferences, unsupported_filters: tuple[str, ...]
) -> ResourcePage:
    query = exchange.parameters
    for name in unsupported_filters:
        if query.get_text(name) is not None:
            raise TwilioError(20001, f"{name}: this mock does not emulate this filter here.")
    page_request = parse_page_request(query)
    return ResourcePage(resource_type, source, source.list(page_request), page_request, query)


CALL_AND_CONFERENCE_ROUTES = (
    ResourceRoute("", GET=fetch_account),
    ResourceRoute("Calls", GET=list_calls),
    ResourceRoute("Calls/{sid}", GET=fetch_call),
    ResourceRoute("Conferences", GET=list_conferences),
    ResourceRoute("Conferences/{sid}", GET=fetch_conference),
)

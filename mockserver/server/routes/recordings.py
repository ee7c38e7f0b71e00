"""Recordings of an account, a call or a conference, as clients read them."""

from generators.sids import Kind
from mockserver.account.resources.filter import RecordingFilter
from mockserver.rest.date_filters import parse_created_range
from mockserver.rest.paging import parse_page_request
from mockserver.rest.representations.recording_types import CALL_RECORDING, CONFERENCE_RECORDING, RECORDING
from mockserver.rest.representations.resource_type import ResourceType
from mockserver.server.exchange import Exchange
from mockserver.server.results import Resource, ResourcePage
from mockserver.server.routes.future_filters import warn_of_future_filters
from mockserver.server.routes.recording_parents import get_resource_type, parse_parent
from mockserver.server.routes.resource_route import PathParams
from scenarios.operations import RequestKind


def list_recordings(exchange: Exchange, _: PathParams) -> ResourcePage:
    query = exchange.parameters
    return _list(
        exchange,
        RECORDING,
        call_sid=query.get_sid("CallSid", Kind.CALL),
        conference_sid=query.get_sid("ConferenceSid", Kind.CONFERENCE),
        include_deleted=query.get_boolean("IncludeSoftDeleted"),
    )


def fetch_recording(exchange: Exchange, path: PathParams) -> Resource:
    recordings = exchange.account.recordings
    include_deleted = exchange.parameters.get_boolean("IncludeSoftDeleted")
    index = recordings.find(path["sid"], include_deleted=include_deleted)
    return Resource(
        RECORDING, recordings.recording_index, index, recordings.get_next_expiry(include_deleted), RequestKind.FETCH
    )


def list_call_recordings(exchange: Exchange, path: PathParams) -> ResourcePage:
    return _list(exchange, CALL_RECORDING, call_sid=parse_parent(path).sid)


def list_conference_recordings(exchange: Exchange, path: PathParams) -> ResourcePage:
    return _list(exchange, CONFERENCE_RECORDING, conference_sid=parse_parent(path).sid)


def fetch_nested_recording(exchange: Exchange, path: PathParams) -> Resource:
    recordings, parent = exchange.account.recordings, parse_parent(path)
    index = recordings.find(path["sid"], parent=parent)
    return Resource(get_resource_type(parent), recordings.recording_index, index, request_kind=RequestKind.FETCH)


def _list(
    exchange: Exchange,
    resource_type: ResourceType,
    *,
    call_sid: str | None = None,
    conference_sid: str | None = None,
    include_deleted: bool = False,
) -> ResourcePage:
    query, recordings = exchange.parameters, exchange.account.recordings
    page_request = parse_page_request(query)
    since, below = parse_created_range(query)
    selection = RecordingFilter(
        created_since=since,
        created_before=below,
        call_sid=call_sid,
        conference_sid=conference_sid,
        include_deleted=include_deleted,
    )
    return ResourcePage(
        resource_type,
        recordings.recording_index,
        warn_of_future_filters(exchange, recordings.list(selection, page_request), "DateCreated"),
        page_request,
        query,
        RequestKind.LIST,
        recordings.recording_index.get_all,
    )

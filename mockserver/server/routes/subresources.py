"""Transcriptions, add-on results and their payloads."""

from generators.sids import Kind
from mockserver.account.commands.recordings import DeleteSubresource
from mockserver.account.resources.subresources import Subresources, find_payload_indices
from mockserver.rest.paging import parse_page_request
from mockserver.rest.representations.resource_type import ResourceType
from mockserver.rest.representations.subresources import ADD_ON_RESULT, PAYLOAD, TRANSCRIPTION
from mockserver.server.exchange import Exchange
from mockserver.server.results import NoContent, RedirectResult, Resource, ResourcePage
from mockserver.server.routes.resource_route import PathParams, warn_of_empty_page


def list_transcriptions(exchange: Exchange, _: PathParams) -> ResourcePage:
    query, shelf = exchange.parameters, exchange.account.transcriptions
    page_request = parse_page_request(query)
    page = shelf.list(page_request)
    warn_of_empty_page(exchange, page)
    return ResourcePage(TRANSCRIPTION, shelf, page, page_request, query)


def fetch_transcription(exchange: Exchange, path: PathParams) -> Resource:
    return _fetch(TRANSCRIPTION, exchange.account.transcriptions, path["sid"], None)


def delete_transcription(exchange: Exchange, path: PathParams) -> NoContent:
    exchange.account.apply(DeleteSubresource(kind=Kind.TRANSCRIPTION, sid=path["sid"]))
    return NoContent()


def list_recording_transcriptions(exchange: Exchange, path: PathParams) -> ResourcePage:
    return _list(exchange, TRANSCRIPTION, exchange.account.transcriptions, path)


def fetch_recording_transcription(exchange: Exchange, path: PathParams) -> Resource:
    return _fetch(TRANSCRIPTION, exchange.account.transcriptions, path["sid"], path["recording_sid"])


def delete_recording_transcription(exchange: Exchange, path: PathParams) -> NoContent:
    _delete(exchange, Kind.TRANSCRIPTION, path)
    return NoContent()


def list_recording_add_on_results(exchange: Exchange, path: PathParams) -> ResourcePage:
    return _list(exchange, ADD_ON_RESULT, exchange.account.add_on_results, path)


def fetch_recording_add_on_result(exchange: Exchange, path: PathParams) -> Resource:
    return _fetch(ADD_ON_RESULT, exchange.account.add_on_results, path["sid"], path["recording_sid"])


def delete_recording_add_on_result(exchange: Exchange, path: PathParams) -> NoContent:
    _delete(exchange, Kind.ADD_ON_RESULT, path)
    return NoContent()


def list_recording_add_on_result_payloads(exchange: Exchange, path: PathParams) -> ResourcePage:
    return _list(
        exchange, PAYLOAD, exchange.account.payloads, path, allowed_indices=_find_payload_indices(exchange, path)
    )


def fetch_recording_add_on_result_payload(exchange: Exchange, path: PathParams) -> Resource:
    among = _find_payload_indices(exchange, path)
    return _fetch(PAYLOAD, exchange.account.payloads, path["sid"], path["recording_sid"], allowed_indices=among)


def delete_recording_add_on_result_payload(exchange: Exchange, path: PathParams) -> NoContent:
    _delete(exchange, Kind.PAYLOAD, path)
    return NoContent()


def fetch_recording_add_on_result_payload_data(exchange: Exchange, path: PathParams) -> RedirectResult:
    payloads = exchange.account.payloads
    index = payloads.find(
        path["sid"], recording_sid=path["recording_sid"], allowed_indices=_find_payload_indices(exchange, path)
    )
    sid = payloads.get(index).sid
    return RedirectResult(307, f"/_mock/payloads/{exchange.account.sid}/{sid}.json")


def _find_payload_indices(exchange: Exchange, path: PathParams) -> range:
    """Return the indices that payloads of the path's add-on result can have."""
    account = exchange.account
    return find_payload_indices(account.add_on_results, path["result_sid"], path["recording_sid"])


def _delete(exchange: Exchange, kind: Kind, path: PathParams) -> None:
    command = DeleteSubresource(
        kind=kind, sid=path["sid"], recording_sid=path["recording_sid"], result_sid=path.get("result_sid")
    )
    exchange.account.apply(command)


def _list(
    exchange: Exchange,
    resource_type: ResourceType,
    source: Subresources,
    path: PathParams,
    allowed_indices: range | None = None,
) -> ResourcePage:
    query = exchange.parameters
    page_request = parse_page_request(query)
    return ResourcePage(
        resource_type,
        source,
        source.list_for_recording(path["recording_sid"], page_request, allowed_indices=allowed_indices),
        page_request,
        query,
    )


def _fetch(
    resource_type: ResourceType,
    source: Subresources,
    sid: str,
    recording_sid: str | None,
    allowed_indices: range | None = None,
) -> Resource:
    return Resource(
        resource_type, source, source.find(sid, recording_sid=recording_sid, allowed_indices=allowed_indices)
    )

"""Turns the result of a route into a response. No other module builds bodies."""

from collections.abc import Mapping
from typing import Any

import msgspec

from mockserver.rest.byte_ranges import UnsatisfiableError, is_not_modified, parse_range
from mockserver.rest.errors import TwilioError
from mockserver.rest.headers import reason_header, warning_header
from mockserver.rest.paging import build_envelope
from mockserver.rest.representations import json
from mockserver.rest.representations.media_types import MEDIA_TYPES, Representation, choose_representation
from mockserver.rest.representations.resource_types import ResourceType
from mockserver.server.exchange import Exchange
from mockserver.server.response import Response
from mockserver.server.results import Media, RawBody, Redirect, Resource, ResourcePage, ResourceValue, Result
from scenarios.timeline import RequestKind

Document = Mapping[str, Any]


def render(result: Result, exchange: Exchange) -> Response:
    """Return the response for a result, on the request's wire and in its representation."""
    match result:
        case Resource():
            return _render_resource(result, exchange)
        case ResourcePage():
            return _render_page(result, exchange)
        case ResourceValue():
            return _render_value(result, exchange)
        case Redirect():
            return _render_redirect(result, exchange)
        case Media():
            return _render_media(result, exchange)
        case RawBody():
            return Response(200, result.body, result.media_type)
        case _:
            return Response(204)


def render_error(raised: TwilioError, path: str) -> Response:
    """Return the response for an error, in the representation that the path asks for."""
    form = choose_representation(path)
    body = _encode_item("RestException", raised.to_dict(path), form)
    headers = (*raised.headers, reason_header(raised.reason))
    return Response(raised.status, body, MEDIA_TYPES[form], headers, reason=raised.reason, found_status=raised.found)


def _render_value(told: ResourceValue, exchange: Exchange) -> Response:
    form = exchange.representation
    document = told.resource_type.build(told.value, exchange.wire, exchange.base_url)
    body = _encode_item(told.resource_type.item, document, form)
    return Response(told.status, body, MEDIA_TYPES[form], told.headers)


def _render_resource(found: Resource, exchange: Exchange) -> Response:
    form = exchange.representation
    if form is Representation.JSON:
        body = json.fill_base_url(
            _get_fragment(found.resource_type, found, found.index, exchange), exchange.base_url.encode()
        )
    else:
        document = found.resource_type.build(found.source.get(found.index), exchange.wire, exchange.base_url)
        body = _encode_item(found.resource_type.item, document, form)
    recordings = () if found.act is None else (found.index,)
    return Response(200, body, MEDIA_TYPES[form], expires=found.expires, act=found.act, recordings=recordings)


def _render_page(listed: ResourcePage, exchange: Exchange) -> Response:
    shape, page, form = listed.resource_type, listed.page, exchange.representation
    frame = build_envelope(exchange.path, listed.parameters, listed.request, shape.key, len(page.indices), page.tokens)
    if form is Representation.JSON:
        fragments = [_get_fragment(shape, listed, index, exchange) for index in page.indices]
        body = json.fill_base_url(json.join_page(frame, shape.key, fragments), exchange.base_url.encode())
    else:
        documents = [shape.build(listed.source.get(index), exchange.wire, exchange.base_url) for index in page.indices]
        if form is Representation.XML:
            from mockserver.rest.representations import xml

            body = xml.encode_page(shape.item, shape.key, frame, documents)
        else:
            body = _encode_table(shape.key, documents, form)
    warnings = tuple(map(warning_header, listed.parameters.unknown()))
    return Response(
        200,
        body,
        MEDIA_TYPES[form],
        warnings,
        expires=page.expires_at,
        act=listed.act,
        recordings=page.indices if listed.act is not None else (),
        page=listed.request.number,
        next_page_uri=frame["next_page_uri"],
    )


def _get_fragment(shape: ResourceType, source: Resource | ResourcePage, index: int, exchange: Exchange) -> bytes:
    cache = exchange.mock.cache
    key = (exchange.account.cache_key, id(shape), index, source.source.revision(index), exchange.wire)
    kept: bytes | None = cache.get(key)
    if kept is None:
        kept = json.encode_fragment(shape.build(source.source.get(index), exchange.wire, ""))
        cache.put(key, kept, len(kept))
    return kept


def _encode_item(name: str, document: Document, form: Representation) -> bytes:
    match form:
        case Representation.JSON:
            return json.encode(document)
        case Representation.XML:
            from mockserver.rest.representations import (
                xml,  # SDKs ask for JSON, so the other representations are imported late
            )

            return xml.encode_item(name, document)
        case _:
            return _encode_table(name, [document], form)


def _encode_table(title: str, documents: list[Any], form: Representation) -> bytes:
    from mockserver.rest.representations import csv_and_html as tables

    columns = list(documents[0]) if documents else []
    if form is Representation.CSV:
        return tables.to_csv(documents, columns)
    return tables.to_html(title, documents, columns)


def _render_redirect(redirected: Redirect, exchange: Exchange) -> Response:
    url = f"{exchange.base_url}{redirected.path}"
    # Twilio puts the URL into the body, from which the SDKs read it. It is unknown whether it sends `Location`
    # too. A client that followed that header would lose the body (WIRE §1.2).
    headers = () if redirected.status == 307 else ((b"location", url.encode()),)
    return Response(redirected.status, json.encode({"redirect_to": url}), MEDIA_TYPES[Representation.JSON], headers)


def _render_media(played: Media, exchange: Exchange) -> Response:
    answer = _render_part(played, exchange)
    return msgspec.structs.replace(answer, act=RequestKind.MEDIA, recordings=(played.recording,))


def _render_part(played: Media, exchange: Exchange) -> Response:
    medium = played.medium
    fixed = ((b"etag", played.etag.encode()), (b"accept-ranges", b"bytes"))
    if is_not_modified(exchange.headers, played.etag):
        return Response(304, headers=fixed)
    try:
        part = parse_range(exchange.headers, played.etag, medium.length)
    except UnsatisfiableError:
        return Response(416, headers=(*fixed, (b"content-range", b"bytes */%d" % medium.length)))
    if part is None:
        return Response(200, media_type=played.media_type, headers=fixed, stream=medium, part=(0, medium.length))
    shown = b"bytes %d-%d/%d" % (part[0], part[1] - 1, medium.length)
    headers = (*fixed, (b"content-range", shown))
    return Response(206, media_type=played.media_type, headers=headers, stream=medium, part=part)

"""From what an operation returns to what is sent: the only place where values become bodies."""

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
from mockserver.server.exchange import Answer, Exchange
from mockserver.server.results import Found, Listed, Played, Redirected, Result, Sent, Told
from scenarios.timeline import Act

Document = Mapping[str, Any]


def render(result: Result, exchange: Exchange) -> Answer:
    """Return the answer that carries a result on the wire, and in the representation, of its request."""
    match result:
        case Found():
            return _found(result, exchange)
        case Listed():
            return _listed(result, exchange)
        case Told():
            return _told(result, exchange)
        case Redirected():
            return _redirected(result, exchange)
        case Played():
            return _played(result, exchange)
        case Sent():
            return Answer(200, result.body, result.media_type)
        case _:
            return Answer(204)


def refusal(raised: TwilioError, path: str) -> Answer:
    """Return the answer that carries an error, in the representation that the path asks for."""
    form = choose_representation(path)
    body = _item("RestException", raised.to_dict(path), form)
    headers = (*raised.headers, reason_header(raised.reason))
    return Answer(raised.status, body, MEDIA_TYPES[form], headers, reason=raised.reason, found=raised.found)


def _told(told: Told, exchange: Exchange) -> Answer:
    form = exchange.representation
    document = told.shape.build(told.value, exchange.wire, exchange.base_url)
    body = _item(told.shape.item, document, form)
    return Answer(told.status, body, MEDIA_TYPES[form], told.headers)


def _found(found: Found, exchange: Exchange) -> Answer:
    form = exchange.representation
    if form is Representation.JSON:
        body = json.fill_base_url(_fragment(found.shape, found, found.index, exchange), exchange.base_url.encode())
    else:
        document = found.shape.build(found.shelf.get(found.index), exchange.wire, exchange.base_url)
        body = _item(found.shape.item, document, form)
    recordings = () if found.act is None else (found.index,)
    return Answer(200, body, MEDIA_TYPES[form], expires=found.expires, act=found.act, recordings=recordings)


def _listed(listed: Listed, exchange: Exchange) -> Answer:
    shape, page, form = listed.shape, listed.page, exchange.representation
    frame = build_envelope(exchange.path, listed.query, listed.asked, shape.key, len(page.indices), page.tokens)
    if form is Representation.JSON:
        fragments = [_fragment(shape, listed, index, exchange) for index in page.indices]
        body = json.fill_base_url(json.join_page(frame, shape.key, fragments), exchange.base_url.encode())
    else:
        documents = [shape.build(listed.shelf.get(index), exchange.wire, exchange.base_url) for index in page.indices]
        if form is Representation.XML:
            from mockserver.rest.representations import xml

            body = xml.encode_page(shape.item, shape.key, frame, documents)
        else:
            body = _table(shape.key, documents, form)
    warnings = tuple(map(warning_header, listed.query.unknown()))
    return Answer(
        200,
        body,
        MEDIA_TYPES[form],
        warnings,
        expires=page.expires,
        act=listed.act,
        recordings=page.indices if listed.act is not None else (),
        page=listed.asked.number,
        next_page_uri=frame["next_page_uri"],
    )


def _fragment(shape: ResourceType, source: Found | Listed, index: int, exchange: Exchange) -> bytes:
    cache = exchange.mock.cache
    key = (exchange.account.key, id(shape), index, source.shelf.revision(index), exchange.wire)
    kept: bytes | None = cache.get(key)
    if kept is None:
        kept = json.encode_fragment(shape.build(source.shelf.get(index), exchange.wire, ""))
        cache.put(key, kept, len(kept))
    return kept


def _item(name: str, document: Document, form: Representation) -> bytes:
    match form:
        case Representation.JSON:
            return json.encode(document)
        case Representation.XML:
            from mockserver.rest.representations import (
                xml,  # SDKs ask for JSON: the other forms are imported where they are needed
            )

            return xml.encode_item(name, document)
        case _:
            return _table(name, [document], form)


def _table(title: str, documents: list[Any], form: Representation) -> bytes:
    from mockserver.rest.representations import csv_and_html as tables

    columns = list(documents[0]) if documents else []
    if form is Representation.CSV:
        return tables.to_csv(documents, columns)
    return tables.to_html(title, documents, columns)


def _redirected(redirected: Redirected, exchange: Exchange) -> Answer:
    url = f"{exchange.base_url}{redirected.path}"
    # Twilio says it in the body, where the SDKs read it; whether it sends the header too is not known, and a
    # client that followed it would lose the body (WIRE §1.2).
    headers = () if redirected.status == 307 else ((b"location", url.encode()),)
    return Answer(redirected.status, json.encode({"redirect_to": url}), MEDIA_TYPES[Representation.JSON], headers)


def _played(played: Played, exchange: Exchange) -> Answer:
    answer = _part(played, exchange)
    return msgspec.structs.replace(answer, act=Act.MEDIA, recordings=(played.recording,))


def _part(played: Played, exchange: Exchange) -> Answer:
    medium = played.medium
    fixed = ((b"etag", played.etag.encode()), (b"accept-ranges", b"bytes"))
    if is_not_modified(exchange.headers, played.etag):
        return Answer(304, headers=fixed)
    try:
        part = parse_range(exchange.headers, played.etag, medium.length)
    except UnsatisfiableError:
        return Answer(416, headers=(*fixed, (b"content-range", b"bytes */%d" % medium.length)))
    if part is None:
        return Answer(200, media_type=played.media_type, headers=fixed, stream=medium, part=(0, medium.length))
    shown = b"bytes %d-%d/%d" % (part[0], part[1] - 1, medium.length)
    headers = (*fixed, (b"content-range", shown))
    return Answer(206, media_type=played.media_type, headers=headers, stream=medium, part=part)

"""Turns the result of a route into a response. No other module builds bodies."""

from mockserver.rest.errors import TwilioError
from mockserver.rest.headers import build_reason_header
from mockserver.rest.paging import build_envelope
from mockserver.rest.representations import json
from mockserver.rest.representations.representation import (
    MEDIA_TYPES,
    Representation,
    choose_representation,
    load_encoder,
)
from mockserver.server.exchange import Exchange
from mockserver.server.fragments import get_fragments
from mockserver.server.response import Response
from mockserver.server.results import Media, RawBody, RedirectResult, Resource, ResourcePage, ResourceValue, Result

CONTROL_ROOT = "/_mock"
"""The start of the paths of the control API, and of a few others."""
_NO_CONTENT = Response(204).to_cached(None)

_OPEN_PATHS = (f"{CONTROL_ROOT}/media/", f"{CONTROL_ROOT}/payloads/")
_PROTECTION = ((b"cross-origin-resource-policy", b"same-origin"), (b"x-content-type-options", b"nosniff"))


def is_control_path(path: str) -> bool:
    """Return True if a path belongs to the control API, even if it is not a path that the API has."""
    return path.startswith(CONTROL_ROOT) and path[len(CONTROL_ROOT) :][:1] in ("", "/")


def protect(response: Response, path: str) -> Response:
    """Return the response of a control path with the headers that keep other origins from reading it.

    Media and payloads stay readable: they stand for Twilio's own hosts.
    """
    return response if path.startswith(_OPEN_PATHS) else response.with_headers(*_PROTECTION)


def render(result: Result, exchange: Exchange) -> Response:
    """Return the response for a result, on the request's wire and in its representation."""
    match result:
        case Resource():
            return _render_resource(result, exchange)
        case ResourcePage():
            return _render_page(result, exchange)
        case ResourceValue():
            return _render_value(result, exchange)
        case RedirectResult():
            return _render_redirect(result, exchange)
        case Media():
            from mockserver.server.media_rendering import render_media  # many servers never send media

            return render_media(result, exchange)
        case RawBody():
            return Response(200, result.body, result.media_type)
        case _:
            return _NO_CONTENT


def render_error(error: TwilioError, path: str) -> Response:
    """Return the response for an error, in the representation that the path asks for. The control API has only JSON."""
    form = Representation.JSON if error.always_json else choose_representation(path)
    fields = error.to_dict(path)
    if is_control_path(path):
        form = Representation.JSON
        fields["reason"] = error.reason  # whole, and where people look; Twilio's own errors have no such key
    body = load_encoder(form).encode_item("RestException", fields)
    headers = (*error.headers, build_reason_header(error.reason))
    return Response(
        error.status, body, MEDIA_TYPES[form], headers, reason=error.reason, found_status=error.found_status
    )


def _render_value(resource_value: ResourceValue, exchange: Exchange) -> Response:
    form, resource_type = exchange.representation, resource_value.resource_type
    if form is Representation.JSON:
        fragment = resource_type.encode_fragment(resource_value.value, exchange.wire)
        body = json.fill_base_url(fragment, exchange.base_url.encode())
    else:
        document = resource_type.build_document(resource_value.value, exchange.wire, exchange.base_url)
        body = load_encoder(form).encode_item(resource_type.xml_element, document)
    return Response(resource_value.status, body, MEDIA_TYPES[form])


def _render_resource(resource: Resource, exchange: Exchange) -> Response:
    form = exchange.representation
    if form is Representation.JSON:
        (fragment,) = get_fragments(resource, (resource.index,), exchange)
        body = json.fill_base_url(fragment, exchange.base_url.encode())
    else:
        document = resource.resource_type.build_document(
            resource.source.get(resource.index), exchange.wire, exchange.base_url
        )
        body = load_encoder(form).encode_item(resource.resource_type.xml_element, document)
    recordings = () if resource.request_kind is None else (resource.index,)
    return Response(
        200,
        body,
        MEDIA_TYPES[form],
        expires_at=resource.expires_at,
        request_kind=resource.request_kind,
        recording_indices=recordings,
    )


def _render_page(resource_page: ResourcePage, exchange: Exchange) -> Response:
    shape, page, form = resource_page.resource_type, resource_page.page, exchange.representation
    frame = build_envelope(
        exchange.path, resource_page.parameters, resource_page.request, shape.list_key, len(page.indices), page.tokens
    )
    if form is Representation.JSON:
        fragments = get_fragments(resource_page, page.indices, exchange)
        body = json.fill_base_url(json.join_page(frame, shape.list_key, fragments), exchange.base_url.encode())
    else:
        documents = [
            shape.build_document(value, exchange.wire, exchange.base_url)
            for value in resource_page.get_resources(page.indices)
        ]
        body = load_encoder(form).encode_page(shape.xml_element, shape.list_key, frame, documents)
    return Response(
        200,
        body,
        MEDIA_TYPES[form],
        expires_at=page.expires_at,
        request_kind=resource_page.request_kind,
        recording_indices=page.indices if resource_page.request_kind is not None else (),
        page_number=resource_page.request.number,
        next_page_uri=frame["next_page_uri"],
    )


def _render_redirect(redirect: RedirectResult, exchange: Exchange) -> Response:
    url = f"{redirect.base_url or exchange.base_url}{redirect.path}"
    # Twilio puts the URL into the body, from which the SDKs read it. It is unknown whether it sends `Location`
    # too. A client that followed that header would lose the body (WIRE §1.2).
    headers = () if redirect.status == 307 else ((b"location", url.encode()),)
    return Response(redirect.status, json.encode({"redirect_to": url}), MEDIA_TYPES[Representation.JSON], headers)

"""The OpenAPI description of the control API, made from its routes, commands and views."""

import re
from collections.abc import Iterable, Iterator
from importlib import import_module
from types import UnionType
from typing import Any, get_args, get_type_hints
from urllib.parse import parse_qsl

import msgspec
from starlette.routing import Route

from mockserver import __version__
from mockserver.account.overrides import AccountOverrides
from mockserver.control.control_request import ControlRequest
from mockserver.control.endpoints.accounts import ClockCommand, SnapshotCommand
from mockserver.control.endpoints.call_operations import PlayCommand
from mockserver.control.endpoints.callbacks import CallbackCommand
from mockserver.control.endpoints.endpoint import Endpoint, Handler
from mockserver.control.endpoints.faults import RulesCommand
from mockserver.control.endpoints.new_calls import CallCommand
from mockserver.control.endpoints.requests import CountCommand, VerifyCommand, WaitCommand
from mockserver.control.endpoints.scenario import AccountsCommand, ScenarioCommand, SignalCommand
from mockserver.control.endpoints.session import SessionCommand
from mockserver.control.endpoints.signatures import SignatureCommand
from mockserver.control.reference import CONTROL_REQUESTS
from mockserver.server.response import Response

Json = dict[str, Any]

_PREFIX = "/_mock"
_IN_ACCOUNT = "/accounts/{account}"
_SCHEMA_PATH = "#/components/schemas/{name}"
_COMMANDS: dict[tuple[str, str], Any] = {
    ("POST", "/session"): SessionCommand,
    ("PUT", "/overrides"): AccountOverrides,
    ("POST", "/clock"): ClockCommand,
    ("POST", "/snapshots"): SnapshotCommand,
    ("POST", "/rollback"): SnapshotCommand,
    ("PUT", "/scenario"): ScenarioCommand,
    ("PUT", "/accounts"): AccountsCommand,
    ("POST", "/signals"): SignalCommand,
    ("POST", "/faults"): RulesCommand,
    ("POST", "/callbacks"): CallbackCommand,
    ("POST", "/callbacks/verify"): SignatureCommand,
    ("POST", "/calls"): CallCommand,
    ("POST", "/calls/{call}/play"): PlayCommand,
    ("POST", "/requests/count"): CountCommand,
    ("POST", "/requests/verify"): VerifyCommand,
    ("POST", "/requests/wait"): WaitCommand,
}
"""The body of each request, by method and path below the account. A body that is none of these is a part of a scenario,
whose schema `recmock scenario schema` prints."""
_SOUND = ("audio/wav", "audio/mpeg")
_MEDIA_TYPES = {
    "/metrics": ("text/plain",),
    "/media/{account}/{name}": _SOUND,
    "/accounts/{account}/recordings/{recording}/media.{form}": _SOUND,
    "/accounts/{account}/export": ("application/x-ndjson",),
    "/accounts/{account}/stream": ("text/event-stream",),
}
"""The media types of what is no JSON."""
_PATH_SCHEMAS: dict[str, Json] = {
    "account": {"type": "string", "pattern": "^(demo|AC[0-9a-fA-F]{32})$"},
    "number": {"type": "integer", "minimum": 0},
}
_TEXT: Json = {"type": "string"}
_ERROR: Json = {
    "type": "object",
    "required": ["code", "message", "more_info", "status"],
    "properties": {
        "code": {"type": "integer"},
        "message": _TEXT,
        "more_info": _TEXT,
        "status": {"type": "integer"},
        "reason": {**_TEXT, "description": "Why the request was refused, and what was expected."},
    },
}


def build_openapi(routes: Iterable[Route]) -> Json:
    """Return the description. It is the same for all servers of a version."""
    endpoints: dict[str, Any] = {route.path.removeprefix(_PREFIX): route.endpoint for route in routes}
    rows = [(request, endpoints[request.path]) for request in CONTROL_REQUESTS]
    types = [kind for request, endpoint in rows for kind in _list_types(request, endpoint)]
    _, components = msgspec.json.schema_components(types, ref_template=_SCHEMA_PATH)
    paths: dict[str, Json] = {}
    for request, endpoint in rows:
        operation = _describe_operation(request, endpoint)
        paths.setdefault(f"{_PREFIX}{request.path}", {})[request.method.lower()] = operation
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "recmock control API",
            "version": __version__,
            "description": "Beyond loopback, each request needs the token that recmock printed.",
        },
        "paths": paths,
        "components": {
            "schemas": {**_simplify_pairs(components), "Error": _ERROR},
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
    }


def _describe_operation(request: ControlRequest, endpoint: Endpoint) -> Json:
    handler = _find_handler(request, endpoint)
    operation: Json = {
        "operationId": handler.__name__,
        "summary": f"{request.purpose[0].upper()}{request.purpose[1:]}.",
        "parameters": [*_list_parameters(request)],
        "security": [{}, {"token": []}] if endpoint.requires_access else [],
        "responses": {
            "200": {"description": "The request was carried out.", "content": _describe_content(request, handler)},
            "default": {
                "description": "The request was refused, and changed nothing.",
                "content": {"application/json": {"schema": {"$ref": _SCHEMA_PATH.format(name="Error")}}},
            },
        },
    }
    if request.bodies:
        examples = {
            f"example{number}": {"value": msgspec.json.decode(body)} for number, body in enumerate(request.bodies)
        }
        schema = _describe_type(_find_command(request))
        operation["requestBody"] = {"content": {"application/json": {"schema": schema, "examples": examples}}}
    return operation


def _list_parameters(request: ControlRequest) -> Iterator[Json]:
    for name in re.findall(r"\{(\w+)\}", request.path):
        yield {"name": name, "in": "path", "required": True, "schema": _PATH_SCHEMAS.get(name, _TEXT)}
    for name, value in parse_qsl(request.query):
        schema = {"type": "integer", "minimum": 0} if value.isdecimal() and "." not in name else _TEXT
        yield {"name": name, "in": "query", "schema": schema, "example": int(value) if schema is not _TEXT else value}


def _describe_content(request: ControlRequest, handler: Handler) -> Json:
    if request.path in _MEDIA_TYPES:
        return {media_type: {} for media_type in _MEDIA_TYPES[request.path]}
    return {"application/json": {"schema": _describe_type(_find_view(handler))}}


def _describe_type(kind: Any) -> Json:
    (schema,), _ = msgspec.json.schema_components([kind], ref_template=_SCHEMA_PATH)
    return schema


def _simplify_pairs(schema: Any) -> Any:
    """Return a schema in which arrays of a fixed length whose items are alike say so without `prefixItems`.

    The meaning is the same, and tools for earlier drafts of JSON Schema understand it too.
    """
    if isinstance(schema, list):
        return [*map(_simplify_pairs, schema)]
    if not isinstance(schema, dict):
        return schema
    plain = {name: _simplify_pairs(value) for name, value in schema.items()}
    first, *others = plain.get("prefixItems", [None])
    if first is not None and all(other == first for other in others):
        del plain["prefixItems"]
        plain["items"] = first
    return plain


def _list_types(request: ControlRequest, endpoint: Endpoint) -> list[Any]:
    return [_find_view(_find_handler(request, endpoint)), *([_find_command(request)] if request.bodies else [])]


def _find_command(request: ControlRequest) -> Any:
    return _COMMANDS.get((request.method, request.path.removeprefix(_IN_ACCOUNT)), dict[str, Any])


def _find_view(handler: Handler) -> Any:
    """Return what a handler returns as JSON, anything if it encodes that itself."""
    found = get_type_hints(handler)["return"]
    if found is Response:
        return Any
    if isinstance(found, UnionType):
        return next(kind for kind in get_args(found) if kind is not Response)
    return found


def _find_handler(request: ControlRequest, endpoint: Endpoint) -> Handler:
    """Return the handler of a request; of one that is imported late, the imported one."""
    handler = endpoint.handlers[request.method]
    late: tuple[str, str] | None = getattr(handler, "late", None)
    return handler if late is None else getattr(import_module(late[0]), late[1])

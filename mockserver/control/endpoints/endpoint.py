"""An endpoint of the control API: its access check, its JSON body and its response."""

import re
from collections.abc import Awaitable, Callable, Mapping
from hmac import compare_digest
from ipaddress import ip_address
from typing import Any, TypeVar
from urllib.parse import urlsplit

import msgspec
from starlette.types import Receive, Scope, Send

from generators.sids import Kind, describe_sid, is_sid
from mockserver.account.account import Account
from mockserver.rest.errors import TwilioError, make_invalid_parameter_error
from mockserver.rest.methods import READING_METHODS
from mockserver.rest.representations import json
from mockserver.rest.representations.representation import MEDIA_TYPES, Representation
from mockserver.server.exchange import Exchange
from mockserver.server.request_body import read_body
from mockserver.server.response import Response

PathParams = Mapping[str, str]
Handler = Callable[[Exchange, PathParams], Awaitable[Any]]
"""Runs an operation. Returns a value to send as JSON, or a response."""
Command = TypeVar("Command")

_MAX_BODY_BYTES = 16 << 20
_MAX_DIGITS = 18
_UNKNOWN_FIELD = re.compile("Object contains unknown field `.*`", re.DOTALL)
"""msgspec's message for a field of the command itself."""


class Endpoint:
    """Runs the operation for a method, and stores its response in the exchange.

    Args:
        requires_access: True if the client needs access to the control API.
        handlers: the operations by method.
    """

    def __init__(self, *, requires_access: bool = True, **handlers: Handler) -> None:
        self._requires_access = requires_access
        self._handlers = handlers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        exchange: Exchange = scope["recmock"]
        method = "GET" if exchange.method == "HEAD" else exchange.method
        operate = self._handlers.get(method)
        if operate is None:
            allowed = ", ".join(self._handlers)
            raise TwilioError(
                20004,
                f"Expected {allowed} here, found {exchange.method[:20]!r}.",
                headers=((b"allow", allowed.encode()),),
            )
        if self._requires_access:
            _check_access(exchange)
        if method not in READING_METHODS:
            exchange.body = await read_body(receive, _MAX_BODY_BYTES)
        path = scope["path_params"]
        found = await operate(exchange, path)
        if "account" in path:  # the operation may have added timers or callbacks
            exchange.mock.worker.schedule(get_account(exchange, path))
        exchange.response = found if isinstance(found, Response) else _build_json_response(found)


def read_command(exchange: Exchange, command_type: type[Command]) -> Command:
    """Return the decoded body of a request. An empty body counts as `{}`.

    Raises:
        TwilioError: 20001 if the body is invalid.
    """
    try:
        return msgspec.json.decode(exchange.body or b"{}", type=command_type)
    except msgspec.DecodeError as error:
        reason = str(error)
        if _UNKNOWN_FIELD.fullmatch(reason):
            assert issubclass(command_type, msgspec.Struct), "a dict accepts any field"
            reason = f"Expected some of {', '.join(command_type.__struct_fields__)}: {reason}"
        raise make_invalid_command_error(reason) from None


def make_invalid_command_error(reason: str) -> TwilioError:
    """Return the error for an invalid command, which changed nothing."""
    return TwilioError(20001, reason if reason.endswith((".", "?")) else f"{reason}.", message="Invalid command")


def get_account(exchange: Exchange, path: PathParams) -> Account:
    """Return the account that a path names, after running what is due. `demo` is the printed account.

    Raises:
        TwilioError: 20001 if the AccountSid is malformed.
    """
    named = path["account"]
    if named == "demo":
        named = exchange.mock.demo.sid
    if not is_sid(named, Kind.ACCOUNT):
        raise make_invalid_parameter_error("account", f"{describe_sid(Kind.ACCOUNT)}, or demo", named)
    account = exchange.mock.account(named)
    account.scheduler.run_due()
    return account


def parse_number(path: PathParams) -> int | None:
    """Return the number in the path, or None if it is not a number."""
    text = path["number"]
    return int(text) if text.isascii() and text.isdigit() and len(text) <= _MAX_DIGITS else None


def _check_access(exchange: Exchange) -> None:
    """Raise unless the caller may use the control API.

    Raises:
        TwilioError: 20003 if a token is required and missing; 20403 for pages of other origins, and for host names
            of this machine that others may have registered.
    """
    headers = dict(exchange.all_headers)
    token = exchange.mock.control_token
    if token is not None:
        if not compare_digest(headers.get(b"authorization", b""), f"Bearer {token}".encode()):
            raise TwilioError(20003, "Beyond loopback, /_mock requires the bearer token that recmock printed.")
        return
    host = headers.get(b"host", b"").decode("latin-1")
    if not _is_local_host(host, exchange):
        # With DNS rebinding, a page's own host name points here, and the browser treats /_mock as its origin.
        raise TwilioError(20403, f"/_mock accepts host names of this machine only, found {host[:80]!r}.")
    origin = headers.get(b"origin")
    if origin is not None and origin.decode("latin-1").partition("://")[2] != host:
        raise TwilioError(20403, f"/_mock refuses pages of another origin, such as {origin.decode('latin-1')[:80]}.")
    if exchange.method not in READING_METHODS and headers.get(b"sec-fetch-site", b"none") not in (
        b"none",
        b"same-origin",
    ):
        raise TwilioError(20403, "/_mock refuses pages of another site.")


def _is_local_host(host: str, exchange: Exchange) -> bool:
    try:
        name = urlsplit(f"//{host}").hostname or ""
    except ValueError:  # half an IPv6 address
        return False
    public = exchange.mock.settings.public_url
    if name == "localhost" or name.endswith(".localhost") or (public and name == urlsplit(public).hostname):
        return True
    try:
        return ip_address(name).is_loopback
    except ValueError:
        return False


def _build_json_response(value: Any) -> Response:
    return Response(200, json.encode(msgspec.to_builtins(value)), MEDIA_TYPES[Representation.JSON])

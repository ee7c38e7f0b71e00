"""An endpoint of the control API: who may call it, what its JSON says, and what it answers."""

from collections.abc import Awaitable, Callable, Mapping
from hmac import compare_digest
from ipaddress import ip_address
from typing import Any, TypeVar
from urllib.parse import urlsplit

import msgspec
from starlette.types import Receive, Scope, Send

from generators.sids import Kind, is_sid
from mockserver.account.account import Account
from mockserver.rest.errors import TwilioError, invalid_parameter
from mockserver.rest.representations import json
from mockserver.rest.representations.media_types import MEDIA_TYPES, Representation
from mockserver.server.exchange import Exchange, Response
from mockserver.server.request_body import read_body

PathParams = Mapping[str, str]
Operation = Callable[[Exchange, PathParams], Awaitable[Any]]
"""Does what is asked, and returns what is answered as JSON, or an answer as it is."""
Command = TypeVar("Command")

_LARGEST_BODY = 16 << 20
_MOST_DIGITS = 18
_READING_METHODS = ("GET", "HEAD")


class Endpoint:
    """Leaves the answer of a control operation in the exchange.

    Args:
        guarded: whether it is for those only who may control the mock.
        operations: by method.
    """

    def __init__(self, *, guarded: bool = True, **operations: Operation) -> None:
        self._guarded = guarded
        self._operations = operations

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        exchange: Exchange = scope["recmock"]
        method = "GET" if exchange.method == "HEAD" else exchange.method
        operate = self._operations.get(method)
        if operate is None:
            allowed = ", ".join(self._operations)
            raise TwilioError(
                20004,
                f"Expected {allowed} here, found {exchange.method[:20]!r}.",
                headers=((b"allow", allowed.encode()),),
            )
        if self._guarded:
            _check_access(exchange)
        if method not in _READING_METHODS:
            exchange.body = await read_body(receive, _LARGEST_BODY)
        path = scope["path_params"]
        found = await operate(exchange, path)
        if "account" in path:  # whatever was done there: time goes on in it without requests too
            exchange.mock.worker.schedule(get_account(exchange, path))
        exchange.response = found if isinstance(found, Response) else _json_response(found)


def read_command(exchange: Exchange, kind: type[Command]) -> Command:
    """Return what the body of a request says; an empty one says `{}`.

    Raises:
        TwilioError: 20001 where it is not that.
    """
    try:
        return msgspec.json.decode(exchange.body or b"{}", type=kind)
    except msgspec.DecodeError as wrong:
        raise invalid_command(str(wrong)) from None


def invalid_command(why: str) -> TwilioError:
    """Return the error for a command that cannot be carried out; nothing was changed."""
    return TwilioError(20001, why if why.endswith((".", "?")) else f"{why}.", message="Invalid command")


def get_account(exchange: Exchange, path: PathParams) -> Account:
    """Return the account that a path names, `demo` standing for the printed one, with all that is due done.

    Raises:
        TwilioError: 20001 where it names none.
    """
    named = path["account"]
    if named == "demo":
        named = exchange.mock.demo.sid
    if not is_sid(named, Kind.ACCOUNT):
        raise invalid_parameter("account", "AC and 32 hexadecimal digits, or demo", named)
    account = exchange.mock.account(named)
    account.scheduler.run_due()
    return account


def parse_number(path: PathParams) -> int | None:
    """Return the number that a path names; None where that is none."""
    text = path["number"]
    return int(text) if text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS else None


def _check_access(exchange: Exchange) -> None:
    """Let pass who may control the mock.

    Raises:
        TwilioError: 20003 without the token where one is asked for; 20403 for pages of other origins, and for names
            of this machine that others could have given it.
    """
    headers = dict(exchange.all_headers)
    token = exchange.mock.control_token
    if token is not None:
        if not compare_digest(headers.get(b"authorization", b""), f"Bearer {token}".encode()):
            raise TwilioError(20003, "Beyond loopback, /_mock asks for the bearer token that recmock printed.")
        return
    host = headers.get(b"host", b"").decode("latin-1")
    if not _is_local(host, exchange):
        # A page whose own name leads here could otherwise read and write as if it were of this origin.
        raise TwilioError(20403, f"/_mock answers to names of this machine only, not to {host[:80]!r}.")
    origin = headers.get(b"origin")
    if origin is not None and origin.decode("latin-1").partition("://")[2] != host:
        raise TwilioError(20403, f"/_mock is not for pages of another origin, such as {origin.decode('latin-1')[:80]}.")
    if exchange.method not in _READING_METHODS and headers.get(b"sec-fetch-site", b"none") not in (
        b"none",
        b"same-origin",
    ):
        raise TwilioError(20403, "/_mock is not for pages of another site.")


def _is_local(host: str, exchange: Exchange) -> bool:
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


def _json_response(value: Any) -> Response:
    return Response(200, json.encode(msgspec.to_builtins(value)), MEDIA_TYPES[Representation.JSON])

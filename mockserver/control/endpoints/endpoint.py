"""An endpoint of the control API: its access check, its JSON body and its response."""

import re
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypeVar

import msgspec
from starlette.types import Receive, Scope, Send

from generators.sids import Kind, describe_sid, is_sid
from mockserver.account.account import Account
from mockserver.control.endpoints.access import check_access, refuse_callbacks
from mockserver.control.reference import find_example
from mockserver.rest.errors import TwilioError, make_invalid_parameter_error
from mockserver.rest.methods import READING_METHODS
from mockserver.rest.representations import json
from mockserver.rest.representations.representation import MEDIA_TYPES, Representation
from mockserver.server.exchange import Exchange
from mockserver.server.request_body import read_body
from mockserver.server.response import Response
from scenarios.problems import MAX_DEPTH, format_path
from scenarios.validation.type_errors import find_type_errors

PathParams = Mapping[str, str]
Handler = Callable[[Exchange, PathParams], Awaitable[Any]]
"""Runs an operation. Returns a value to send as JSON, or a response."""
Command = TypeVar("Command")

_MAX_BODY_BYTES = 16 << 20
_MAX_DIGITS = 18
_UNKNOWN_FIELD = re.compile("Object contains unknown field `.*`", re.DOTALL)
"""msgspec's message for a field of the command itself."""
_INVALID_CHOICE = "Invalid enum value"
"""The start of msgspec's message for a word that is none of the expected ones."""


class Endpoint:
    """Runs the operation for a method, and stores its response in the exchange.

    Args:
        requires_access: True if the client needs access to the control API.
        handlers: the operations by method.
    """

    def __init__(self, *, requires_access: bool = True, **handlers: Handler) -> None:
        self.requires_access = requires_access
        self.handlers = handlers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        exchange: Exchange = scope["recmock"]
        method = "GET" if exchange.method == "HEAD" else exchange.method
        operate = self.handlers.get(method)
        if operate is None:
            allowed = ", ".join(self.handlers)
            raise TwilioError(
                20004,
                f"Expected {allowed} here, found {exchange.method[:20]!r}.",
                headers=((b"allow", allowed.encode()),),
            )
        refuse_callbacks(exchange)
        if self.requires_access:
            check_access(exchange)
        if method not in READING_METHODS:
            exchange.body = await read_body(receive, _MAX_BODY_BYTES)
        path = scope["path_params"]
        if "account" in path and exchange.mock.scenario is not None:  # it may take long to set up
            await exchange.mock.prepare_account(find_account_sid(exchange, path))
        found = await operate(exchange, path)
        account = exchange.mock.find_account(find_account_sid(exchange, path)) if "account" in path else None
        if account is not None:  # the operation may have added timers or callbacks
            account.run_due()
            exchange.mock.worker.schedule(account)
        exchange.response = found if isinstance(found, Response) else _build_json_response(found)


def read_command(exchange: Exchange, command_type: type[Command]) -> Command:
    """Return the decoded body of a request. An empty body counts as `{}`.

    Raises:
        TwilioError: 20001 if the body is invalid.
    """
    body = exchange.body.strip() or b"{}"
    if not body.startswith(b"{"):  # such as a form
        found = body[:40].decode(errors="replace")
        raise make_invalid_command_error(
            f"expected a JSON object such as {find_example(exchange.method, exchange.path)}, found {found!r}"
        )
    return decode_json(body, command_type)


def decode_json(text: bytes | msgspec.Raw, kind: type[Command]) -> Command:
    """Return a decoded JSON text of a command.

    Raises:
        TwilioError: 20001 if the text is invalid.
    """
    try:
        return msgspec.json.decode(text, type=kind)
    except msgspec.DecodeError as error:
        reason = str(error) if isinstance(error, msgspec.ValidationError) else f"Expected a JSON object: {error}"
        if _UNKNOWN_FIELD.fullmatch(reason):
            assert issubclass(kind, msgspec.Struct), "a dict accepts any field"
            reason = f"Expected some of {', '.join(kind.__struct_encode_fields__)}: {reason}"
        elif reason.startswith(_INVALID_CHOICE):
            reason = _describe_invalid_choice(text, kind)
        raise make_invalid_command_error(reason) from None
    except RecursionError:
        raise make_invalid_command_error(f"expected values at most {MAX_DEPTH} deep, found deeper ones") from None


def _describe_invalid_choice(text: bytes | msgspec.Raw, kind: Any) -> str:
    """Return which words a field takes: msgspec says only that the found one is none of them."""
    path, sentence = next(find_type_errors(msgspec.json.decode(text), kind))
    return f"{format_path(path)}: {sentence}"


def make_invalid_command_error(reason: str) -> TwilioError:
    """Return the error for an invalid command, which changed nothing."""
    return TwilioError(20001, reason if reason.endswith((".", "?")) else f"{reason}.", message="Invalid command")


def get_account(exchange: Exchange, path: PathParams) -> Account:
    """Return the account that a path names, after running what is due. `demo` is the printed account.

    Raises:
        TwilioError: 20001 if the AccountSid is malformed.
    """
    account = exchange.mock.account(find_account_sid(exchange, path))
    account.run_due()
    return account


def find_account_sid(exchange: Exchange, path: PathParams) -> str:
    """Return the AccountSid that a path names. `demo` is the printed account.

    Raises:
        TwilioError: 20001 if the AccountSid is malformed.
    """
    named = path["account"]
    if named == "demo":
        return exchange.mock.demo.sid
    if not is_sid(named, Kind.ACCOUNT):
        raise make_invalid_parameter_error("account", f"{describe_sid(Kind.ACCOUNT)}, or demo", named)
    return named


def parse_number(path: PathParams) -> int | None:
    """Return the number in the path, or None if it is not a number."""
    text = path["number"]
    return int(text) if text.isascii() and text.isdigit() and len(text) <= _MAX_DIGITS else None


def _build_json_response(value: Any) -> Response:
    return Response(200, json.encode(msgspec.to_builtins(value)), MEDIA_TYPES[Representation.JSON])

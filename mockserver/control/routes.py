"""The control API: plain JSON for tests, scripts and the command. Never for pages of other origins."""

from hmac import compare_digest
from typing import Any

import msgspec
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from generators.explanation import explain
from generators.sids import Kind, is_sid
from mockserver import __version__
from mockserver.errors import TwilioError, invalid
from mockserver.exchange import Answer, Exchange
from mockserver.wire import json


class ControlResource:
    """Leaves the answer of a read-only control operation in the exchange."""

    def __init__(self, read: Any, *, guarded: bool) -> None:
        self._read = read
        self._guarded = guarded

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        exchange: Exchange = scope["recmock"]
        if exchange.method not in ("GET", "HEAD"):
            raise TwilioError(20004, f"Expected GET here, found {exchange.method[:20]!r}.")
        if self._guarded:
            _guard(exchange.mock.control_token, dict(scope["headers"]).get(b"authorization", b""))
        value = self._read(exchange, scope["path_params"])
        exchange.answer = Answer(200, json.encode(value), json.MEDIA_TYPE)


def _guard(token: str | None, authorization: bytes) -> None:
    if token is not None and not compare_digest(authorization, f"Bearer {token}".encode()):
        raise TwilioError(20003, "Beyond loopback, /_mock asks for the bearer token that recmock printed.")


def _health(exchange: Exchange, _: dict[str, str]) -> dict[str, Any]:
    return {"status": "ok", "version": __version__}


def _sid(exchange: Exchange, path: dict[str, str]) -> dict[str, Any]:
    account_sid = exchange.query.text("account") or exchange.mock.demo.sid
    if not is_sid(account_sid, Kind.ACCOUNT):
        raise invalid("account", "AC and 32 hexadecimal digits", account_sid)
    return msgspec.structs.asdict(explain(exchange.mock.account(account_sid).corpus, path["sid"]))


CONTROL_ROUTES = (
    Route("/_mock/health", ControlResource(_health, guarded=False)),
    Route("/_mock/sids/{sid}", ControlResource(_sid, guarded=True)),
)

"""The control API: plain JSON for tests, scripts and the command. Never for pages of other origins."""

from collections.abc import Callable
from hmac import compare_digest
from typing import Any

import msgspec
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from generators.explanation import explain
from generators.sids import Kind, is_sid
from mockserver import __version__
from mockserver.account import Account
from mockserver.errors import TwilioError, invalid
from mockserver.exchange import Answer, Exchange
from mockserver.media import media_of
from mockserver.rendering import render
from mockserver.results import Sent
from mockserver.wire import json
from mockserver.wire.representation import MEDIA_TYPES, Representation

Read = Callable[[Exchange, dict[str, str]], Answer]


class ControlResource:
    """Leaves the answer of a read-only control operation in the exchange."""

    def __init__(self, read: Read, *, guarded: bool) -> None:
        self._read = read
        self._guarded = guarded

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        exchange: Exchange = scope["recmock"]
        if exchange.method not in ("GET", "HEAD"):
            raise TwilioError(20004, f"Expected GET here, found {exchange.method[:20]!r}.")
        if self._guarded:
            _guard(exchange.mock.control_token, dict(scope["headers"]).get(b"authorization", b""))
        exchange.answer = self._read(exchange, scope["path_params"])


def _guard(token: str | None, authorization: bytes) -> None:
    if token is not None and not compare_digest(authorization, f"Bearer {token}".encode()):
        raise TwilioError(20003, "Beyond loopback, /_mock asks for the bearer token that recmock printed.")


def _health(exchange: Exchange, _: dict[str, str]) -> Answer:
    return _json({"status": "ok", "version": __version__})


def _sid(exchange: Exchange, path: dict[str, str]) -> Answer:
    account_sid = exchange.query.text("account") or exchange.mock.demo.sid
    return _json(msgspec.structs.asdict(explain(_account(exchange, account_sid).corpus, path["sid"])))


def _payload(exchange: Exchange, path: dict[str, str]) -> Answer:
    """Answer what an add-on would: Twilio redirects to it, so it asks for no credentials."""
    payloads = _account(exchange, path["account_sid"]).payloads
    data = payloads.data(payloads.find(path["name"].partition(".")[0]))
    return render(Sent(data.encode(), MEDIA_TYPES[Representation.JSON]), exchange)


def _media(exchange: Exchange, path: dict[str, str]) -> Answer:
    """Answer media as a CDN would: whoever was sent here may have it."""
    if not exchange.mock.settings.media_redirect:
        raise TwilioError(20404, "Media are here with --media-redirect on.")
    account = _account(exchange, path["account_sid"])
    sid, _, form = path["name"].partition(".")
    if form not in ("wav", "mp3"):
        raise TwilioError(20404, "Expected .wav or .mp3.")
    index = account.recordings.find(sid)
    return render(media_of(account, index, form, exchange.query.text("RequestedChannels")), exchange)


def _account(exchange: Exchange, account_sid: str) -> Account:
    if not is_sid(account_sid, Kind.ACCOUNT):
        raise invalid("account", "AC and 32 hexadecimal digits", account_sid)
    return exchange.mock.account(account_sid)


def _json(value: dict[str, Any]) -> Answer:
    return Answer(200, json.encode(value), MEDIA_TYPES[Representation.JSON])


CONTROL_ROUTES = (
    Route("/_mock/health", ControlResource(_health, guarded=False)),
    Route("/_mock/sids/{sid}", ControlResource(_sid, guarded=True)),
    Route("/_mock/payloads/{account_sid}/{name}", ControlResource(_payload, guarded=False)),
    Route("/_mock/media/{account_sid}/{name}", ControlResource(_media, guarded=False)),
)

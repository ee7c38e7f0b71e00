"""Sign-in of the page: a browser cannot send the bearer token, so the page posts it once and gets a cookie."""

import msgspec

from mockserver.control.endpoints.access import (
    build_session_cookie,
    has_session,
    is_token,
    refuse_foreign_origins,
    refuse_foreign_sites,
    requires_token,
)
from mockserver.control.endpoints.endpoint import Endpoint, PathParams, read_command
from mockserver.rest.errors import TwilioError
from mockserver.rest.representations import json
from mockserver.rest.representations.representation import MEDIA_TYPES, Representation
from mockserver.server.exchange import Exchange
from mockserver.server.response import Response


class SessionCommand(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The control token."""

    token: str


class SessionView(msgspec.Struct, frozen=True, kw_only=True):
    """Whether the page must ask for the token."""

    requires_token: bool
    is_signed_in: bool
    """True if the request has the cookie, or if the server requires no token."""


async def show_session(exchange: Exchange, _: PathParams) -> SessionView:
    refuse_foreign_sites(exchange)
    is_required = requires_token(exchange)
    return SessionView(requires_token=is_required, is_signed_in=not is_required or has_session(exchange))


async def sign_in(exchange: Exchange, _: PathParams) -> Response:
    refuse_foreign_sites(exchange)
    refuse_foreign_origins(exchange)
    if not is_token(exchange, read_command(exchange, SessionCommand).token):
        raise TwilioError(20003, "This is not the token that recmock printed.")
    secure = b"; Secure" if exchange.base_url.startswith("https:") else b""
    cookie = b"%s; Path=/_mock; HttpOnly; SameSite=Strict%s" % (build_session_cookie(exchange), secure)
    body = json.encode(msgspec.to_builtins(SessionView(requires_token=requires_token(exchange), is_signed_in=True)))
    return Response(200, body, MEDIA_TYPES[Representation.JSON], ((b"set-cookie", cookie),))


SESSION = {"/session": Endpoint(requires_access=False, GET=show_session, POST=sign_in)}

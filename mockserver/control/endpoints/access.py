"""Access to the control API: the user's own programs and pages, not callbacks and not pages of others."""

import hashlib
import hmac
from collections.abc import Mapping
from hmac import compare_digest
from urllib.parse import urlsplit

from mockserver.rest.errors import TwilioError
from mockserver.rest.hosts import API_HOST, is_loopback_name
from mockserver.rest.methods import READING_METHODS
from mockserver.server.exchange import Exchange

_SIGNATURE_HEADER = b"x-twilio-signature"
_OWN_FETCH_SITES = (b"none", b"same-origin")
"""The values of `Sec-Fetch-Site` for what a user typed, and for what this server's own pages request."""
_SESSION_PURPOSE = b"recmock dashboard session"


def refuse_callbacks(exchange: Exchange) -> None:
    """Raise if the request is a callback: a client that chooses a callback's URL could use the control API through it.

    Raises:
        TwilioError: 20403.
    """
    if any(name == _SIGNATURE_HEADER for name, _ in exchange.all_headers):
        raise TwilioError(20403, "/_mock refuses callbacks, which have the header X-Twilio-Signature.")


def refuse_foreign_sites(exchange: Exchange) -> None:
    """Raise if a page of another site, or of another port of this host, sends the request.

    Raises:
        TwilioError: 20403.
    """
    if dict(exchange.all_headers).get(b"sec-fetch-site", b"none") not in _OWN_FETCH_SITES:
        raise TwilioError(
            20403,
            "/_mock refuses pages of another site. Send the request from a program, or from a page of this server.",
        )


def check_access(exchange: Exchange) -> None:
    """Raise unless the caller may use the control API.

    Raises:
        TwilioError: 20003 if a token is required and missing; 20403 for pages of other sites and origins, and for host
            names of this machine that others may have registered.
    """
    refuse_foreign_sites(exchange)
    headers = dict(exchange.all_headers)
    token = exchange.control_token
    if token is not None:
        if compare_digest(headers.get(b"authorization", b""), f"Bearer {token}".encode()):
            return
        if not has_session(exchange):
            raise TwilioError(
                20003,
                "Beyond loopback, /_mock requires the bearer token that recmock printed, in the header "
                "Authorization: Bearer TOKEN. --control-token sets it.",
            )
        refuse_foreign_origins(exchange)
        if exchange.method not in READING_METHODS and not headers.keys() & {b"origin", b"sec-fetch-site"}:
            # A browser says where a change comes from. Without that, the cookie proves nothing.
            raise TwilioError(20403, "/_mock refuses changes with a cookie but without an Origin.")
        return
    host = _get_host(headers)
    if not _is_local_host(host, exchange.mock.settings.public_url):
        # With DNS rebinding, a page's own host name points here, and the browser treats /_mock as its origin.
        raise TwilioError(20403, _explain_foreign_host(host))
    refuse_foreign_origins(exchange)


def refuse_foreign_origins(exchange: Exchange) -> None:
    """Raise if the request has the `Origin` of a page of another server.

    Raises:
        TwilioError: 20403.
    """
    headers = dict(exchange.all_headers)
    origin = headers.get(b"origin")
    if origin is not None and origin.decode("latin-1").partition("://")[2] != _get_host(headers):
        raise TwilioError(
            20403,
            f"/_mock refuses pages of another origin, such as {origin.decode('latin-1')[:80]}. "
            "Send the request from a program, or from a page of this server.",
        )


def requires_token(exchange: Exchange) -> bool:
    """Return True if the control API requires a token: the server listens beyond loopback."""
    return exchange.control_token is not None


def is_token(exchange: Exchange, text: str) -> bool:
    """Return True if a text is the control token, or if the server requires none."""
    token = exchange.control_token
    return token is None or compare_digest(text.encode(), token.encode())


def has_session(exchange: Exchange) -> bool:
    """Return True if the request has the cookie of a page whose user has entered the token."""
    cookies = b"; ".join(value for name, value in exchange.all_headers if name == b"cookie").split(b";")
    expected = build_session_cookie(exchange)
    return any(compare_digest(cookie.strip(), expected) for cookie in cookies)


def build_session_cookie(exchange: Exchange) -> bytes:
    """Return name and value of the cookie. Its name holds the port: cookies are shared by all ports of a host."""
    port = _get_host(dict(exchange.all_headers)).rpartition(":")[2]
    token = exchange.control_token or ""
    value = hmac.new(token.encode(), _SESSION_PURPOSE, hashlib.sha256).hexdigest()
    return f"recmock_{port if port.isascii() and port.isdigit() else 'default'}={value}".encode()


def _get_host(headers: Mapping[bytes, bytes]) -> str:
    return headers.get(b"host", b"").decode("latin-1")


def _explain_foreign_host(host: str) -> str:
    refusal = f"/_mock accepts host names of this machine only, found {host[:80]!r}."
    if host.partition(":")[0].lower() == API_HOST:  # through the proxy
        return f"{refusal} Use the URL of the server itself, which recmock exec and env set as RECMOCK_URL."
    return (
        f"{refusal} To open it for this name, start the server with --public-url and the URL that clients use, "
        f"such as --public-url http://{host[:80] or 'recmock:4010'}."
    )


def _is_local_host(host: str, public_url: str | None) -> bool:
    try:
        name = urlsplit(f"//{host}").hostname or ""
    except ValueError:  # half an IPv6 address
        return False
    return is_loopback_name(name) or bool(public_url and name == urlsplit(public_url).hostname)

"""Access to the control API: the user's own programs and pages, not callbacks and not pages of others."""

from hmac import compare_digest
from urllib.parse import urlsplit

from mockserver.rest.errors import TwilioError
from mockserver.rest.hosts import API_HOST, is_loopback_name
from mockserver.server.exchange import Exchange

_SIGNATURE_HEADER = b"x-twilio-signature"
_OWN_FETCH_SITES = (b"none", b"same-origin")
"""The values of `Sec-Fetch-Site` for what a user typed, and for what this server's own pages request."""


def refuse_callbacks(exchange: Exchange) -> None:
    """Raise if the request is a callback: a client that chooses a callback's URL could use the control API through it.

    Raises:
        TwilioError: 20403.
    """
    if any(name == _SIGNATURE_HEADER for name, _ in exchange.all_headers):
        raise TwilioError(20403, "/_mock refuses callbacks, which have the header X-Twilio-Signature.")


def check_access(exchange: Exchange) -> None:
    """Raise unless the caller may use the control API.

    Raises:
        TwilioError: 20003 if a token is required and missing; 20403 for pages of other sites and origins, and for host
            names of this machine that others may have registered.
    """
    headers = dict(exchange.all_headers)
    if headers.get(b"sec-fetch-site", b"none") not in _OWN_FETCH_SITES:
        raise TwilioError(
            20403,
            "/_mock refuses pages of another site. Send the request from a program, or from a page of this server.",
        )
    token = exchange.mock.control_token
    if token is not None:
        if not compare_digest(headers.get(b"authorization", b""), f"Bearer {token}".encode()):
            raise TwilioError(
                20003,
                "Beyond loopback, /_mock requires the bearer token that recmock printed, in the header "
                "Authorization: Bearer TOKEN. --control-token sets it.",
            )
        return
    host = headers.get(b"host", b"").decode("latin-1")
    if not _is_local_host(host, exchange.mock.settings.public_url):
        # With DNS rebinding, a page's own host name points here, and the browser treats /_mock as its origin.
        raise TwilioError(20403, _explain_foreign_host(host))
    origin = headers.get(b"origin")
    if origin is not None and origin.decode("latin-1").partition("://")[2] != host:
        raise TwilioError(
            20403,
            f"/_mock refuses pages of another origin, such as {origin.decode('latin-1')[:80]}. "
            "Send the request from a program, or from a page of this server.",
        )


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

"""One signed request to a receiver, ready to be sent."""

import re
from collections.abc import Sequence
from string import punctuation
from typing import NamedTuple, Self
from urllib.parse import quote, unquote, urlencode

import msgspec

from mockserver.callbacks.connection_overrides import parse_overrides
from mockserver.callbacks.delivery_settings import DeliverySettings
from mockserver.callbacks.retry_policy import limit_total_seconds
from mockserver.callbacks.signature import build_signature_headers, build_signed_text
from scenarios.origins import normalize_origin

Pairs = tuple[tuple[str, str], ...]

CONNECT_TIMEOUT = 5.0
READ_TIMEOUT = 15.0
"""Default time-outs in seconds, from Twilio (docs/usage/webhooks/webhooks-connection-overrides)."""
_DEFAULT_SETTINGS = DeliverySettings()

_FIXED_HEADERS: Pairs = (("accept", "*/*"), ("x-home-region", "us1"), ("user-agent", "TwilioProxy/1.1"))
_FORM_HEADERS: Pairs = (("content-type", "application/x-www-form-urlencoded; charset=UTF-8"),)
_URL_PATTERN = re.compile(
    r"(?P<scheme>[^:/?#]+)://(?:(?P<user>[^/?#]*)@)?(?P<place>[^/?#]*)(?P<path>[^?#]*)(?P<query>[^#]*)"
)
_PORT_PATTERN = re.compile(r":[0-9]*\Z")


class UrlCredentials(NamedTuple):
    """The user name and password in a URL, decoded."""

    username: str
    password: str


class CallbackRequest(msgspec.Struct, frozen=True):
    """A request. Its time-outs are in seconds."""

    method: str
    url: str
    """The URL that the receiver sees, without credentials."""
    headers: Pairs
    body: bytes
    connect_timeout: float
    """For name resolution, connection and TLS handshake."""
    read_timeout: float
    """For the start of the response, and again for each later part of it."""
    total_timeout: float
    """For the whole attempt."""
    signed_text: str = ""
    """The exact string that was signed, for a log."""
    credentials: UrlCredentials | None = None
    """The credentials to send if the receiver answers with 401 and a challenge."""
    route: str | None = None
    """The origin to connect to instead of the URL's."""

    @classmethod
    def build_signed(
        cls,
        method: str,
        url: str,
        parameters: Sequence[tuple[str, str]],
        *,
        token: str,
        idempotency_token: str,
        settings: DeliverySettings = _DEFAULT_SETTINGS,
        used_seconds: float = 0.0,
        added_headers: Pairs = (),
        signature: str | None = None,
    ) -> Self:
        """Return the signed request: a form for POST, a query for GET (WIRE §12).

        Args:
            url: the receiver's URL. Its fragment may override the settings.
            token: the auth token that signs.
            idempotency_token: a UUID that all attempts of one callback share.
            used_seconds: the real seconds of earlier attempts.
            signature: what is wrong with the signature, as in `ScriptedCallback`; None if nothing is.
        """
        plain, overrides = parse_overrides(url)
        form = urlencode(parameters, quote_via=quote, safe="")
        query, body = (form, "") if method == "GET" else ("", form)
        target = _split_url(plain, query)
        text = build_signed_text(target.signed, () if query else parameters)
        route = settings.routes.get(target.origin) if settings.routes else None
        headers: Pairs = (
            *(_FORM_HEADERS if body else ()),
            ("i-twilio-idempotency-token", idempotency_token),
            *build_signature_headers(token, text, signature),
            *_FIXED_HEADERS,
            *(() if route is None else _build_forwarded_headers(target)),
            *added_headers,
        )
        connect = overrides.connect_timeout or CONNECT_TIMEOUT
        read = overrides.read_timeout or max(READ_TIMEOUT, settings.max_seconds)
        timeouts = (connect, read, limit_total_seconds(overrides, settings) - used_seconds)
        return cls(method, target.requested, headers, body.encode(), *timeouts, text, target.credentials, route)


class _SplitUrl(NamedTuple):
    """The parts of a callback URL."""

    requested: str
    """The URL that the receiver sees."""
    signed: str
    """The URL that the signature covers."""
    credentials: UrlCredentials | None = None
    scheme: str = ""
    place: str = ""
    """Host and port as the URL writes them."""

    @property
    def origin(self) -> str:
        try:
            return normalize_origin(f"{self.scheme}://{self.place}")
        except ValueError:  # a URL that cannot be requested has no route
            return ""


def _split_url(url: str, added_query: str) -> _SplitUrl:
    """Split a URL. An invalid URL stays unchanged.

    Twilio signs a URL without user and password, over https without the port, over http with it (WIRE §17).
    """
    match = _URL_PATTERN.match(url)
    if match is None:
        whole = _with_query(url, added_query)
        return _SplitUrl(whole, whole)
    scheme, place = match["scheme"].lower(), match["place"]
    # Validators in Python drop a lone question mark and write the scheme in lower case.
    query = "" if match["query"] == "?" else match["query"]
    rest = _with_query(quote((match["path"] or "/") + query, safe=punctuation), added_query)
    signed_place = _PORT_PATTERN.sub("", place) if scheme == "https" else place
    credentials = None
    if match["user"] is not None:
        username, _, password = match["user"].partition(":")
        credentials = UrlCredentials(unquote(username), unquote(password))
    return _SplitUrl(
        f"{scheme}://{place}{rest}", f"{scheme}://{signed_place}{rest}", credentials, scheme=scheme, place=place
    )


def _build_forwarded_headers(target: _SplitUrl) -> Pairs:
    """Return the headers by which a reverse proxy describes the request that it received."""
    port = _PORT_PATTERN.search(target.place)
    return (
        ("x-forwarded-for", "127.0.0.1"),
        ("x-forwarded-host", target.place),
        ("x-forwarded-port", {"http": "80", "https": "443"}[target.scheme] if port is None else port[0][1:]),
        ("x-forwarded-proto", target.scheme),
    )


def _with_query(url: str, query: str) -> str:
    if not query:
        return url
    separator = "?" if "?" not in url else "" if url.endswith("&") else "&"
    return url + separator + query

"""One signed request to a receiver, ready to be sent."""

import re
from base64 import b64encode
from collections.abc import Sequence
from string import punctuation
from typing import Self
from urllib.parse import quote, unquote, urlencode

import msgspec

from mockserver.callbacks.connection_overrides import parse_overrides
from mockserver.callbacks.signature import build_signed_text, compute_signature

Pairs = tuple[tuple[str, str], ...]

CONNECT_TIMEOUT = 5.0
READ_TIMEOUT = 15.0
TOTAL_TIMEOUT = 15.0
"""Default time-outs in seconds, from Twilio (docs/usage/webhooks/webhooks-connection-overrides)."""

_FIXED_HEADERS: Pairs = (("accept", "*/*"), ("x-home-region", "us1"), ("user-agent", "TwilioProxy/1.1"))
_FORM_HEADERS: Pairs = (("content-type", "application/x-www-form-urlencoded; charset=UTF-8"),)
_URL_PATTERN = re.compile(
    r"(?P<scheme>[^:/?#]+://)(?:(?P<user>[^/?#]*)@)?(?P<place>[^/?#]*)(?P<path>[^?#]*)(?P<query>[^#]*)"
)


class CallbackRequest(msgspec.Struct, frozen=True):
    """A request. Its time-outs are in seconds."""

    method: str
    url: str
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

    @classmethod
    def build_signed(
        cls,
        method: str,
        url: str,
        parameters: Sequence[tuple[str, str]],
        *,
        token: str,
        idempotency_token: str,
        max_seconds: float = TOTAL_TIMEOUT,
    ) -> Self:
        """Return the signed request: a form for POST, a query for GET (WIRE §12).

        Args:
            url: the receiver's URL. Its fragment may set connection overrides; its credentials become a header.
            token: the auth token that signs.
            idempotency_token: a UUID that all attempts of one callback share.
            max_seconds: the upper bound of the total time-out, even if the URL sets a longer one.
        """
        plain, overrides = parse_overrides(url)
        target, credentials = _split_credentials(plain)
        form = urlencode(parameters, quote_via=quote, safe="")
        in_query = method == "GET"
        if in_query:
            target = _with_query(target, form)
        text = build_signed_text(target, () if in_query else parameters)
        signature_headers = (
            ("i-twilio-idempotency-token", idempotency_token),
            ("x-twilio-signature", compute_signature(token, text)),
        )
        return cls(
            method,
            target,
            (*(() if in_query else _FORM_HEADERS), *credentials, *signature_headers, *_FIXED_HEADERS),
            b"" if in_query else form.encode(),
            overrides.connect_timeout or CONNECT_TIMEOUT,
            overrides.read_timeout or READ_TIMEOUT,
            min(max_seconds, overrides.total_timeout or TOTAL_TIMEOUT),
            text,
        )


def _split_credentials(url: str) -> tuple[str, Pairs]:
    """Return a URL as the receiver will see it, and the header for its credentials.

    The signature covers this URL, because validators check the URL that they receive. An invalid URL stays unchanged.
    """
    match = _URL_PATTERN.match(url)
    if match is None:
        return url, ()
    # Validators in Python drop a lone question mark and write the scheme in lower case.
    query = "" if match["query"] == "?" else match["query"]
    plain = match["scheme"].lower() + match["place"] + quote((match["path"] or "/") + query, safe=punctuation)
    if match["user"] is None:
        return plain, ()
    # Twilio sends credentials only after a 401. The mock sends them at once, which saves the receiver one request.
    return plain, (("authorization", f"Basic {b64encode(unquote(match['user']).encode()).decode()}"),)


def _with_query(url: str, query: str) -> str:
    separator = "?" if "?" not in url else "" if url.endswith("&") else "&"
    return url + separator + query

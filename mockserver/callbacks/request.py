"""One signed request to a receiver, ready to be sent."""

import re
from base64 import b64encode
from collections.abc import Sequence
from string import punctuation
from typing import Self
from urllib.parse import quote, unquote, urlencode

import msgspec

from mockserver.callbacks.connection_overrides import ConnectionOverrides
from mockserver.callbacks.signature import build_signed_text, compute_signature

Pairs = tuple[tuple[str, str], ...]

CONNECT_TIMEOUT = 5.0
READ_TIMEOUT = 15.0
TOTAL_TIMEOUT = 15.0
"""Seconds, where a URL wishes nothing: Twilio's own defaults (docs/usage/webhooks/webhooks-connection-overrides)."""

_FIXED: Pairs = (("accept", "*/*"), ("x-home-region", "us1"), ("user-agent", "TwilioProxy/1.1"))
_FORM: Pairs = (("content-type", "application/x-www-form-urlencoded; charset=UTF-8"),)
_NO_OVERRIDES = ConnectionOverrides()
_URL = re.compile(r"(?P<scheme>[^:/?#]+://)(?:(?P<user>[^/?#]*)@)?(?P<place>[^/?#]*)(?P<path>[^?#]*)(?P<query>[^#]*)")


class CallbackRequest(msgspec.Struct, frozen=True):
    """A request: its time-outs are in seconds."""

    method: str
    url: str
    headers: Pairs
    body: bytes
    connect_timeout: float
    """For the name, the connection and the TLS handshake."""
    read_timeout: float
    """For the beginning of the answer, and for each piece after it."""
    total_timeout: float
    """For all of it."""
    signed_text: str = ""
    """The exact text whose signature the headers hold, for a log."""

    @classmethod
    def signed(
        cls,
        method: str,
        url: str,
        parameters: Sequence[tuple[str, str]],
        *,
        token: str,
        idempotency_token: str,
        overrides: ConnectionOverrides = _NO_OVERRIDES,
        max_seconds: float = TOTAL_TIMEOUT,
    ) -> Self:
        """Return the request that tells parameters to a URL: POST in a form, GET in the query (WIRE §12).

        Args:
            url: where to; a fragment is left out, credentials become a header.
            token: the auth token to sign with.
            idempotency_token: a UUID that all attempts of one callback share.
            longest: how many seconds all of it may take at most, whatever the URL wishes.
        """
        target, credentials = _as_requested(url)
        form = urlencode(parameters, quote_via=quote, safe="")
        in_query = method == "GET"
        if in_query:
            target = _with_query(target, form)
        text = build_signed_text(target, () if in_query else parameters)
        signing = (
            ("i-twilio-idempotency-token", idempotency_token),
            ("x-twilio-signature", compute_signature(token, text)),
        )
        return cls(
            method,
            target,
            (*(() if in_query else _FORM), *credentials, *signing, *_FIXED),
            b"" if in_query else form.encode(),
            overrides.connect_timeout or CONNECT_TIMEOUT,
            overrides.read_timeout or READ_TIMEOUT,
            min(max_seconds, overrides.total_timeout or TOTAL_TIMEOUT),
            text,
        )


def _as_requested(url: str) -> tuple[str, Pairs]:
    """Return a URL as a receiver that puts it together again sees it, and the header of its credentials.

    That is what is signed too: validators work on the URL that came in. What is no URL stays as it is.
    """
    match = _URL.match(url)
    if match is None:
        return url, ()
    # Validators in Python drop a lonely question mark and write the scheme in lower case.
    query = "" if match["query"] == "?" else match["query"]
    plain = match["scheme"].lower() + match["place"] + quote((match["path"] or "/") + query, safe=punctuation)
    if match["user"] is None:
        return plain, ()
    # Twilio waits for a 401 first; a receiver that wants credentials cannot tell but by its log.
    return plain, (("authorization", f"Basic {b64encode(unquote(match['user']).encode()).decode()}"),)


def _with_query(url: str, query: str) -> str:
    joint = "?" if "?" not in url else "" if url.endswith("&") else "&"
    return url + joint + query

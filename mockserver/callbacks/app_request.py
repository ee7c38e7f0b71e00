"""A request of a call to its app, and what the app answered."""

import msgspec

from mockserver.callbacks.cookies import Cookie
from mockserver.callbacks.outcome import Failure
from mockserver.callbacks.request import Pairs


class AppRequest(msgspec.Struct, frozen=True):
    """A request for one document."""

    method: str
    """`GET`, in any case, or another word for POST."""
    url: str
    """Its fragment may hold Twilio's connection overrides."""
    parameters: Pairs
    token: str
    """The auth token that signs."""
    idempotency_token: str
    """A UUID that all requests for this document share."""
    cookies: tuple[Cookie, ...] = ()
    """The cookies of the call."""
    now: int = 0
    """Seconds on the account's clock, by which cookies end."""


class AppAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What the app answered after all redirects and retries, or why there is no answer."""

    status: int | None = None
    """The status of the last response; None if there is none."""
    content_type: str | None = None
    body: bytes = b""
    """At most one byte more than Twilio accepts, decoded."""
    url: str
    """The URL of the document, without added parameters. Relative URLs in the document are resolved against it."""
    method: str = "POST"
    """The method of the last request: a redirect may change it."""
    headers: Pairs = ()
    """The headers of the last response. The names are in lower case."""
    cookies: tuple[Cookie, ...] = ()
    """The cookies of the call after this answer."""
    failure: Failure | None = None
    """Why there is no complete response."""
    code: int | None = None
    """The code of Twilio's error dictionary; None if the body can be read as a document."""
    detail: str = ""
    """A sentence about the error, for a log; empty if there is none."""

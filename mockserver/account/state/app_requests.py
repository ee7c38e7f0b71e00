"""Documents of live calls, and the requests for them, as plain values. Instants are microseconds since the epoch."""

from enum import StrEnum

import msgspec

from mockserver.callbacks.request import Pairs


class VoiceDocument(msgspec.Struct, frozen=True):
    """The first document of a call, and what to ask if a document fails."""

    url: str | None = None
    method: str = "POST"
    twiml: str | None = None
    """The document itself, if there is no URL."""
    fallback_url: str | None = None
    fallback_method: str = "POST"


class PlayedDocument(msgspec.Struct, kw_only=True):
    """The document that a call plays."""

    url: str | None
    """The URL that relative URLs resolve against; None for a parameter `Twiml`."""
    method: str
    body: bytes
    content_type: str | None
    position: int = 0
    """The number of acts that have begun."""
    is_fallback: bool = False
    """True if it is the answer of the fallback URL: its own errors end the call."""


class RequestPurpose(StrEnum):
    """Why an app is asked for a document."""

    FIRST = "voice URL"
    ACTION = "action"
    REDIRECT = "redirect"
    SCREEN = "url of the callee"
    WAIT = "waitUrl"
    AFTER_END = "action after the end"
    """The answer does not matter any more."""


class AppRequestState(msgspec.Struct, frozen=True, kw_only=True):
    """A request to the app whose answer a call waits for."""

    number: int
    call: int
    purpose: RequestPurpose
    method: str
    url: str
    parameters: Pairs
    is_fallback: bool = False
    is_sending: bool = False


class AskedDocument(msgspec.Struct, frozen=True, kw_only=True):
    """A request to the app that was answered, or failed."""

    at: int
    purpose: RequestPurpose
    method: str
    url: str
    """The URL of the last request, if the app redirected the first one."""
    parameters: Pairs
    status: int | None
    failure: str | None = None
    """Why there was no complete response."""
    code: int | None = None
    """The code of the error; None if the answer can be read."""
    detail: str = ""

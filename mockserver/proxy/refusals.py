"""Error responses of the proxy, in Twilio's form."""

from http import HTTPStatus

from starlette.types import ASGIApp, Receive, Scope, Send

from mockserver.proxy.destination import Destination
from mockserver.rest.errors import REFUSAL_KEY, TwilioError
from mockserver.rest.headers import Header, build_reason_header, encode_headers
from mockserver.rest.hosts import API_HOST
from mockserver.rest.media_links import MEDIA_LINKS_PATH
from mockserver.rest.representations import json
from mockserver.rest.representations.representation import MEDIA_TYPES, Representation


class RefusingApp:
    """An ASGI application that answers every request with one error, as JSON like Twilio's newer hosts."""

    def __init__(self, error: TwilioError) -> None:
        self._error = error

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        body, headers = _render(self._error, scope["path"])
        await send({"type": "http.response.start", "status": self._error.status, "headers": headers})
        await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})


class OtherHostApp:
    """An ASGI application for a host of Twilio's that the mock does not emulate.

    The server's own application answers with the error, and logs the request in the journal of its account.

    Args:
        own_application: the server's own application.
        serves_media: True if the host also serves media links.
    """

    def __init__(self, own_application: ASGIApp, error: TwilioError, *, serves_media: bool) -> None:
        self._own_application = own_application
        self._error = error
        self._serves_media = serves_media

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if not (self._serves_media and scope["path"].startswith(MEDIA_LINKS_PATH)):
            scope = {**scope, "state": {**scope.get("state", {}), REFUSAL_KEY: self._error}}
        await self._own_application(scope, receive, send)


def build_raw_response(error: TwilioError) -> bytes:
    """Return an error as the last bytes of a connection without an application."""
    return _build_raw_response(error, HTTPStatus(error.status).phrase.encode())


def build_connect_refusal(error: TwilioError) -> bytes:
    """Return an error as the response to CONNECT: clients show its status line, and drop its headers and its body."""
    return _build_raw_response(error, build_reason_header(error.reason)[1])


def _build_raw_response(error: TwilioError, phrase: bytes) -> bytes:
    body, headers = _render(error, "")
    return b"HTTP/1.1 %d %s\r\nConnection: close\r\n%s\r\n%s" % (error.status, phrase, encode_headers(headers), body)


def make_bad_request_error(reason: str) -> TwilioError:
    """Return the error for a malformed proxy request."""
    return TwilioError(20001, reason, message="Bad Request")


def make_not_emulated_error(host: str) -> TwilioError:
    """Return the error for a Twilio host that the mock does not emulate."""
    reason = f"This mock emulates {API_HOST} only: recordings and related resources."
    if host.startswith("api."):
        reason += " Regions and edges are not emulated: unset TWILIO_REGION and TWILIO_EDGE."
    return TwilioError(20404, reason, message=f"{host} is not emulated by recmock", always_json=True)


def make_refused_error(destination: Destination) -> TwilioError:
    """Return the error for a host that is not Twilio's."""
    advice = "To let programs on this machine reach it, start the server with --proxy-unknown tunnel"
    return TwilioError(20006, f"This proxy answers for {API_HOST}, and {destination} is not a Twilio host. {advice}.")


def make_unreachable_error(destination: Destination, reason: str) -> TwilioError:
    """Return the error for a destination that does not answer."""
    return TwilioError(20500, f"{destination} cannot be reached: {reason}.", status=502, message="Bad Gateway")


def _render(error: TwilioError, path: str) -> tuple[bytes, list[Header]]:
    body = json.encode({**error.to_dict(path), "reason": error.reason})
    content_type = (b"content-type", MEDIA_TYPES[Representation.JSON])
    return body, [content_type, (b"content-length", b"%d" % len(body)), build_reason_header(error.reason)]

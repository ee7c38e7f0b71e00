"""The receiver of `recmock demo`: a voice app, and a receiver of callbacks that shows what it gets."""

import hmac
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from mockserver.callbacks.signature import build_signed_text, compute_signature
from mockserver.cli.banner import PLAIN, Style
from mockserver.control.views.call_text import escape_controls
from mockserver.server.listener import BackgroundServer
from mockserver.settings.parsing import Address

_DOCUMENTS = {
    "/voice": "<Say>Thank you for calling. Please leave a message after the tone.</Say>"
    '<Record action="/goodbye" timeout="3" maxLength="60" recordingStatusCallback="/callback" '
    'recordingStatusCallbackEvent="in-progress completed absent" transcribe="true" transcribeCallback="/callback"/>',
    "/goodbye": "<Say>Thank you. Goodbye.</Say>",
}
"""What the voice app answers, by path. Every other path receives callbacks."""
_SUBJECTS = (
    ("transcription", "TranscriptionStatus", "RecordingSid"),
    ("recording", "RecordingStatus", "RecordingSid"),
    ("call", "CallStatus", "CallSid"),
)
"""What a request may be about: its name, the parameter of its status and that of its SID. The first match counts."""
_MAX_TEXT = 60


class DemoReceiver:
    """Serves on a free port of 127.0.0.1 while the context is active.

    Args:
        show: prints a line about each request.
    """

    def __init__(self, show: Callable[[str], object], style: Style = PLAIN) -> None:
        self.token: str | None = None
        """The auth token that signs the requests; None if it is not known."""
        self._show = show
        self._style = style
        self._server = BackgroundServer(self, Address("127.0.0.1", 0))

    def __enter__(self) -> "DemoReceiver":
        self._server.__enter__()
        return self

    def __exit__(self, *error: Any) -> None:
        self._server.__exit__(*error)

    @property
    def url(self) -> str:
        """The base URL, without a slash at the end."""
        return self._server.base_url

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle a request, as an ASGI application."""
        if scope["type"] != "http":
            return  # nothing is to be started
        request = Request(scope, receive)
        parameters = parse_qsl((await request.body()).decode(errors="replace"), keep_blank_values=True)
        is_signed, given = self._is_signed(request, parameters), {**request.query_params, **dict(parameters)}
        self._show(describe_request(given, is_signed=is_signed, style=self._style))
        document = _DOCUMENTS.get(request.url.path)
        if document is None:
            response = Response(status_code=204)
        else:
            response = Response(f"<Response>{document}</Response>", media_type="text/xml")
        await response(scope, receive, send)

    def _is_signed(self, request: Request, parameters: Sequence[tuple[str, str]]) -> bool:
        """Return True if the signature is that of the token."""
        expected = compute_signature(self.token or "", build_signed_text(str(request.url), parameters))
        return hmac.compare_digest(expected.encode(), request.headers.get("x-twilio-signature", "").encode())


def describe_request(parameters: Mapping[str, str], *, is_signed: bool, style: Style = PLAIN) -> str:
    """Return a line about a request: its subject, the new status, the SID and what else is of interest."""
    for name, status_parameter, sid_parameter in _SUBJECTS:
        if status := parameters.get(status_parameter):
            subject, sid = name, parameters.get(sid_parameter, "")
            break
    else:
        subject, status, sid = "request", "", ""
    details = [*_list_details(subject, parameters), "signed" if is_signed else "signature not valid"]
    text = escape_controls(f"{status:<11}  {sid:<34}  {', '.join(details)}")
    return f"{style.name}{subject:<13}{style.end}  {text}"


def _list_details(subject: str, parameters: Mapping[str, str]) -> list[str]:
    if subject == "transcription":
        text = parameters.get("TranscriptionText", "")
        return [f'"{text if len(text) <= _MAX_TEXT else f"{text[:_MAX_TEXT]}..."}"']
    seconds = parameters.get(f"{subject.capitalize()}Duration")
    caller = [f"from {parameters.get('From')}"] if subject == "call" else []
    return caller if seconds is None else [*caller, f"{seconds} s"]

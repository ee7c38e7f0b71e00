"""The view of a debugger event: an error or a warning about what an app answered or a document asks for."""

from typing import TYPE_CHECKING, Literal

import msgspec

from mockserver.control.views.instants import serialize_instant

if TYPE_CHECKING:  # the clients decode the views without the server's modules
    from mockserver.account.state.calls_state import DebuggerEvent


class DebuggerEventView(msgspec.Struct, frozen=True, kw_only=True):
    """An error or a warning of Twilio's debugger, with the request and the answer that caused it."""

    serial: int
    at: str
    level: Literal["error", "warning"]
    code: int
    """Twilio's code; https://www.twilio.com/docs/errors/CODE explains it."""
    text: str
    call_sid: str | None
    method: str | None
    url: str | None
    """The URL that was requested."""
    status: int | None
    """The status of the app's answer."""
    body: str
    """The start of the app's answer."""

    def __str__(self) -> str:
        """Return the event in one line."""
        answer = "" if self.status is None else f" answered {self.status}"
        cause = "" if self.url is None else f" ({self.method or 'POST'} {self.url}{answer})"
        return f"{self.level} {self.code}: {self.text}{cause}"


def serialize_debugger_event(event: "DebuggerEvent") -> DebuggerEventView:
    return DebuggerEventView(
        serial=event.serial,
        at=serialize_instant(event.at),
        level="error" if event.level == "error" else "warning",
        code=event.code,
        text=event.text,
        call_sid=event.call_sid,
        method=event.method,
        url=event.url,
        status=event.status,
        body=event.body,
    )

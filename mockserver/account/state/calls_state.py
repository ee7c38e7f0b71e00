"""The live calls of an account, and everything that belongs to them, as plain values."""

import msgspec

from mockserver.account.state.app_requests import AppRequestState, RequestPurpose
from mockserver.account.state.live_calls import LiveCall
from mockserver.account.state.live_conferences import LiveConference


class DebuggerEvent(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """An error or a warning of Twilio's debugger."""

    serial: int
    at: int
    level: str
    code: int
    text: str
    call_sid: str | None = None
    method: str | None = None
    url: str | None = None
    """The URL that was requested."""
    status: int | None = None
    """The status of the app's answer."""
    body: str = ""
    """The start of the app's answer."""


class TranscriptionRequest(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """A transcription that a call asked for and that is not complete."""

    call: int
    """The number of the call."""
    url: str | None
    """The URL to call when it is complete."""
    tries: int = 0
    """How often its recording was not complete."""


class CallsState(msgspec.Struct, kw_only=True):
    """The live calls of an account, and everything that belongs to them."""

    calls: dict[int, LiveCall] = {}
    """By number, in order of creation, those that are over included."""
    deleted_calls: dict[int, LiveCall] = {}
    """Deleted calls that a request, a `<Dial>` or a transcription still refers to."""
    call_serial: int = 0
    adopted: dict[str, int] = {}
    """The numbers of calls whose SID the client chose, by SID."""
    forgotten: dict[int, int] = {}
    """When the calls were created that are deleted or forgotten, by number."""
    conferences: dict[int, LiveConference] = {}
    conference_serial: int = 0
    app_requests: dict[int, AppRequestState] = {}
    """The requests to apps that have no answer yet."""
    app_request_serial: int = 0
    transcription_requests: dict[int, TranscriptionRequest] = {}
    """By the index of the recording."""
    debugger_events: list[DebuggerEvent] = []
    debugger_serial: int = 0

    def count_waiting(self) -> int:
        """Return the number of calls and transcriptions that wait for an instant."""
        waiting = sum(call.wakes_at is not None and not call.is_over for call in self.calls.values())
        return waiting + len(self.transcription_requests)

    def needs_answer(self, request: AppRequestState) -> bool:
        """Return True if a call waits for the answer to a request, or the request follows the end of its call."""
        call = self.calls.get(request.call)
        is_awaited = call is not None and call.awaits(request.number)
        return is_awaited or request.purpose is RequestPurpose.AFTER_END

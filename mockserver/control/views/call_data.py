"""What the views of a live call hold: what was said, what the app was asked, and what was recorded."""

from typing import Literal

import msgspec

from mockserver.control.views.debugger import DebuggerEventView

Speaker = Literal["person", "app", "other"]
CallStatusName = Literal["queued", "ringing", "in-progress", "completed", "busy", "no-answer", "failed", "canceled"]
DirectionName = Literal["inbound", "outbound-api", "outbound-dial"]


class UtteranceView(msgspec.Struct, frozen=True, kw_only=True):
    """Something that is heard on a call."""

    at: str
    seconds: float
    """The time from the creation of the call."""
    speaker: Speaker
    """The person on the line, the app, or another person whom the person is connected with."""
    text: str
    digits: str
    """Keys that are pressed, or played."""
    media: str
    """The URL of media that are played. The mock does not fetch them."""


class AppRequestView(msgspec.Struct, frozen=True, kw_only=True):
    """A request to the app that was answered, or failed."""

    at: str
    purpose: str
    """`voice URL`, `action`, `redirect`, `url of the callee` or `action after the end`."""
    method: str
    url: str
    parameters: dict[str, str]
    status: int | None
    """The status of the answer; None if there was none."""
    failure: str | None
    """Why there was no complete response, such as `read_timeout`."""
    code: int | None
    """Twilio's code of the error; None if the answer could be read."""
    detail: str


class CallRecordingView(msgspec.Struct, frozen=True, kw_only=True):
    """A recording of a call."""

    sid: str
    url: str
    """The URL of its media, as Twilio's callbacks have it; with `.wav` or `.mp3` it is the file."""
    status: str
    source: str
    channels: int
    duration: int | None
    """Whole seconds; None while there is no audio."""
    transcript: str
    """What is said in it."""
    conference_sid: str | None


class CallData(msgspec.Struct, frozen=True, kw_only=True):
    """A live call, with everything that happened on it."""

    sid: str
    direction: DirectionName
    from_: str = msgspec.field(name="from")
    to: str
    status: CallStatusName
    duration: int | None
    """Whole seconds from the answer to the end; None until the call is over."""
    answered_by: str | None
    parent_call_sid: str | None
    created: str
    answered: str | None
    ended: str | None
    is_over: bool
    is_played: bool
    """True if time changes nothing more: the call and its recordings are complete, or it waits for somebody else."""
    conversation: tuple[UtteranceView, ...]
    requests: tuple[AppRequestView, ...]
    """The last 100 requests to the app."""
    recordings: tuple[CallRecordingView, ...]
    """Oldest first, without deleted ones."""
    debugger: tuple[DebuggerEventView, ...]
    """Its errors and warnings."""


class CallSummary(msgspec.Struct, frozen=True, kw_only=True):
    """A live call in short."""

    sid: str
    direction: DirectionName
    from_: str = msgspec.field(name="from")
    to: str
    status: CallStatusName
    duration: int | None
    parent_call_sid: str | None
    created: str
    is_over: bool

"""Live calls and debugger events as text for people: what was said, asked and recorded, in its order."""

from collections.abc import Iterable, Iterator
from textwrap import wrap

from mockserver.control.views.call_data import AppRequestView, CallData, CallRecordingView, CallSummary, UtteranceView
from mockserver.control.views.debugger import DebuggerEventView

MAX_WIDTH = 100
"""The number of columns of a line."""
_INDENT = 18
_MAX_TEXT = 2000


class CallLine:
    """One thing that happened on a call.

    Attributes:
        at: when it happened, in ISO 8601.
        kind: `person`, `app`, `other`, `request`, `error` or `warning`.
        text: the whole text, in one line.
    """

    __slots__ = ("at", "kind", "text")

    def __init__(self, at: str, kind: str, text: str) -> None:
        self.at = at
        self.kind = kind
        self.text = text

    def format(self, color: str = "", end: str = "") -> str:
        """Return the line for people: its time, its kind and its text, in at most 100 columns.

        Args:
            color: the escape sequence before the kind.
            end: the escape sequence after it.
        """
        time, kind = self.at[11:19], f"{self.kind:<{_INDENT - len('00:00:00 ')}}"
        text = escape_controls(self.text[:_MAX_TEXT])
        first, *more = wrap(text, MAX_WIDTH - _INDENT, break_on_hyphens=False) or [""]
        return "\n".join([f"{time} {color}{kind}{end}{first}", *(f"{'':<{_INDENT}}{part}" for part in more)])


def list_lines(call: CallData) -> list[CallLine]:
    """Return what happened on a call, in its order."""
    lines = [
        *(CallLine(request.at, "request", _describe_request(request)) for request in call.requests),
        *list_debugger_lines(call),
        *(CallLine(spoken.at, spoken.speaker, _describe_utterance(spoken)) for spoken in call.conversation),
    ]
    return sorted(lines, key=lambda line: line.at.rstrip("Z"))  # 00:22 is before 00:22.4, and 00:22Z after it as text


def list_debugger_lines(call: CallData) -> list[CallLine]:
    """Return the errors and warnings of a call."""
    return [CallLine(event.at, event.level, _describe_event(event)) for event in call.debugger]


def describe_call(call: CallData) -> str:
    """Return a call with everything that happened on it."""
    return "\n".join([*(line.format() for line in list_lines(call)), *describe_end(call)])


def describe_end(call: CallData) -> Iterator[str]:
    """Yield the lines after the conversation: the status of the call, and its recordings with their URLs."""
    seconds = "" if call.duration is None else f" after {call.duration} s"
    yield escape_controls(f"{call.sid} {call.from_} to {call.to}: {call.status}{seconds}")
    for recording in call.recordings:
        yield _describe_recording(recording)
        yield f"  {recording.url}.wav"


def describe_calls(calls: Iterable[CallSummary]) -> str:
    """Return one line for each call."""
    lines = (f"{call.created} {call.sid} {call.direction} {call.from_} to {call.to} {call.status}" for call in calls)
    return "\n".join(lines) or "no calls"


def describe_debugger_events(events: Iterable[DebuggerEventView]) -> str:
    """Return one line for each debugger event."""
    return "\n".join(f"{event.at} {escape_controls(str(event))}" for event in events) or "no debugger events"


def escape_controls(text: str) -> str:
    """Return a text whose control characters are escapes: an app's text must not control the terminal."""
    return "".join(one if one.isprintable() else one.encode("unicode_escape").decode("ascii") for one in text)


def _describe_utterance(spoken: UtteranceView) -> str:
    parts = [spoken.text and f'"{spoken.text}"', spoken.digits and f"keys {spoken.digits}", spoken.media]
    return " ".join(filter(None, parts))


def _describe_request(request: AppRequestView) -> str:
    answer = request.failure or request.status
    return f"{request.purpose}: {request.method} {request.url} {answer}"


def _describe_event(event: DebuggerEventView) -> str:
    """Return an event with the URL of a callback: a document has a line of its own, which names its URL."""
    is_callback = event.method is None and event.url is not None
    return f"{event.code}: {event.text}" + (f" ({event.url})" if is_callback else "")


def _describe_recording(recording: CallRecordingView) -> str:
    length = "" if recording.duration is None else f", {recording.duration} s"
    channels = "1 channel" if recording.channels == 1 else f"{recording.channels} channels"
    return f"{recording.sid} {recording.source} {recording.status}{length}, {channels}"

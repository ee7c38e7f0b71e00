"""Calls as text for people."""

from typing import Any

import pytest

from mockserver.control.views.call_data import AppRequestView, CallRecordingView, CallSummary, UtteranceView
from mockserver.control.views.call_text import (
    MAX_WIDTH,
    CallLine,
    describe_calls,
    describe_debugger_events,
    escape_controls,
    list_lines,
)
from mockserver.control.views.calls import CallView
from mockserver.control.views.debugger import DebuggerEventView

AT = "2026-01-01T00:00:0{}Z"


def make_utterance(second: int, **changes: Any) -> UtteranceView:
    values: dict[str, Any] = {"speaker": "app", "text": "", "digits": "", "media": ""} | changes
    return UtteranceView(at=AT.format(second), seconds=float(second), **values)


def make_event(second: int, **changes: Any) -> DebuggerEventView:
    values: dict[str, Any] = {"method": None, "url": None, "status": None, "body": "", "call_sid": None} | changes
    return DebuggerEventView(serial=0, at=AT.format(second), level="warning", code=12200, text="Schema", **values)


def make_call(**changes: Any) -> CallView:
    values: dict[str, Any] = {
        "sid": "CA1",
        "direction": "inbound",
        "from_": "+1",
        "to": "+2",
        "status": "in-progress",
        "duration": None,
        "answered_by": None,
        "parent_call_sid": None,
        "created": AT.format(0),
        "answered": None,
        "ended": None,
        "is_over": False,
        "is_played": False,
        "conversation": (),
        "requests": (),
        "recordings": (),
        "debugger": (),
    }
    return CallView(**values | changes)


def test_lines_are_in_the_order_of_time() -> None:
    call = make_call(
        conversation=(
            make_utterance(3, speaker="person", text="Two", digits="2"),
            make_utterance(1, media="http://x/a.mp3"),
        ),
        debugger=(make_event(2),),
    )
    assert [(line.kind, line.text) for line in list_lines(call)] == [
        ("app", "http://x/a.mp3"),
        ("warning", "12200: Schema"),
        ("person", '"Two" keys 2'),
    ]


def test_whole_second_is_before_its_fractions() -> None:
    asked = AppRequestView(
        at="2026-01-01T00:00:01.400000Z",
        purpose="action",
        method="POST",
        url="http://x/",
        parameters={},
        status=200,
        failure=None,
        code=None,
        detail="",
    )
    call = make_call(conversation=(make_utterance(1, speaker="person", digits="7"),), requests=(asked,))
    assert [line.kind for line in list_lines(call)] == ["person", "request"]


def test_pressed_keys_are_without_waits() -> None:
    call = make_call(conversation=(make_utterance(1, speaker="person", digits="W1w2"), make_utterance(2, digits="3")))
    assert call.pressed == "12"


def test_callback_that_failed_has_its_url() -> None:
    call = make_call(debugger=(make_event(1, url="http://x/hook"), make_event(2, url="http://x/voice", method="POST")))
    assert [line.text for line in list_lines(call)] == ["12200: Schema (http://x/hook)", "12200: Schema"]


def test_long_line_is_wrapped() -> None:
    lines = CallLine(AT.format(1), "person", "word " * 100).format().splitlines()
    assert max(map(len, lines)) <= MAX_WIDTH
    assert lines[0].startswith("00:00:01 person   word word")
    assert lines[1].startswith(" " * 18 + "word")


def test_control_characters_are_escapes() -> None:
    assert escape_controls("a\x1b[2Jb\r\n\x9bé\u202e") == r"a\x1b[2Jb\r\n\x9bé\u202e"
    assert "\x1b" not in CallLine(AT.format(1), "app", "\x1b[31m").format()


def test_line_without_text_has_its_label() -> None:
    assert CallLine(AT.format(1), "app", "").format().rstrip() == "00:00:01 app"


@pytest.mark.parametrize(("duration", "length"), [(None, ""), (7, ", 7 s")])
@pytest.mark.parametrize(("channels", "words"), [(1, "1 channel"), (2, "2 channels")])
def test_call_ends_with_its_recordings(duration: int | None, length: str, channels: int, words: str) -> None:
    recording = CallRecordingView(
        sid="RE1",
        url="http://x/RE1",
        status="completed",
        source="RecordVerb",
        channels=channels,
        duration=duration,
        transcript="",
        conference_sid=None,
    )
    assert str(make_call(recordings=(recording,))).splitlines() == [
        "CA1 +1 to +2: in-progress",
        f"RE1 RecordVerb completed{length}, {words}",
        "  http://x/RE1.wav",
    ]


def test_lists_have_one_line_each() -> None:
    summary = CallSummary(
        sid="CA1",
        direction="inbound",
        from_="+1",
        to="+2",
        status="completed",
        duration=1,
        parent_call_sid=None,
        created=AT.format(0),
        is_over=True,
    )
    assert describe_calls([summary]) == "2026-01-01T00:00:00Z CA1 inbound +1 to +2 completed"
    assert describe_calls([]) == "no calls"
    assert describe_debugger_events([]) == "no debugger events"
    event = make_event(1, url="http://x/\x1b", method="GET", status=200)
    assert describe_debugger_events([event]) == (
        r"2026-01-01T00:00:01Z warning 12200: Schema (GET http://x/\x1b answered 200)"
    )

"""Reads the verbs of a document, with the defaults and bounds of WIRE-CALLS §3."""

from collections.abc import Callable, Iterator

from mockserver.twiml.acts import (
    Act,
    Enqueue,
    Gather,
    Hangup,
    Leave,
    Pause,
    Play,
    Record,
    Redirect,
    Reject,
    Say,
    StartRecording,
    StopRecording,
)
from mockserver.twiml.attributes import SCHEMA_WARNING, Attributes
from mockserver.twiml.dialing import read_dial
from mockserver.twiml.problems import ProblemList
from mockserver.twiml.speech import read_say
from mockserver.twiml.validation import Element

MAX_LOOPS = 1000
_LONGEST_PAUSE = 14400
_LONGEST_TRANSCRIBED = 120
_LONGEST_QUEUE_NAME = 64
_INPUTS = frozenset({"dtmf", "speech"})
_REASONS = {"rejected": "rejected", "busy": "busy"}
_CHANNELS = {"mono": 1, "dual": 2}


def read_verbs(root: Element, problems: ProblemList) -> tuple[Act, ...]:
    """Return the acts of a document, in order."""
    return tuple(act for verb in root.children for act in _READERS[verb.name](verb, problems))


def _read_say(element: Element, problems: ProblemList, loop_code: int = 13510) -> Iterator[Say]:
    say = read_say(element, _read_loop(Attributes(element, problems), loop_code), problems)
    if say is not None:
        yield say


def _read_loop(attributes: Attributes, code: int) -> int:
    """Return how often something is played. Twilio does this (WIRE-CALLS §3.2): 0 is up to 1,000 times."""
    return attributes.get_number("loop", 1, code, lowest=0, highest=MAX_LOOPS) or MAX_LOOPS


def _read_play(element: Element, problems: ProblemList) -> Iterator[Play]:
    attributes = Attributes(element, problems)
    loop = _read_loop(attributes, 13410)
    digits = attributes.get_keys("digits", "", "[0-9*#wWA-D]*", 13430)
    if digits:
        yield Play(None, digits, loop)
    elif element.text:
        yield Play(element.text, None, loop)
    elif attributes.get_text("digits") is None:
        problems.add(11100, f"<Play> (line {element.line}): expected the URL of a sound, found none")


def _read_pause(element: Element, problems: ProblemList) -> Iterator[Pause]:
    yield Pause(Attributes(element, problems).get_number("length", 1, 13910, lowest=0, highest=_LONGEST_PAUSE))


def _read_record(element: Element, problems: ProblemList) -> Iterator[Record]:
    attributes = Attributes(element, problems)
    transcribe = attributes.get_boolean("transcribe", False, 13614)
    default_length = _LONGEST_TRANSCRIBED if transcribe else Record().max_length
    max_length = attributes.get_number("maxLength", default_length, 13612)
    if transcribe and max_length > _LONGEST_TRANSCRIBED:
        attributes.warn(13615, "maxLength", "expected at most 120 seconds, because only these are transcribed")
    yield Record(
        action=attributes.get_text("action") or None,
        method=attributes.get_method("method", 13610),
        timeout=attributes.get_number("timeout", 5, 13611, lowest=0),
        finish_on_key=attributes.get_keys("finishOnKey", Record().finish_on_key, "[0-9*#]*", 13613),
        max_length=max_length,
        play_beep=attributes.get_boolean("playBeep", True, 13616),
        trim=attributes.get_trim(default=True, on_error=False, code=13699),
        callback=attributes.get_recording_callback(),
        transcribe=transcribe,
        transcribe_callback=attributes.get_url("transcribeCallback", 13257),
    )


def _read_gather(element: Element, problems: ProblemList) -> Iterator[Gather]:
    attributes = Attributes(element, problems)
    inputs = attributes.get_words("input", ("dtmf",), _INPUTS, 13326)
    yield Gather(
        action=attributes.get_text("action") or None,
        method=attributes.get_method("method", 13312),
        timeout=attributes.get_number("timeout", 5, 13313, lowest=0),
        finish_on_key=_read_finish_key(attributes),
        num_digits=attributes.get_optional_number("numDigits", 13314),
        takes_speech="speech" in inputs,
        takes_digits="dtmf" in inputs,
        action_on_empty_result=attributes.get_boolean("actionOnEmptyResult", False, 13338),
        speech_timeout=_read_speech_timeout(attributes),
        prompts=tuple(prompt for child in element.children for prompt in _read_prompt(child, problems)),
    )


def _read_finish_key(attributes: Attributes) -> str:
    if len(attributes.get_text("finishOnKey") or "") > 1:
        attributes.warn(13311, "finishOnKey", "expected one key")
        return Gather().finish_on_key
    return attributes.get_keys("finishOnKey", Gather().finish_on_key, "[0-9*#]?", 13310)


def _read_speech_timeout(attributes: Attributes) -> int | None:
    if (attributes.get_text("speechTimeout") or "").lower() == "auto":
        return None
    return attributes.get_optional_number("speechTimeout", 13327)


def _read_prompt(element: Element, problems: ProblemList) -> Iterator[Say | Play | Pause]:
    if element.name == "Say":
        yield from _read_say(element, problems, loop_code=13322)
    elif element.name == "Play":
        yield from _read_play(element, problems)
    else:
        yield from _read_pause(element, problems)


def _read_dial(element: Element, problems: ProblemList) -> Iterator[Act]:
    yield read_dial(element, problems)


def _read_redirect(element: Element, problems: ProblemList) -> Iterator[Redirect]:
    yield Redirect(element.text, Attributes(element, problems).get_method("method", 13710))


def _read_hangup(element: Element, problems: ProblemList) -> Iterator[Hangup]:
    yield Hangup()


def _read_leave(element: Element, problems: ProblemList) -> Iterator[Leave]:
    yield Leave()


def _read_reject(element: Element, problems: ProblemList) -> Iterator[Reject]:
    yield Reject(Attributes(element, problems).get_choice("reason", _REASONS, "rejected", 13810))


def _read_start(element: Element, problems: ProblemList) -> Iterator[StartRecording]:
    if element.is_empty:
        problems.add(14300, f"<Start> (line {element.line}): expected something to start, found nothing")
    for child in element.children:
        attributes = Attributes(child, problems)
        yield StartRecording(
            name=attributes.get_text("name") or None,
            channels=attributes.get_choice("channels", _CHANNELS, 2),
            track=attributes.get_track("track"),
            trim=attributes.get_trim(default=True, on_error=True, code=SCHEMA_WARNING),
            callback=attributes.get_recording_callback(),
        )


def _read_stop(element: Element, problems: ProblemList) -> Iterator[StopRecording]:
    for child in element.children:
        yield StopRecording(Attributes(child, problems).get_text("name") or None)


def _read_enqueue(element: Element, problems: ProblemList) -> Iterator[Enqueue]:
    attributes = Attributes(element, problems)
    name = element.text
    if not name and not attributes.get_text("workflowSid"):
        problems.add(14204, f"<Enqueue> (line {element.line}): expected the name of a queue, found none")
        return
    if len(name) > _LONGEST_QUEUE_NAME:
        problems.add(14205, f"<Enqueue> (line {element.line}): expected at most 64 characters, found {len(name)}")
        return
    yield Enqueue(
        name=name,
        action=attributes.get_text("action") or None,
        method=attributes.get_method("method", 14201),
        wait_url=attributes.get_text("waitUrl"),
        wait_method=attributes.get_method("waitUrlMethod", 14206),
    )


_READERS: dict[str, Callable[[Element, ProblemList], Iterator[Act]]] = {
    "Dial": _read_dial,
    "Enqueue": _read_enqueue,
    "Gather": _read_gather,
    "Hangup": _read_hangup,
    "Leave": _read_leave,
    "Pause": _read_pause,
    "Play": _read_play,
    "Record": _read_record,
    "Redirect": _read_redirect,
    "Reject": _read_reject,
    "Say": _read_say,
    "Start": _read_start,
    "Stop": _read_stop,
}
"""The verbs that are played, by name."""

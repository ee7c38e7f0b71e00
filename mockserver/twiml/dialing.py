"""Reads `<Dial>` and the nouns in it."""

import re
from typing import TypedDict

from mockserver.twiml.acts import AnsweringMachineDetection, CallTarget, ConferenceTarget, Dial, DialRecord, Target
from mockserver.twiml.attributes import SCHEMA_WARNING, Attributes
from mockserver.twiml.phone_numbers import normalize_number
from mockserver.twiml.problems import ProblemList
from mockserver.twiml.validation import Element

_RECORD_VALUES = {
    **{value.value: value for value in DialRecord},
    "true": DialRecord.FROM_ANSWER,
    "false": DialRecord.NONE,
}
_CONFERENCE_RECORD_VALUES = {"record-from-start": True, "do-not-record": False, "true": True, "false": False}
"""`true` is not documented for conferences, but apps use it (WIRE-CALLS §8)."""
_BEEPS = {"true": "true", "false": "false", "onenter": "onEnter", "onexit": "onExit"}
_CALL_EVENTS = frozenset({"initiated", "ringing", "answered", "completed"})
_CONFERENCE_EVENTS = frozenset({"start", "end", "join", "leave", "mute", "hold", "modify", "speaker", "announcement"})
_DETECTIONS = {"Enable": False, "DetectMessageEnd": True}
"""The values of `machineDetection`, and whether the greeting of a machine is heard to its end."""
_KEYS_WITH_PAUSES = "[0-9*#wW]*"
_SIP_URI = re.compile(r"(?i)sips?:[^\s@]+@[^\s@]+")


class _TargetOptions(TypedDict):
    url: str | None
    method: str
    status_callback: str | None
    status_callback_method: str
    status_callback_events: tuple[str, ...]


def read_dial(element: Element, problems: ProblemList) -> Dial:
    """Return the act of a `<Dial>`. It has no targets if none of them is valid."""
    attributes = Attributes(element, problems)
    caller_id = attributes.get_text("callerId") or ""
    return Dial(
        action=attributes.get_text("action") or None,
        method=attributes.get_method("method", 13210),
        timeout=attributes.get_number("timeout", 30, 13212, lowest=5, highest=600),
        time_limit=attributes.get_number("timeLimit", 14400, 13216, highest=86400),
        caller_id=normalize_number(caller_id) or caller_id or None,
        record=attributes.get_choice("record", _RECORD_VALUES, DialRecord.NONE, 13217),
        trim=attributes.get_trim(default=False, on_error=False, code=SCHEMA_WARNING),
        track=attributes.get_track("recordingTrack", 13622),
        callback=attributes.get_recording_callback(),
        hangup_on_star=attributes.get_boolean("hangupOnStar", False, 13213),
        answer_on_bridge=attributes.get_boolean("answerOnBridge", False, 13219),
        sequential=attributes.get_boolean("sequential", False, 13218),
        targets=_read_targets(element, problems),
    )


def _read_targets(element: Element, problems: ProblemList) -> tuple[Target, ...]:
    bare_number = _read_bare_number(element, problems) if element.text or element.is_empty else None
    found = [bare_number, *(_READERS[child.name](child, problems) for child in element.children)]
    targets = [target for target in found if target is not None]
    conferences = [target for target in targets if isinstance(target, ConferenceTarget)]
    if conferences and len(targets) > 1:
        text = "a <Conference> cannot be mixed with other nouns. Only the first noun counts"
        problems.add(13000, f"<Dial> (line {element.line}): {text}")
        return (targets[0],)
    return tuple(targets)


def _read_bare_number(element: Element, problems: ProblemList) -> CallTarget | None:
    number = _normalize(element, problems)
    return None if number is None else CallTarget(number)


def _read_number(element: Element, problems: ProblemList) -> CallTarget | None:
    number = _normalize(element, problems)
    attributes = Attributes(element, problems)
    send_digits = attributes.get_keys("sendDigits", "", _KEYS_WITH_PAUSES, 13222)
    options = _read_options(attributes, method_code=13221)
    return (
        None
        if number is None
        else CallTarget(number, **options, send_digits=send_digits or None, detection=_read_detection(attributes))
    )


def _normalize(element: Element, problems: ProblemList) -> str | None:
    number = normalize_number(element.text)
    if number is None:
        text = f"expected a phone number such as +14155550123, found {element.text[:100]!r}"
        problems.add(13223, f"<{element.name}> (line {element.line}): {text}")
    return number


def _read_client(element: Element, problems: ProblemList) -> CallTarget | None:
    identity = next((child.text for child in element.children if child.name == "Identity"), "") or element.text
    options = _read_options(Attributes(element, problems))
    if not identity:
        problems.add(SCHEMA_WARNING, f"<Client> (line {element.line}): expected an identity, found none")
        return None
    return CallTarget(f"client:{identity}", **options)


def _read_sip(element: Element, problems: ProblemList) -> CallTarget | None:
    uri = next((child.text for child in element.children if child.name == "Uri"), "") or element.text
    attributes = Attributes(element, problems)
    options = _read_options(attributes, method_code=13241)
    if _SIP_URI.fullmatch(uri) is None:
        text = f"expected a SIP URI such as sip:alice@example.com, found {uri[:100]!r}"
        problems.add(13243, f"<Sip> (line {element.line}): {text}")
        return None
    return CallTarget(uri, **options, detection=_read_detection(attributes))


def _read_options(attributes: Attributes, method_code: int = SCHEMA_WARNING) -> _TargetOptions:
    return {
        "url": attributes.get_text("url") or None,
        "method": attributes.get_method("method", method_code),
        "status_callback": attributes.get_url("statusCallback"),
        "status_callback_method": attributes.get_method("statusCallbackMethod"),
        "status_callback_events": attributes.get_words("statusCallbackEvent", ("completed",), _CALL_EVENTS, 21626),
    }


def _read_detection(attributes: Attributes) -> AnsweringMachineDetection | None:
    """Return how machines are detected, or None if they are not."""
    mode = attributes.get_text("machineDetection")
    if mode not in _DETECTIONS:
        return None
    return AnsweringMachineDetection(
        waits_for_end=_DETECTIONS[mode],
        timeout=attributes.get_number("machineDetectionTimeout", 30, lowest=3, highest=59),
        speech_threshold=attributes.get_number("machineDetectionSpeechThreshold", 2400, lowest=1000, highest=6000),
        speech_end_threshold=attributes.get_number(
            "machineDetectionSpeechEndThreshold", 1200, lowest=500, highest=5000
        ),
        status_callback=attributes.get_url("amdStatusCallback"),
        status_callback_method=attributes.get_method("amdStatusCallbackMethod"),
    )


def _read_conference(element: Element, problems: ProblemList) -> ConferenceTarget | None:
    if not element.text:
        problems.add(13237, f"<Conference> (line {element.line}): expected the name of a conference, found none")
        return None
    attributes = Attributes(element, problems)
    return ConferenceTarget(
        name=element.text,
        record=attributes.get_choice("record", _CONFERENCE_RECORD_VALUES, False, 13217),
        trim=attributes.get_trim(default=True, on_error=True, code=13239),
        callback=attributes.get_recording_callback(),
        start_on_enter=attributes.get_boolean("startConferenceOnEnter", True, 13232),
        end_on_exit=attributes.get_boolean("endConferenceOnExit", False, 13231),
        muted=attributes.get_boolean("muted", False, 13230),
        beep=attributes.get_choice("beep", _BEEPS, "true", 13235),
        max_participants=attributes.get_number("maxParticipants", 250, lowest=2, highest=250),
        wait_url=attributes.get_text("waitUrl"),
        wait_method=attributes.get_method("waitMethod", 13234),
        status_callback=attributes.get_url("statusCallback"),
        status_callback_method=attributes.get_method("statusCallbackMethod"),
        status_callback_events=attributes.get_words("statusCallbackEvent", ("start", "end"), _CONFERENCE_EVENTS, 21626),
        label=attributes.get_text("participantLabel") or None,
    )


_READERS = {"Number": _read_number, "Client": _read_client, "Sip": _read_sip, "Conference": _read_conference}
"""The nouns that are played, by name."""

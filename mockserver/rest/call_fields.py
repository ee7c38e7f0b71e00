"""Fields that the forms of calls and of participants share (WIRE-CALLS §1.1, §2)."""

import re

import msgspec

from generators.model import Track
from mockserver.rest.errors import TwilioError
from mockserver.rest.forms import CallbackForm, Channels, Trim, is_http_url
from mockserver.rest.parameters import Parameters
from scenarios.endpoints import is_endpoint, normalize_endpoint
from scenarios.statuses import CallbackEvent

_METHODS = ("GET", "POST")
_MAX_RING_SECONDS = 600
_MAX_CALL_SECONDS = 24 * 3600
_CALL_SECONDS = 4 * 3600
_INVALID_TEST_NUMBER = "+15005550001"
"""Twilio's test number that is not valid."""
_NUMBER = re.compile(r"\+?[1-9][0-9]{0,14}|[0-9]{1,7}")
"""A number in E.164 form, which never begins with 0, or a short code."""
CALL_EVENTS = ("initiated", "ringing", "answered", "completed")
CONFERENCE_EVENTS = ("start", "end", "join", "leave", "mute", "hold", "modify", "speaker", "announcement")
DETECTION = ("Enable", "DetectMessageEnd")
"""The values of `MachineDetection` with which the callbacks have `AnsweredBy`."""
_DETECTION_NUMBERS = (
    ("Timeout", 30, 3, 59),
    ("SpeechThreshold", 2400, 1000, 6000),
    ("SpeechEndThreshold", 1200, 500, 5000),
)
"""The fields that say how machines are detected, with their defaults and bounds: seconds, then milliseconds."""
_PARTICIPANT_EVENTS = ("started", "paused", "resumed", "stopped")
"""Events that Twilio documents for participants, and the mock does not send."""


class RecordForm(msgspec.Struct, frozen=True, kw_only=True):
    """How a call or a conference is recorded."""

    channels: int
    track: Track
    trim: bool
    callback: CallbackForm | None


class StatusForm(msgspec.Struct, frozen=True):
    """The receiver of status callbacks."""

    url: str
    method: str
    events: tuple[str, ...]


class DetectionForm(msgspec.Struct, frozen=True, kw_only=True):
    """How machines are detected. Times are in milliseconds."""

    waits_for_end: bool
    is_async: bool
    timeout: int
    speech_threshold: int
    speech_end_threshold: int
    callback: StatusForm | None


class Problems:
    """What Twilio accepts and its debugger reports: codes and texts. The client gets them as warnings too."""

    def __init__(self, form: Parameters) -> None:
        self._form = form
        self.found: list[tuple[int, str]] = []

    def add(self, code: int, text: str) -> None:
        """Add a problem."""
        self.found.append((code, text))
        self._form.warnings.append(f"{code} {text}")


def parse_ends(form: Parameters) -> tuple[str, str]:
    """Return the called and the calling end of a call.

    Raises:
        TwilioError: 21201 or 21213 if one is missing; 21217, 21211 or 21212 if one is no number or other address.
    """
    to, from_ = form.get_text("To"), form.get_text("From")
    if to is None:
        raise TwilioError(21201, "To: expected a number or another address, found none.")
    if from_ is None:
        raise TwilioError(21213, "From: expected a number or another address, found none.")
    if normalize_endpoint(to) == _INVALID_TEST_NUMBER:
        raise TwilioError(21217, f"To: {_INVALID_TEST_NUMBER} is Twilio's test number that is not valid.")
    if not _is_address(to):
        raise TwilioError(21211, f"To: expected a number, client:NAME or sip:ADDRESS, found {to[:80]!r}.")
    if not _is_address(from_):
        message = f"From is not a valid phone number: {from_[:80]}"
        raise TwilioError(
            21212, f"From: expected a number, client:NAME or sip:ADDRESS, found {from_[:80]!r}.", message=message
        )
    return normalize_endpoint(to), normalize_endpoint(from_)


def _is_address(text: str) -> bool:
    number = normalize_endpoint(text)
    return is_endpoint(text) and (not re.fullmatch(r"\+?[0-9]+", number) or _NUMBER.fullmatch(number) is not None)


def parse_url(form: Parameters, name: str) -> str | None:
    """Return a URL that the call requests, or None if it is missing.

    Raises:
        TwilioError: 21205 if it is not an absolute URL.
    """
    url = form.get_text(name)
    if url is not None and not is_http_url(url):
        reason = f"{name}: expected a URL such as http://127.0.0.1:5000/voice, found {url[:80]!r}."
        raise TwilioError(21205, reason, message=f"{name} is not a valid URL: {url[:200]}")
    return url


def parse_method(form: Parameters, name: str) -> str:
    """Return a method, POST if it is missing.

    Raises:
        TwilioError: 21209 for any other than GET and POST, in either case.
    """
    text = form.get_text(name) or "POST"
    if text.upper() not in _METHODS:
        raise TwilioError(21209, f"{name}: expected GET or POST, found {text[:20]!r}.")
    return text.upper()


def parse_timeout(form: Parameters, *, default: int = 60) -> int:
    """Return the seconds that a call may ring.

    Raises:
        TwilioError: 21208 if it is no whole number from 1.
    """
    try:
        return form.get_integer("Timeout", default=default, minimum=1, maximum=_MAX_RING_SECONDS)
    except TwilioError as error:
        raise TwilioError(21208, error.reason) from None


def parse_time_limit(form: Parameters, *, default: int = _CALL_SECONDS) -> int:
    """Return the seconds that a call may last.

    Raises:
        TwilioError: 20001 if it is no whole number from 1.
    """
    return form.get_integer("TimeLimit", default=default, minimum=1, maximum=_MAX_CALL_SECONDS)


def parse_status_form(
    form: Parameters,
    problems: Problems,
    known_events: tuple[str, ...] = CALL_EVENTS,
    prefix: str = "",
    default: tuple[str, ...] = ("completed",),
) -> StatusForm | None:
    """Return the receiver of status callbacks, or None if there is none, or an event is unknown.

    Args:
        prefix: what precedes `StatusCallback` in the names of the fields.

    Raises:
        TwilioError: 21609 if the URL is not an absolute one; 21209 for an unknown method.
    """
    name = f"{prefix}StatusCallback"
    url, method = form.get_text(name), parse_method(form, f"{name}Method")
    if url is None:
        return None
    if not is_http_url(url):
        reason = f"{name}: expected a URL such as http://127.0.0.1:5000/events, found {url[:80]!r}."
        raise TwilioError(21609, reason, message=f"The StatusCallback URL {url[:200]} is not a valid URL.")
    texts = [text for text in form.get_texts(f"{name}Event") if text]
    # The events of a conference are one value in Twilio's examples; those of a call must be repeated keys.
    events = " ".join(texts).split() if prefix else texts
    unknown = [event for event in events if event not in known_events]
    if unknown:  # Twilio does this (WIRE-CALLS §1.2)
        expected = f"expected {', '.join(known_events)}, each as a value of its own"
        problems.add(21626, f"{name}Event: {expected}, found {unknown[0][:80]!r}: no status callbacks are sent.")
        return None
    return StatusForm(url, method, tuple(dict.fromkeys(events)) or default)


def parse_detection_form(form: Parameters, prefix: str = "AsyncAmd", *, is_async: bool) -> DetectionForm | None:
    """Return how machines are detected among those who answer, or None if they are not.

    Args:
        prefix: what precedes `StatusCallback` in the names of the fields.
        is_async: True if the call goes on meanwhile.

    Raises:
        TwilioError: 20001 for a number that is too small; 21205 or 21209 for a wrong URL or method.
    """
    mode = form.get_text("MachineDetection")
    if mode not in DETECTION:
        return None
    timeout, threshold, end = (
        form.get_integer(f"MachineDetection{name}", default=default, minimum=minimum, maximum=maximum)
        for name, default, minimum, maximum in _DETECTION_NUMBERS
    )
    url, method = parse_url(form, f"{prefix}StatusCallback"), parse_method(form, f"{prefix}StatusCallbackMethod")
    return DetectionForm(
        waits_for_end=mode == DETECTION[1],
        is_async=is_async,
        timeout=timeout * 1000,
        speech_threshold=threshold,
        speech_end_threshold=end,
        callback=None if url is None else StatusForm(url, method, ("completed",)),
    )


def parse_record_form(form: Parameters, problems: Problems, prefix: str = "") -> RecordForm:
    """Return how a call, or with the prefix `Conference` a conference, is recorded.

    Raises:
        TwilioError: 20001 for an unknown choice; 21209 for an unknown method.
    """
    channels = form.get_choice(f"{prefix}RecordingChannels", Channels) if not prefix else None
    track = form.get_choice("RecordingTrack", Track) if not prefix else None
    trim = form.get_choice(f"{prefix}Trim", Trim) or Trim.TRIM  # unlike recordings that the API starts
    name = f"{prefix}RecordingStatusCallback"
    url, method = form.get_text(name), parse_method(form, f"{name}Method")
    events = " ".join(form.get_texts(f"{name}Event")).split() or ["completed"]
    known = tuple(CallbackEvent(event) for event in dict.fromkeys(events) if event in list(CallbackEvent))
    for event in [event for event in events if event not in (*CallbackEvent, *_PARTICIPANT_EVENTS)]:
        problems.add(13621, f"{name}Event: {event[:40]!r} is not a recording status event.")
    callback = None
    if url is not None and not is_http_url(url):
        problems.add(13256, f"{name}: {url[:80]!r} is not an http or https URL: no callbacks are sent.")
    elif url is not None:
        callback = CallbackForm(url, method, known)
    return RecordForm(
        channels=2 if channels is Channels.DUAL else 1,
        track=track or Track.BOTH,
        trim=trim is Trim.TRIM,
        callback=callback,
    )

"""The form that starts the recording of a call (WIRE §1)."""

from enum import StrEnum
from functools import lru_cache
from urllib.parse import urlsplit

import msgspec

from generators.model import Track
from mockserver.rest.errors import TwilioError
from mockserver.rest.parameters import MAX_CACHED_BYTES, Parameters
from scenarios.statuses import CallbackEvent

_EVENTS_BY_NAME = {event.value: event for event in CallbackEvent}
"""The events of a call's recordings. Those of Participants, such as `started`, are not among them (WIRE §17)."""


class Channels(StrEnum):
    """The channels of a recording in a form."""

    MONO = "mono"
    DUAL = "dual"


class Trim(StrEnum):
    """Whether silence at the ends of a recording is left out."""

    TRIM = "trim-silence"
    DO_NOT_TRIM = "do-not-trim"


class _Method(StrEnum):
    GET = "GET"
    POST = "POST"


class CallbackForm(msgspec.Struct, frozen=True):
    """The callback subscription in the form."""

    url: str
    method: str
    events: tuple[CallbackEvent, ...]


class CallRecordingForm(msgspec.Struct, frozen=True, kw_only=True):
    """The options of a recording, and its callback subscription."""

    channels: int
    track: Track
    trim: bool
    callback: CallbackForm | None


def parse_call_recording_form(form: Parameters) -> CallRecordingForm:
    """Parse the form. Values that Twilio accepts with a warning are added to the form's warnings.

    Raises:
        TwilioError: 20001 for an invalid choice, and for fields that Twilio documents and the mock does not emulate.
    """
    parse = _parse_encoded_form if len(form.encoded) <= MAX_CACHED_BYTES else _parse_encoded_form.__wrapped__
    parsed, warnings = parse(form.encoded)
    form.warnings += warnings
    return parsed


@lru_cache(maxsize=64)
def _parse_encoded_form(encoded: bytes) -> tuple[CallRecordingForm, tuple[str, ...]]:
    """Return the form and its warnings. Cached: a program starts most recordings with the same options."""
    form = Parameters(encoded)
    if form.get_text("RecordingConfigurationId") is not None:
        raise TwilioError(20001, "RecordingConfigurationId: this mock does not emulate this parameter.")
    channels = form.get_choice("RecordingChannels", Channels) or Channels.MONO
    trim = form.get_choice("Trim", Trim) or Trim.DO_NOT_TRIM
    method = form.get_choice("RecordingStatusCallbackMethod", _Method) or _Method.POST
    track = form.get_choice("RecordingTrack", Track) or Track.BOTH
    url = form.get_text("RecordingStatusCallback")
    # SDKs repeat the key. Twilio's documentation puts several events into one value.
    events = " ".join(form.get_texts("RecordingStatusCallbackEvent")).split() or ["completed"]
    form.warnings += [_describe_unknown_event(event) for event in events if event not in _EVENTS_BY_NAME]
    known_events = tuple(_EVENTS_BY_NAME[event] for event in dict.fromkeys(events) if event in _EVENTS_BY_NAME)
    if not known_events:
        form.warnings.append("No known event is left: no callbacks are sent.")
    callback = None
    if url is not None and is_http_url(url):
        callback = CallbackForm(url, method.value, known_events)
    elif url is not None:
        form.warnings.append(f"13256 {url[:80]!r} is not an http or https URL: no callbacks are sent.")
    else:
        form.warnings += [
            f"{name} was ignored: without RecordingStatusCallback there are no callbacks."
            for name in ("RecordingStatusCallbackEvent", "RecordingStatusCallbackMethod")
            if form.get_text(name) is not None
        ]
    parsed = CallRecordingForm(
        channels=2 if channels is Channels.DUAL else 1,
        track=track,
        trim=trim is Trim.TRIM,
        callback=callback,
    )
    return parsed, tuple(form.warnings)


def _describe_unknown_event(event: str) -> str:
    return f"13621 {event[:40]!r} is not a recording status event: expected {', '.join(_EVENTS_BY_NAME)}."


def is_http_url(url: str) -> bool:
    """Return True if requests can be sent to the URL."""
    try:
        parts = urlsplit(url)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:  # a port or an IPv6 address that is none
        return False

"""The form that starts the recording of a call (WIRE §1)."""

from enum import StrEnum

import msgspec

from generators.model import Track
from mockserver.rest.errors import TwilioError
from mockserver.rest.headers import Header, warning_header
from mockserver.rest.parameters import Parameters
from scenarios.model import CallbackEvent

_EVENTS = {event.value: event for event in CallbackEvent}
_SCHEMES = ("http://", "https://")


class _Channels(StrEnum):
    MONO = "mono"
    DUAL = "dual"


class _Trim(StrEnum):
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
    callback: CallbackForm | None
    unemulated: tuple[str, ...]
    """Values that Twilio accepts with a warning."""

    def warnings(self) -> tuple[Header, ...]:
        """Return the warning headers."""
        return tuple(warning_header(doubt) for doubt in self.unemulated)


def parse_call_recording_form(form: Parameters) -> CallRecordingForm:
    """Parse the form.

    Raises:
        TwilioError: 20001 for an invalid choice, and for fields that Twilio documents and the mock does not emulate.
    """
    if form.text("RecordingConfigurationId") is not None:
        raise TwilioError(20001, "RecordingConfigurationId: this mock does not emulate this parameter.")
    channels = form.choice("RecordingChannels", _Channels) or _Channels.MONO
    form.choice("Trim", _Trim)  # recordings of the mock have no silence at their ends
    method = form.choice("RecordingStatusCallbackMethod", _Method) or _Method.POST
    url = form.text("RecordingStatusCallback")
    # SDKs repeat the key. Twilio's documentation puts several events into one value.
    events = " ".join(form.texts("RecordingStatusCallbackEvent")).split() or ["completed"]
    doubts = [f"13621 {event[:40]!r} is not a recording status event." for event in events if event not in _EVENTS]
    callback = None
    if url is not None and url.startswith(_SCHEMES):
        callback = CallbackForm(url, method.value, tuple(_EVENTS[event] for event in events if event in _EVENTS))
    elif url is not None:
        doubts.append(f"13256 {url[:80]!r} is not an http or https URL: no callbacks are sent.")
    track = form.choice("RecordingTrack", Track) or Track.BOTH
    return CallRecordingForm(
        channels=2 if channels is _Channels.DUAL else 1,
        track=track,
        callback=callback,
        unemulated=(*doubts, *form.unknown()),
    )

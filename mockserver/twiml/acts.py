"""Acts: what a call performs, one after the other. Reading a document makes them."""

from enum import StrEnum
from typing import TypeAlias

import msgspec

from generators.model import Track


class RecordingCallback(msgspec.Struct, frozen=True):
    """A recording status callback. The URL may be relative."""

    url: str
    method: str = "POST"
    events: tuple[str, ...] = ("completed",)


class DialRecord(StrEnum):
    """From when a `<Dial>` is recorded, and in how many channels."""

    NONE = "do-not-record"
    FROM_ANSWER = "record-from-answer"
    FROM_RINGING = "record-from-ringing"
    FROM_ANSWER_DUAL = "record-from-answer-dual"
    FROM_RINGING_DUAL = "record-from-ringing-dual"

    @property
    def is_dual(self) -> bool:
        return self.endswith("-dual")

    @property
    def is_from_ringing(self) -> bool:
        return self.startswith("record-from-ringing")


class Say(msgspec.Struct, frozen=True, tag=True):
    """Speak a text, with pauses inside."""

    text: str
    loop: int = 1
    """How often it is spoken: 1,000 times if the document says 0."""
    break_seconds: float = 0.0
    """The sum of the pauses that SSML asks for, once."""


class Play(msgspec.Struct, frozen=True, tag=True):
    """Play a sound, or keys if `digits` is set. An empty URL is the answer itself."""

    url: str | None = None
    digits: str | None = None
    loop: int = 1


class Pause(msgspec.Struct, frozen=True, tag=True):
    """Wait in silence."""

    seconds: int = 1


class Record(msgspec.Struct, frozen=True, tag=True):
    """Record the caller. No `action` is the current document."""

    action: str | None = None
    method: str = "POST"
    timeout: int = 5
    """The seconds of silence that end it; 0 for none."""
    finish_on_key: str = "1234567890*#"
    max_length: int = 3600
    play_beep: bool = True
    trim: bool = True
    callback: RecordingCallback | None = None
    transcribe: bool = False
    transcribe_callback: str | None = None


class Gather(msgspec.Struct, frozen=True, tag=True):
    """Wait for keys or speech, with prompts meanwhile. No `action` is the current document."""

    action: str | None = None
    method: str = "POST"
    timeout: int = 5
    finish_on_key: str = "#"
    """One key, or empty for none."""
    num_digits: int | None = None
    takes_speech: bool = False
    takes_digits: bool = True
    action_on_empty_result: bool = False
    speech_timeout: int | None = None
    """The seconds of silence that end speech; None for `auto` and for none."""
    prompts: tuple[Say | Play | Pause, ...] = ()


class AnsweringMachineDetection(msgspec.Struct, frozen=True, kw_only=True):
    """Find out who answers, while the call goes on. The URL may be relative."""

    waits_for_end: bool = False
    """True if the greeting of a machine is heard to its end."""
    timeout: int = 30
    """Seconds."""
    speech_threshold: int = 2400
    """Milliseconds of speech by which a machine is known."""
    speech_end_threshold: int = 1200
    """Milliseconds of silence that end what is said."""
    status_callback: str | None = None
    status_callback_method: str = "POST"


class CallTarget(msgspec.Struct, frozen=True, tag=True):
    """A phone number, a client of Twilio's Voice SDK or a SIP URI to dial."""

    address: str
    """`+14155550123`, `client:alice` or `sip:alice@example.com`."""
    url: str | None = None
    """Played to the callee before both are connected."""
    method: str = "POST"
    status_callback: str | None = None
    status_callback_method: str = "POST"
    status_callback_events: tuple[str, ...] = ("completed",)
    send_digits: str | None = None
    detection: AnsweringMachineDetection | None = None


class ConferenceTarget(msgspec.Struct, frozen=True, tag=True):
    """A conference to join."""

    name: str
    record: bool = False
    trim: bool = True
    callback: RecordingCallback | None = None
    start_on_enter: bool = True
    end_on_exit: bool = False
    muted: bool = False
    beep: str = "true"
    max_participants: int = 250
    wait_url: str | None = None
    """None for Twilio's music, empty for silence."""
    wait_method: str = "POST"
    status_callback: str | None = None
    status_callback_method: str = "POST"
    status_callback_events: tuple[str, ...] = ("start", "end")
    label: str | None = None


Target: TypeAlias = CallTarget | ConferenceTarget


class Dial(msgspec.Struct, frozen=True, tag=True):
    """Connect the call to the first target that answers. Without `action` the next act follows."""

    action: str | None = None
    method: str = "POST"
    timeout: int = 30
    time_limit: int = 14400
    caller_id: str | None = None
    record: DialRecord = DialRecord.NONE
    trim: bool = False
    track: Track = Track.BOTH
    callback: RecordingCallback | None = None
    hangup_on_star: bool = False
    answer_on_bridge: bool = False
    sequential: bool = False
    targets: tuple[Target, ...] = ()


class Redirect(msgspec.Struct, frozen=True, tag=True):
    """Continue with another document. An empty URL is the current one."""

    url: str = ""
    method: str = "POST"


class Hangup(msgspec.Struct, frozen=True, tag=True):
    """End the call."""


class Reject(msgspec.Struct, frozen=True, tag=True):
    """Refuse the call if it has not been answered yet."""

    reason: str = "rejected"


class StartRecording(msgspec.Struct, frozen=True, tag=True):
    """Record the call from now on."""

    name: str | None = None
    channels: int = 2
    track: Track = Track.BOTH
    trim: bool = True
    callback: RecordingCallback | None = None


class StopRecording(msgspec.Struct, frozen=True, tag=True):
    """End a recording that the document started."""

    name: str | None = None


class Leave(msgspec.Struct, frozen=True, tag=True):
    """Leave the queue that the call waits in."""


class Enqueue(msgspec.Struct, frozen=True, tag=True):
    """Wait in a queue."""

    name: str
    action: str | None = None
    method: str = "POST"
    wait_url: str | None = None
    wait_method: str = "POST"


Act: TypeAlias = (
    Say
    | Play
    | Pause
    | Record
    | Gather
    | Dial
    | Redirect
    | Hangup
    | Reject
    | StartRecording
    | StopRecording
    | Leave
    | Enqueue
)

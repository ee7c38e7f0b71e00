"""Calls and conferences that begin here, as plain values. Instants are microseconds since the epoch."""

from enum import StrEnum
from typing import TypeAlias

import msgspec

from generators.model import CallStatus, Track
from mockserver.account.state.in_progress import PauseBehavior
from mockserver.account.state.subscription import Subscription
from mockserver.callbacks.cookies import Cookie
from mockserver.callbacks.request import Pairs
from scenarios.callers import DEFAULT_CALLER, Caller

FIRST_LIVE = 1 << 58
"""The index from which the SIDs of live calls and conferences derive: above the indices of created recordings."""
FINAL_STATUSES = frozenset(
    {CallStatus.COMPLETED, CallStatus.BUSY, CallStatus.NO_ANSWER, CallStatus.FAILED, CallStatus.CANCELED}
)


class Direction(StrEnum):
    """Who began a call."""

    INBOUND = "inbound"
    OUTBOUND_API = "outbound-api"
    OUTBOUND_DIAL = "outbound-dial"


class Side(StrEnum):
    """Who is heard on a call: the party on the line, or what the party hears."""

    PARTY = "party"
    OTHER = "other"


class VoiceDocument(msgspec.Struct, frozen=True):
    """The first document of a call, and what to ask if a document fails."""

    url: str | None = None
    method: str = "POST"
    twiml: str | None = None
    """The document itself, if there is no URL."""
    fallback_url: str | None = None
    fallback_method: str = "POST"


class Signer(msgspec.Struct, frozen=True):
    """What requests of a call are signed with, and the scheme and host of the URLs in them."""

    token: str
    description: str
    base_url: str


class StatusSubscription(msgspec.Struct, frozen=True):
    """The receiver of a call's or conference's status callbacks."""

    url: str
    method: str = "POST"
    events: tuple[str, ...] = ("completed",)


class RecordOptions(msgspec.Struct, frozen=True):
    """How a call or conference is recorded."""

    channels: int = 1
    track: Track = Track.BOTH
    trim: bool = True
    subscription: Subscription | None = None


class JoinOptions(msgspec.Struct, frozen=True, kw_only=True):
    """How a call joins a conference."""

    conference: int
    """The number of the conference."""
    label: str | None = None
    muted: bool = False
    coached_call_sid: str | None = None
    """The call that it coaches."""
    start_on_enter: bool = True
    end_on_exit: bool = False


class Utterance(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """What one side says, plays or presses."""

    side: Side
    start: int
    stop: int
    text: str = ""
    digits: str = ""
    is_person: bool = False
    """True if the other side is another person, not the app."""
    media: str = ""
    """The URL of media that are played, and not fetched."""


class RecordingPause(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """A part of a recording that is left out or silent."""

    start: int
    stop: int | None
    behavior: PauseBehavior


class LegRecording(msgspec.Struct, kw_only=True):
    """An active recording of a call or conference."""

    index: int
    since: int
    options: RecordOptions
    name: str | None = None
    """The name that `<Stop>` uses."""
    is_party_only: bool = False
    """True for `<Record>`: only the party on the line is recorded."""
    pauses: list[RecordingPause] = []


class PlayedDocument(msgspec.Struct, kw_only=True):
    """The document that a call plays."""

    url: str | None
    """The URL that relative URLs resolve against; None for a parameter `Twiml`."""
    method: str
    body: bytes
    content_type: str | None
    position: int = 0
    """The number of acts that have begun."""
    is_fallback: bool = False
    """True if it is the answer of the fallback URL: its own errors end the call."""


class Purpose(StrEnum):
    """Why an app is asked for a document."""

    FIRST = "voice URL"
    ACTION = "action"
    REDIRECT = "redirect"
    SCREEN = "url of the callee"
    WAIT = "wait URL"
    AFTER_END = "action after the end"
    """The answer does not matter any more."""


class AppRequestState(msgspec.Struct, frozen=True, kw_only=True):
    """A request to the app whose answer a call waits for."""

    number: int
    call: int
    purpose: Purpose
    method: str
    url: str
    parameters: Pairs
    is_fallback: bool = False
    is_sending: bool = False


class AskedDocument(msgspec.Struct, frozen=True, kw_only=True):
    """A request to the app that was answered, or failed."""

    at: int
    purpose: Purpose
    method: str
    url: str
    """The URL of the last request, if the app redirected the first one."""
    parameters: Pairs
    status: int | None
    failure: str | None = None
    """Why there was no complete response."""
    code: int | None = None
    """The code of the error; None if the answer can be read."""
    detail: str = ""


class Ringing(msgspec.Struct, frozen=True, tag=True):
    """The phone of the party rings, or the call waits to be placed."""

    done_at: int


class Performing(msgspec.Struct, frozen=True, tag=True):
    """An act that ends by itself: Say, Play or Pause."""

    done_at: int


class Saying(msgspec.Struct, frozen=True, tag=True):
    """A spoken error message, after which the call ends."""

    done_at: int


class RecordingParty(msgspec.Struct, frozen=True, tag=True):
    """A `<Record>`."""

    done_at: int
    recording: int
    """The index of the recording."""
    since: int
    key: str | None = None
    """The key that ends it."""


class Gathering(msgspec.Struct, frozen=True, tag=True):
    """A `<Gather>`, whose result is known."""

    done_at: int
    digits: str | None = None
    finish_key: str = ""
    speech: str | None = None


class Dialing(msgspec.Struct, frozen=True, tag=True):
    """A `<Dial>` to numbers, until its calls are over."""

    done_at: int | None
    """When it gives up, or the longest call is over."""
    children: tuple[int, ...]
    """The numbers of the calls to the targets, in order."""
    next_target: int
    """The next target of a sequential `<Dial>`."""
    bridged: int | None = None
    """The call that is connected."""
    bridged_at: int | None = None
    recording: int | None = None


class Bridged(msgspec.Struct, frozen=True, tag=True):
    """The call of a `<Dial>`'s target, connected with its parent."""

    done_at: int | None


class InConference(msgspec.Struct, frozen=True, tag=True):
    """The call is in a conference, until it is over."""

    conference: int
    is_dialed: bool
    """True if a `<Dial>` joined it: its action follows."""
    done_at: int | None = None
    recording: int | None = None
    """The index of the recording of the `<Dial>`."""


class Queued(msgspec.Struct, frozen=True, tag=True):
    """An `<Enqueue>`: nobody takes the call."""

    done_at: int
    sid: str
    since: int


class Requesting(msgspec.Struct, frozen=True, tag=True):
    """The call waits for its app."""

    number: int
    done_at: int | None = None


Doing: TypeAlias = (
    Ringing | Performing | Saying | RecordingParty | Gathering | Dialing | Bridged | InConference | Queued | Requesting
)


class LiveCall(msgspec.Struct, kw_only=True):
    """A call that begins here."""

    number: int
    sid: str
    from_: str
    to: str
    direction: Direction
    status: CallStatus
    signer: Signer
    voice: VoiceDocument = VoiceDocument()
    subscription: StatusSubscription | None = None
    parent: int | None = None
    """The number of the call that dials this one."""
    caller: Caller = DEFAULT_CALLER
    created_at: int
    updated_at: int | None = None
    rang_at: int | None = None
    answered_at: int | None = None
    ended_at: int | None = None
    answered_by: str | None = None
    detects_machine: bool = False
    forwarded_from: str | None = None
    caller_name: str | None = None
    application_sid: str | None = None
    ring_limit: int
    """How long it may ring, in microseconds."""
    time_limit: int
    """How long it may last, in microseconds."""
    record: RecordOptions | None = None
    """How `Record=true` records it."""
    record_sid: str | None = None
    """The SID of that recording."""
    record_index: int | None = None
    joins: JoinOptions | None = None
    """The conference that it joins in place of a document."""
    sequence_number: int = 0
    speech_used: int = 0
    digits_used: int = 0
    is_whispering: bool = False
    """True while the callee of a `<Dial>` hears a document before it is connected."""
    documents: int = 0
    """The number of documents so far."""
    document: PlayedDocument | None = None
    doing: Doing | None = None
    wakes_at: int | None = None
    timers: list[int] = []
    """The instants for which it has a timer: it sets one for each instant at most."""
    cookies: tuple[Cookie, ...] = ()
    talk: list[Utterance] = []
    asked: list[AskedDocument] = []
    """The last requests to the app, oldest first."""
    recordings: list[LegRecording] = []
    fetches: int = 0
    """How often it was fetched since it last changed."""

    @property
    def is_over(self) -> bool:
        """True if the call has ended."""
        return self.status in FINAL_STATUSES

    @property
    def limit_at(self) -> int | None:
        """The instant at which the call ends at the latest."""
        return None if self.answered_at is None else self.answered_at + self.time_limit

    @property
    def hang_up_at(self) -> int | None:
        """The instant at which the party hangs up, or None if it does not."""
        after = self.caller.hang_up_time
        return None if after is None or self.answered_at is None else self.answered_at + after


class ConferenceStatus(StrEnum):
    """The status of a conference."""

    INIT = "init"
    IN_PROGRESS = "in-progress"
    COMPLETED = "completed"


class Participant(msgspec.Struct, kw_only=True):
    """A call in a conference."""

    call: int
    label: str | None = None
    muted: bool = False
    hold: bool = False
    coaching: bool = False
    coached_call_sid: str | None = None
    """The call that it coaches."""
    start_on_enter: bool = True
    end_on_exit: bool = False
    joined_at: int | None = None
    """None until the call is answered."""
    created_at: int
    updated_at: int
    has_spoken: bool = False


class LiveConference(msgspec.Struct, kw_only=True):
    """A conference that begins here."""

    number: int
    sid: str
    friendly_name: str
    signer: Signer
    status: ConferenceStatus = ConferenceStatus.INIT
    created_at: int
    updated_at: int
    max_participants: int = 250
    subscription: StatusSubscription | None = None
    record: RecordOptions | None = None
    recording: LegRecording | None = None
    first: int | None = None
    """The number of the call that joined first: channel 1 of the recording."""
    participants: list[Participant] = []
    """Those that are in it, and those that are being called, in the order in which they came."""
    talk: list[Utterance] = []
    """The one who joined first is the party; all others are the other side."""
    talk_until: int = 0
    sequence_number: int = 1
    reason_ended: str | None = None
    call_sid_ending: str | None = None


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

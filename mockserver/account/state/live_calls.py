"""Calls that begin here, as plain values. Instants are microseconds since the epoch."""

from enum import StrEnum

import msgspec

from generators.model import CallStatus
from mockserver.account.state.activities import Doing, Requesting
from mockserver.account.state.app_requests import AskedDocument, PlayedDocument, VoiceDocument
from mockserver.account.state.live_conferences import JoinOptions
from mockserver.account.state.live_recordings import LegRecording, RecordOptions, Utterance
from mockserver.account.state.machine_detection import MachineDetection
from mockserver.account.state.subscription import Signer, StatusSubscription
from mockserver.account.state.waiting import Waiting
from mockserver.callbacks.cookies import Cookie
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
    detection: MachineDetection | None = None
    detects_at: int | None = None
    """When it is known who answered."""
    send_digits: str | None = None
    """The keys that the callee hears after the answer."""
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
    """The number of the last documents between which no time passed."""
    document_at: int = 0
    """When it got the last one."""
    same_documents: int = 0
    """How many recordings in a row led to the document that had recorded them."""
    document: PlayedDocument | None = None
    doing: Doing | None = None
    waiting: Waiting | None = None
    """What it hears beside, while it waits."""
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

    def awaits(self, number: int) -> bool:
        """Return True if the call waits for the answer to a request of this number."""
        doings = (self.doing, None if self.waiting is None else self.waiting.doing)
        return any(isinstance(doing, Requesting) and doing.number == number for doing in doings)

    @property
    def is_hearing_wait(self) -> bool:
        """True while an act of the document is performed that it hears while it waits."""
        return self.waiting is not None and self.waiting.is_playing

    @property
    def limit_at(self) -> int | None:
        """The instant at which the call ends at the latest, or None if it may ring for its ring limit first.

        A caller who hears a `<Dial answerOnBridge>` rings as long as its document goes on.
        """
        since = self.answered_at
        if since is None and self.direction is Direction.INBOUND:
            since = self.rang_at
        return None if since is None else since + self.time_limit

    @property
    def hang_up_at(self) -> int | None:
        """The instant at which the party hangs up, or None if it does not."""
        after = self.caller.hang_up_time
        return None if after is None or self.answered_at is None else self.answered_at + after

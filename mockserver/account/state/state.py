"""Everything of an account that can change, as plain values: what a snapshot holds, and nothing else.

Recordings are known by index: the corpus's own, and STARTED + n for the n-th that came in here.
Instants are microseconds since 1970.
"""

from enum import StrEnum
from typing import NamedTuple

import msgspec

from generators.model import Recording
from mockserver.account.state.in_progress import RecordingInProgress
from mockserver.account.state.range_set import RangeSet
from scenarios.model import CallbackEvent
from scenarios.rules import Fault, PageDriftRule, Sequence
from scenarios.timeline import Playing

FIRST_CREATED = 1 << 56
"""The index of the first recording that came in here: above any corpus's."""


class Subscription(msgspec.Struct, frozen=True):
    """Who is to be told of a recording's statuses."""

    url: str
    method: str
    events: tuple[CallbackEvent, ...]
    token: str
    """What signs the callbacks."""
    signer: str
    """Whose token that is, in words."""
    base_url: str
    """Scheme and host by which whoever subscribed knows this server."""


class CreatedRecording(NamedTuple):
    """How a recording came in here."""

    instant: int
    """What it is sorted by: when it was created."""
    sid: str


class TimerKind(StrEnum):
    """What is due."""

    STEP = "step"
    """The next step of a recording's timeline; the key is the recording's index."""
    DELIVERY = "delivery"
    """The next attempt of a callback; the key is the delivery's number."""


class Timer(NamedTuple):
    """Something that waits for an instant. Timers fire in this order."""

    due: int
    serial: int
    kind: TimerKind
    key: int


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """Something that happened by itself, or because a scenario says so."""

    serial: int
    at: int
    kind: str
    """`step`, `signal`, `callback`, `arrived` or `vanished`."""
    subject: str
    """The recording's handle, or its SID."""
    sid: str
    what: str


class DeliveryState(StrEnum):
    """How far a callback is."""

    PENDING = "pending"
    DELIVERED = "delivered"
    FAILED = "failed"


class Attempt(msgspec.Struct, frozen=True):
    """One try to deliver a callback."""

    at: int
    status: int | None
    """What the receiver answered; None where it did not."""
    failure: str | None
    detail: str


class Delivery(msgspec.Struct, frozen=True, kw_only=True):
    """A callback on its way, and what came of it."""

    number: int
    recording: int
    sid: str
    event: CallbackEvent
    method: str
    url: str
    """As it was subscribed, connection overrides included."""
    parameters: tuple[tuple[str, str], ...]
    token: str
    signer: str
    idempotency_token: str
    due: int
    """When the next attempt is due."""
    attempts: tuple[Attempt, ...] = ()
    state: DeliveryState = DeliveryState.PENDING


class ArmedRule(msgspec.Struct, kw_only=True):
    """A fault or a sequence, and what it has done so far."""

    number: int
    fault: Fault | None = None
    sequence: Sequence | None = None
    armed_at: int
    matched: int = 0
    """How many requests were meant."""
    applied: int = 0
    """How many of them went wrong."""
    request_counts: dict[str, int] = {}
    """How many requests were meant, by method and target."""
    retry_after_until: dict[str, int] = {}
    """Until when a target may not be asked for again."""


class ArmedPageDrift(msgspec.Struct, kw_only=True):
    """A hazard, and how often it is still to happen."""

    rule: PageDriftRule
    left: int


class State(msgspec.Struct, kw_only=True):
    """An account's differences from its corpus."""

    now: int = 0
    """Where the clock stood; only in a snapshot."""
    rate: float = 0.0
    version: int = 0
    """Grows with every change: what was rendered of an older version is void."""
    created: list[CreatedRecording] = []
    recordings: dict[int, Recording] = {}
    """Those that came in, and those of the corpus that were changed: as a fetch shows them, but for deletions."""
    revisions: dict[int, int] = {}
    in_progress: dict[int, RecordingInProgress] = {}
    """Those that are being made."""
    deleted: RangeSet = msgspec.field(default_factory=RangeSet)
    purged: RangeSet = msgspec.field(default_factory=RangeSet)
    """Those of the deleted whose metadata is gone too, 40 days later."""
    deleted_at: dict[int, int] = {}
    subresources_deleted: dict[str, RangeSet] = {}
    """By the kind of their SIDs."""
    attached: dict[int, str] = {}
    """Files of the user's own that recordings sound like."""
    handles: dict[str, int] = {}
    subscriptions: dict[int, Subscription] = {}
    playing: dict[int, Playing] = {}
    waiting: dict[int, int] = {}
    """Until when the timelines wait that have a timer."""
    timers: list[Timer] = []
    """A heap."""
    timer_serial: int = 0
    deliveries: list[Delivery] = []
    rules: list[ArmedRule] = []
    rule_serial: int = 0
    page_drift: list[ArmedPageDrift] = []
    events: list[Event] = []
    event_serial: int = 0

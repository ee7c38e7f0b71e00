"""A scenario as values. Files in YAML, TOML and JSON, and Python objects, are this one model."""

from datetime import datetime
from enum import StrEnum
from threading import Lock
from typing import Annotated, Any, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from generators.model import Source, Track
from scenarios.clock_mode import ClockMode
from scenarios.durations import Duration
from scenarios.rules import Count, Expectation, Fault, PageDriftRule, Sequence, Share

# `$` alone would let a line break pass at the end.
_DIGITS = r"[0-9a-fA-F]{32}$(?!\n)"

Instant = Annotated[datetime, Meta(tz=True, description="An instant with its zone, such as 2026-03-01T09:00:00Z.")]
CallSid = Annotated[str, Meta(pattern=f"^CA{_DIGITS}", description="A call's SID: CA and 32 hexadecimal digits.")]
ConferenceSid = Annotated[
    str, Meta(pattern=f"^CF{_DIGITS}", description="A conference's SID: CF and 32 hexadecimal digits.")
]
RecordingSid = Annotated[
    str, Meta(pattern=f"^RE{_DIGITS}", description="A recording's SID: RE and 32 hexadecimal digits.")
]
HANDLE = "[A-Za-z0-9][A-Za-z0-9._-]{0,63}"
"""The pattern of a handle."""
Handle = Annotated[
    str,
    Meta(
        pattern=rf"^{HANDLE}$(?!\n)",
        description="A name of at most 64 letters, digits, dots, hyphens and underscores.",
    ),
]
"""The name by which a scenario, and a test, knows a recording."""
Seconds = Annotated[
    Annotated[int, Meta(ge=0, lt=10**9)] | Annotated[str, Meta(pattern=r"^[0-9]{1,9}$(?!\n)")],
    Meta(description="Whole seconds, such as 12."),
]
Price = Annotated[
    Annotated[int, Meta(gt=-(10**9), lt=10**9)]
    | Annotated[float, Meta(gt=-1e9, lt=1e9)]
    | Annotated[str, Meta(pattern=r"^-?[0-9]{1,9}(?:\.[0-9]{1,9})?$(?!\n)")],
    Meta(description='A decimal number, such as "-0.00250".'),
]
Currency = Annotated[str, Meta(pattern=r"^[A-Z]{3}$(?!\n)", description="A currency such as USD.")]
Events = tuple["CallbackEvent", ...]


class Stage(StrEnum):
    """The statuses that a step can bring about: those of the contract, and those that only SDKs see (WIRE §5)."""

    IN_PROGRESS = "in-progress"
    PAUSED = "paused"
    STOPPED = "stopped"
    PROCESSING = "processing"
    COMPLETED = "completed"
    ABSENT = "absent"
    FAILED = "failed"
    DELETED = "deleted"


class CallbackEvent(StrEnum):
    """What a status callback can tell; Twilio retired `failed`, but its own examples still name it (WIRE §12)."""

    IN_PROGRESS = "in-progress"
    COMPLETED = "completed"
    ABSENT = "absent"
    FAILED = "failed"


class Trigger(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What a step waits for: exactly one of these. Requests count from the step before, per recording."""

    fetches: Count | None = None
    """So many fetches; the last of them still sees the old state."""
    lists: Count | None = None
    """So many list pages with the recording on them."""
    requests: Count | None = None
    """So many requests of any kind that were answered from the recording."""
    media: Count | None = None
    """So many downloads of its sound."""
    time: Duration | None = None
    """So long after the step before."""
    at: Instant | None = None
    signal: Annotated[str, Meta(min_length=1, max_length=64)] | None = None
    """A name sent by hand; `Status=stopped`, `paused` and `in-progress` through the API send `stopped`, `paused`
    and `resumed`. One that comes early is remembered."""
    callback: CallbackEvent | None = None
    """That the callback of this event was answered with 2xx."""
    any: Annotated[tuple["Trigger", ...], Meta(min_length=1)] | None = None
    all: Annotated[tuple["Trigger", ...], Meta(min_length=1)] | None = None


class Facts(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Fields of a recording that are said rather than generated."""

    duration: Seconds | UnsetType | None = UNSET
    price: Price | UnsetType | None = UNSET
    price_unit: Currency | UnsetType = UNSET
    error_code: int | UnsetType | None = UNSET
    channels: Literal[1, 2] | UnsetType = UNSET
    source: Source | UnsetType = UNSET
    track: Track | UnsetType = UNSET
    encryption_details: dict[str, Any] | UnsetType | None = UNSET
    start_time: Instant | UnsetType | None = UNSET
    date_updated: Instant | UnsetType = UNSET


class Step(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """One change of a recording, and when it comes."""

    after: Trigger | None = None
    """None: at once."""
    status: Stage | None = None
    """None: as it is; the step sets fields or sends callbacks only."""
    set: Facts = Facts()
    callback: CallbackEvent | Events | UnsetType = UNSET
    """What is told: that of the status, to whoever subscribed to it, where it is left out; `[]` for nothing."""


Timeline = tuple[Step, ...]

LEARNING = Lock()
"""msgspec learns a type when it is first asked of it, and crashes where two threads ask at once for one that holds
itself, as triggers do (seen with 0.22): whoever decodes what has them holds this meanwhile."""


class Subscribed(Facts, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Fields, and who is to be told of the recording's statuses."""

    status_callback: Annotated[str, Meta(pattern=r"^https?://[!-~]+$(?!\n)", description="A URL.")] | None = None
    status_callback_method: Literal["GET", "POST"] = "POST"
    status_callback_event: Annotated[Events, Meta(min_length=1)] = (CallbackEvent.COMPLETED,)


class ScriptedRecording(Subscribed, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A recording that a scenario brings along."""

    id: Handle | None = None
    """Its handle: its SID is a pure function of seed, account and handle."""
    sid: RecordingSid | None = None
    """A SID of its own, such as one that was saved from Twilio."""
    call_sid: CallSid | None = None
    """Its call; one of its own where it is left out."""
    conference_sid: ConferenceSid | None = None
    """Its conference; one of its own where its source has one and it is left out."""
    date_created: Instant | None = None
    """Where it stands in lists; the start of the clock where it is left out."""
    status: Stage | None = None
    """How it begins, before the first step."""
    timeline: Timeline = ()
    transcript: str | None = None
    """What is spoken in it; its sound and its transcription follow."""
    media: str | None = None
    """A WAV or MP3 file that it sounds like, beside the scenario's own file."""


class Selector(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Which generated recordings are meant: all that is given must hold."""

    status: Literal["processing", "completed", "absent", "failed"] | None = None
    source: Source | None = None
    channels: Literal[1, 2] | None = None
    conference: bool | None = None
    encrypted: bool | None = None


class Pick(Subscribed, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A timeline laid over generated recordings, the newest first."""

    id: Handle
    """Their handle, numbered from 1 where there are several: `late-1`, `late-2`."""
    where: Selector = Selector()
    count: Annotated[int, Meta(ge=1, le=1000)] = 1
    timeline: Annotated[Timeline, Meta(min_length=1)]


class OnCreate(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What every recording goes through that is made through the API."""

    timeline: Annotated[Timeline, Meta(min_length=1)]


class CorpusPlan(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """The generated recordings; the server's settings where something is left out."""

    count: Annotated[int, Meta(ge=0, le=10**12)] | None = None
    span: Duration | None = None
    profile: Literal["realistic", "adversarial", "empty"] | None = None
    mix: dict[str, Share | dict[str, Share]] | None = None
    """Shares of statuses, sources and traits, by name or below `status` and `source`."""


class ClockPlan(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """The time of the account; the server's settings where something is left out."""

    mode: ClockMode | None = None
    start: Instant | None = None
    """T0: where the generated recordings end and the clock starts."""
    rate: Annotated[float, Meta(gt=0, le=1e6, description="A number above 0, at most 1000000.")] | None = None
    """How many seconds pass in one, where it is scaled."""


class Scenario(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What an account's world is, and what happens in it."""

    version: Literal[1] = 1
    name: Handle = "scenario"
    """That of its file where it is left out."""
    about: str = ""
    corpus: CorpusPlan = CorpusPlan()
    clock: ClockPlan = ClockPlan()
    recordings: tuple[ScriptedRecording, ...] = ()
    pick: tuple[Pick, ...] = ()
    on_create: OnCreate | None = None
    faults: tuple[Fault, ...] = ()
    sequences: tuple[Sequence, ...] = ()
    page_drift: tuple[PageDriftRule, ...] = ()
    expect: tuple[Expectation, ...] = ()


DEFAULT_ON_CREATE = OnCreate(
    timeline=(
        Step(status=Stage.IN_PROGRESS),
        Step(after=Trigger(signal="stopped"), status=Stage.PROCESSING),
        Step(after=Trigger(time="2s"), status=Stage.COMPLETED),
    )
)
"""What a recording goes through that is made through the API where no scenario says otherwise."""

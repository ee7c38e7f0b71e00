"""The data model of a scenario, for files in YAML, TOML and JSON and for Python objects."""

from threading import Lock
from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from scenarios.arrival_values import MAX_ARRIVALS, Rate, Rhythm, Spread
from scenarios.callers import Caller
from scenarios.creation_matcher import CreationMatcher
from scenarios.durations import Duration
from scenarios.expectations import Expectation
from scenarios.field_types import AccountSid, CallSid, ConferenceSid, RecordingSid
from scenarios.limits import Limit
from scenarios.numbers import MAX_RULES
from scenarios.origins import ORIGIN_PATTERN
from scenarios.plans import ClockPlan, CorpusPlan, Shares
from scenarios.relative_dates import RecordingDate
from scenarios.rules import Fault, PageDriftRule, Sequence
from scenarios.selector import Selector
from scenarios.statuses import CallbackEvent, RecordingStatus
from scenarios.steps import MAX_STEPS, CallbackEvents, RecordingFields, Timeline
from scenarios.tokens import MAX_TOKEN_STEPS, AuthToken, TokenStep
from scenarios.windows import Windowed

HANDLE_PATTERN = "[A-Za-z0-9][A-Za-z0-9._-]{0,63}"
"""The pattern of a handle."""
Handle = Annotated[
    str,
    Meta(
        pattern=rf"^{HANDLE_PATTERN}$(?!\n)",
        description="A name of at most 64 letters, digits, dots, hyphens and underscores.",
    ),
]
"""The name of a recording in a scenario and in tests."""
TwilioWireKey = Literal["call_sid", "source", "channels", "track", "duration", "price", "price_unit", "error_code"]
"""The keys whose values may differ on Twilio's wire."""


MAX_TRANSCRIPT_LENGTH = 300_000
"""The longest transcript, in characters: it is more than a person speaks in 24 hours."""
_MAX_PICKS = 100
MAX_ARRIVAL_RULES = 100

DECODE_LOCK = Lock()
"""msgspec 0.22 can crash when two threads build the decoder of a recursive type at once. Hold it to decode triggers."""


UrlOrigin = Annotated[
    str,
    Meta(
        pattern=rf"^{ORIGIN_PATTERN}$(?!\n)",
        description="An http or https URL of a host without a path, such as https://app.example.com.",
    ),
]
"""An origin in a scenario."""
CallbackUrl = Annotated[str, Meta(pattern=r"^[Hh][Tt][Tt][Pp][Ss]?://[!-~]+$(?!\n)", description="A URL.")]


class FieldsWithSubscription(
    RecordingFields, frozen=True, gc=False, kw_only=True, forbid_unknown_fields=True, omit_defaults=True
):
    """Fields, and the callback subscription of a recording."""

    status_callback: CallbackUrl | None = None
    """The URL that receives the callbacks."""
    status_callback_method: Literal["GET", "POST"] = "POST"
    """The HTTP method of the callbacks."""
    status_callback_event: Annotated[CallbackEvents, Meta(min_length=1)] = (CallbackEvent.COMPLETED,)
    """The events that send a callback."""


class ScriptedRecording(
    FieldsWithSubscription, frozen=True, gc=False, kw_only=True, forbid_unknown_fields=True, omit_defaults=True
):
    """A recording that the scenario creates, or several alike."""

    id: Handle | None = None
    """Its handle, with a number from 1 if there are several. Its SID is a pure function of seed, account and handle."""
    count: Annotated[int, Meta(ge=1, le=1000)] = 1
    """The number of recordings: `id: sale, count: 3` gives `sale-1`, `sale-2` and `sale-3`."""
    sid: RecordingSid | None = None
    """A fixed SID, for example one from a Twilio export."""
    call_sid: CallSid | UnsetType | None = UNSET
    """Its CallSid; derived if left out. Null shows null on Twilio's wire, and a derived one on the schema wire."""
    conference_sid: ConferenceSid | UnsetType | None = UNSET
    """Its ConferenceSid; derived if left out and its source has a conference. Null is null."""
    date_created: RecordingDate | None = None
    """Its instant in lists; the start of the clock if left out. It does not exist before."""
    status: RecordingStatus | None = None
    """Its status before the first step."""
    timeline: Annotated[Timeline, Meta(max_length=MAX_STEPS)] = ()
    """The steps that change it, in order."""
    transcript: Annotated[str, Meta(max_length=MAX_TRANSCRIPT_LENGTH)] | None = None
    """The spoken text, which its media and its transcription contain."""
    media: str | None = None
    """A WAV or MP3 file with its media, relative to the scenario file."""
    imported: bool = False
    """True for a recording of a Twilio export. Its values may contradict each other, and its first status sends no
    callback.
    """
    twilio_wire: dict[TwilioWireKey, str | int | float | None] = msgspec.field(default_factory=dict)
    """Values that only Twilio's wire shows, because the contract allows none of them. Imports set them."""


class RecordingGroup(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """The recordings of one call, or of one conference."""

    id: Handle | None = None
    """The handle of the call or conference. Its SID is a pure function of seed, account and handle."""
    recordings: Annotated[tuple[ScriptedRecording, ...], Meta(min_length=1, max_length=MAX_RULES)]
    """Its recordings: they all have its SID, and write none."""


class Pick(FieldsWithSubscription, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A timeline for generated recordings, the newest first."""

    id: Handle
    """The handle, with a number from 1 if there are several: `late-1`, `late-2`."""
    where: Selector = Selector()
    """Which recordings; any if left out."""
    count: Annotated[int, Meta(ge=1, le=1000)] = 1
    """The number of recordings."""
    timeline: Annotated[Timeline, Meta(min_length=1, max_length=MAX_STEPS)]
    """The steps that change each of them, in order."""


class Arrival(Windowed, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Recordings that arrive by themselves as the clock passes, from `after` until `until`."""

    every: Duration | None = None
    """The time between two of them, and before the first."""
    rate: Rate | None = None
    """How many arrive a span of time, in place of `every`."""
    rhythm: Rhythm = "even"
    """`even` has equal gaps, `poisson` random ones; `weekly` has random ones that follow the hours of a week in UTC."""
    count: Annotated[int, Meta(ge=1, le=MAX_ARRIVALS)] = MAX_ARRIVALS
    """How many arrive altogether."""
    mix: Shares | None = None
    """Shares as in `corpus`, and like those of the account's corpus if left out. Those of statuses are for recordings
    without a timeline, which arrive with their status. None is deleted, and none in processing without a share.
    """
    duration: Duration | Spread | None = None
    """How long they are: the same for all, or spread around a median. If left out, like those of the corpus."""
    timeline: Annotated[Timeline, Meta(max_length=MAX_STEPS)] = ()
    """The steps that change each of them, in order."""
    status_callback: CallbackUrl | None = None
    """The URL that receives the callbacks."""
    status_callback_method: Literal["GET", "POST"] = "POST"
    """The HTTP method of the callbacks."""
    status_callback_event: Annotated[CallbackEvents, Meta(min_length=1)] = (CallbackEvent.COMPLETED,)
    """The events that send a callback."""


class OnCreate(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A timeline of recordings that a call, a conference or the API starts."""

    when: CreationMatcher | None = None
    """Which of them; all if left out."""
    timeline: Annotated[Timeline, Meta(min_length=1, max_length=MAX_STEPS)]
    """The steps that change each of them, in order."""


class AccountPlan(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """The setup of one account, and what happens in it."""

    corpus: CorpusPlan = CorpusPlan()
    """The generated recordings."""
    clock: ClockPlan = ClockPlan()
    """The clock of the account."""
    recordings: tuple[ScriptedRecording, ...] = ()
    """Recordings that the scenario creates."""
    calls: Annotated[tuple[RecordingGroup, ...], Meta(max_length=MAX_RULES)] = ()
    """Calls with several recordings, such as legs or sources."""
    conferences: Annotated[tuple[RecordingGroup, ...], Meta(max_length=MAX_RULES)] = ()
    """Conferences with several recordings."""
    pick: Annotated[tuple[Pick, ...], Meta(max_length=_MAX_PICKS)] = ()
    """Timelines for generated recordings."""
    arrivals: Annotated[tuple[Arrival, ...], Meta(max_length=MAX_ARRIVAL_RULES)] = ()
    """Recordings that arrive by themselves."""
    on_create: OnCreate | Annotated[tuple[OnCreate, ...], Meta(min_length=1, max_length=MAX_RULES)] | None = None
    """What happens to recordings that calls, conferences and the API start. The first of a list that matches plays."""
    callers: Annotated[tuple[Caller, ...], Meta(max_length=MAX_RULES)] = ()
    """Who is on the line of calls. The first whose numbers match is."""
    routes: Annotated[dict[UrlOrigin, UrlOrigin], Meta(max_length=MAX_RULES)] = {}
    """The origins that receive callbacks, by the public origin of the callback URL."""
    faults: Annotated[tuple[Fault, ...], Meta(max_length=MAX_RULES)] = ()
    """Rules that make requests fail. The first that applies decides."""
    sequences: Annotated[tuple[Sequence, ...], Meta(max_length=MAX_RULES)] = ()
    """Answers in turn, for each matching path. Faults come first."""
    page_drift: Annotated[tuple[PageDriftRule, ...], Meta(max_length=MAX_RULES)] = ()
    """Changes just after a list page was returned."""
    limits: Annotated[tuple[Limit, ...], Meta(max_length=MAX_RULES)] = ()
    """Rate limits, which come before faults. All of them bound a request."""
    expect: Annotated[tuple[Expectation, ...], Meta(max_length=MAX_RULES)] = ()
    """Requests that a client should make; `recmock scenario run` checks them."""
    auth: Literal["strict"] | None = None
    """`strict` accepts only the auth tokens of the account and of its parent, whatever the server accepts."""
    tokens: Annotated[tuple[TokenStep, ...], Meta(max_length=MAX_TOKEN_STEPS)] = ()
    """Changes of the account's auth tokens, in order. They need `auth: strict`."""


class ScriptedAccount(AccountPlan, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """An account that the scenario sets up, and what happens in it."""

    id: Handle | None = None
    """Its handle, from which its SID follows. The first account is the demo account, or that of the test."""
    sid: AccountSid | None = None
    """A fixed SID, instead of an id."""
    name: Annotated[str, Meta(min_length=1, max_length=64)] | None = None
    """Its friendly name."""
    token: AuthToken | None = None
    """Its auth token; derived if left out."""
    parent: str | None = None
    """The id or the SID of the account whose subaccount it is. The parent's credentials may act on it."""


class Scenario(AccountPlan, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What happens in every account, or in the accounts that it sets up."""

    version: Literal[1] = 1
    """The version of this format."""
    name: Handle = "scenario"
    """The name; that of the file if left out."""
    about: str = ""
    """A sentence about it, for lists of scenarios."""
    accounts: Annotated[tuple[ScriptedAccount, ...], Meta(max_length=MAX_RULES)] = ()
    """The accounts that it sets up, each with its own recordings and rules. It is played in no others."""
    import_report: tuple[str, ...] = ()
    """What importing recordings changed, and which of their values contradict each other; the import writes it."""

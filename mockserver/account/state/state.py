"""Everything of an account that can change, as plain values. A snapshot is its encoding.

Recordings are known by index: that of the corpus, or FIRST_CREATED + n for the n-th created recording.
Instants are microseconds since the epoch.
"""

from enum import StrEnum
from typing import TYPE_CHECKING, Any

import msgspec

from generators.model import Recording
from mockserver.account.state.in_progress import RecordingInProgress
from mockserver.account.state.range_set import RangeSet
from mockserver.account.state.subscription import ReachedStatus, Subscription

if TYPE_CHECKING:  # most accounts have none of these; `decode_state` knows them too
    from mockserver.account.state.arrivals import ArrivalState
    from mockserver.account.state.auth_tokens import AuthTokensState
    from mockserver.account.state.deliveries import Delivery
    from mockserver.account.state.events import Event
    from mockserver.account.state.limits import LimitState
    from mockserver.account.state.rules import FaultRuleState, PageDriftState
    from mockserver.account.state.scripted_parents import ScriptedParent
    from mockserver.account.state.upcoming import UpcomingRecording
    from mockserver.account.state.windows import WindowState, WindowTimer
    from scenarios.timeline import TimelineProgress

FIRST_CREATED = 1 << 56
"""The index of the first created recording: above the indices of every corpus."""
_EPOCH_SHIFT = 40
"""An epoch has SIDs for 2**40 created recordings, calls and conferences each."""


class CreatedRecording(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """The creation of a recording."""

    instant: int
    """The instant of creation, by which lists are sorted."""
    sid: str
    is_of_live_call: bool = False
    """True if the API or a test recorded a call in progress: such a call goes on when the recording is over."""
    origin: int | None = None
    """What the random fields of a recording that arrived by itself follow from; None for those of its index."""


class TimerKind(StrEnum):
    """The kind of action that a timer triggers."""

    STEP = "step"
    """The next step of a recording's timeline. The key is the recording's index."""
    DELIVERY = "delivery"
    """The next attempt of a callback. The key is the delivery's number."""
    CREATION = "creation"
    """The creation of a scripted recording. The key is that of the upcoming recording."""
    CALL = "call"
    """What a live call does next. The key is the call's number."""
    TRANSCRIPTION = "transcription"
    """The end of a transcription that a call asked for. The key is the recording's index."""
    WINDOW = "window"
    """An instant at which a rule may start or end. The key is that of the timer in `window_timers`."""
    ARRIVAL = "arrival"
    """The next recording that arrives by itself. The key is the number of its rule in `arrivals`."""


class Timer(msgspec.Struct, frozen=True, gc=False, array_like=True, order=True):
    """An action that waits for an instant. Timers fire in this order."""

    due: int
    serial: int
    kind: TimerKind
    key: int


class RecordingDefaults(msgspec.Struct, frozen=True, kw_only=True):
    """Values for everything that a scripted recording leaves out."""

    status_callback: str | None
    """The callback URL."""
    base_url: str
    """Scheme and host of the URLs in callbacks."""


class State(msgspec.Struct, kw_only=True):
    """The differences of an account from its corpus."""

    now: int = 0
    """The clock's instant; only in a snapshot."""
    rate: float = 0.0
    version: int = 0
    """A number that grows with every change. Rendered bytes of an older version are invalid."""
    observations: int = 0
    """A number that grows when a request or a signal is counted. It changes no rendered bytes."""
    created: list[CreatedRecording] = []
    recordings: dict[int, Recording] = {}
    """Created recordings and changed ones of the corpus, as a fetch shows them, ignoring deletions."""
    revisions: dict[int, int] = {}
    in_progress: dict[int, RecordingInProgress] = {}
    """The active recordings."""
    deleted: RangeSet = msgspec.field(default_factory=RangeSet)
    purged: RangeSet = msgspec.field(default_factory=RangeSet)
    """Deleted recordings whose metadata is purged, 40 days after the deletion."""
    deleted_at: dict[int, int] = {}
    scripted_deletion_instants: dict[int, int] = {}
    """The instants of deletions to show, if a scenario sets them."""
    deleted_subresources: dict[str, RangeSet] = {}
    """By the kind of their SIDs."""
    media_files: dict[int, str] = {}
    """The user's own media files, by index."""
    handles: dict[str, int] = {}
    subscriptions: dict[int, Subscription] = {}
    upcoming: "dict[int, UpcomingRecording]" = {}
    reached: dict[int, ReachedStatus] = {}
    """The statuses of recordings with a subscription so far, the present one first."""
    playing: "dict[int, TimelineProgress]" = {}
    step_instants: dict[int, int] = {}
    """The instants for which timelines with a timer wait."""
    timers: list[Timer] = []
    """A heap."""
    timer_serial: int = 0
    deliveries: "dict[int, Delivery]" = {}
    """By number. The log is bounded: the oldest that are no longer pending may be dropped."""
    delivery_serial: int = 0
    rules: "list[FaultRuleState]" = []
    rule_serial: int = 0
    limits: "list[LimitState]" = []
    page_drift: "list[PageDriftState]" = []
    arrivals: "list[ArrivalState]" = []
    """The rules by which recordings arrive by themselves."""
    arrival_serial: int = 0
    scripted_parents: "dict[str, ScriptedParent]" = {}
    """The calls and conferences whose status a step has set, by SID."""
    creation_counts: dict[int, int] = {}
    """How many new recordings each item of the scenario's `on_create` with `nth` has matched, by position."""
    windows: "dict[int, WindowState]" = {}
    """From when and until when rules apply, by the number of the window."""
    window_serial: int = 0
    window_timers: "dict[int, WindowTimer]" = {}
    """What timers of windows check, by key."""
    auth_tokens: "AuthTokensState | None" = None
    """The auth tokens; None if the scenario does not rotate them."""
    message_count: int = 0
    """The number of text messages so far."""
    deleted_call_sids: dict[str, int] = {}
    """When calls were deleted, by SID. Their recordings stay."""
    events: "list[Event]" = []
    event_serial: int = 0
    sid_epoch: int = 0
    """What the SIDs of new resources follow from, besides their numbers: the epoch of the store."""
    live: Any = None
    """The `CallsState` of live calls, which is not imported before the first one; None if there was none."""

    @property
    def first_of_epoch(self) -> int:
        """The first number from which SIDs follow in this epoch."""
        return self.sid_epoch << _EPOCH_SHIFT

    def find_signing_token(self, token: str) -> str:
        """Return the token that signs now instead of one that was bound earlier."""
        return token if self.auth_tokens is None else self.auth_tokens.primary

    def clear_plans(self) -> None:
        """Remove what would still happen by itself or because of a request."""
        self.timers.clear()
        self.playing.clear()
        self.page_drift.clear()
        self.arrivals.clear()
        self.window_timers.clear()
        if self.live is not None:
            self.live.app_requests.clear()

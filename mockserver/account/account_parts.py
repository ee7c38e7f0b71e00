"""The parts of an account: what it has, and how they are put together. Changes are commands; see `account`."""

from collections.abc import Callable, Hashable, Iterable
from functools import cached_property, partial
from typing import TYPE_CHECKING

import msgspec

from generators.corpus.corpus import Corpus
from generators.seeds import derive_auth_token
from mockserver.account.account_rules import AccountRules
from mockserver.account.call_settings import DEFAULT_CALL_SETTINGS, CallSettings
from mockserver.account.callback_queue import CallbackQueue
from mockserver.account.change_counts import ChangeCounts
from mockserver.account.resources.recording_index import RecordingIndex
from mockserver.account.resources.recordings import Recordings
from mockserver.account.state.state import State, TimerKind
from mockserver.account.time.clock import Clock
from mockserver.account.time.event_log import EventLog
from mockserver.account.time.timers import Timers
from mockserver.callbacks.delivery_settings import DeliverySettings
from mockserver.journal.journal import Journal

if TYPE_CHECKING:
    from mockserver.account.calls.live_calls import LiveCalls
    from mockserver.account.commands.recordings import BeginRecording
    from mockserver.account.scheduler import Scheduler
    from mockserver.account.timelines import Timelines
    from mockserver.journal.milestones import Milestones
    from scenarios.model import Scenario


class AccountParts(AccountRules):
    """Everything that one AccountSid has.

    Args:
        sid: the AccountSid, in lower case.
        token: the declared auth token; None to derive one from the seed.
        corpus: the generated recordings.
        clock: the account's time.
        create_upcoming_recording: creates a scripted recording by its key in the state when its date has come.
        cache_key: identifies this account in the cache of responses; differs between two accounts of one AccountSid.
        scenario: the scenario that the account plays; None for the plain corpus.
        state: the changes so far; None for a new account.
        delivery_settings: how its callbacks are sent; None for Twilio's defaults.
        base_url: the scheme and host that the client used when it set up the scenario.
        call_settings: how its calls are played.
    """

    def __init__(
        self,
        sid: str,
        token: str | None,
        corpus: Corpus,
        clock: Clock,
        create_upcoming_recording: Callable[["AccountParts", int], None],
        *,
        cache_key: Hashable = None,
        scenario: "Scenario | None" = None,
        state: State | None = None,
        journal: Journal | None = None,
        delivery_settings: DeliverySettings | None = None,
        base_url: str | None = None,
        call_settings: CallSettings = DEFAULT_CALL_SETTINGS,
    ) -> None:
        self.sid = sid
        self._token = token
        self.corpus = corpus
        self.clock = clock
        self._create_upcoming_recording = create_upcoming_recording
        self.cache_key = sid if cache_key is None else cache_key
        self.scenario = scenario
        self.base_url = base_url
        self._call_settings = call_settings
        self.began_at = clock.now()
        self.is_restored = state is not None
        """True if the account began with a snapshot."""
        self.state = State() if state is None else state
        self.journal = Journal() if journal is None else journal
        self.timers = Timers(self.state)
        self.events = EventLog(self.state, clock, self.journal.budget)
        super().__init__(Recordings(recording_index := RecordingIndex(corpus, clock, self.state)))
        delivery = delivery_settings or DeliverySettings()
        self.callbacks = CallbackQueue(recording_index, self.timers, self.events, self.journal.budget, delivery)
        self.changes = ChangeCounts(self.state)

    @property
    def token(self) -> str:
        """The auth token: the primary one, if the scenario rotates them."""
        return self.state.find_signing_token(self.first_token)

    @cached_property
    def first_token(self) -> str:
        """The auth token that the account begins with."""
        return self._token or derive_auth_token(self.corpus.spec.seed, self.sid)

    @property
    def chosen_token(self) -> str | None:
        """The auth token that the account begins with; None if it is derived from the seed."""
        is_derived = self.first_token == derive_auth_token(self.corpus.spec.seed, self.sid)
        return None if is_derived else self.first_token

    @cached_property
    def milestones(self) -> "Milestones | None":
        """What the scenario's expectations wait for; None if they have no order."""
        if self.scenario is None or not any(expectation.has_order for expectation in self.scenario.expect):
            return None
        from mockserver.journal.milestones import Milestones  # few scenarios need them

        return Milestones(lambda: self.journal, self.find_status, self.scenario.expect, self.clock.now())

    @cached_property
    def timelines(self) -> "Timelines":
        """The timelines of recordings. Most accounts have none."""
        from mockserver.account.timelines import Timelines

        return Timelines(
            self.recordings, self.timers, self.events, self.callbacks, lambda: self.windows, self.milestones
        )

    @cached_property
    def scheduler(self) -> "Scheduler":
        """The scheduler of the timers. Most accounts have none."""
        from mockserver.account.scheduler import Scheduler

        return Scheduler(
            self.clock,
            self.state,
            self.timers,
            self.timelines,
            self.callbacks,
            self.changes,
            partial(self._create_upcoming_recording, self),
            self._resume_call,
            lambda key: self.windows.resume(key),
            lambda key: self.arrivals.resume(key),
        )

    @cached_property
    def live_calls(self) -> "LiveCalls":
        """The calls that begin here."""
        from mockserver.account.calls.context import CallContext
        from mockserver.account.calls.live_calls import LiveCalls
        from mockserver.account.state.calls_state import CallsState

        if self.state.live is None:
            first = self.state.first_of_epoch
            self.state.live = CallsState(call_serial=first, conference_serial=first)
        context = CallContext(
            self.corpus,
            self.state,
            self.state.live,
            self.clock,
            self.timers,
            self.events,
            self.recordings,
            self.timelines,
            self.callbacks,
            self.scenario,
            self.start_now,
            self._call_settings,
        )
        return LiveCalls(context, self)

    @property
    def has_live_calls(self) -> bool:
        """True if a call was placed here."""
        return self.state.live is not None

    @property
    def has_app_requests(self) -> bool:
        """True if a request of a call to its app waits to be sent."""
        return self.has_live_calls and self.live_calls.requests.has_ready

    @property
    def has_ready(self) -> bool:
        """True if a callback, or a request of a call to its app, may be sent now."""
        return bool(self.callbacks.get_ready(1)) or self.has_app_requests

    def start_now(self, command: "BeginRecording") -> int:
        """Start a recording, and return its index."""
        return self._start_recording(self.recordings, self.timelines, self.scenario, command)

    @cached_property
    def _start_recording(self) -> "Callable[[Recordings, Timelines, Scenario | None, BeginRecording], int]":
        """The function, imported for the first recording. An import statement costs 2 us each time it is reached."""
        from mockserver.account.recording_start import start_recording

        return start_recording

    def _resume_call(self, kind: TimerKind, key: int) -> None:
        if kind is TimerKind.CALL:
            self.live_calls.resume(key)
        else:
            self.live_calls.transcribing.complete(key)

    def is_observed(self, indices: Iterable[int]) -> bool:
        """Return True if a response with these recordings counts for a timeline of theirs, or for page drift."""
        playing = self.state.playing
        return bool(self.state.page_drift or (playing and not playing.keys().isdisjoint(indices)))

    def snapshot(self) -> bytes:
        """Return the encoded state. Equal states have equal bytes."""
        self.recordings.recording_index.purge_expired()  # else the bytes depend on what was read
        self.state.now, self.state.rate = self.clock.now(), self.clock.rate
        return msgspec.msgpack.encode(self.state)

    def close(self) -> None:
        """Stop timelines and callbacks: a new account replaces this one."""
        self.state.clear_plans()
        self.callbacks.close()
        self.events.close()

    @property
    def version(self) -> int:
        """A number that grows with every change. Rendered bytes of an older version are invalid."""
        return self.state.version

    @property
    def has_state(self) -> bool:
        """True if the account cannot be created again from settings and scenario alone."""
        return self.changes.has_changes

    def find_status(self, sid: str) -> str | None:
        """Return the present status of a recording, or None if there is none with this SID."""
        index = self.recordings.recording_index.find_index(sid)
        return None if index is None else self.recordings.recording_index.get_status(index).value

    def resolve_handle(self, handle_or_sid: str) -> str:
        """Return the SID of a recording by its handle. Any other text is returned unchanged."""
        return self.recordings.recording_index.resolve_handle(handle_or_sid)

"""One account: its corpus, state, clock and scenario. Every change of an account goes through this class."""

from collections import deque
from collections.abc import Callable, Hashable
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from generators.corpus.corpus import Corpus
from generators.instants import SECOND
from generators.model import InFlight, Recording, Source, Track
from generators.seeds import derive_auth_token
from mockserver.account.callback_queue import CallbackQueue
from mockserver.account.change_counts import ChangeCounts
from mockserver.account.fault_rules import FaultRules
from mockserver.account.resources.derived_resources import DerivedResources
from mockserver.account.resources.parent import Parent
from mockserver.account.resources.recording_index import RecordingIndex
from mockserver.account.resources.recordings import Recordings
from mockserver.account.scheduler import Scheduler
from mockserver.account.state.in_progress import PauseBehavior, RecordingInProgress
from mockserver.account.state.state import State, Subscription
from mockserver.account.time.clock import Clock
from mockserver.account.time.event_log import EventLog
from mockserver.account.time.timers import Timers
from mockserver.account.timelines import Timelines
from mockserver.callbacks.delivery_settings import DeliverySettings
from mockserver.journal.journal import Journal
from scenarios.lifecycle import DEFAULT_ON_CREATE, STATUSES, with_initial_step
from scenarios.model import Scenario
from scenarios.operations import Operation
from scenarios.statuses import CallbackEvent, RecordingStatus
from scenarios.timeline import RequestKind

if TYPE_CHECKING:
    from mockserver.account.page_drift import PageDrift


class Account(DerivedResources):
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
    """

    def __init__(
        self,
        sid: str,
        token: str | None,
        corpus: Corpus,
        clock: Clock,
        create_upcoming_recording: Callable[["Account", int], None],
        *,
        cache_key: Hashable = None,
        scenario: Scenario | None = None,
        state: State | None = None,
        journal: Journal | None = None,
        delivery_settings: DeliverySettings | None = None,
    ) -> None:
        self.sid = sid
        self._token = token
        self.corpus = corpus
        self.clock = clock
        self.cache_key = sid if cache_key is None else cache_key
        self.scenario = scenario
        self.state = State() if state is None else state
        self.journal = Journal() if journal is None else journal
        self.timers = Timers(self.state)
        self.events = EventLog(self.state, clock, self.journal.budget)
        super().__init__(Recordings(recording_index := RecordingIndex(corpus, clock, self.state)))
        delivery, record = delivery_settings or DeliverySettings(), self._record_delivery
        self.callbacks = CallbackQueue(recording_index, self.timers, self.events, self.journal.budget, delivery, record)
        self.timelines = Timelines(self.recordings, self.timers, self.events, self.callbacks)
        create_upcoming = partial(create_upcoming_recording, self)
        self.scheduler = Scheduler(clock, self.state, self.timers, self.timelines, self.callbacks, create_upcoming)
        self.fault_rules = FaultRules(self.state, clock, corpus.spec.seed, self.resolve_handle, scenario)
        self.changes = ChangeCounts(self.state, self.scheduler)

    @cached_property
    def token(self) -> str:
        """The auth token."""
        return self._token or derive_auth_token(self.corpus.spec.seed, self.sid)

    @cached_property
    def page_drift(self) -> "PageDrift":
        """The page drift rules."""
        from mockserver.account.page_drift import PageDrift

        return PageDrift(self.recordings, self.timelines, self.events)

    def start_recording(
        self,
        call_sid: str,
        *,
        conference_sid: str | None = None,
        source: Source = Source.START_CALL_RECORDING_API,
        channels: int = 1,
        track: Track = Track.BOTH,
        subscription: Subscription | None = None,
    ) -> int:
        """Start a recording, as a call, a conference or the API would, and return its index.

        The recording plays the scenario's `on_create` timeline. By default it is in progress until it is stopped,
        and completed two seconds later.
        """
        index = self.recordings.add(
            call_sid=call_sid,
            conference_sid=msgspec.UNSET if conference_sid is None else conference_sid,
            source=source,
            channels=channels,
            track=track,
            is_of_live_call=True,
        )
        self.state.in_progress[index] = RecordingInProgress(since=self.clock.now())
        if subscription is not None:
            self.state.subscriptions[index] = subscription
        self.timelines.start(index, with_initial_step((self.scenario and self.scenario.on_create) or DEFAULT_ON_CREATE))
        return index

    def create_call_recording(
        self, call_sid: str, *, channels: int, track: Track, subscription: Subscription | None
    ) -> tuple[Recording, bool]:
        """Start recording a call through the API, unless the API already records it.

        Returns:
            The recording, and True if it is new.

        Raises:
            TwilioError: 21220 if the call is over.
        """
        index = self.recordings.find_active(call_sid, Source.START_CALL_RECORDING_API)
        if index is not None:
            return self.recordings.get_in_flight(index), False
        index = self.start_recording(call_sid, channels=channels, track=track, subscription=subscription)
        return self.recordings.get_in_flight(index), True

    def update_recording(
        self, sid: str, parent: Parent, status: InFlight, behavior: PauseBehavior
    ) -> tuple[Recording, bool]:
        """Pause, resume or stop an active recording.

        Returns:
            The recording as the response shows it, and True if it changed.

        Raises:
            TwilioError: see `Recordings.update`.
        """
        index, is_changed = self.recordings.update(sid, parent, status, behavior)
        shown = self.recordings.get_in_flight(index)
        # Count the request before the signal: a step that the signal triggers starts its own counts after this request.
        self.timelines.record_request(RequestKind.CHANGE, (index,))
        if is_changed:
            signal = STATUSES[RecordingStatus(status)].signal
            assert signal is not None, "only these statuses can be requested"
            self.timelines.signal(signal, index)
        return shown, is_changed

    def delete_recording(self, sid: str, parent: Parent | None = None) -> None:
        """Delete a recording and stop its timeline.

        Raises:
            TwilioError: see `Recordings.delete`.
        """
        self.timelines.stop(self.recordings.delete(sid, parent=parent))

    @property
    def has_observers(self) -> bool:
        """True if a timeline or page drift waits for requests."""
        return bool(self.state.playing or self.state.page_drift)

    def record_response(
        self, operation: Operation | None, act: RequestKind, indices: tuple[int, ...], page: int
    ) -> None:
        """Record that a response showed recordings, and run the steps and page drift that this triggers.

        Args:
            page: the page number of a list.
        """
        if self.state.playing:
            self.timelines.record_request(act, indices)
        if self.state.page_drift and operation is not None and act is RequestKind.LIST:
            self.page_drift.apply_after_page(operation, page, indices)

    def attach_media(self, sid: str, file: Path) -> None:
        """Serve a WAV or MP3 file as a recording's media, byte for byte and in that format only.

        Raises:
            TwilioError: 20404 if the SID is unknown.
            ValueError: if the file is neither WAV nor MP3.
            OSError: if the file cannot be read.
        """
        if file.suffix.lower() not in (".wav", ".mp3"):
            raise ValueError(f"expected a file named .wav or .mp3, found {file.name}")
        file.stat()
        self.state.media_files[self.recordings.find(sid)] = str(file)
        self.state.version += 1

    def subscribe(self, index: int, url: str, method: str, events: tuple[CallbackEvent, ...], base_url: str) -> None:
        """Send a recording's callbacks to a URL, signed with the account's own token."""
        self.state.subscriptions[index] = Subscription(
            url, method, events, self.token, "the account's auth token", base_url
        )

    def advance(self, seconds: float) -> None:
        """Move the clock forward and run what is due. Callbacks are queued but not sent.

        Raises:
            ValueError: if `seconds` is negative.
        """
        if seconds < 0:
            raise ValueError(f"expected seconds of at least 0, found {seconds}: time does not go back")
        deque(self.scheduler.advance_to(self.clock.now() + round(seconds * SECOND)), maxlen=0)

    def snapshot(self) -> bytes:
        """Return the encoded state."""
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

    def resolve_handle(self, handle_or_sid: str) -> str:
        """Return the SID of a recording by its handle. Any other text is returned unchanged."""
        return self.recordings.recording_index.resolve_handle(handle_or_sid)

    def _record_delivery(self, index: int, event: CallbackEvent) -> None:
        self.timelines.record_delivery(index, event)

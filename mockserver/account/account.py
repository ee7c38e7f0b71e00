"""One account's world: its corpus, what came of it, its clock and its scenario. The only mutable room of the server."""

from collections.abc import Hashable
from functools import cached_property
from pathlib import Path

import msgspec

from generators.corpus.corpus import Corpus
from generators.corpus.weekly_rhythm import SECOND
from generators.model import InFlight, Recording, Source, Track
from generators.seeds import derive_auth_token
from generators.sids import Kind
from mockserver.account.callback_queue import CallbackQueue
from mockserver.account.fault_rules import FaultRules
from mockserver.account.page_drift import PageDrift
from mockserver.account.resources.calls_and_conferences import CallsOrConferences
from mockserver.account.resources.recording_index import RecordingIndex
from mockserver.account.resources.recordings import Parent, Recordings
from mockserver.account.resources.subresources import Subresources
from mockserver.account.scheduler import Scheduler
from mockserver.account.state.in_progress import PauseBehavior, RecordingInProgress
from mockserver.account.state.state import State, Subscription
from mockserver.account.time.clock import Clock
from mockserver.account.time.event_log import EventLog
from mockserver.account.time.timers import Timers
from mockserver.account.timelines import Timelines
from mockserver.journal.journal import Journal
from scenarios.lifecycle import initial_timeline
from scenarios.model import DEFAULT_ON_CREATE, CallbackEvent, Scenario
from scenarios.operations import Operation
from scenarios.timeline import Act

_SIGNAL_OF_STATUS = {InFlight.STOPPED: "stopped", InFlight.PAUSED: "paused", InFlight.IN_PROGRESS: "resumed"}
"""What a timeline hears of a change through the API."""


class Account:
    """An account and what it holds.

    Args:
        sid: the AccountSid, in lower case.
        token: its auth token, where that is a chosen one.
        corpus: what it held at T0.
        clock: its time.
        key: tells this world from any other of the same AccountSid, for what is kept of its answers.
        scenario: what is played in it; None for the plain corpus.
        state: what came of it already; None where nothing has.
    """

    def __init__(
        self,
        sid: str,
        token: str | None,
        corpus: Corpus,
        clock: Clock,
        *,
        key: Hashable = None,
        scenario: Scenario | None = None,
        state: State | None = None,
        journal: Journal | None = None,
    ) -> None:
        self.sid = sid
        self._token = token
        self.corpus = corpus
        self.clock = clock
        self.key = sid if key is None else key
        self.scenario = scenario
        self.state = State() if state is None else state
        self.journal = Journal() if journal is None else journal
        self.timers = Timers(self.state)
        self.events = EventLog(self.state, clock)
        ledger = RecordingIndex(corpus, clock, self.state)
        self.recordings = Recordings(ledger)
        self.callbacks = CallbackQueue(ledger, self.timers, self.events, self._record_delivery)
        self.timelines = Timelines(self.recordings, self.timers, self.events, self.callbacks.enqueue)
        self.scheduler = Scheduler(clock, self.state, self.timers, self.timelines, self.callbacks)
        self.fault_rules = FaultRules(self.state, clock, corpus.spec.seed, self.resolve_handle, scenario)
        self.page_drift = PageDrift(self.recordings, self.timelines, self.events)
        self.transcriptions = Subresources(Kind.TRANSCRIPTION, self.recordings)
        self.add_on_results = Subresources(Kind.ADD_ON_RESULT, self.recordings)
        self.payloads = Subresources(Kind.PAYLOAD, self.recordings)
        self.calls = CallsOrConferences(Kind.CALL, ledger)
        self.conferences = CallsOrConferences(Kind.CONFERENCE, ledger)

    @cached_property
    def token(self) -> str:
        """Its auth token."""
        return self._token or derive_auth_token(self.corpus.spec.seed, self.sid)

    # -- what is done through the API ----------------------------------------------------------------

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
        """Start a recording as a call, a conference or the API would, and return its index.

        It goes through what the scenario has for recordings that are made here: without one it is in
        progress until it is stopped, and completed two seconds later.
        """
        index = self.recordings.add(
            call_sid=call_sid, conference_sid=conference_sid, source=source, channels=channels, track=track
        )
        self.state.in_progress[index] = RecordingInProgress(since=self.clock.now())
        if subscription is not None:
            self.state.subscriptions[index] = subscription
        plan = None if self.scenario is None else self.scenario.on_create
        self.timelines.start(index, initial_timeline(plan or DEFAULT_ON_CREATE))
        return index

    def create_call_recording(
        self, call_sid: str, *, channels: int, track: Track, subscription: Subscription | None
    ) -> tuple[Recording, bool]:
        """Start recording a call through the API, unless that is under way.

        Returns:
            The recording, and whether it is new.

        Raises:
            TwilioError: 21220 where the call is over.
        """
        index = self.recordings.find_active(call_sid, Source.START_CALL_RECORDING_API)
        if index is not None:
            return self.recordings.get_in_flight(index), False
        index = self.start_recording(call_sid, channels=channels, track=track, subscription=subscription)
        return self.recordings.get_in_flight(index), True

    def update_recording(self, sid: str, parent: Parent, wanted: InFlight, behavior: PauseBehavior) -> Recording:
        """Pause, resume or stop a recording that is being made, and return it as the answer shows it.

        Raises:
            TwilioError: as `Recordings.update` does.
        """
        index, is_changed = self.recordings.update(sid, parent, wanted, behavior)
        shown = self.recordings.get_in_flight(index)
        # The request counts before what it says is heard: a step that this brings about counts from then on.
        self.timelines.record_request(Act.CHANGE, (index,))
        if is_changed:
            self.timelines.signal(_SIGNAL_OF_STATUS[wanted], index)
        return shown

    def delete_recording(self, sid: str, parent: Parent | None = None) -> None:
        """Delete a recording, and play no more on it.

        Raises:
            TwilioError: as `Recordings.delete` does.
        """
        self.timelines.stop(self.recordings.delete(sid, parent=parent))

    @property
    def has_observers(self) -> bool:
        """Whether anything waits for requests that are answered from recordings."""
        return bool(self.state.playing or self.state.page_drift)

    def record_response(self, operation: Operation | None, act: Act, recordings: tuple[int, ...], page: int) -> None:
        """Note that a request was answered from recordings, and let happen what waits for that.

        Args:
            page: which page of a list it was.
        """
        if self.state.playing:
            self.timelines.record_request(act, recordings)
        if self.state.page_drift and operation is not None and act is Act.LIST:
            self.page_drift.apply_after_page(operation, page, recordings)

    # -- what tests do -------------------------------------------------------------------------------

    def attach(self, sid: str, file: Path) -> None:
        """Let a recording sound like a WAV or MP3 file: it is served as it is, in its own form only.

        Raises:
            TwilioError: 20404 where there is no such recording.
            ValueError: where the file is neither.
            OSError: where it cannot be read.
        """
        if file.suffix.lower() not in (".wav", ".mp3"):
            raise ValueError(f"expected a file named .wav or .mp3, found {file.name}")
        file.stat()
        self.state.attached[self.recordings.find(sid)] = str(file)
        self.state.version += 1

    def subscribe(self, index: int, url: str, method: str, events: tuple[CallbackEvent, ...], base_url: str) -> None:
        """Let callbacks of a recording go to a URL, signed with the account's own token."""
        own = "the account's auth token"
        self.state.subscriptions[index] = Subscription(url, method, events, self.token, own, base_url)

    def advance(self, seconds: float) -> None:
        """Move the clock on, and let happen what is due meanwhile. Callbacks are posted but not sent by this.

        Raises:
            ValueError: for less than no time.
        """
        if seconds < 0:
            raise ValueError(f"expected a number of seconds to move on by, found {seconds}: time does not go back")
        for _ in self.scheduler.advance_to(self.clock.now() + round(seconds * SECOND)):
            pass

    def snapshot(self) -> bytes:
        """Return all that can change, encoded."""
        self.state.now, self.state.rate = self.clock.now(), self.clock.rate
        return msgspec.msgpack.encode(self.state)

    def close(self) -> None:
        """Let nothing more happen here: another world has taken its place."""
        self.state.timers.clear()
        self.state.playing.clear()
        self.state.page_drift.clear()
        self.callbacks.close()

    @property
    def version(self) -> int:
        """Grows with every change: what was rendered of an older version is void."""
        return self.state.version

    @property
    def has_state(self) -> bool:
        """Whether it would not be made the same again: something came of it, or a scenario began when it was made."""
        return self.version > 0 or self.scenario is not None

    def resolve_handle(self, handle_or_sid: str) -> str:
        """Return the SID of a recording by its handle; any other text as it is."""
        index = self.state.handles.get(handle_or_sid)
        return handle_or_sid if index is None else self.recordings.index.sid(index)

    def _record_delivery(self, index: int, event: CallbackEvent) -> None:
        self.timelines.record_delivery(index, event)

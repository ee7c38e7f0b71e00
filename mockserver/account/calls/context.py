"""What all parts of live calls share: state, time, and the parts of the account that calls change."""

from collections.abc import Callable
from typing import NamedTuple

from generators.corpus.corpus import Corpus
from generators.sids import Kind
from mockserver.account.callback_queue import CallbackQueue
from mockserver.account.commands.recordings import StartRecording
from mockserver.account.resources.recordings import Recordings
from mockserver.account.state.live_calls import FIRST_LIVE, CallsState, LiveCall, LiveConference
from mockserver.account.state.state import State, TimerKind
from mockserver.account.time.clock import Clock
from mockserver.account.time.event_log import EventLog
from mockserver.account.time.timers import Timers
from mockserver.account.timelines import Timelines
from scenarios.model import Scenario


class CallContext(NamedTuple):
    """The parts of one account."""

    corpus: Corpus
    state: State
    live: CallsState
    clock: Clock
    timers: Timers
    events: EventLog
    recordings: Recordings
    timelines: Timelines
    callbacks: CallbackQueue
    scenario: Scenario | None
    start_recording: Callable[[StartRecording], int]
    """Starts a recording, and returns its index."""

    @property
    def account_sid(self) -> str:
        """The AccountSid."""
        return self.corpus.spec.account_sid

    def make_sid(self, kind: Kind, number: int) -> str:
        """Return the SID of a live call, conference or queue."""
        return self.corpus.sids.encode(kind, FIRST_LIVE + number)

    def wake(self, call: LiveCall, at: int | None) -> None:
        """Continue a call at an instant; at the present one if that is past."""
        call.wakes_at = at = None if at is None else max(at, self.clock.now())
        if at is not None:
            self.timers.add(at, TimerKind.CALL, call.number)

    def touch(self, changed: LiveCall | LiveConference) -> None:
        """Note that a call or conference changed now."""
        changed.updated_at = self.clock.now()
        if isinstance(changed, LiveCall):
            changed.fetches = 0
        self.state.version += 1

    def note(self, call: LiveCall, what: str) -> None:
        """Add something that happened on a call to the account's log of events."""
        self.events.record("call", call.sid, call.sid, what)

"""What all parts of live calls share: state, time, and the parts of the account that calls change."""

from collections.abc import Callable
from typing import NamedTuple

from generators.corpus.corpus import Corpus
from generators.seeds import derive_bytes
from generators.sids import Kind, fold_sid
from mockserver.account.call_settings import CallSettings
from mockserver.account.callback_queue import CallbackQueue
from mockserver.account.commands.recordings import BeginRecording
from mockserver.account.resources.recordings import Recordings
from mockserver.account.state.activities import Dialing
from mockserver.account.state.calls_state import CallsState
from mockserver.account.state.live_calls import FIRST_LIVE, LiveCall
from mockserver.account.state.live_conferences import LiveConference
from mockserver.account.state.state import State, TimerKind
from mockserver.account.time.clock import Clock
from mockserver.account.time.event_log import EventLog
from mockserver.account.time.timers import Timers
from mockserver.account.timelines import Timelines
from scenarios.model import Scenario

_QUEUE_BYTES = 6
"""How many bytes of the hash of its name a queue's number has."""
_MAX_FORGOTTEN = 2000
"""The number of forgotten calls whose place in the list is remembered."""


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
    start_recording: Callable[[BeginRecording], int]
    """Starts a recording, and returns its index."""
    settings: CallSettings

    @property
    def account_sid(self) -> str:
        """The AccountSid."""
        return self.corpus.spec.account_sid

    def make_sid(self, kind: Kind, number: int) -> str:
        """Return the SID of a live call, conference or queue."""
        return self.corpus.sids.encode(kind, FIRST_LIVE + number)

    def make_queue_sid(self, name: str) -> str:
        """Return the SID of the queue with a name, which all calls in it see."""
        digest = derive_bytes(self.corpus.spec.seed, "queue", name)
        return self.make_sid(Kind.QUEUE, int.from_bytes(digest[:_QUEUE_BYTES]))

    def get_call(self, number: int) -> LiveCall:
        """Return a call by number, also one that is deleted while something refers to it."""
        return self.live.calls.get(number) or self.live.deleted_calls[number]

    def find_call(self, sid: str) -> LiveCall | None:
        """Return the call with a SID, or None if no live call has it."""
        number = self.live.adopted.get(fold_sid(sid))
        if number is None:
            index = self.corpus.sids.decode(Kind.CALL, sid)
            number = None if index is None else index - FIRST_LIVE
        return None if number is None else self.live.calls.get(number)

    def find_conference(self, sid: str) -> LiveConference | None:
        """Return the conference with a SID, or None if no live conference has it."""
        index = self.corpus.sids.decode(Kind.CONFERENCE, sid)
        return None if index is None else self.live.conferences.get(index - FIRST_LIVE)

    def forget(self, call: LiveCall) -> None:
        """Delete a call that is over, but keep what still refers to it."""
        live = self.live
        live.deleted_calls[call.number] = live.calls.pop(call.number)
        live.forgotten[call.number] = call.created_at
        if len(live.forgotten) > _MAX_FORGOTTEN:
            del live.forgotten[next(iter(live.forgotten))]
        referred = {request.call for request in live.app_requests.values()}
        referred.update(request.call for request in live.transcription_requests.values())
        for other in live.calls.values():
            if isinstance(other.doing, Dialing):
                referred.update(other.doing.children)
            if other.parent is not None and not other.is_over:
                referred.add(other.parent)  # its requests name the parent
        live.deleted_calls = {number: known for number, known in live.deleted_calls.items() if number in referred}
        self.state.version += 1

    def give_up(self, number: int) -> None:
        """Wait no more for the answer to a request. One on its way is still noted when it is answered."""
        if not self.live.app_requests[number].is_sending:
            del self.live.app_requests[number]

    def schedule(self, call: LiveCall) -> None:
        """Wake a call at the next instant at which it may change by itself. A call that is to be woken now, is."""
        if call.is_over or (call.wakes_at is not None and call.wakes_at <= self.clock.now()):
            return
        done_at = None if call.doing is None else call.doing.done_at
        heard_at = None if call.waiting is None or call.waiting.doing is None else call.waiting.doing.done_at
        wanted = (done_at, heard_at, call.detects_at, call.hang_up_at, call.limit_at)
        instants = [at for at in wanted if at is not None]
        if instants:
            self.wake(call, min(instants))

    def wake(self, call: LiveCall, at: int) -> None:
        """Continue a call at an instant; at the present one if that is past."""
        call.wakes_at = at = max(at, self.clock.now())
        if at not in call.timers:
            call.timers.append(at)
            self.timers.add(at, TimerKind.CALL, call.number)

    def take_wake(self, call: LiveCall) -> bool:
        """Return True if a call whose timer fired is to continue now: it may wait for another instant by then."""
        now = self.clock.now()
        call.timers = [at for at in call.timers if at > now]
        if call.is_over or call.wakes_at is None or call.wakes_at > now:
            return False
        call.wakes_at = None
        return True

    def stop_timers(self, call: LiveCall) -> None:
        """Let a call that is over wake no more."""
        call.wakes_at = None
        if call.timers:
            call.timers = []
            self.timers.remove(TimerKind.CALL, call.number)

    def touch(self, changed: LiveCall | LiveConference) -> None:
        """Note that a call or conference changed now."""
        changed.updated_at = self.clock.now()
        if isinstance(changed, LiveCall):
            changed.fetches = 0
        self.state.version += 1

    def note(self, call: LiveCall, what: str) -> None:
        """Add something that happened on a call to the account's log of events."""
        self.events.record("call", call.sid, call.sid, what)

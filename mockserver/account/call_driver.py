"""Plays a live call on: it moves a frozen clock from timer to timer, and waits for a running one."""

from generators.instants import SECOND
from generators.model import CallStatus, Status
from mockserver.account.account import Account
from mockserver.account.gradual import Pacer
from mockserver.account.state.activities import Queued, Requesting
from mockserver.account.state.live_calls import LiveCall
from mockserver.account.worker import Worker
from mockserver.settings.machine_clock import real_pause, stopwatch

_SETTLING_TIME = 600 * SECOND
"""How long after its end a call waits for its recordings and transcriptions. A scenario may never complete them."""
_LONGEST_PAUSE = 0.25
"""The real seconds between two looks at a call on a running clock: another request may change it."""
_SHORT_PAUSE = 0.005
"""The real seconds between two looks at a request that another task waits for."""


class CallDriver:
    """Plays one call on, with everything else that happens on its account meanwhile."""

    def __init__(self, worker: Worker, account: Account, call: LiveCall) -> None:
        self._worker = worker
        self._account = account
        self._call = call

    @property
    def is_played(self) -> bool:
        """True if time changes nothing more: all is over, or only another call can go on."""
        return not self._has_requests and (self._is_settled or self._next_instant is None)

    async def play(self, limit_seconds: float, *, until_change: bool = False) -> None:
        """Play the call until `is_played`, or until something new is heard on it or happens to it.

        Args:
            limit_seconds: the longest time, in real seconds.
        """
        before, stop, pacer = self._describe_progress(), stopwatch() + limit_seconds, Pacer()
        await self._worker.wait_until_idle(self._account)
        while not (self.is_played or (until_change and self._describe_progress() != before)):
            await self._go_on(stop - stopwatch())
            await pacer.pause_if_due()
            await self._worker.wait_until_idle(self._account)
            if stopwatch() >= stop:  # not before the first step: a client that asks again and again gets on
                return

    async def _go_on(self, limit_seconds: float) -> None:
        """Come to the next instant, or nearer to it."""
        account, due = self._account, self._next_instant
        if self._has_requests or due is None:
            await self._pause(_SHORT_PAUSE)
        elif account.clock.rate:
            seconds = account.clock.compute_real_seconds_until(due) or 0.0
            await self._pause(max(0.0, min(seconds, _LONGEST_PAUSE, limit_seconds)))
            account.run_due()
        else:
            await self._worker.advance(account, due)

    async def _pause(self, seconds: float) -> None:
        await self._worker.wait_unless_stopped(real_pause(seconds))

    @property
    def _has_requests(self) -> bool:
        """True if the call waits for its app, or its app is asked after the end."""
        return self._account.live_calls.requests.is_asking(self._call)

    @property
    def _is_settled(self) -> bool:
        """True if nothing of the call is open: recordings, transcriptions and callbacks are complete.

        Those of the calls that it has dialed count, too, if they are over.
        """
        live_calls, call = self._account.live_calls, self._call
        if not live_calls.is_waiting_for_others(call):
            return False
        if call.is_over:
            dialed = [known for known in live_calls.list_calls() if known.parent == call.number and known.is_over]
            if any(map(self._has_open_recordings, (call, *dialed))):
                return False
        elif self._has_call_under_way:
            return False
        return not live_calls.transcribing.has_requests(call)

    def _has_open_recordings(self, call: LiveCall) -> bool:
        """Return True if recordings or callbacks of a call that is over are not complete."""
        index = self._account.recordings.recording_index
        active = index.created.get_active_of_parent(call.sid)  # of a conference that goes on without the call
        ended = [known for known in index.created.get_indices_of_parent(call.sid) if known not in active]
        if any(index.get_status(known) is Status.PROCESSING for known in ended):
            return True
        return self._account.callbacks.has_open_of({call.sid, *map(index.get_sid, ended)})

    @property
    def _has_call_under_way(self) -> bool:
        """True if another call goes on by itself: it may come into the conference in which the call waits."""
        live_calls = self._account.live_calls
        return any(
            _is_under_way(call) and not live_calls.is_waiting_for_others(call) for call in live_calls.list_calls()
        )

    @property
    def _next_instant(self) -> int | None:
        """The next instant at which something happens, or None if the call need not wait for it."""
        due, ended_at = self._account.timers.next_due, self._call.ended_at
        if due is None or (ended_at is not None and due > ended_at + _SETTLING_TIME):
            return None
        return max(due, self._account.clock.now())

    def _describe_progress(self) -> tuple[int, ...]:
        """Return numbers that differ after everything that a reader of the call sees."""
        call, now = self._call, self._account.clock.now()
        heard = sum(utterance.start <= now for utterance in call.talk)
        return heard, len(call.asked), call.updated_at or 0, self._account.live_calls.debugger.next_serial


def _is_under_way(call: LiveCall) -> bool:
    """Return True if a call does something that ends by itself. One in a queue, or without a document, does not."""
    doing = call.doing
    if doing is None:
        return call.status in (CallStatus.QUEUED, CallStatus.RINGING)
    if isinstance(doing, Requesting) or call.hang_up_at is not None:
        return True
    return doing.done_at is not None and not isinstance(doing, Queued)

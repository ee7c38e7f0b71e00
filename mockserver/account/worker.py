"""The worker: wakes accounts when a timer is due, and sends their callbacks, beside the requests."""

import asyncio
from collections.abc import Coroutine
from contextlib import closing
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar
from weakref import WeakSet

import msgspec

from mockserver.account.account import Account
from mockserver.account.delivery_slots import MAX_DELIVERIES, DeliverySlots
from mockserver.account.gradual import Pacer
from mockserver.account.time.first_events import FirstEvents
from mockserver.callbacks.sender import CallbackReceiver, CallbackSender
from mockserver.rest.errors import TwilioError

if TYPE_CHECKING:
    from mockserver.account.outgoing import Outgoing
    from mockserver.account.storage.account_saver import AccountSaver

T = TypeVar("T")


class _Alarm(msgspec.Struct, frozen=True):
    """A scheduled call of an event loop, for an instant of an account's clock."""

    loop: asyncio.AbstractEventLoop
    due: int
    clock_setting: tuple[int, int, float]
    """The clock's setting for which the delay was computed."""
    handle: asyncio.TimerHandle


class Worker:
    """Works on the event loops that answer requests: one after another, or several in their own threads.

    Args:
        sender: the sender of callbacks.
    """

    def __init__(self, sender: CallbackSender) -> None:
        self._sender, self._slots = sender, DeliverySlots()
        self.receivers: dict[str, CallbackReceiver] = {}
        """By AccountSid in lower case: what receives the callbacks of an account instead of the network."""
        self.is_silent = False  # True to send nothing: what is ready waits
        self._alarms: dict[Account, _Alarm] = {}
        self._sending_tasks: dict[Account, set[asyncio.Task[None]]] = {}
        self._revoked_tasks: WeakSet[asyncio.Task[None]] = WeakSet()
        """Deliveries that were cancelled because their account was replaced, while their event loop goes on."""
        self._awaited_accounts: set[Account] = set()
        """The accounts whose callbacks a request waits for."""
        self._waits: set[asyncio.Task[Any]] = set()
        """The tasks of requests that wait for something else than callbacks: delays and other requests."""
        self.saver: AccountSaver | None = None  # accounts live in memory
        self._stopped_loops: WeakSet[asyncio.AbstractEventLoop] = WeakSet()

    def start(self) -> None:
        """Accept work on the running event loop, including one that was stopped earlier."""
        self._stopped_loops.discard(asyncio.get_running_loop())

    def schedule(self, account: Account) -> None:
        """Send ready callbacks and set an alarm for the next timer. Call this after every possible change."""
        if self.saver is not None:
            self.saver.mark(account)
        can_fire = account.state.timers and (account.clock.rate or account.clock_moves.has_due)
        needs_alarm = can_fire and not self._has_alarm(account)
        has_requests = account.callbacks.has_pending or account.has_app_requests
        if not (needs_alarm or has_requests) or asyncio.get_running_loop() in self._stopped_loops:
            return
        self._send_ready(account)
        if needs_alarm and account.state.timers:  # a claim lets happen what is due by now
            self._set_alarm(account)

    def unschedule(self, account: Account) -> None:
        """Cancel everything that is scheduled for an account. Any thread may call this."""
        alarm = self._alarms.pop(account, None)
        if alarm is not None:
            _cancel_threadsafe(alarm.loop, alarm.handle)
        turn = self._slots.forget(account)
        if turn is not None:
            _cancel_threadsafe(turn.get_loop(), turn)
        for task in [*self._sending_tasks.get(account, ())]:
            self._revoked_tasks.add(task)
            _cancel_threadsafe(task.get_loop(), task)

    async def stop(self) -> None:
        """Cancel this event loop's tasks and waits. Undelivered callbacks are sent by the next worker."""
        loop = asyncio.get_running_loop()
        self._stopped_loops.add(loop)
        for wait in self._waits:
            if wait.get_loop() is loop:
                wait.cancel()
        for account, alarm in [*self._alarms.items()]:
            if alarm.loop is loop:
                alarm.handle.cancel()
                del self._alarms[account]
        self._slots.cancel_turns()
        ours = [task for account in [*self._sending_tasks] for task in self._get_tasks_on_this_loop(account)]
        for task in ours:
            task.cancel()
        await asyncio.gather(*ours, return_exceptions=True)

    async def wait_unless_stopped(self, wait: Coroutine[Any, Any, T]) -> T:
        """Return the result of something that a request waits for, such as a delay.

        Raises:
            TwilioError: 20503 if the server stops.
        """
        loop, task = asyncio.get_running_loop(), asyncio.current_task()
        assert task is not None, "a coroutine runs in a task"
        if loop in self._stopped_loops:
            wait.close()
            raise _make_stopping_error()
        self._waits.add(task)
        try:
            return await wait
        except asyncio.CancelledError:
            if loop not in self._stopped_loops:
                raise
            task.uncancel()
            raise _make_stopping_error() from None
        finally:
            self._waits.discard(task)

    async def advance(self, account: Account, target: int, events: FirstEvents | None = None) -> None:
        """Move a clock to an instant.

        The callbacks of each instant are answered before the clock moves on, unless `wait_until_idle` does not wait.
        Other requests are answered meanwhile: they find the account as it is on the way.

        Args:
            events: collects the first events on the way.
        """
        pacer = Pacer()
        with closing(account.clock_moves.advance_to(target)) as steps:
            for instant in steps:
                if events is not None:
                    events.collect()
                await pacer.pause_if_due()
                if instant is not None and not await self.wait_until_idle(account):
                    break
            else:
                self.schedule(account)

    async def wait_until_idle(self, account: Account) -> bool:
        """Wait until every callback that is ready was sent and its outcome was recorded.

        Only one request waits for the callbacks of an account. While it waits, the request of another one may come from
        a receiver that answers only after this request: that one sends its callbacks and waits for none.

        Returns:
            False if the wait was cancelled, because another account replaces this one.

        Raises:
            TwilioError: 20503 if the server stops.
        """
        self.schedule(account)
        if account in self._awaited_accounts:
            return True
        self._awaited_accounts.add(account)
        try:
            while waits := self._get_tasks_on_this_loop(account) or self._get_turn(account):
                done, _ = await asyncio.wait(waits)
                if any(future.cancelled() for future in done):
                    if asyncio.get_running_loop() in self._stopped_loops:
                        raise _make_stopping_error()
                    return False
        finally:
            self._awaited_accounts.discard(account)
        return True

    def _get_turn(self, account: Account) -> list[asyncio.Future[None]]:
        """Return what an account waits for if other accounts have all deliveries that may be under way."""
        turn = self._slots.get_turn(account)
        return [] if turn is None else [turn]

    def _get_tasks_on_this_loop(self, account: Account) -> list[asyncio.Future[None]]:
        """Return this loop's tasks: a task of another loop cannot be awaited here."""
        loop = asyncio.get_running_loop()
        return [task for task in self._sending_tasks.get(account, ()) if task.get_loop() is loop]

    def _send_ready(self, account: Account) -> None:
        if self.is_silent or not account.has_ready:
            return
        from mockserver.account.outgoing import list_outgoing, send_when_saved  # not before the first request

        ready = list_outgoing(account, MAX_DELIVERIES + 1)
        free = self._slots.count_free()
        if len(ready) > free:
            self._slots.wait(account)
        receiver = self.receivers.get(account.sid.lower(), self._sender) if self.receivers else self._sender
        for request in ready[:free]:
            request.claim()
            task = asyncio.get_running_loop().create_task(send_when_saved(request, receiver, self.saver))
            self._slots.take(task)
            self._sending_tasks.setdefault(account, set()).add(task)
            task.add_done_callback(partial(self._on_sent, account, request))

    def _on_sent(self, account: Account, request: "Outgoing", task: asyncio.Task[None]) -> None:
        if task.cancelled():  # its loop ends: the next worker sends it again
            request.release()
        sending = self._sending_tasks[account]
        sending.discard(task)
        if not sending:
            del self._sending_tasks[account]
        self._slots.release(task)
        if task.cancelled() and task not in self._revoked_tasks:
            return  # its loop ends
        if not task.cancelled() and account.has_ready:
            self._slots.wait(account)  # behind the others that wait
        self._slots.give_turns(self.schedule)
        if not task.cancelled():
            self.schedule(account)

    def _has_alarm(self, account: Account) -> bool:
        """Return True if the next timer has its alarm on some loop. Most requests do not change this."""
        known = self._alarms.get(account)
        if known is None or not known.loop.is_running():
            return False
        return known.due == account.timers.next_due and known.clock_setting == account.clock.setting

    def _set_alarm(self, account: Account) -> None:
        due, clock_setting = account.timers.next_due, account.clock.setting
        assert due is not None, "there are timers"
        loop, known = asyncio.get_running_loop(), self._alarms.get(account)
        if known is not None:
            if known.loop is not loop and known.loop.is_running():
                known.loop.call_soon_threadsafe(self.schedule, account)  # one loop wakes an account
                return
            known.handle.cancel()
        delay = account.clock.compute_real_seconds_until(due) or 0.0  # a timer of a clock that stands still is due
        self._alarms[account] = _Alarm(loop, due, clock_setting, loop.call_later(delay, self._wake, account))

    def _wake(self, account: Account) -> None:
        self._alarms.pop(account, None)
        account.run_due()
        self.schedule(account)


def _make_stopping_error() -> TwilioError:
    return TwilioError(20503, "The server stops, and this request still waited.")


def _cancel_threadsafe(
    loop: asyncio.AbstractEventLoop, cancellable: asyncio.TimerHandle | asyncio.Future[None]
) -> None:
    if not loop.is_closed():
        loop.call_soon_threadsafe(cancellable.cancel)

"""Lets time pass: wakes accounts when something is due, and sends their callbacks, beside the requests."""

import asyncio

from mockserver.account import Account
from mockserver.callbacks.courier import Courier
from mockserver.callbacks.overrides import split
from mockserver.callbacks.parcel import Parcel
from mockserver.state import Delivery, Event


class Timekeeper:
    """Runs on whichever event loop answers requests.

    Args:
        courier: who sends callbacks.
        patience: how long one attempt may take at most, in real seconds.
    """

    def __init__(self, courier: Courier, patience: float) -> None:
        self._courier = courier
        self._patience = patience
        self._alarms: dict[Account, tuple[int, asyncio.AbstractEventLoop, asyncio.TimerHandle]] = {}
        """When it is due on the account's clock, and the loop that wakes us then."""
        self._sending: dict[Account, set[asyncio.Task[None]]] = {}

    def attend(self, account: Account) -> None:
        """See to what waits in an account; to be called after everything that may have changed that."""
        if account.outbox.is_waiting:
            self._send_ready(account)
        if account.state.timers and account.clock.rate:
            self._set_alarm(account)

    async def advance(self, account: Account, target: int) -> list[Event]:
        """Move a clock on to an instant, and return what happened meanwhile, callbacks included."""
        self.forget(account)  # the clock may run otherwise by now, and its instants come sooner
        first = account.events.serial
        for _ in account.moments(target):
            await self.settle(account)
        self.attend(account)
        return account.events.since(first)

    def forget(self, account: Account) -> None:
        """Wake an account no more, until it is attended to again."""
        known = self._alarms.pop(account, None)
        if known is not None:
            known[2].cancel()

    async def settle(self, account: Account) -> None:
        """Wait until every callback that can be sent now was sent, and its outcome noted."""
        self._send_ready(account)
        while sending := self._sending.get(account):
            await asyncio.wait(sending)

    def _send_ready(self, account: Account) -> None:
        for delivery in account.outbox.ready():
            account.outbox.take(delivery.number)
            task = asyncio.get_running_loop().create_task(self._deliver(account, delivery))
            self._sending.setdefault(account, set()).add(task)
            task.add_done_callback(lambda done: self._sent(account, done))

    def _sent(self, account: Account, task: asyncio.Task[None]) -> None:
        sending = self._sending[account]
        sending.discard(task)
        if not sending:
            del self._sending[account]

    async def _deliver(self, account: Account, delivery: Delivery) -> None:
        try:
            outcome = await self._courier.send(self.parcel(delivery))
        except asyncio.CancelledError:  # the loop ends: another may send it
            account.outbox.put_back(delivery.number)
            raise
        account.outbox.settle(delivery.number, outcome)
        self.attend(account)

    def parcel(self, delivery: Delivery) -> Parcel:
        """Return the request of a callback, and with it the text that is signed."""
        url, overrides = split(delivery.url)
        return Parcel.signed(
            delivery.method,
            url,
            delivery.parameters,
            token=delivery.token,
            idempotency_token=delivery.idempotency_token,
            overrides=overrides,
            longest=self._patience,
        )

    def _set_alarm(self, account: Account) -> None:
        due, loop = account.timers.next_due, asyncio.get_running_loop()
        known = self._alarms.get(account)
        if due is None or (known is not None and known[:2] == (due, loop)):
            return
        self.forget(account)
        delay = account.clock.real_seconds_until(due)
        assert delay is not None, "the clock runs"
        self._alarms[account] = (due, loop, loop.call_later(delay, self._wake, account))

    def _wake(self, account: Account) -> None:
        del self._alarms[account]
        account.catch_up()
        self.attend(account)

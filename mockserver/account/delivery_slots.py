"""How many callbacks are sent at once, by all accounts of a server together, and which accounts wait for their turn."""

import asyncio
from collections.abc import Callable

from mockserver.account.account import Account
from mockserver.settings.descriptors import count_free_descriptors

MAX_DELIVERIES = 100
"""The maximum number of deliveries under way."""
_DESCRIPTORS_PER_DELIVERY = 4
"""A delivery needs one for its connection and one to resolve a name. A receiver in the same process needs others."""


class DeliverySlots:
    """The deliveries under way, and the accounts that have more to send."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[None]] = set()
        self._turns: dict[Account, asyncio.Future[None]] = {}
        """The waiting accounts, the longest waiting first. The future is done when it is the account's turn."""

    def count_free(self) -> int:
        """Return how many more deliveries may start: fewer if few descriptors are left, but never none for ever."""
        held, descriptors = len(self._tasks), count_free_descriptors()
        if descriptors is None:
            return MAX_DELIVERIES - held
        most = (descriptors + held) // _DESCRIPTORS_PER_DELIVERY
        return max(0, min(MAX_DELIVERIES, max(1, most)) - held)

    def take(self, task: asyncio.Task[None]) -> None:
        """Count a delivery that starts."""
        self._tasks.add(task)

    def release(self, task: asyncio.Task[None]) -> None:
        """Count a delivery that has ended."""
        self._tasks.discard(task)

    def wait(self, account: Account) -> None:
        """Put an account at the end of those that wait, unless it waits already on an event loop that runs."""
        turn = self._turns.get(account)
        if turn is None or not turn.get_loop().is_running():
            self._turns.pop(account, None)
            self._turns[account] = asyncio.get_running_loop().create_future()

    def get_turn(self, account: Account) -> asyncio.Future[None] | None:
        """Return the future that is done at the account's turn, or None if it does not wait on this event loop."""
        turn = self._turns.get(account)
        return turn if turn is not None and turn.get_loop() is asyncio.get_running_loop() else None

    def give_turns(self, resume: Callable[[Account], None]) -> None:
        """Let waiting accounts continue while deliveries may start, each on its own event loop."""
        for account in [*self._turns]:
            if not self.count_free():
                return
            turn = self._turns.pop(account, None)
            if turn is None or turn.get_loop().is_closed():  # another event loop was faster, or its own one has ended
                continue
            if turn.get_loop() is asyncio.get_running_loop():
                _begin(turn, resume, account)
            else:
                turn.get_loop().call_soon_threadsafe(_begin, turn, resume, account)

    def forget(self, account: Account) -> asyncio.Future[None] | None:
        """Remove a waiting account, and return its future, which its own event loop must cancel."""
        return self._turns.pop(account, None)

    def cancel_turns(self) -> None:
        """Cancel the waiting of accounts on the running event loop, which stops."""
        for account, turn in [*self._turns.items()]:
            if turn.get_loop() is asyncio.get_running_loop():
                del self._turns[account]
                turn.cancel()


def _begin(turn: asyncio.Future[None], resume: Callable[[Account], None], account: Account) -> None:
    if not turn.done():
        resume(account)
        turn.set_result(None)

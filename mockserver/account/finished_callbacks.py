"""The callbacks of an account that are no longer pending: a log that may lose its oldest ones."""

from collections import deque
from collections.abc import Callable

from mockserver.account.state.state import Delivery
from mockserver.journal.budget import LogBudget

_DELIVERY_BYTES = 1500
"""The approximate size of a delivery without its parameters and attempts."""
_ATTEMPT_BYTES = 250


class FinishedCallbacks:
    """Counts finished callbacks in a budget, in the order in which they finished.

    Args:
        drop: removes a callback, by its number, from the log.
    """

    def __init__(self, budget: LogBudget, drop: Callable[[int], None]) -> None:
        self._numbers: deque[int] = deque()
        """A callback that was delivered again is in it again."""
        self._drop = drop
        self._share = budget.open_share(self._drop_oldest)

    def add(self, delivery: Delivery) -> None:
        """Count a callback. The budget may then drop the oldest ones."""
        self._numbers.append(delivery.number)
        texts = sum(len(name) + len(value) for name, value in delivery.parameters)
        self._share.add(_DELIVERY_BYTES + len(delivery.url) + texts + _ATTEMPT_BYTES * len(delivery.attempts))

    def close(self) -> None:
        """Count in the budget no longer."""
        self._share.clear()

    def _drop_oldest(self) -> None:
        self._drop(self._numbers.popleft())

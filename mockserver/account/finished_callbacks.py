"""The callbacks of an account that are no longer pending: a log that may lose its oldest ones."""

from collections import deque
from collections.abc import Container
from typing import TYPE_CHECKING

from mockserver.journal.budget import BudgetedLog, LogBudget

if TYPE_CHECKING:
    from mockserver.account.state.deliveries import Delivery

_DELIVERY_BYTES = 1500
"""The approximate size of a delivery without its parameters and attempts."""
_ATTEMPT_BYTES = 250


class FinishedCallbacks(BudgetedLog):
    """Counts finished callbacks in a budget, in the order in which they finished.

    Args:
        budget: the memory that it shares with the logs of all accounts.
        deliveries: all callbacks of the account, by number; the dropped ones are removed.
        open_numbers: the numbers of the callbacks that are pending, perhaps again. They are not removed.
    """

    def __init__(self, budget: LogBudget, deliveries: "dict[int, Delivery]", open_numbers: Container[int]) -> None:
        super().__init__(budget)
        self._deliveries = deliveries
        self._open_numbers = open_numbers
        self._numbers: deque[int] = deque()
        """A callback that was delivered again is in it again."""

    def add(self, delivery: "Delivery") -> None:
        """Count a callback. The budget may then drop the oldest ones."""
        self._numbers.append(delivery.number)
        texts = sum(len(name) + len(value) for name, value in delivery.parameters)
        self._count_entry(_DELIVERY_BYTES + len(delivery.url) + texts + _ATTEMPT_BYTES * len(delivery.attempts))

    def close(self) -> None:
        """Count in the budget no longer."""
        self._count_all_as_dropped()

    def drop_oldest(self) -> None:
        """Remove the callback that finished first, unless it is being delivered again."""
        number = self._numbers.popleft()
        if number not in self._open_numbers:
            self._deliveries.pop(number, None)

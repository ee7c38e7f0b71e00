"""The memory that the logs of all accounts share: a full budget drops the oldest entry, whichever log has it."""

from collections import deque
from collections.abc import Callable
from heapq import heapify, heappop, heappush, heapreplace
from threading import Lock

DEFAULT_BYTES = 64 << 20
_MIN_EMPTY_SHARES = 64
"""The number of empty shares from which on they are removed from the heap, if they are also half of it."""


class BudgetShare:
    """The part of one log in a budget.

    Args:
        drop_oldest: drops the oldest entry of the log. It must not use the budget.
    """

    def __init__(self, budget: "LogBudget", drop_oldest: Callable[[], object]) -> None:
        self._budget = budget
        self.drop_oldest = drop_oldest
        self.entries: deque[tuple[int, int]] = deque()
        """The serial number and the size in bytes of each entry, oldest first."""
        self.size_bytes = 0
        self.is_in_heap = False

    def add(self, size: int, dropped: int = 0) -> None:
        """Count a new entry. The budget may drop it at once, if it alone is larger than the budget.

        Args:
            dropped: the number of oldest entries that the log dropped itself.
        """
        budget = self._budget
        with budget.lock:  # every request comes here
            if not self.entries:
                budget.enter_heap(self)
            for _ in range(dropped):
                self.subtract_oldest()
            budget.serial = serial = budget.serial + 1
            self.entries.append((serial, size))
            self.size_bytes += size
            budget.size_bytes = total = budget.size_bytes + size
            if total > budget.max_bytes:
                budget.shrink()

    def clear(self) -> None:
        """Count all entries as dropped."""
        with self._budget.lock:
            if self.entries:
                self._budget.size_bytes -= self.size_bytes
                self.size_bytes = 0
                self.entries.clear()
                self._budget.count_empty_share()

    def subtract_oldest(self) -> None:
        """Count the oldest entry as dropped. The caller holds the lock."""
        _, size = self.entries.popleft()
        self.size_bytes -= size
        self._budget.size_bytes -= size


class LogBudget:
    """The bytes that all logs of one mock may take together. Several threads may use it.

    Args:
        max_bytes: the limit.
    """

    def __init__(self, max_bytes: int = DEFAULT_BYTES) -> None:
        self.max_bytes = max_bytes
        self.size_bytes = 0
        self.serial = 0
        """The serial number of the latest entry of all logs."""
        self.lock = Lock()
        """Whoever changes the budget or a share of it holds this lock."""
        self._heap: list[tuple[int, BudgetShare]] = []
        """Every share with entries, by a serial number that is not above that of its oldest entry."""
        self._empty_shares = 0
        """The number of shares in the heap whose logs have no entries any more."""

    def open_share(self, drop_oldest: Callable[[], object]) -> BudgetShare:
        """Return the share of a new log.

        Args:
            drop_oldest: drops the oldest entry of the log.
        """
        return BudgetShare(self, drop_oldest)

    def enter_heap(self, share: BudgetShare) -> None:
        """Add the share of a log that gets its first entry, or its first one after it was empty."""
        if share.is_in_heap:
            self._empty_shares -= 1
        else:
            share.is_in_heap = True
            heappush(self._heap, (self.serial + 1, share))

    def count_empty_share(self) -> None:
        """Count a share that has become empty, and drop all empty ones if they are too many."""
        self._empty_shares += 1
        if self._empty_shares <= max(_MIN_EMPTY_SHARES, len(self._heap) // 2):
            return
        for _, share in self._heap:
            share.is_in_heap = bool(share.entries)
        self._heap = [place for place in self._heap if place[1].entries]
        heapify(self._heap)
        self._empty_shares = 0

    def shrink(self) -> None:
        """Drop the oldest entries of all logs until the rest fits. The caller holds the lock."""
        while self.size_bytes > self.max_bytes:
            self._drop_oldest()

    def _drop_oldest(self) -> None:
        """Drop the oldest entry of all logs, or correct the first place of the heap."""
        serial, share = self._heap[0]
        if not share.entries:
            heappop(self._heap)
            share.is_in_heap = False
            self._empty_shares -= 1
        elif share.entries[0][0] != serial:
            heapreplace(self._heap, (share.entries[0][0], share))
        else:
            share.subtract_oldest()
            share.drop_oldest()
            if not share.entries:
                self._empty_shares += 1

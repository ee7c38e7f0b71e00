"""The memory that the logs of all accounts share: a full budget drops the oldest entry, whichever log has it."""

from abc import ABC, abstractmethod
from collections import deque
from heapq import heapify, heappop, heappush, heapreplace
from threading import Lock

DEFAULT_BYTES = 64 << 20
_MIN_EMPTY_LOGS = 64
"""The number of empty logs from which on they are removed from the heap, if they are also half of it."""


class BudgetedLog(ABC):
    """A log whose entries count in a budget.

    Args:
        budget: the memory that it shares with other logs.
    """

    def __init__(self, budget: "LogBudget") -> None:
        self.budget = budget
        self.sizes: deque[tuple[int, int]] = deque()
        """The serial number and the size in bytes of each entry, oldest first."""
        self.size_bytes = 0
        """The approximate size of all entries in bytes."""
        self.is_in_heap = False

    @abstractmethod
    def drop_oldest(self) -> None:
        """Drop the oldest entry. The budget calls this, and has subtracted the entry before."""

    def _count_entry(self, size: int, dropped: int = 0) -> None:
        """Count a new entry. The budget may drop it at once, if it alone is larger than the budget.

        Args:
            dropped: the number of oldest entries that the log dropped itself.
        """
        budget = self.budget
        with budget.lock:  # every request comes here
            if not self.sizes:
                budget.enter_heap(self)
            for _ in range(dropped):
                self.subtract_oldest()
            budget.serial = serial = budget.serial + 1
            self.sizes.append((serial, size))
            self.size_bytes += size
            budget.size_bytes = total = budget.size_bytes + size
            if total > budget.max_bytes:
                budget.shrink()

    def _count_all_as_dropped(self) -> None:
        """Count no entry any more."""
        if self.sizes:
            with self.budget.lock:
                self.budget.size_bytes -= self.size_bytes
                self.size_bytes = 0
                self.sizes.clear()
                self.budget.count_empty_log()

    def subtract_oldest(self) -> None:
        """Count the oldest entry as dropped. The caller holds the lock."""
        _, size = self.sizes.popleft()
        self.size_bytes -= size
        self.budget.size_bytes -= size


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
        """Whoever changes the budget or a size in its logs holds this lock."""
        self._heap: list[tuple[int, BudgetedLog]] = []
        """Every log with entries, by a serial number that is not above that of its oldest entry."""
        self._empty_logs = 0
        """The number of logs in the heap that have no entries any more."""

    def enter_heap(self, log: BudgetedLog) -> None:
        """Add a log that gets its first entry, or its first one after it was empty."""
        if log.is_in_heap:
            self._empty_logs -= 1
        else:
            log.is_in_heap = True
            heappush(self._heap, (self.serial + 1, log))

    def count_empty_log(self) -> None:
        """Count a log that has become empty, and drop all empty ones if they are too many."""
        self._empty_logs += 1
        if self._empty_logs <= max(_MIN_EMPTY_LOGS, len(self._heap) // 2):
            return
        for _, log in self._heap:
            log.is_in_heap = bool(log.sizes)
        self._heap = [place for place in self._heap if place[1].sizes]
        heapify(self._heap)
        self._empty_logs = 0

    def shrink(self) -> None:
        """Drop the oldest entries of all logs until the rest fits. The caller holds the lock."""
        while self.size_bytes > self.max_bytes:
            self._drop_oldest()

    def _drop_oldest(self) -> None:
        """Drop the oldest entry of all logs, or correct the first place of the heap."""
        serial, log = self._heap[0]
        if not log.sizes:
            heappop(self._heap)
            log.is_in_heap = False
            self._empty_logs -= 1
        elif log.sizes[0][0] != serial:
            heapreplace(self._heap, (log.sizes[0][0], log))
        else:
            log.subtract_oldest()
            log.drop_oldest()
            if not log.sizes:
                self._empty_logs += 1

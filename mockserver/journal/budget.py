"""The memory that the logs of all accounts share: a full budget drops the oldest entry, whichever log has it."""

from collections import deque
from collections.abc import Callable
from threading import Lock

DEFAULT_BYTES = 64 << 20
_MIN_ORPHANS = 4096
"""The number of orphans from which on the queue is rebuilt, if they are also half of it."""


class BudgetShare:
    """The part of one log in a budget.

    Args:
        drop_oldest: drops the oldest entry of the log. It must not use the budget.
    """

    def __init__(self, budget: "LogBudget", drop_oldest: Callable[[], object]) -> None:
        self.budget = budget
        self.drop_oldest = drop_oldest
        self.sizes: deque[int] = deque()
        """The sizes of the log's entries in bytes, oldest first."""
        self.size_bytes = 0
        self.orphans = 0
        """The number of places in the budget's queue whose entries the log dropped itself. They are its oldest ones."""

    def add(self, size: int) -> None:
        """Count a new entry. The budget may drop it at once, if it alone is larger than the budget."""
        self.budget.add(self, size)

    def remove(self, count: int | None = None) -> None:
        """Count the oldest entries as dropped, or all."""
        self.budget.remove(self, len(self.sizes) if count is None else count)


class LogBudget:
    """The bytes that all logs of one mock may take together. Several threads may use it.

    Args:
        max_bytes: the limit.
    """

    def __init__(self, max_bytes: int = DEFAULT_BYTES) -> None:
        self.max_bytes = max_bytes
        self.size_bytes = 0
        self._shares: deque[BudgetShare] = deque()
        """The share of each entry, oldest first."""
        self._orphans = 0
        self._lock = Lock()

    def open_share(self, drop_oldest: Callable[[], object]) -> BudgetShare:
        """Return the share of a new log.

        Args:
            drop_oldest: drops the oldest entry of the log.
        """
        return BudgetShare(self, drop_oldest)

    def add(self, share: BudgetShare, size: int) -> None:
        """Count a new entry, and drop the oldest entries of all logs until the rest fits."""
        with self._lock:
            share.sizes.append(size)
            share.size_bytes += size
            self.size_bytes += size
            self._shares.append(share)
            while self.size_bytes > self.max_bytes:
                self._drop_oldest()

    def remove(self, share: BudgetShare, count: int) -> None:
        """Count the oldest entries of a log as dropped: the log dropped them itself."""
        with self._lock:
            for _ in range(count):
                self._subtract_oldest(share)
            share.orphans += count
            self._orphans += count
            if self._orphans > max(_MIN_ORPHANS, len(self._shares) // 2):
                self._shares = deque(owner for owner in self._shares if not self._take_orphan(owner))

    def _drop_oldest(self) -> None:
        share = self._shares.popleft()
        if not self._take_orphan(share):
            self._subtract_oldest(share)
            share.drop_oldest()

    def _take_orphan(self, share: BudgetShare) -> bool:
        """Return True if the share's oldest place in the queue has no entry any more, and count this place as gone."""
        if not share.orphans:
            return False
        share.orphans -= 1
        self._orphans -= 1
        return True

    def _subtract_oldest(self, share: BudgetShare) -> None:
        size = share.sizes.popleft()
        share.size_bytes -= size
        self.size_bytes -= size

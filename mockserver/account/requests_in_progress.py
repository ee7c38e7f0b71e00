"""Requests that have no complete response yet, of accounts with rate limits."""

from collections import Counter
from collections.abc import Mapping
from typing import TypeVar

Key = TypeVar("Key")


class RequestsInProgress:
    """Counts the requests in progress of all accounts. They are no state of an account: a snapshot holds none."""

    def __init__(self) -> None:
        self._totals: Counter[str] = Counter()
        self._by_limit: Counter[tuple[str, int, str]] = Counter()

    def count_by_limit(self, sid: str, names: Mapping[int, str]) -> dict[int, int]:
        """Return, by the number of each limit, how many requests it counts under a name."""
        return {number: self._by_limit[sid, number, name] for number, name in names.items()}

    def enter(self, sid: str, names: Mapping[int, str]) -> "RequestInProgress":
        """Count a request.

        Args:
            sid: the AccountSid.
            names: the name under which each limit counts it, by the limit's number.
        """
        self._totals[sid] += 1
        keys = [(sid, number, name) for number, name in names.items()]
        self._by_limit.update(keys)
        return RequestInProgress(sid, keys, self._totals, self._by_limit)


class RequestInProgress:
    """One request, until it leaves."""

    def __init__(
        self,
        sid: str,
        keys: list[tuple[str, int, str]],
        totals: Counter[str],
        by_limit: Counter[tuple[str, int, str]],
    ) -> None:
        self._sid = sid
        self._keys = keys
        self._totals = totals
        self._by_limit = by_limit
        self._has_left = False

    @property
    def concurrent_requests(self) -> int:
        """The number of requests of the account that are in progress, with this one."""
        return self._totals[self._sid]

    def leave(self) -> None:
        """Count the request no longer. A second call does nothing."""
        if self._has_left:
            return
        self._has_left = True
        _subtract(self._totals, self._sid)
        for key in self._keys:
            _subtract(self._by_limit, key)


def _subtract(counts: Counter[Key], key: Key) -> None:
    counts[key] -= 1
    if not counts[key]:
        del counts[key]

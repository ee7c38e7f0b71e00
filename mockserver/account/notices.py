"""Notices that something of an account has changed, for clients that follow it.

A change sends no notice. When a follower looks, it compares the counters of the account with those of its last look. So
requests and changes do nothing for followers, and an account without followers costs nothing.
"""

from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Lock
from typing import TYPE_CHECKING, Any

import msgspec

from mockserver.account.account_marks import Marks, NoticeKind, read_marks

if TYPE_CHECKING:
    from mockserver.account.account import Account

LOOK_SECONDS = 0.1
"""The real seconds between two looks at an account: there are ten notices of each kind in a second at most."""
MAX_NOTICES = 256
"""The number of notices that are kept for followers that are behind, or come again."""
MAX_FOLLOWERS = 100
"""The number of followers of one account."""
_MAX_DIGITS = 18


class Notice(msgspec.Struct, frozen=True):
    """Something changed. A follower reads again what it shows of this kind."""

    id: str
    kind: NoticeKind
    values: dict[str, Any]


class FollowedAccount:
    """The notices of one account, which its followers share.

    Args:
        start: identifies this watch: the numbers of another one mean nothing here.
        find_marks: returns the counters of the account; None while it is not in memory.
    """

    def __init__(self, start: str, find_marks: Callable[[], Marks | None]) -> None:
        self.followers = 0
        self._start = start
        self._find_marks = find_marks
        self._marks = find_marks()
        self._notices: deque[Notice] = deque(maxlen=MAX_NOTICES)
        self._total = 0
        self._looked_at: float | None = None
        self._lock = Lock()

    def look(self, now: float) -> None:
        """Add a notice for each kind of change since the last look, unless that was just now.

        Followers may look in several threads.

        Args:
            now: the present, in monotonic real seconds.
        """
        with self._lock:
            if self._looked_at is not None and now - self._looked_at < LOOK_SECONDS:
                return
            self._looked_at = now
            before, self._marks = self._marks, self._find_marks()
            for kind, values in _find_changes(before, self._marks):
                self._total += 1
                self._notices.append(Notice(self.make_id(self._total), kind, values))

    def find_number(self, last_id: str | None) -> int:
        """Return the number of the last notice that a follower has, or -1 if its id is of no use here.

        Args:
            last_id: the id of that notice; None for a follower that begins now.
        """
        if last_id is None:
            return self._total
        start, _, digits = last_id.rpartition("-")
        is_number = digits.isascii() and digits.isdigit() and len(digits) <= _MAX_DIGITS
        number = int(digits) if is_number else -1
        return number if start == self._start and number <= self._total else -1

    def read_after(self, number: int) -> tuple[int, list[Notice]]:
        """Return the number of the latest notice, and all after another one: only `lag` if some are gone."""
        with self._lock:
            total, missing = self._total, self._total - number
            if number < 0 or missing > len(self._notices):
                return total, [Notice(self.make_id(total), NoticeKind.LAG, {})]
            return total, list(self._notices)[len(self._notices) - missing :]

    def make_id(self, number: int) -> str:
        """Return the id of a notice."""
        return f"{self._start}-{number}"


def _find_changes(before: Marks | None, now: Marks | None) -> Iterator[tuple[NoticeKind, dict[str, Any]]]:
    if before is not None and now is not None:
        yield from now.find_changes(before)
    elif before is not now:
        yield NoticeKind.ACCOUNT, {}


class Follower:
    """A client that follows an account: a place among the notices. It takes no memory of its own, however slow it is.

    Args:
        last_id: the id of the last notice that it has; None if it begins now.
    """

    def __init__(self, watch: FollowedAccount, last_id: str | None) -> None:
        self._watch = watch
        self._number = watch.find_number(last_id)

    @property
    def last_id(self) -> str:
        """The id of the last notice that it has."""
        return self._watch.make_id(max(0, self._number))

    def take(self, now: float) -> list[Notice]:
        """Return what is new since the last call.

        Args:
            now: the present, in monotonic real seconds.
        """
        self._watch.look(now)
        self._number, notices = self._watch.read_after(self._number)
        return notices


class Notices:
    """The accounts of one mock that have followers.

    Args:
        instance_id: identifies the server.
        find_account: returns an account if it is in memory.
        read_settings: returns what may change of an account besides its own state.
    """

    def __init__(
        self,
        instance_id: str,
        find_account: "Callable[[str], Account | None]",
        read_settings: "Callable[[Account], object]",
    ) -> None:
        self._instance_id = instance_id
        self._find_account = find_account
        self._read_settings = read_settings
        self._watches: dict[str, FollowedAccount] = {}
        self._start_count = 0

    def count_followers(self, sid: str) -> int:
        """Return the number of those who follow an account now."""
        watch = self._watches.get(sid.lower())
        return 0 if watch is None else watch.followers

    @contextmanager
    def follow(self, sid: str, last_id: str | None = None) -> Iterator[Follower]:
        """Follow an account. Its notices are kept until the last follower leaves.

        Args:
            last_id: the id of the last notice that the client has; None if it begins now.
        """
        key = sid.lower()
        watch = self._watches.get(key)
        if watch is None:
            self._start_count += 1
            start = f"{self._instance_id}.{self._start_count}"
            watch = self._watches[key] = FollowedAccount(start, lambda: self._find_marks(key))
        watch.followers += 1
        try:
            yield Follower(watch, last_id)
        finally:
            watch.followers -= 1
            if not watch.followers:
                del self._watches[key]

    def _find_marks(self, key: str) -> Marks | None:
        account = self._find_account(key)
        return None if account is None else read_marks(account, self._read_settings(account))

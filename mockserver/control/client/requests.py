"""An account's request journal, from outside: what a client asked, and whether it is what it should have asked."""

from collections.abc import Iterator
from typing import Any

from mockserver.control.client.connection import ControlConnection
from mockserver.control.journal_views import CommandLine, RequestsView, RequestView
from mockserver.journal.verification import Verification

_SLACK = 5.0
"""Real seconds that an answer may take longer than it was told to wait."""
_ALL = 1_000_000


class RequestsClient:
    """The requests of an account, secrets hidden.

    What is meant is said as a scenario's rules say it: `op="list_recordings"`, `method`, `path` and `header`
    (shell patterns), `sid`, `status`, `query={"PageSize": "50"}`, `form`.

    Args:
        root: the account's path below `/_mock`.
    """

    def __init__(self, line: ControlConnection, root: str) -> None:
        self._line = line
        self._path = f"{root}/requests"

    def all(self) -> list[RequestView]:
        """Return all that the journal has, the oldest first."""
        return self.listed().requests

    def listed(self, limit: int = _ALL) -> RequestsView:
        """Return the last requests, and how many there were."""
        return self._line.request("GET", self._path, RequestsView, parameters={"limit": limit})

    def __iter__(self) -> Iterator[RequestView]:
        return iter(self.all())

    def __len__(self) -> int:
        return self.listed(limit=0).total

    def verify(
        self,
        op: str | None = None,
        *,
        min: int | None = None,
        max: int | None = None,
        exactly: int | None = None,
        **pattern: Any,
    ) -> Verification:
        """Judge whether as many requests came as should have: at least one where nothing is said."""
        command = {"pattern": _build_pattern(op, pattern), "min": min, "max": max, "exactly": exactly}
        return self._line.request("POST", f"{self._path}/verify", Verification, command)

    def assert_called(self, op: str | None = None, **expected: Any) -> None:
        """Assert what `verify` judges.

        Raises:
            AssertionError: with the nearest misses, or because the journal no longer knows.
        """
        __tracebackhide__ = True
        verdict = self.verify(op, **expected)
        if not verdict.is_met:
            raise AssertionError(str(verdict))

    def assert_not_called(self, op: str | None = None, **pattern: Any) -> None:
        """Assert that no such request came.

        Raises:
            AssertionError: where one did, or the journal no longer knows.
        """
        __tracebackhide__ = True
        self.assert_called(op, exactly=0, **pattern)

    def wait_for(self, op: str | None = None, *, count: int = 1, timeout: float = 10.0, **pattern: Any) -> None:
        """Wait until so many requests have come, those before included.

        Args:
            timeout: for how many real seconds.

        Raises:
            AssertionError: where they have not come by then.
        """
        __tracebackhide__ = True
        command = {"pattern": _build_pattern(op, pattern), "count": count, "timeout": f"{round(timeout * 1000)}ms"}
        verdict = self._line.request("POST", f"{self._path}/wait", Verification, command, patience=timeout + _SLACK)
        if not verdict.is_met:
            raise AssertionError(str(verdict))

    def curl(self, number: int) -> str:
        """Return a command that repeats a request; the token is to be in $TWILIO_AUTH_TOKEN."""
        return self._line.request("GET", f"{self._path}/{number}/curl", CommandLine).command

    def har(self) -> dict[str, Any]:
        """Return the journal as an HTTP archive (HAR 1.2)."""
        return self._line.request("GET", f"{self._path}.har", dict[str, Any])

    def clear(self) -> None:
        """Forget everything, as if nothing had come yet."""
        self._line.request("DELETE", self._path, RequestsView)


def _build_pattern(op: str | None, pattern: dict[str, Any]) -> dict[str, Any]:
    return pattern if op is None else {"op": op, **pattern}

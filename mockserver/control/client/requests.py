"""Reads and verifies an account's request journal."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from mockserver.control.client.connection import ControlConnection, encode_json
from mockserver.control.views.requests import CurlCommandView, RequestDetailView, RequestsView, RequestView
from mockserver.journal.verification import Verification

if TYPE_CHECKING:
    from typing import Unpack

    from mockserver.control.client.argument_types import ExpectedRequests, OperationName, RequestFields

__tracebackhide__ = True
_EXTRA_SECONDS = 5.0
"""Real seconds that a response may take beyond the requested wait."""
_NO_LIMIT = 1_000_000


class RequestsClient:
    """The requests of an account, with secrets hidden.

    Patterns use the fields of a scenario's rules: `op="list_recordings"`, `method`, `path` and `header` (shell
    patterns), `sid`, `status`, `query={"PageSize": "50"}`, `form`. A list of values in `query` or `form` stands for a
    parameter that is sent several times, with exactly these values in this order.

    Args:
        account_path: the account's path below `/_mock`.
    """

    def __init__(self, connection: ControlConnection, account_path: str) -> None:
        self._connection = connection
        self._path = f"{account_path}/requests"

    def all(self) -> list[RequestView]:
        """Return all requests in the journal, oldest first."""
        return self.listed().requests

    def listed(self, limit: int = _NO_LIMIT) -> RequestsView:
        """Return the last requests, and the total number."""
        return self._connection.request("GET", self._path, RequestsView, parameters={"limit": limit})

    def find(
        self,
        op: "OperationName | None" = None,
        *,
        since: int = 0,
        limit: int = _NO_LIMIT,
        **pattern: "Unpack[RequestFields]",
    ) -> RequestsView:
        """Return the requests that match, oldest first.

        Args:
            since: the number of the first request that counts.
            limit: how many of the newest ones to return.
        """
        text = encode_json(_build_pattern(op, pattern)).decode()
        parameters: dict[str, str | int] = {"since": since, "limit": limit, "pattern": text}
        return self._connection.request("GET", self._path, RequestsView, parameters=parameters)

    def follow(
        self, op: "OperationName | None" = None, *, last: int = _NO_LIMIT, **pattern: "Unpack[RequestFields]"
    ) -> Iterator[RequestView]:
        """Yield the requests that match, and then each new one, without an end.

        Args:
            last: how many of the requests so far to yield, the newest ones.
        """
        found = self.find(op, limit=last, **pattern)
        since, generation = 0, found.generation
        while True:
            if found.generation != generation:  # the journal was emptied, and the numbers began again
                found = self.find(op, **pattern)
                since, generation = 0, found.generation
            for request in found.requests:
                yield request
                since = request.number + 1
            self._await_request({"pattern": _build_pattern(op, pattern), "since": since, "timeout": "2s"})
            found = self.find(op, since=since, **pattern)

    def wait_for_new(self, since: int) -> bool:
        """Wait two real seconds for a request with this number or a later one. Return False if none came."""
        return self._await_request({"since": since, "timeout": "2s"}).is_met

    def _await_request(self, command: dict[str, Any]) -> Verification:
        return self._connection.request("POST", f"{self._path}/wait", Verification, command)

    def get(self, number: int) -> RequestDetailView:
        """Return one request with the headers and the start of the body of its response."""
        return self._connection.request("GET", f"{self._path}/{number}", RequestDetailView)

    def __iter__(self) -> Iterator[RequestView]:
        return iter(self.all())

    def __len__(self) -> int:
        return self.listed(limit=0).total

    def verify(
        self,
        op: "OperationName | None" = None,
        *,
        min: int | None = None,
        max: int | None = None,
        exactly: int | None = None,
        **pattern: "Unpack[RequestFields]",
    ) -> Verification:
        """Check the number of matching requests: at least one, unless arguments say otherwise."""
        command = {"pattern": _build_pattern(op, pattern), "min": min, "max": max, "exactly": exactly}
        return self._connection.request("POST", f"{self._path}/verify", Verification, command)

    def assert_called(self, op: "OperationName | None" = None, **expected: "Unpack[ExpectedRequests]") -> None:
        """Assert the result of `verify`.

        Raises:
            AssertionError: with the nearest misses, or because the journal has dropped requests.
        """
        verdict = self.verify(op, **expected)
        if not verdict.is_met:
            raise AssertionError(str(verdict))

    def assert_not_called(self, op: "OperationName | None" = None, **pattern: "Unpack[RequestFields]") -> None:
        """Assert that no request matches.

        Raises:
            AssertionError: if a request matches, or the journal has dropped requests.
        """
        self.assert_called(op, exactly=0, **pattern)

    def wait_for(
        self,
        op: "OperationName | None" = None,
        *,
        count: int = 1,
        timeout: float = 10.0,
        **pattern: "Unpack[RequestFields]",
    ) -> None:
        """Wait until a number of matching requests exist, earlier ones included.

        Args:
            timeout: in real seconds.

        Raises:
            AssertionError: if there are fewer when the time is up.
        """
        command = {"pattern": _build_pattern(op, pattern), "count": count, "timeout": f"{round(timeout * 1000)}ms"}
        verdict = self._connection.request(
            "POST", f"{self._path}/wait", Verification, command, timeout_seconds=timeout + _EXTRA_SECONDS
        )
        if not verdict.is_met:
            raise AssertionError(str(verdict))

    def curl(self, number: int) -> str:
        """Return a curl command that repeats a request. It reads the token from $TWILIO_AUTH_TOKEN."""
        return self._connection.request("GET", f"{self._path}/{number}/curl", CurlCommandView).command

    def har(self) -> dict[str, Any]:
        """Return the journal as an HTTP archive (HAR 1.2)."""
        return self._connection.request("GET", f"{self._path}.har", dict[str, Any])

    def clear(self) -> None:
        """Remove all entries, and count from zero again."""
        self._connection.request("DELETE", self._path, RequestsView)


def _build_pattern(op: "OperationName | None", pattern: "RequestFields") -> dict[str, Any]:
    return {**pattern} if op is None else {"op": op, **pattern}

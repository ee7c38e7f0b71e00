"""Sends the changes of an account that may send callbacks, and waits until these are answered."""

from collections.abc import Sequence
from typing import Any, TypeVar

from mockserver.control.client.connection import ControlConnection
from mockserver.control.client.errors import ControlError
from mockserver.control.client.event_loops import has_running_loop
from mockserver.control.client.events import collect_events
from mockserver.control.views.accounts import ChangeResult
from mockserver.control.views.callbacks import CallbackView
from mockserver.control.views.scenario import EventView

__tracebackhide__ = True
Decoded = TypeVar("Decoded")
TIMEOUT_FAILURES = frozenset({"connect_timeout", "read_timeout"})


class BlockedLoopError(ControlError):
    """A callback was not answered in time, while the call blocked the event loop that the receiver may run on."""


def refuse_unanswered(what: str, urls: Sequence[str], twin: str) -> None:
    """Raise if requests were not answered in time while an event loop was blocked.

    Args:
        what: the kind of the requests.
        urls: where they went.
        twin: the name of the async method that does the same.

    Raises:
        BlockedLoopError: if there are any.
    """
    if urls:
        raise BlockedLoopError(
            f"expected an answer to the {what} to {urls[0]}, found none in time: this call blocks the "
            f"event loop of its thread, which a receiver on the same loop needs. Use `await ....{twin}(...)`."
        )


class AccountChanges:
    """Changes one account.

    Args:
        account_path: the account's path below `/_mock`.
    """

    def __init__(self, connection: ControlConnection, account_path: str) -> None:
        self._connection = connection
        self._account_path = account_path

    def send(
        self, path: str, result_type: type[Decoded], command: Any = None, *, twin: str, method: str = "POST"
    ) -> Decoded:
        """Send a change, and return its result.

        Args:
            path: the path below the account's.
            twin: the name of the async method that does the same.

        Raises:
            BlockedLoopError: if a callback was not answered in time, and an event loop runs in this thread.
        """
        if not has_running_loop():
            return self._connection.request(method, f"{self._account_path}{path}", result_type, command)
        before = self._list_attempts()
        result = self._connection.request(method, f"{self._account_path}{path}", result_type, command)
        unanswered = [url for attempt, url in self._list_attempts().items() if attempt not in before]
        refuse_unanswered("callback", unanswered, twin)
        return result

    def send_for_events(
        self, path: str, command: Any = None, *, twin: str, method: str = "POST"
    ) -> tuple[EventView, ...]:
        """Send a change like `send`, and return the events that it caused."""
        result = self.send(path, ChangeResult, command, twin=twin, method=method)
        return collect_events(self._connection, self._account_path, result)

    def _list_attempts(self) -> dict[tuple[int, int], str]:
        """Return the URLs of the attempts that were not answered in time, by callback and attempt."""
        callbacks = self._connection.request("GET", f"{self._account_path}/callbacks", tuple[CallbackView, ...])
        return {
            (callback.number, number): callback.url
            for callback in callbacks
            for number, attempt in enumerate(callback.attempts)
            if attempt.failure in TIMEOUT_FAILURES
        }

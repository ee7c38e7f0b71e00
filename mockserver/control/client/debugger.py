"""Reads the debugger of an account: the errors and warnings of calls and their apps."""

from collections.abc import Collection, Iterator

from mockserver.control.client.connection import ControlConnection
from mockserver.control.views.debugger import DebuggerEventView

__tracebackhide__ = True


class DebuggerClient:
    """The debugger events of an account, oldest first. The log is bounded: the last 1,000 are kept.

    Args:
        account_path: the account's path below `/_mock`.
    """

    def __init__(self, connection: ControlConnection, account_path: str) -> None:
        self._connection = connection
        self._path = f"{account_path}/debugger"

    @property
    def events(self) -> tuple[DebuggerEventView, ...]:
        """The events so far."""
        return self.list()

    def list(self, since: int = 0) -> tuple[DebuggerEventView, ...]:
        """Return the events from a serial number on."""
        return self._connection.request("GET", self._path, tuple[DebuggerEventView, ...], parameters={"since": since})

    def __iter__(self) -> Iterator[DebuggerEventView]:
        return iter(self.list())

    def __len__(self) -> int:
        return len(self.list())

    def assert_clean(self, *, ignore: Collection[int] = ()) -> None:
        """Assert that there are neither errors nor warnings.

        Args:
            ignore: codes to ignore, such as 12200.

        Raises:
            AssertionError: with the events.
        """
        found = [event for event in self.list() if event.code not in ignore]
        if found:
            raise AssertionError("\n".join(map(str, found)))

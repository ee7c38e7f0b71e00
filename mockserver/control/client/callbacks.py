"""Reads an account's callbacks, and delivers them again."""

from collections.abc import Iterator

from mockserver.control.client.connection import ControlConnection
from mockserver.control.views.callbacks import CallbackView


class CallbacksClient:
    """The log of an account's callbacks, in queue order.

    Args:
        account_path: the account's path below `/_mock`.
    """

    def __init__(self, connection: ControlConnection, account_path: str) -> None:
        self._connection = connection
        self._path = f"{account_path}/callbacks"

    def list(self) -> tuple[CallbackView, ...]:
        """Return all callbacks."""
        return self._connection.request("GET", self._path, tuple[CallbackView, ...])

    def __iter__(self) -> Iterator[CallbackView]:
        return iter(self.list())

    def __len__(self) -> int:
        return len(self.list())

    def redeliver(self, number: int) -> CallbackView:
        """Deliver a callback again, and return its new outcome."""
        return self._connection.request("POST", f"{self._path}/{number}/redeliver", CallbackView)

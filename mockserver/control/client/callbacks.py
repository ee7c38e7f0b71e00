"""Reads an account's callbacks, sends one by hand, and delivers them again."""

from collections.abc import Iterator
from functools import partial
from typing import Literal

from mockserver.control.client.changes import AccountChanges
from mockserver.control.client.connection import ControlConnection
from mockserver.control.client.event_loops import run_in_thread
from mockserver.control.views.callbacks import CallbackView
from mockserver.control.views.signatures import SignatureView
from mockserver.control.views.upcoming_callbacks import UpcomingCallbackView

__tracebackhide__ = True


class CallbacksClient:
    """The log of an account's callbacks, in queue order.

    Args:
        account_path: the account's path below `/_mock`.
    """

    def __init__(self, connection: ControlConnection, account_path: str) -> None:
        self._connection = connection
        self._path = f"{account_path}/callbacks"
        self._changes = AccountChanges(connection, account_path)

    def list(self, *, seconds: bool = False) -> tuple[CallbackView, ...]:
        """Return all callbacks.

        Args:
            seconds: True for the durations of the attempts, which differ from run to run.
        """
        parameters = {"seconds": "true"} if seconds else None
        return self._connection.request("GET", self._path, tuple[CallbackView, ...], parameters=parameters)

    def __iter__(self) -> Iterator[CallbackView]:
        return iter(self.list())

    def __len__(self) -> int:
        return len(self.list())

    def upcoming(self) -> tuple[UpcomingCallbackView, ...]:
        """Return the callbacks to come: those that wait in the queue, and those that steps of timelines will send."""
        return self._connection.request("GET", f"{self._path}/upcoming", tuple[UpcomingCallbackView, ...])

    def verify(self, url: str, body: str, signature: str) -> SignatureView:
        """Check the signature of a request that a receiver got, and say which part differs.

        Args:
            url: the URL as the receiver sees it.
            body: the form in the body, URL-encoded; empty for GET.
            signature: the value of `X-Twilio-Signature`.
        """
        command = {"url": url, "body": body, "signature": signature}
        return self._connection.request("POST", f"{self._path}/verify", SignatureView, command)

    def send(
        self, event: str, to: str, *, method: Literal["GET", "POST"] = "POST", recording: str | None = None
    ) -> CallbackView:
        """Send a callback by hand, rightly signed, and return its outcome.

        A receiver on the caller's own event loop cannot answer meanwhile: use `send_async`.

        Args:
            event: `in-progress`, `completed`, `absent` or `failed`.
            to: the URL of the receiver. It need not have subscribed.
            recording: a handle or a SID; None for the newest recording that had the event.
        """
        command = {"event": event, "to": to, "method": method, "recording": recording}
        return self._changes.send("/callbacks", CallbackView, command, twin="send_async")

    async def send_async(
        self, event: str, to: str, *, method: Literal["GET", "POST"] = "POST", recording: str | None = None
    ) -> CallbackView:
        """Send a callback by hand like `send`, without blocking the event loop."""
        return await run_in_thread(partial(self.send, event, to, method=method, recording=recording))

    def redeliver(self, number: int) -> CallbackView:
        """Deliver a callback again, and return its new outcome.

        A receiver on the caller's own event loop cannot answer meanwhile: use `redeliver_async`.
        """
        return self._changes.send(f"/callbacks/{number}/redeliver", CallbackView, twin="redeliver_async")

    async def redeliver_async(self, number: int) -> CallbackView:
        """Deliver a callback again like `redeliver`, without blocking the event loop."""
        return await run_in_thread(self.redeliver, number)

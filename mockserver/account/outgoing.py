"""What an account sends: callbacks to their receivers, and requests of calls to their apps.

Every outcome enters the account as a command.
"""

from typing import Protocol

from mockserver.account.account import Account
from mockserver.account.commands.callbacks import ClaimCallback, RecordOutcome, ReleaseCallback
from mockserver.account.state.deliveries import Delivery
from mockserver.callbacks.sender import CallbackReceiver
from mockserver.settings.machine_clock import stopwatch


class Outgoing(Protocol):
    """One thing to send."""

    def claim(self) -> None:
        """Take it out of the queue."""
        ...

    def release(self) -> None:
        """Return it to the queue: it was cancelled before the outcome was known."""
        ...

    async def send(self, receiver: CallbackReceiver) -> None:
        """Send it, and record the outcome."""
        ...


class OutgoingCallback:
    """A callback of an account."""

    def __init__(self, account: Account, delivery: Delivery) -> None:
        self._account = account
        self._delivery = delivery

    def claim(self) -> None:
        """See `Outgoing`; so do the others."""
        self._account.apply(ClaimCallback(number=self._delivery.number))
        self._delivery = self._account.callbacks[self._delivery.number]

    def release(self) -> None:
        self._account.apply(ReleaseCallback(number=self._delivery.number))

    async def send(self, receiver: CallbackReceiver) -> None:
        request = self._delivery.to_request(self._account.callbacks.settings)
        start = stopwatch()
        outcome = await receiver.send(request)
        seconds = stopwatch() - start
        self._account.apply(RecordOutcome(number=self._delivery.number, outcome=outcome, seconds=seconds))


def list_outgoing(account: Account, limit: int) -> list[Outgoing]:
    """Return what an account may send now, the requests of calls first: somebody is on the line.

    Args:
        limit: the maximum number of callbacks.
    """
    callbacks = [OutgoingCallback(account, delivery) for delivery in account.callbacks.get_ready(limit)]
    if not account.has_app_requests:
        return [*callbacks]
    from mockserver.account.outgoing_documents import list_document_requests  # not before the first call

    return [*list_document_requests(account), *callbacks]

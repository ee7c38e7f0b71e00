"""What an account sends: callbacks to their receivers, and requests of calls to their apps.

Every outcome enters the account as a command.
"""

import logging
from typing import TYPE_CHECKING, Protocol

from mockserver.account.account import Account
from mockserver.account.commands.callbacks import ClaimCallback, RecordOutcome, ReleaseCallback
from mockserver.account.state.deliveries import Delivery
from mockserver.callbacks.sender import CallbackReceiver
from mockserver.settings.machine_clock import stopwatch

if TYPE_CHECKING:
    from mockserver.account.storage.account_saver import AccountSaver

logger = logging.getLogger("recmock")


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


async def send_when_saved(request: Outgoing, receiver: CallbackReceiver, saver: "AccountSaver | None") -> None:
    """Send a request after the store knows that it is being sent: a process that is killed may send it again.

    Args:
        saver: saves the account; None if it lives in memory.
    """
    if saver is not None and not await saver.is_saved():
        logger.error("A callback is sent although it could not be saved: %s", saver.last_error)
    await request.send(receiver)

"""What requests wait for if a store keeps the accounts, and their response if it fails."""

from typing import TYPE_CHECKING

from starlette.types import Message, Send

from mockserver.rest.errors import TwilioError

if TYPE_CHECKING:
    from mockserver.account.storage.account_saver import AccountSaver


REPEATABLE_KEY = "recmock.repeatable"
"""The key in the state of the ASGI scope that is True if another process may answer the request again."""


class NotSavedError(Exception):
    """The process has lost the store before it saved what a request changed: another process answers the request."""


def make_store_error(reason: object) -> TwilioError:
    """Return the error of a request that the store failed for."""
    return TwilioError(20503, f"The store failed, and the change may be lost: {reason}")


async def send_when_saved(saver: "AccountSaver", send: Send, message: Message) -> None:
    """Send a part of a response after what it triggered was saved: a download that a client has is counted.

    Raises:
        StoreError: if it could not be saved. The client then does not get the last byte.
    """
    await saver.wait()
    await send(message)

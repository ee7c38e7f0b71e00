"""Requests of live calls to their apps, as they are sent. Import this module late: it belongs to the first call."""

from mockserver.account.account import Account
from mockserver.account.commands.calls import ClaimAppRequest, ReceiveAnswer, ReleaseAppRequest
from mockserver.account.state.app_requests import AppRequestState
from mockserver.callbacks.document_request import request_document
from mockserver.callbacks.sender import CallbackReceiver
from mockserver.settings.machine_clock import stopwatch


class DocumentRequest:
    """A request for the document of a call; see `Outgoing`."""

    def __init__(self, account: Account, request: AppRequestState) -> None:
        self._account = account
        self._request = request

    def claim(self) -> None:
        self._account.apply(ClaimAppRequest(number=self._request.number))

    def release(self) -> None:
        self._account.apply(ReleaseAppRequest(number=self._request.number))

    async def send(self, receiver: CallbackReceiver) -> None:
        built = self._account.live_calls.requests.build(self._request)
        answer = await request_document(built, self._account.callbacks.settings, receiver, stopwatch)
        self._account.apply(ReceiveAnswer(number=self._request.number, answer=answer))


def list_document_requests(account: Account) -> list[DocumentRequest]:
    """Return the requests of an account's calls that wait to be sent."""
    return [DocumentRequest(account, request) for request in account.live_calls.requests.get_ready()]

"""Builds callbacks as they enter the queue."""

from generators.model import API_VERSION
from mockserver.account.idempotency_token import derive_idempotency_token, derive_request_token
from mockserver.account.resources.recording_index import RecordingIndex
from mockserver.account.state.state import Delivery
from mockserver.account.state.subscription import ReachedStatus, Signer, StatusSubscription, Subscription
from mockserver.callbacks.parameters import build_parameters
from mockserver.callbacks.request import Pairs
from scenarios.statuses import CallbackEvent, RecordingStatus


class NewCallbacks:
    """Builds the callbacks of one account.

    Args:
        number: the number of the new callback.
        due: the instant of its first attempt.
    """

    def __init__(self, recording_index: RecordingIndex, number: int, due: int) -> None:
        self._recording_index = recording_index
        self._seed = recording_index.corpus.spec.seed
        self._number = number
        self._due = due

    def build(self, index: int, event: CallbackEvent, subscription: Subscription) -> Delivery:
        """Return a callback about a recording. One that repeats an earlier one has the same idempotency token."""
        reached = self._find_reached(index, RecordingStatus(event.value))
        recording = reached.recording
        url = f"{subscription.base_url}/{API_VERSION}/Accounts/{recording.account_sid}/Recordings/{recording.sid}"
        parameters = build_parameters(recording, event.value, url)
        return Delivery(
            number=self._number,
            recording=index,
            sid=recording.sid,
            event=event.value,
            method=subscription.method,
            url=subscription.url,
            parameters=parameters,
            token=subscription.token,
            signer=subscription.signer,
            idempotency_token=derive_idempotency_token(self._seed, reached, parameters),
            due=self._due,
        )

    def _find_reached(self, index: int, status: RecordingStatus) -> ReachedStatus:
        """Return a recording as it last was in a status, or as it is now if it never was."""
        latest = self._recording_index.state.reached.get(index)
        reached = latest and latest.find(status)
        return reached or ReachedStatus(status, self._recording_index.get_even_if_deleted(index), 0)

    def build_for_call(
        self, sid: str, event: str, receiver: StatusSubscription, parameters: Pairs, signer: Signer
    ) -> Delivery:
        """Return a callback about a call or conference."""
        return Delivery(
            number=self._number,
            recording=None,
            sid=sid,
            event=event,
            method=receiver.method,
            url=receiver.url,
            parameters=parameters,
            token=signer.token,
            signer=signer.description,
            idempotency_token=derive_request_token(self._seed, sid, self._number),
            due=self._due,
        )

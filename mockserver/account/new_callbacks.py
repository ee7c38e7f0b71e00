"""Builds callbacks as they enter the queue."""

import msgspec

from generators.instants import SECOND
from generators.model import API_VERSION, Recording
from generators.seeds import derive_bytes
from mockserver.account.idempotency_token import derive_idempotency_token, derive_request_token
from mockserver.account.resources.recording_index import RecordingIndex
from mockserver.account.state.deliveries import Delivery
from mockserver.account.state.subscription import ReachedStatus, Signer, StatusSubscription, Subscription
from mockserver.callbacks.parameters import build_parameters
from mockserver.callbacks.request import Pairs
from scenarios.callbacks import ScriptedCallback, StepCallback, get_event
from scenarios.durations import parse_duration
from scenarios.statuses import RecordingStatus

_SHUFFLED_SECONDS = 5
"""A shuffled callback waits for less than this."""


class NewCallbacks:
    """Builds the callbacks of one account.

    Args:
        number: the number of the new callback.
        is_shuffled: True if callbacks wait for some seconds each.
    """

    def __init__(self, recording_index: RecordingIndex, number: int, *, is_shuffled: bool) -> None:
        self._recording_index = recording_index
        self._seed = recording_index.corpus.spec.seed
        self._number = number
        self._due = recording_index.clock.now()
        if is_shuffled:
            self._due += derive_bytes(self._seed, "callback order", str(number))[0] % _SHUFFLED_SECONDS * SECOND

    def build(self, index: int, callback: StepCallback, subscription: Subscription) -> Delivery:
        """Return a callback about a recording. One that repeats an earlier one has the same idempotency token."""
        event, script = get_event(callback), callback if isinstance(callback, ScriptedCallback) else None
        reached = self._find_reached(index, RecordingStatus(event.value))
        recording = reached.recording
        parameters = build_parameters(recording, event.value, _build_recording_url(recording, subscription))
        delay = 0 if script is None or script.delay is None else parse_duration(script.delay)
        return Delivery(
            number=self._number,
            recording=index,
            sid=recording.sid,
            event=event.value,
            method=subscription.method,
            url=subscription.url,
            parameters=parameters if script is None else script.change_parameters(parameters),
            token=subscription.token,
            signer=subscription.signer,
            idempotency_token=derive_idempotency_token(self._seed, reached, parameters),
            due=self._due + delay,
            script=script,
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


def with_present_fields(delivery: Delivery, recording_index: RecordingIndex) -> Delivery:
    """Return a callback with the fields of its recording as they are now, if its scenario wants those."""
    index, script = delivery.recording, delivery.script
    if index is None or script is None or script.fields != "at_delivery":
        return delivery
    recording = recording_index.get_even_if_deleted(index)
    url = _build_recording_url(recording, recording_index.state.subscriptions[index])
    parameters = script.change_parameters(build_parameters(recording, delivery.event, url))
    return msgspec.structs.replace(delivery, parameters=parameters)


def _build_recording_url(recording: Recording, subscription: Subscription) -> str:
    return f"{subscription.base_url}/{API_VERSION}/Accounts/{recording.account_sid}/Recordings/{recording.sid}"

"""The queue of an account's callbacks: what to send, what was tried, and with which outcome.

The queue sends nothing itself. The worker takes the callbacks that are ready and reports delivery outcome.
Instants are microseconds since the epoch.
"""

import sys
from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING

import msgspec

from mockserver.account.finished_callbacks import FinishedCallbacks
from mockserver.account.resources.recording_index import RecordingIndex
from mockserver.account.state.state import TimerKind
from mockserver.account.state.subscription import ReachedStatus
from mockserver.account.time.event_log import EventLog
from mockserver.account.time.timers import Timers
from mockserver.callbacks.delivery_settings import DeliverySettings
from mockserver.journal.budget import LogBudget
from scenarios.statuses import CallbackEvent, RecordingStatus

if TYPE_CHECKING:
    from mockserver.account.new_callbacks import NewCallbacks
    from mockserver.account.state.deliveries import Delivery
    from mockserver.account.state.subscription import Signer, StatusSubscription, Subscription
    from mockserver.callbacks.outcome import Outcome
    from mockserver.callbacks.request import Pairs
    from scenarios.callbacks import StepCallback


class CallbackQueue:
    """Callbacks in queue order. Callbacks of one recording never overtake each other.

    The log of callbacks that are no longer pending is bounded: the oldest may be dropped.

    Args:
        budget: the memory that it shares with the logs of all accounts.
        settings: how callbacks are sent.
    """

    def __init__(
        self,
        recording_index: RecordingIndex,
        timers: Timers,
        events: EventLog,
        budget: LogBudget,
        settings: DeliverySettings,
    ) -> None:
        self._recording_index = recording_index
        self._state = recording_index.state
        self._timers = timers
        self._events = events
        self.settings = settings
        self._budget = budget
        self._is_closed = False
        self._open_numbers: dict[int, None] = {}
        self._finished: FinishedCallbacks | None = None
        """None before the first callback has finished."""
        self.change_count = 0  # of attempts and new deliveries
        for delivery in [*self._state.deliveries.values()]:  # those of a snapshot
            if delivery.is_pending:
                self._open_numbers[delivery.number] = None
                self.requeue(delivery.number)  # nothing sends it here
            else:
                self._add_finished(delivery)

    def __getitem__(self, number: int) -> "Delivery":
        return self._state.deliveries[number]

    def find(self, number: int) -> "Delivery | None":
        """Return a callback, or None if it does not exist or is no longer in the log."""
        return self._state.deliveries.get(number)

    def __iter__(self) -> "Iterator[Delivery]":
        return iter(self._state.deliveries.values())

    def __len__(self) -> int:
        return len(self._state.deliveries)

    def record_step(self, index: int, status: RecordingStatus | None) -> None:
        """Record the fields of a recording after a step, for late callbacks of its present status.

        Args:
            status: the status that the step set; None if it only changed other fields.
        """
        if index not in self._state.subscriptions:
            return
        latest = self._state.reached.get(index)
        present = status if status is not None or latest is None else latest.status
        if present is None:
            return
        before, recording = latest and latest.find(present), self._recording_index.get_even_if_deleted(index)
        times = (0 if before is None else before.times) + (status is not None)
        self._state.reached[index] = ReachedStatus(present, recording, times, latest and latest.without(present))

    def enqueue(self, index: int, callback: "StepCallback") -> None:
        """Queue a callback for the recording's subscription, if it has one, as often as a scenario wants it.

        A callback that repeats an earlier one has the same idempotency token.
        """
        if self._is_closed:
            return
        subscription = self._state.subscriptions.get(index)
        if subscription is None:
            from scenarios.callbacks import get_event  # only scenarios send callbacks without a subscription

            name, sid = self._recording_index.get_name(index), self._recording_index.get_sid(index)
            self._events.record("callback", name, sid, f"callback {get_event(callback)}: no subscription")
            return
        for _ in range(1 if isinstance(callback, CallbackEvent) else callback.times):
            self.send(index, callback, subscription)

    def send(self, index: int, callback: "StepCallback", subscription: "Subscription") -> int | None:
        """Queue one callback, and return its number, or None if the account is closed."""
        return None if self._is_closed else self._add(self._make_new().build(index, callback, subscription))

    def enqueue_request(
        self, *, sid: str, event: str, receiver: "StatusSubscription", parameters: "Pairs", signer: "Signer"
    ) -> None:
        """Queue a callback about a call or conference.

        Args:
            sid: what it is about. Callbacks of one SID are sent in order.
            event: its name, for the log.
        """
        if not self._is_closed:
            self._add(self._make_new().build_for_call(sid, event, receiver, parameters, signer))

    def _make_new(self) -> "NewCallbacks":
        from mockserver.account.new_callbacks import NewCallbacks  # not before the first callback

        number = self._state.delivery_serial
        self._state.delivery_serial += 1
        return NewCallbacks(self._recording_index, number, is_shuffled=self.settings.is_shuffled)

    def _add(self, delivery: "Delivery") -> int:
        self._state.deliveries[delivery.number] = delivery
        self._open_numbers[delivery.number] = None
        if delivery.due > self._recording_index.clock.now():  # shuffled, or held back by a scenario
            self._timers.add(delivery.due, TimerKind.DELIVERY, delivery.number)
        return delivery.number

    def redeliver(self, number: int) -> None:
        """Send a callback again now, with its full number of attempts."""
        self._state.deliveries[number] = self[number].as_new(self._recording_index.clock.now())
        self._open_numbers[number] = None
        self.change_count += 1

    def get_ready(self, limit: int = sys.maxsize) -> "list[Delivery]":
        """Return the callbacks that can be sent now: the oldest open one of each recording, unless it is being sent.

        Args:
            limit: the maximum number to return.
        """
        now, busy, found = self._recording_index.clock.now(), set(), []
        for number in sorted(self._open_numbers):  # a retry keeps its place: order is by number, not by due time
            delivery = self._state.deliveries[number]
            if delivery.sid in busy or (delivery.may_be_overtaken and delivery.due > now):
                continue
            busy.add(delivery.sid)
            if delivery.due <= now and not delivery.is_sending:
                found.append(delivery)
                if len(found) >= limit:
                    break
        return found

    def mark_sending(self, number: int) -> None:
        """Mark a callback as being sent."""
        delivery = self._replace(number, is_sending=True)
        if delivery.script is not None and not delivery.attempts:
            from mockserver.account.new_callbacks import with_present_fields

            delivery = self._state.deliveries[number] = with_present_fields(delivery, self._recording_index)
        if self._state.auth_tokens is not None:
            token = self._state.find_signing_token(delivery.token)
            self._replace(number, token=token, signer="the account's primary auth token")

    def requeue(self, number: int) -> None:
        """Return a callback to the queue: its attempt was cancelled before the outcome was known."""
        delivery = self._state.deliveries.get(number)
        if delivery is not None and delivery.is_sending:
            self._replace(number, is_sending=False)

    def record_outcome(self, number: int, outcome: "Outcome", seconds: float = 0.0) -> "Delivery | None":
        """Record the outcome of an attempt, schedule the next attempt if there is one, and return the callback.

        Args:
            seconds: the real seconds that the attempt took.

        Returns:
            None if the account is closed: then nothing is recorded.
        """
        if self._is_closed:
            return None
        from mockserver.account.callback_attempts import add_attempt, describe_last_attempt

        now = self._recording_index.clock.now()
        delivery = add_attempt(self._state.deliveries[number], outcome, seconds, now, self.settings)
        self._state.deliveries[number] = delivery
        self._note_change(delivery, describe_last_attempt(delivery))
        return delivery

    def miss(self, number: int) -> None:
        """Give a callback up: no server ran when it was due."""
        missed = self._state.deliveries[number] = self[number].as_missed()
        self._note_change(missed, f"callback {missed.event} missed: no server ran when it was due")

    def _note_change(self, delivery: "Delivery", what: str) -> None:
        self.change_count += 1
        if delivery.is_pending:
            self._timers.add(delivery.due, TimerKind.DELIVERY, delivery.number)
        else:
            self._open_numbers.pop(delivery.number, None)
            self._add_finished(delivery)
        self._events.record("callback", self.get_name(delivery), delivery.sid, what, callback=delivery.number)

    @property
    def has_pending(self) -> bool:
        """True if a callback is still to be delivered."""
        return bool(self._open_numbers)

    def has_open_of(self, sids: Collection[str]) -> bool:
        """Return True if a callback about one of these is still to be delivered."""
        return any(self._state.deliveries[number].sid in sids for number in self._open_numbers)

    def count_waiting(self) -> int:
        """Return the number of callbacks that wait for another attempt."""
        now = self._recording_index.clock.now()
        return sum(self._state.deliveries[number].due > now for number in self._open_numbers)

    def get_name(self, delivery: "Delivery") -> str:
        """Return the name of what a callback is about: the handle of a recording, or a SID."""
        return delivery.sid if delivery.recording is None else self._recording_index.get_name(delivery.recording)

    def close(self) -> None:
        """Drop all open callbacks and accept no more. The log no longer counts in the budget."""
        self._is_closed = True
        self._open_numbers.clear()
        if self._finished is not None:
            self._finished.close()

    def _add_finished(self, delivery: "Delivery") -> None:
        if self._finished is None:
            self._finished = FinishedCallbacks(self._budget, self._state.deliveries, self._open_numbers)
        self._finished.add(delivery)

    def _replace(self, number: int, **changes: object) -> "Delivery":
        changed = self._state.deliveries[number] = msgspec.structs.replace(self._state.deliveries[number], **changes)
        return changed

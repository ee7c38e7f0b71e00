"""The views of callbacks to come: those that wait in the queue, and those that steps of timelines will send."""

from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING

import msgspec

from mockserver.control.views.instants import serialize_instant

if TYPE_CHECKING:  # the clients decode the views without the server's modules
    from mockserver.account.account import Account

MAX_UPCOMING = 1000
"""The largest number of callbacks to come in a response."""


class UpcomingCallbackView(msgspec.Struct, frozen=True, kw_only=True):
    """A callback that will be sent."""

    recording: str
    """The recording's handle, or the SID of what it is about."""
    sid: str
    event: str
    url: str
    number: int | None
    """The number of the callback in the log; None if its step has not run yet."""
    attempts: int
    """The number of attempts so far."""
    step: int | None
    """The number of the step that sends it, from 1; None if it waits in the queue."""
    waits_for: str
    due: str | None
    """When it is sent if time alone decides; None if that is not known."""


def serialize_upcoming_callbacks(account: "Account") -> list[UpcomingCallbackView]:
    """Return the next callbacks: first those of the queue, then those of each timeline in the order of its steps."""
    upcoming = list(islice(_iter_queued(account), MAX_UPCOMING))
    return [*upcoming, *islice(_iter_of_steps(account), MAX_UPCOMING - len(upcoming))]


def _iter_queued(account: "Account") -> Iterator[UpcomingCallbackView]:
    now = account.clock.now()
    for delivery in account.callbacks:
        if delivery.is_pending:
            yield UpcomingCallbackView(
                recording=account.callbacks.get_name(delivery),
                sid=delivery.sid,
                event=delivery.event,
                url=delivery.url,
                number=delivery.number,
                attempts=len(delivery.attempts),
                step=None,
                waits_for="the next attempt" if delivery.due > now else "its turn",
                due=serialize_instant(delivery.due),
            )


def _iter_of_steps(account: "Account") -> Iterator[UpcomingCallbackView]:
    from scenarios.callbacks import get_event
    from scenarios.lifecycle import get_step_callbacks
    from scenarios.timeline import find_next_instant
    from scenarios.triggers import describe_trigger

    ledger, now = account.recordings.recording_index, account.clock.now()
    for index, progress in account.state.playing.items():
        subscription = account.state.subscriptions.get(index)
        if subscription is None:
            continue
        instant = find_next_instant(progress, now)
        for number, step in enumerate(progress.timeline[progress.step :], progress.step + 1):
            for callback in get_step_callbacks(step, subscription.events):
                is_next = number == progress.step + 1
                yield UpcomingCallbackView(
                    recording=ledger.get_name(index),
                    sid=ledger.get_sid(index),
                    event=get_event(callback).value,
                    url=subscription.url,
                    number=None,
                    attempts=0,
                    step=number,
                    waits_for=describe_trigger(step.after),
                    due=serialize_instant(instant) if is_next and instant is not None else None,
                )

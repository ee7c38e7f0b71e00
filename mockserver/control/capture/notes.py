"""What happened in an account and no scenario can say, one sentence each."""

from collections.abc import Iterable, Iterator
from itertools import islice

from mockserver.account.account import Account
from mockserver.account.state.deliveries import DeliveryState
from mockserver.account.state.state import FIRST_CREATED
from mockserver.control.capture.changes import ChangesByIndex
from mockserver.control.capture.rules import iter_rule_notes
from mockserver.control.views.instants import serialize_instant
from scenarios.triggers import describe_trigger

_MAX_OF_A_KIND = 50
"""The largest number of notes of one kind."""


def collect_notes(account: Account, changes: ChangesByIndex, picked: set[int]) -> tuple[str, ...]:
    """Return what a scenario cannot say.

    Args:
        changes: the changes of recordings.
        picked: the indices of generated recordings that the scenario picks.
    """
    kinds = (
        _iter_lost_events(account),
        _iter_generated(account, changes, picked),
        _iter_plans(account),
        iter_rule_notes(account),
        _iter_signals(account),
        _iter_callbacks(account),
        _iter_calls(account),
        _iter_requests(account),
    )
    return tuple(note for kind in kinds for note in _limit(kind))


def _limit(notes: Iterable[str]) -> Iterator[str]:
    found = iter(notes)
    yield from islice(found, _MAX_OF_A_KIND)
    if more := sum(1 for _ in found):
        yield f"... and {more:,} more of this kind."


def _iter_lost_events(account: Account) -> Iterator[str]:
    events = account.events.get_events_since(0, limit=1)
    lost = events[0].serial if events else account.events.next_serial
    if lost:
        yield f"The log has dropped the first {lost:,} events: earlier statuses of recordings may be missing."


def _iter_generated(account: Account, changes: ChangesByIndex, picked: set[int]) -> Iterator[str]:
    for index, known in changes.items():
        if index < FIRST_CREATED and index not in picked:
            at, step = known[-1]
            became = step.status if step.status is not None else "changed"
            sid = account.corpus.get_sid(index)
            yield f"{serialize_instant(at)}: the generated recording {sid} became {became}: no handle names it."


def _iter_plans(account: Account) -> Iterator[str]:
    """Yield what had not happened yet."""
    index = account.recordings.recording_index
    for playing_index, playing in account.state.playing.items():
        step = playing.awaited_step
        assert step is not None, "a timeline that has ended is not played"
        left = len(playing.timeline) - playing.step
        waits = describe_trigger(step.after)
        yield f"{index.get_name(playing_index)}: the last {left} of its steps had not happened; the next: {waits}."
    for upcoming in account.state.upcoming.values():
        yield f"{upcoming.handle}: its date was still to come, so it is left out."
    if account.scenario is not None and account.scenario.expect:
        yield "The expectations of the scenario are left out: they are about the client that it was played for."


def _iter_signals(account: Account) -> Iterator[str]:
    for event in account.events.get_events_since(0):
        if event.kind == "signal" and event.step is None:
            yield f"{serialize_instant(event.at)}: the signal {event.what} was sent to {event.subject}."


def _iter_callbacks(account: Account) -> Iterator[str]:
    for delivery in account.callbacks:
        if delivery.state is not DeliveryState.DELIVERED and delivery.attempts:
            name, tries = account.callbacks.get_name(delivery), len(delivery.attempts)
            yield f"The callback {delivery.event} of {name} was not answered with 2xx; attempts: {tries}."


def _iter_calls(account: Account) -> Iterator[str]:
    if account.has_live_calls and account.state.live.calls:
        count = len(account.state.live.calls)
        yield f"Calls that began here: {count:,}. Their recordings are there, but not the requests to their apps."
    if account.state.message_count:
        yield f"Text messages that were sent: {account.state.message_count:,}."


def _iter_requests(account: Account) -> Iterator[str]:
    """Yield the latest requests, which a client makes again."""
    entries = [*account.journal][-_MAX_OF_A_KIND + 1 :]
    if earlier := account.journal.total - len(entries):
        yield f"Requests before these: {earlier:,}."
    for entry in entries:
        yield f"{serialize_instant(entry.at)}: request {entry.summary}"

"""The search finds what is wrong in histories that are known to be wrong, and accepts those that are right."""

import math
import re
from collections.abc import Sequence

import pytest

from tests.linearizability.call_model import CallModel, check_calls
from tests.linearizability.history import Action, Operation, Seen
from tests.linearizability.search import NotLinearizable, SearchTooLong, check_linearizable

CALL = "CA1"


def show(*recordings: str) -> Seen:
    """Return what an answer shows, from texts such as `RE1 paused`."""
    return frozenset((sid, status) for sid, status in map(str.split, recordings))


def make(
    action: Action,
    times: tuple[float, float],
    code: int | None,
    *seen: str,
    sid: str | None = "RE1",
    status: str | None = None,
) -> Operation:
    invoked, returned = times
    named = None if action in (Action.CREATE, Action.LIST) else sid
    shown = show(*seen)
    return Operation(
        call=CALL, action=action, sid=named, status=status, code=code, seen=shown, invoked=invoked, returned=returned
    )


def create(times: tuple[float, float], sid: str = "RE1", *, code: int = 201, status: str = "in-progress") -> Operation:
    return make(Action.CREATE, times, code, f"{sid} {status}")


def update(times: tuple[float, float], status: str, *, sid: str = "RE1", code: int = 200) -> Operation:
    return make(Action.UPDATE, times, code, *([f"{sid} {status}"] if code == 200 else []), sid=sid, status=status)


def delete(times: tuple[float, float], code: int = 204, sid: str = "RE1") -> Operation:
    return make(Action.DELETE, times, code, sid=sid)


def fetch(times: tuple[float, float], status: str | None, sid: str = "RE1") -> Operation:
    return make(Action.FETCH, times, 404) if status is None else make(Action.FETCH, times, 200, f"{sid} {status}")


def inspect(times: tuple[float, float], status: str, sid: str = "RE1") -> Operation:
    return make(Action.INSPECT, times, 200, f"{sid} {status}", sid=sid)


def list_(times: tuple[float, float], *seen: str) -> Operation:
    return make(Action.LIST, times, 200, *seen)


def lose(action: Action, invoked: float, status: str | None = None) -> Operation:
    """Return an operation whose answer was lost."""
    return make(action, (invoked, math.inf), None, status=status)


COMPLETED = [create((0, 1)), update((2, 3), "stopped"), inspect((4, 5), "completed")]
DELETED = [*COMPLETED, delete((6, 7))]

RIGHT = {
    "nothing": [],
    "one after another": [list_((0, 1)), create((2, 3)), list_((4, 5), "RE1 processing"), *DELETED[1:2]],
    "a read may see a concurrent create": [
        create((0, 10)),
        list_((1, 2), "RE1 processing"),
        fetch((3, 4), "processing"),
    ],
    "a read may miss a concurrent create": [create((0, 10)), list_((1, 2)), fetch((3, 4), None)],
    "a read invoked when a create returns": [create((0, 1)), list_((1, 2))],
    "concurrent creates: one is new": [create((0, 5)), create((1, 4), code=200)],
    "the answer that comes first need not be the first": [create((0, 9)), create((1, 2), code=200)],
    "concurrent updates in either order": [
        create((0, 1)),
        update((2, 9), "paused"),
        update((2, 9), "in-progress"),
        inspect((10, 11), "paused"),
    ],
    "the other order": [
        create((0, 1)),
        update((2, 9), "paused"),
        update((2, 9), "in-progress"),
        inspect((10, 11), "in-progress"),
    ],
    "a create sees that it is paused": [
        create((0, 1)),
        update((2, 3), "paused"),
        create((4, 5), code=200, status="paused"),
    ],
    "time completes a recording": [*COMPLETED[:2], fetch((4, 5), "processing"), fetch((6, 7), "completed")],
    "time completes it before it is deleted": [
        *COMPLETED[:2],
        delete((4, 5), 409),
        delete((6, 7)),
        delete((8, 9), 404),
    ],
    "an update is refused after the stop": [*COMPLETED[:2], update((4, 5), "paused", code=400)],
    "a second recording of the call": [
        *COMPLETED,
        create((6, 7), "RE2"),
        list_((8, 9), "RE1 completed", "RE2 processing"),
    ],
    "a stopped recording is processed": [
        create((0, 1)),
        update((2, 3), "stopped"),
        inspect((4, 5), "processing"),
        inspect((6, 7), "completed"),
    ],
    "a deleted recording can be inspected": [
        *DELETED,
        list_((8, 9)),
        fetch((8, 9), None),
        inspect((10, 11), "deleted"),
    ],
    "a lost create happened at once": [lose(Action.CREATE, 0), list_((1, 2), "RE1 processing")],
    "a lost create happened late": [lose(Action.CREATE, 0), list_((1, 2)), list_((8, 9), "RE1 processing")],
    "a lost create never happened": [lose(Action.CREATE, 0), list_((8, 9)), create((10, 11), "RE2")],
    "a lost create made the active recording": [lose(Action.CREATE, 0), create((1, 2), code=200)],
    "two lost creates, one happened": [lose(Action.CREATE, 0), lose(Action.CREATE, 0), list_((8, 9), "RE1 processing")],
    "a lost update happened late": [
        create((0, 1)),
        lose(Action.UPDATE, 2, "paused"),
        inspect((3, 4), "in-progress"),
        inspect((5, 6), "paused"),
    ],
    "a lost update never happened": [create((0, 1)), lose(Action.UPDATE, 2, "paused"), inspect((5, 6), "in-progress")],
    "a lost delete happened late": [*COMPLETED, lose(Action.DELETE, 6), list_((7, 8), "RE1 completed"), list_((9, 10))],
    "a lost delete never happened": [*COMPLETED, lose(Action.DELETE, 6), delete((20, 21))],
    "a lost read": [create((0, 1)), lose(Action.FETCH, 2)],
}

WRONG = {
    "list misses an acknowledged create": [create((0, 1)), list_((2, 3))],
    "fetch misses an acknowledged create": [create((0, 1)), fetch((2, 3), None)],
    "read from the future: before the create": [fetch((0, 1), "processing"), create((2, 3))],
    "read from the future: before the update": [
        create((0, 1)),
        inspect((2, 3), "paused"),
        update((4, 5), "paused"),
    ],
    "stale read of a status": [create((0, 1)), update((2, 3), "paused"), inspect((4, 5), "in-progress")],
    "lost update": [create((0, 1)), update((2, 3), "paused"), create((4, 5), code=200, status="in-progress")],
    "lost stop": [*COMPLETED[:2], update((4, 5), "paused")],
    "two creates made the same recording": [create((0, 5)), create((1, 4))],
    "double create: the call has two active recordings": [create((0, 5)), create((1, 4), "RE2")],
    "a create finds an active recording that no client knows": [create((0, 1), code=200)],
    "a SID is used again": [*DELETED, create((8, 9))],
    "fetch sees a deleted recording": [*DELETED, fetch((8, 9), "completed")],
    "list sees a deleted recording": [*DELETED, list_((8, 9), "RE1 completed")],
    "deleted twice": [*DELETED, delete((6, 8))],
    "resurrected after a read missed it": [*COMPLETED, delete((6, 20)), list_((7, 8)), list_((9, 10), "RE1 completed")],
    "deleted while active": [create((0, 1)), delete((2, 3))],
    "completed without a stop": [create((0, 1)), fetch((2, 3), "completed")],
    "completed, and processing again": [*COMPLETED, fetch((6, 7), "processing")],
    "real-time order: two reads of a concurrent create": [
        create((0, 10)),
        list_((1, 2), "RE1 processing"),
        list_((3, 4)),
    ],
    "real-time order: two reads see updates in both orders": [
        create((0, 1)),
        update((2, 20), "paused"),
        update((2, 3), "in-progress"),
        inspect((4, 5), "paused"),
        inspect((6, 7), "in-progress"),
    ],
    "a list shows a recording that no client created": [list_((0, 1), "RE1 processing")],
    "a list shows half of the recordings": [*COMPLETED, create((6, 7), "RE2"), list_((8, 9), "RE2 processing")],
    "one lost create made two recordings": [
        lose(Action.CREATE, 0),
        list_((1, 2), "RE1 processing"),
        update((3, 4), "stopped"),
        list_((5, 6), "RE1 processing", "RE2 processing"),
    ],
    "a lost create happened before its invocation": [list_((0, 1), "RE1 processing"), lose(Action.CREATE, 2)],
    "a lost create happened, and then not": [
        lose(Action.CREATE, 0),
        list_((1, 2), "RE1 processing"),
        list_((3, 4)),
    ],
    "a lost update happened twice": [
        create((0, 1)),
        lose(Action.UPDATE, 2, "paused"),
        inspect((3, 4), "paused"),
        update((5, 6), "in-progress"),
        inspect((7, 8), "paused"),
    ],
    "a lost delete happened, and then not": [
        *COMPLETED,
        lose(Action.DELETE, 6),
        list_((7, 8)),
        fetch((9, 10), "completed"),
    ],
}


@pytest.mark.parametrize("history", RIGHT.values(), ids=RIGHT)
def test_right_history_is_accepted(history: Sequence[Operation]) -> None:
    check_linearizable(history, CallModel(history))
    check_linearizable(history[::-1], CallModel(history))  # in whatever order the clients reported


@pytest.mark.parametrize("history", WRONG.values(), ids=WRONG)
def test_wrong_history_is_rejected(history: Sequence[Operation]) -> None:
    with pytest.raises(NotLinearizable):
        check_linearizable(history, CallModel(history))


def test_message_shows_where_the_order_ends() -> None:
    history = WRONG["stale read of a status"]
    with pytest.raises(NotLinearizable) as caught:
        check_calls(history)
    first, last, *_ = str(caught.value).splitlines()
    assert first == (
        "CA1: no order explains these 3 answers. After 2 of them, which lead to (('RE1', 'paused'),), "
        "none of these can be the next:"
    )
    assert last == f"  {history[2]}" == "  client 0, 4.000000 to 5.000000: inspect RE1 -> 200, RE1 in-progress"


def test_unknown_outcome_is_shown() -> None:
    text = str(lose(Action.UPDATE, 2, "paused"))
    assert text == "client 0, 2.000000 to inf: update RE1 paused -> an unknown outcome"


def test_calls_are_checked_one_by_one() -> None:
    one, other = WRONG["list misses an acknowledged create"]
    assert check_calls([one, Operation(call="CA2", action=Action.LIST, code=200, invoked=2, returned=3)]) == 2
    with pytest.raises(NotLinearizable, match=re.escape(CALL)):
        check_calls([one, other])


def test_search_has_a_bound() -> None:
    """Updates that are all concurrent, and a last answer that none of their orders explains."""
    updates = [update((2, 9), ("paused", "in-progress")[number % 2]) for number in range(16)]
    history = [create((0, 1)), *updates, inspect((10, 11), "completed")]
    with pytest.raises(SearchTooLong, match="no verdict about 18 operations after 1,000 steps"):
        check_linearizable(history, CallModel(history), max_steps=1000)


def test_long_history_takes_a_step_an_operation() -> None:
    """The search has no recursion, and starts with the order of the answers."""
    updates = [update((2 * number, 2 * number + 3), ("paused", "in-progress")[number % 2]) for number in range(1, 5001)]
    history = [create((0, 1)), *updates]
    assert check_linearizable(history, CallModel(history)) == len(history)

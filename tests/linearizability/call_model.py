"""What a client may see of one call's recordings if there were no other client: the sequential model.

A recording is absent, in progress, paused, stopped, completed or deleted. A stopped one is completed some time later,
without a request.
"""

from collections.abc import Iterable, Iterator
from itertools import product
from typing import NamedTuple

from tests.linearizability.history import Action, Operation, Seen, split_by_call
from tests.linearizability.search import NotLinearizable, check_linearizable

Recordings = tuple[tuple[str, str], ...]
"""The recordings of the call, oldest first: SIDs with statuses. The API has one active recording a call at most."""
_ACTIVE = frozenset({"in-progress", "paused"})


class Answer(NamedTuple):
    """An answer of the model, and the recordings after it."""

    after: Recordings
    code: int
    seen: Seen = frozenset()


class CallModel:
    """The recordings of one call.

    Args:
        operations: all operations on the call. Creates with an unknown outcome made those of its recordings that
            no answer to a create has.
    """

    initial: Recordings = ()

    def __init__(self, operations: Iterable[Operation]) -> None:
        known, created = set(), set()
        for operation in operations:
            sids = {sid for sid, _ in operation.seen}
            known |= sids | {operation.sid or ""}
            created |= sids if operation.code == 201 else set()
        self._unclaimed = sorted(known - created - {""})

    def run(self, state: Recordings, operation: Operation) -> Iterator[Recordings]:
        """Yield the states that may follow; see `Model`."""
        for before in _let_time_pass(state):
            for answer in self.answer(before, operation):
                if operation.code is None or (answer.code, answer.seen) == (operation.code, operation.seen):
                    yield answer.after

    def answer(self, before: Recordings, operation: Operation) -> Iterator[Answer]:
        """Yield the possible answers: one, but for the SID of a new recording."""
        if operation.action is Action.CREATE:
            yield from self._create(before, operation)
        elif operation.action is Action.LIST:
            yield Answer(before, 200, _show(before))
        else:
            assert operation.sid is not None
            yield _answer_about(before, operation, operation.sid)

    def _create(self, before: Recordings, operation: Operation) -> Iterator[Answer]:
        active = [recording for recording in before if recording[1] in _ACTIVE]
        if active:
            yield Answer(before, 200, frozenset(active))
            return
        sids = self._unclaimed if operation.code is None else [sid for sid, _ in operation.seen]
        for sid in sids:
            if sid not in dict(before):
                created = (sid, "in-progress")
                yield Answer((*before, created), 201, frozenset({created}))


def check_calls(operations: Iterable[Operation]) -> int:
    """Return the number of calls whose history was checked.

    Raises:
        NotLinearizable: if the history of a call is not linearizable.
        SearchTooLong: if the search about a call ended without a verdict.
    """
    parts = split_by_call(operations)
    for call, part in parts.items():
        try:
            check_linearizable(part, CallModel(part))
        except NotLinearizable as error:
            raise NotLinearizable(f"{call}: {error}") from None
    return len(parts)


def _let_time_pass(state: Recordings) -> Iterator[Recordings]:
    """Yield the state, and those in which stopped recordings are completed by now."""
    choices = [
        ((sid, status), (sid, "completed")) if status == "stopped" else ((sid, status),) for sid, status in state
    ]
    return product(*choices)


def _answer_about(before: Recordings, operation: Operation, sid: str) -> Answer:
    status = dict(before).get(sid, "absent")
    if operation.action is Action.INSPECT and status == "deleted":
        return Answer(before, 200, frozenset({(sid, status)}))
    if status in ("absent", "deleted"):
        return Answer(before, 404)
    match operation.action:
        case Action.FETCH:
            return Answer(before, 200, _show(((sid, status),)))
        case Action.INSPECT:  # a recording that was stopped is processed at once
            return Answer(before, 200, frozenset({(sid, "processing" if status == "stopped" else status)}))
        case Action.DELETE:  # of completed recordings only; Twilio does this (WIRE §6)
            return Answer(_replace(before, sid, "deleted"), 204) if status == "completed" else Answer(before, 409)
        case _:
            wanted = operation.status or ""
            if status not in _ACTIVE:
                return Answer(before, 400)
            return Answer(_replace(before, sid, wanted), 200, frozenset({(sid, wanted)}))


def _replace(recordings: Recordings, sid: str, status: str) -> Recordings:
    return tuple((known, status if known == sid else old) for known, old in recordings)


def _show(recordings: Recordings) -> Seen:
    """Return what a fetch or a list shows: Twilio shows recordings as processing until they are completed (WIRE §5)."""
    return frozenset(
        (sid, status if status == "completed" else "processing") for sid, status in recordings if status != "deleted"
    )

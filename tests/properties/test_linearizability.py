"""Histories that come from a sequential run are linearizable, and those with an impossible answer are not."""

from itertools import chain, combinations, permutations
from random import Random

import msgspec
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tests.linearizability.call_model import CallModel, Recordings
from tests.linearizability.history import READS, Action, Operation
from tests.linearizability.search import NotLinearizable, check_linearizable

STATUSES = ("paused", "in-progress", "stopped")


def run_sequentially(random: Random, length: int, *, overlap: float) -> list[Operation]:
    """Return the operations of one run of the model, in its order, with intervals around their instants.

    Args:
        overlap: how far an interval may reach before and behind its instant. Instants are 1 apart.
    """
    state: Recordings = CallModel.initial
    history: list[Operation] = []
    for instant in range(length):
        sid = f"RE{random.randrange(3)}"
        action = random.choice([*Action, Action.CREATE, Action.UPDATE])
        asked = Operation(
            call="CA1",
            action=action,
            sid=None if action in (Action.CREATE, Action.LIST) else sid,
            status=random.choice(STATUSES) if action is Action.UPDATE else None,
            code=201,
            seen=frozenset({(f"RE{len(state)}", "")}),  # the SID of a new recording
            client=instant,
            invoked=instant - random.uniform(0, overlap),
            returned=instant + random.uniform(0, overlap),
        )
        (answer,) = CallModel([]).answer(pass_time(random, state), asked)
        state = answer.after
        history.append(msgspec.structs.replace(asked, code=answer.code, seen=answer.seen))
    return history


def pass_time(random: Random, state: Recordings) -> Recordings:
    return tuple(
        (sid, "completed" if status == "stopped" and random.random() < 0.5 else status) for sid, status in state
    )


@given(st.randoms(use_true_random=False), st.integers(1, 40), st.sampled_from([0.0, 0.5, 2.0, 5.0]))
def test_sequential_run_with_overlapping_intervals_is_accepted(random: Random, length: int, overlap: float) -> None:
    history = run_sequentially(random, length, overlap=overlap)
    check_linearizable(history, CallModel(history))


@given(st.randoms(use_true_random=False), st.integers(1, 30), st.floats(0, 0.5))
def test_run_with_lost_answers_is_accepted(random: Random, length: int, share: float) -> None:
    history = [
        lose(operation) if random.random() < share else operation
        for operation in run_sequentially(random, length, overlap=2.0)
    ]
    never_happened = Operation(call="CA1", action=Action.CREATE, invoked=random.uniform(0, length))
    check_linearizable([*history, never_happened], CallModel(history))


def lose(operation: Operation) -> Operation:
    return Operation(
        call=operation.call,
        action=operation.action,
        sid=operation.sid,
        status=operation.status,
        invoked=operation.invoked,
    )


@given(st.randoms(use_true_random=False), st.integers(1, 20), st.sampled_from([0.0, 2.0]))
def test_run_with_an_impossible_answer_is_rejected(random: Random, length: int, overlap: float) -> None:
    """No recording is ever failed, none has this SID, and no client gets another code for the same request."""
    history = run_sequentially(random, length, overlap=overlap)
    number = random.randrange(length)
    impossible = random.choice(
        [
            {"seen": history[number].seen | {("RE9", "completed")}},
            {"seen": frozenset({("RE0", "failed")})},
            {"code": 418},
        ]
    )
    history[number] = msgspec.structs.replace(history[number], **impossible)  # type: ignore[arg-type]
    with pytest.raises(NotLinearizable):
        check_linearizable(history, CallModel(history))


@given(st.randoms(use_true_random=False), st.integers(2, 30))
def test_read_that_misses_a_recording_is_rejected(random: Random, length: int) -> None:
    """Without overlap there is one order only."""
    history = run_sequentially(random, length, overlap=0.0)
    reads = [number for number, operation in enumerate(history) if operation.action in READS and operation.seen]
    assume(reads)
    number = random.choice(reads)
    code = 200 if history[number].action is Action.LIST else 404
    history[number] = msgspec.structs.replace(history[number], code=code, seen=frozenset())
    with pytest.raises(NotLinearizable):
        check_linearizable(history, CallModel(history))


def is_linearizable(history: list[Operation]) -> bool:
    """Return True if any order of the answered operations and of some of the others explains the history."""
    model = CallModel(history)
    answered = [operation for operation in history if operation.code is not None]
    lost = [operation for operation in history if operation.code is None]
    chosen = chain.from_iterable(combinations(lost, count) for count in range(len(lost) + 1))
    orders = chain.from_iterable(permutations([*answered, *happened]) for happened in chosen)
    return any(is_in_real_time_order(order) and is_explained(model, order) for order in orders)


def is_in_real_time_order(order: tuple[Operation, ...]) -> bool:
    return all(earlier.invoked <= later.returned for earlier, later in combinations(order, 2))


def is_explained(model: CallModel, order: tuple[Operation, ...]) -> bool:
    states = {model.initial}
    for operation in order:
        states = {after for state in states for after in model.run(state, operation)}
    return bool(states)


@given(st.randoms(use_true_random=False), st.integers(1, 5), st.sampled_from([1.0, 3.0]))
def test_search_agrees_with_all_orders(random: Random, length: int, overlap: float) -> None:
    """Answers that are exchanged between operations are sometimes right and sometimes wrong."""
    history = run_sequentially(random, length, overlap=overlap)
    one, other = random.randrange(length), random.randrange(length)
    answer = {"code": history[other].code, "seen": history[other].seen}
    history[one] = msgspec.structs.replace(history[one], **answer)
    history = [lose(operation) if random.random() < 0.2 else operation for operation in history]
    try:
        check_linearizable(history, CallModel(history))
    except NotLinearizable:
        assert not is_linearizable(history)
    else:
        assert is_linearizable(history)

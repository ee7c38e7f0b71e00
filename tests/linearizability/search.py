"""The search for an order that explains a history: Wing and Gong's, with Lowe's memoisation.

A history is linearizable if each operation can be given one instant between its invocation and its return, such that
a sequential model answers in this order what the clients saw. The search puts one operation after another into the
order, each time any of those that may be the next, and never visits the same configuration twice. (Wing and Gong,
"Testing and verifying concurrent objects", 1993; Lowe, "Testing for linearizability", 2017.)
"""

from collections.abc import Hashable, Iterable, Iterator, Sequence
from math import inf
from typing import Generic, NamedTuple, Protocol, TypeVar

from tests.linearizability.history import READS, Operation

State = TypeVar("State", bound=Hashable)
_MAX_STEPS = 200_000
"""A history of some hundred operations takes one step an operation, and a broken one some thousand steps."""


class NotLinearizable(AssertionError):
    """No order of the operations explains the answers."""


class SearchTooLong(Exception):
    """The search ended without a verdict."""


class Model(Protocol[State]):
    """A sequential object."""

    @property
    def initial(self) -> State:
        """The state before all operations."""

    def run(self, state: State, operation: Operation) -> Iterable[State]:
        """Return the states that may follow, none if the model cannot answer so in this state."""


def check_linearizable(operations: Iterable[Operation], model: Model[State], max_steps: int = _MAX_STEPS) -> int:
    """Return the number of steps of the search.

    Raises:
        NotLinearizable: if no order explains the answers. The message shows the longest order that the search found.
        SearchTooLong: if there is no verdict after a number of steps.
    """
    return _Search(operations, model).run(max_steps)


class _Configuration(NamedTuple, Generic[State]):
    """The operations in the order so far, as sets of bits, and the state after them."""

    low: int
    """All known operations before this one are in the order."""
    ahead: int
    """The other known ones: bit 0 is the operation at `low`."""
    unknown: int
    """Those with an unknown outcome."""
    state: State

    def measure_depth(self) -> int:
        return self.low + self.ahead.bit_count()


class _Search(Generic[State]):
    def __init__(self, operations: Iterable[Operation], model: Model[State]) -> None:
        by_invocation = sorted(operations, key=lambda operation: operation.invoked)
        self._known = [operation for operation in by_invocation if operation.code is not None]
        self._unknown = [
            operation for operation in by_invocation if operation.code is None and operation.action not in READS
        ]
        self._model = model

    def run(self, max_steps: int) -> int:
        start = deepest = _Configuration(0, 0, 0, self._model.initial)
        stack, visited = [start], {start}
        for step in range(max_steps):
            if not stack:
                raise NotLinearizable(self._explain(deepest))
            configuration = stack.pop()
            if configuration.low == len(self._known):  # those with an unknown outcome may never happen
                return step
            deepest = max(deepest, configuration, key=_Configuration.measure_depth)
            following = [found for found in self._continue(configuration) if found not in visited]
            visited.update(following)
            stack += reversed(following)
        total = len(self._known) + len(self._unknown)
        raise SearchTooLong(f"no verdict about {total} operations after {max_steps:,} steps")

    def _continue(self, configuration: _Configuration[State]) -> Iterator[_Configuration[State]]:
        """Yield the configurations with one operation more."""
        low, ahead, unknown, state = configuration
        offsets, deadline = self._find_next(configuration)
        for offset in offsets:
            for after in self._model.run(state, self._known[low + offset]):
                yield _advance(low, ahead | 1 << offset, unknown, after)
        for number, operation in enumerate(self._unknown):
            if operation.invoked > deadline:
                break
            if not unknown >> number & 1:
                for after in self._model.run(state, operation):
                    if after != state:  # one that changes nothing may as well never happen
                        yield configuration._replace(unknown=unknown | 1 << number, state=after)

    def _find_next(self, configuration: _Configuration[State]) -> tuple[Sequence[int], float]:
        """Return the known operations that may be the next, and the instant before which the next one was invoked.

        None may be later than one that returned before it was invoked.
        """
        low, ahead, *_ = configuration
        offsets, deadline = [], inf
        for offset in range(len(self._known) - low):
            operation = self._known[low + offset]
            if operation.invoked > deadline:
                break
            if not ahead >> offset & 1:
                deadline = min(deadline, operation.returned)
                offsets.append(offset)
        offsets.sort(key=lambda offset: self._known[low + offset].returned)  # most often the right order
        return offsets, deadline

    def _explain(self, deepest: _Configuration[State]) -> str:
        offsets, _ = self._find_next(deepest)
        fitting = deepest.measure_depth()
        return "\n".join(
            (
                f"no order explains these {len(self._known)} answers. After {fitting} of them, which lead to "
                f"{deepest.state}, none of these can be the next:",
                *(f"  {self._known[deepest.low + offset]}" for offset in offsets),
                "all operations:",
                *(f"  {operation}" for operation in (*self._known, *self._unknown)),
            )
        )


def _advance(low: int, ahead: int, unknown: int, state: State) -> _Configuration[State]:
    while ahead & 1:
        low, ahead = low + 1, ahead >> 1
    return _Configuration(low, ahead, unknown, state)

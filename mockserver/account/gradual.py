"""Long work in small steps, so that a server answers requests meanwhile."""

import gc
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from typing import Generic, TypeVar

from mockserver.settings.machine_clock import real_pause, stopwatch

Result = TypeVar("Result")
Steps = Generator[None, None, Result]
"""Work that stops after each small step, and returns its result at the end."""

_SLICE_SECONDS = 0.004
"""The real seconds of work between two turns of the event loop. An answer takes several turns."""
PART = 16
"""How many elements a step handles if each takes little time: steps of single ones would take as long again."""
_NO_FULL_COLLECTION = 1_000_000
"""A third threshold of the garbage collector that is not reached."""


class _Work(Generic[Result]):
    """Work as an iterable of its steps, and its result once they have ended."""

    result: Result

    def __init__(self, steps: Steps[Result]) -> None:
        self._steps = steps

    def __iter__(self) -> Iterator[None]:
        self.result = yield from self._steps


def run_at_once(steps: Steps[Result]) -> Result:
    """Run work to its end, and return its result."""
    with without_full_collections():
        work = _Work(steps)
        for _ in work:
            pass
        return work.result


async def run_between_requests(steps: Steps[Result]) -> Result:
    """Run work in slices between which the event loop answers requests, and return its result."""
    with without_full_collections():
        work, pacer = _Work(steps), Pacer()
        for _ in work:
            await pacer.pause_if_due()
        return work.result


class Pacer:
    """Lets the event loop answer requests after each slice of long work."""

    def __init__(self) -> None:
        self._pause_at = stopwatch() + _SLICE_SECONDS

    async def pause_if_due(self) -> None:
        """Let other tasks run if a slice is over. Call this after each small step."""
        if stopwatch() >= self._pause_at:
            await real_pause(0)
            self._pause_at = stopwatch() + _SLICE_SECONDS


@contextmanager
def without_full_collections() -> Iterator[None]:
    """Let the garbage collector visit new objects only, while many are made that stay.

    A full collection visits every object of the process, and no request is answered meanwhile.
    """
    first, second, third = gc.get_threshold()
    gc.set_threshold(first, second, _NO_FULL_COLLECTION)
    try:
        yield
    finally:
        if third != _NO_FULL_COLLECTION:  # else work that began earlier restores it
            gc.set_threshold(first, second, third)

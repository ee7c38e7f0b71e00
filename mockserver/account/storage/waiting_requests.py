"""Requests that wait until their changes are saved."""

import asyncio
import logging
from collections import deque
from collections.abc import Callable

from mockserver.account.storage.store_error import StoreError

logger = logging.getLogger("recmock")

Continue = Callable[[StoreError | None], object]
"""Lets a request go on: with an error if its changes were not saved."""


class WaitingRequests:
    """The requests that wait for one batch, on one event loop.

    Args:
        loop: the event loop.
        patience_seconds: how long each of them waits; None if the store answers at once.
        store_name: the store, for the error of those that wait for too long.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop, patience_seconds: float | None, store_name: str) -> None:
        self._loop = loop
        self._patience_seconds = patience_seconds
        self._store_name = store_name
        self._waiting: deque[tuple[float, Continue]] = deque()
        """When each of them gives up, by the event loop's time, in that order."""
        self._timer: asyncio.TimerHandle | None = None

    def add(self, go_on: Continue) -> None:
        """Add a request."""
        if self._patience_seconds is None:
            self._waiting.append((0.0, go_on))
            return
        self._waiting.append((self._loop.time() + self._patience_seconds, go_on))
        if self._timer is None:  # one timer for all of them
            self._timer = self._loop.call_later(self._patience_seconds, self._give_up)

    def answer(self, error: BaseException | None) -> None:
        """Let all of them go on after their batch: each must get an answer."""
        if self._timer is not None:
            self._timer.cancel()
        waiting, self._waiting = self._waiting, deque()
        failure = None if error is None else _to_store_error(error)
        for _, go_on in waiting:
            self._continue(go_on, failure)

    def _give_up(self) -> None:
        """Let requests go on although their store has not answered."""
        self._timer = None
        while self._waiting and self._waiting[0][0] <= self._loop.time():
            _, go_on = self._waiting.popleft()
            self._continue(go_on, StoreError(f"{self._store_name} does not answer."))
        if self._waiting:
            self._timer = self._loop.call_at(self._waiting[0][0], self._give_up)

    def _continue(self, go_on: Continue, failure: StoreError | None) -> None:
        try:
            go_on(failure)
        except Exception:  # the others go on all the same
            logger.exception("A request failed after its changes were saved.")


def _to_store_error(error: BaseException) -> StoreError:
    return error if isinstance(error, StoreError) else StoreError(f"the mock itself failed: {error!r}.")


def resolve(future: asyncio.Future[None], failure: StoreError | None) -> None:
    """Let a coroutine go on that awaits a future, unless it was cancelled."""
    if not future.done():
        if failure is None:
            future.set_result(None)
        else:
            future.set_exception(failure)

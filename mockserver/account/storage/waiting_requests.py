"""Requests that wait until their changes are saved."""

import asyncio
from collections.abc import Iterable

from mockserver.account.storage.store_error import StoreError


def answer_waiting(waiting: Iterable[asyncio.Future[None]], error: BaseException | None) -> None:
    """Let requests go on after a batch: each must get an answer."""
    failure = error if isinstance(error, StoreError) else StoreError(f"the mock itself failed: {error!r}.")
    for future in waiting:
        if not future.done():
            if error is None:
                future.set_result(None)
            else:
                future.set_exception(failure)


def give_up(future: asyncio.Future[None], name: str) -> None:
    """Let a request go on although its store has not answered."""
    if not future.done():
        future.set_exception(StoreError(f"{name} does not answer."))

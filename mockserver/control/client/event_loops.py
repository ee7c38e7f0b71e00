"""Event loops of the caller: the loop that runs in this thread, and threads in which blocking calls do not block it."""

import sys
from collections.abc import Callable
from contextvars import ContextVar
from functools import partial
from typing import ParamSpec, TypeVar

__tracebackhide__ = True
Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")
_CALLER_AWAITS: ContextVar[bool] = ContextVar("caller awaits", default=False)
"""True in a thread for which a coroutine of the caller waits."""


def has_running_loop() -> bool:
    """Return True if an event loop of asyncio or trio runs in this thread: a blocking call stops it."""
    asyncio, trio = sys.modules.get("asyncio"), sys.modules.get("trio")  # without their modules there is no loop
    lowlevel = getattr(trio, "lowlevel", None)  # another thread may be importing it
    if asyncio is not None and asyncio._get_running_loop() is not None:
        return True
    return lowlevel is not None and bool(lowlevel.in_trio_run())


async def run_in_thread(
    function: Callable[Parameters, Result], *args: Parameters.args, **kwargs: Parameters.kwargs
) -> Result:
    """Call a blocking function in another thread, on asyncio or trio. A cancelled caller does not wait for its end."""
    from anyio.to_thread import run_sync  # not at the start: most tests have no event loop

    return await run_sync(partial(_call_for_coroutine, partial(function, *args, **kwargs)), abandon_on_cancel=True)


async def run_in_thread_to_end(function: Callable[[], Result]) -> Result:
    """Call a blocking function in another thread, and wait for its end even if the caller is cancelled."""
    from anyio import CancelScope
    from anyio.to_thread import run_sync

    shield = CancelScope(shield=True)
    with shield:
        result = await run_sync(function)
    return result


def is_awaited() -> bool:
    """Return True in a thread of `run_in_thread`: the caller's event loop is free."""
    return _CALLER_AWAITS.get()


def _call_for_coroutine(function: Callable[[], Result]) -> Result:
    _CALLER_AWAITS.set(True)  # in this thread's copy of the context
    return function()

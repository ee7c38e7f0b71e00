"""The clock of the machine. No other module reads the real time or waits in real time.

Test tools that move Python's time, such as freezegun and time-machine, do not move this clock: certificates must be
valid for the clients' TLS libraries, which read the machine's time.
"""

import sys
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any, NamedTuple


class _RealFunctions(NamedTuple):
    """Functions of `time`. freezegun replaces those that it finds as attributes of a module, but not in a tuple."""

    time: Callable[[], float]
    monotonic_ns: Callable[[], int]
    perf_counter: Callable[[], float]


def _find_real_functions() -> _RealFunctions:
    """Return the functions of `time`, also while freezegun replaces them."""
    freezegun = sys.modules.get("freezegun.api")
    return _RealFunctions(*(getattr(freezegun, f"real_{name}", getattr(time, name)) for name in _RealFunctions._fields))


_REAL = _find_real_functions()


def ticks() -> int:
    """Return monotonic microseconds with an arbitrary origin."""
    return _REAL.monotonic_ns() // 1000


def wall_seconds() -> int:
    """Return the machine's time in whole seconds since the epoch: for defaults, certificates and the Date header."""
    return int(_read_wall_clock())


def wall_microseconds() -> int:
    """Return the machine's time in microseconds since the epoch: for clocks that start now."""
    return int(_read_wall_clock() * 1_000_000)


def _read_wall_clock() -> float:
    time_machine: Any = sys.modules.get("time_machine")  # it changes `time.time` itself
    if time_machine is not None:
        with suppress(ValueError):  # it does not travel now
            return float(time_machine.escape_hatch.time.time())
    return _REAL.time()


def stopwatch() -> float:
    """Return monotonic seconds, to measure durations."""
    return _REAL.perf_counter()


def measure_tick_origin() -> int:
    """Return the machine's time at which the stopwatch was 0, in microseconds since the epoch."""
    return wall_microseconds() - round(stopwatch() * 1_000_000)


async def real_pause(seconds: float) -> None:
    """Wait in real time: the client's own time-outs run in real time too."""
    import asyncio  # slow to import, and commands without a server do not need it

    await asyncio.sleep(seconds)

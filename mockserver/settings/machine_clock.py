"""The clock of the machine. No other module reads the real time or waits in real time."""

import time


def ticks() -> int:
    """Return monotonic microseconds with an arbitrary origin."""
    return time.monotonic_ns() // 1000


def wall_seconds() -> int:
    """Return the machine's time in whole seconds since the epoch: for defaults and the Date header only."""
    return int(time.time())


def stopwatch() -> float:
    """Return monotonic seconds, to measure durations."""
    return time.perf_counter()


async def real_pause(seconds: float) -> None:
    """Wait in real time: the client's own time-outs run in real time too."""
    import asyncio  # slow to import, and commands without a server do not need it

    await asyncio.sleep(seconds)

"""The thread of a server in the background, and the threads that its event loop uses."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

from mockserver.settings.machine_clock import stopwatch
from mockserver.settings.native_threads import has_green_threads, start_native_thread

_POLL_SECONDS = 0.002
"""Real seconds between two checks of a green thread, which must let the others run while it waits."""


class NativeThread:
    """A thread of the operating system in a process with green threads, with the methods of `threading.Thread`."""

    def __init__(self, target: Callable[[], Any]) -> None:
        self._target = target
        self._is_running = False

    def start(self) -> None:
        """Start the thread."""
        self._is_running = True
        start_native_thread(self._run)

    def join(self, timeout: float) -> None:
        """Wait until the thread has ended, at most for a number of seconds."""
        wait_for(lambda: not self._is_running, timeout)

    def is_alive(self) -> bool:
        """Return True while the thread runs."""
        return self._is_running

    def _run(self) -> None:
        try:
            self._target()
        finally:
            self._is_running = False


class NativeExecutor(ThreadPoolExecutor):
    """Runs each call in its own thread of the operating system: a green thread would never run beside the loop."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> "Future[Any]":
        future: Future[Any] = Future()

        def call() -> None:
            try:
                future.set_result(fn(*args, **kwargs))
            except BaseException as error:  # the caller receives it
                future.set_exception(error)

        start_native_thread(call)
        return future


def create_thread(target: Callable[[], Any]) -> "threading.Thread | NativeThread":
    """Return a new thread of the operating system that does not keep the process alive."""
    if has_green_threads():
        # It imports trio if that is installed, which starts a program. With gevent only this thread may do that.
        import httpcore  # noqa: F401

        return NativeThread(target)
    return threading.Thread(target=target, name="recmock", daemon=True)


def wait_for(condition: Callable[[], bool], timeout: float) -> bool:
    """Wait in a green thread until a condition holds, and return False if the time is up before."""
    end = stopwatch() + timeout
    while not condition():
        if stopwatch() > end:
            return False
        time.sleep(_POLL_SECONDS)
    return True

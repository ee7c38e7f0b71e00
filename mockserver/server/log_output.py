"""The output of the request log. It never waits for a reader, and no error of it reaches the server."""

import logging
import os
import select
import stat
import weakref
from collections.abc import Callable, Sequence
from typing import TextIO

from mockserver.settings.machine_clock import stopwatch

_MAX_WAITING_BYTES = 1 << 20
"""The bytes that may wait for a reader."""
_PIPE_BYTES = 4096
"""What a pipe takes without waiting if it is ready."""

logger = logging.getLogger("recmock")


class LogOutput:
    """Writes lines to a descriptor. Lines that nobody reads in time are dropped, and counted.

    Args:
        descriptor: the descriptor. It stays open.
        encoding: what its reader expects.
        describe_missing: returns the line that tells a reader how many lines were dropped before it.
    """

    def __init__(self, descriptor: int, encoding: str, describe_missing: Callable[[int], str]) -> None:
        own = _open_terminal(descriptor)
        if own is not None:
            weakref.finalize(self, os.close, own)
        self._descriptor = descriptor if own is None else own
        self._encoding = encoding
        self._describe_missing = describe_missing
        self._waiting = b""
        self._missing = 0
        self._announced = 0
        """The missing lines that lines in the waiting text stand for, beyond these lines themselves."""
        self._has_failed = False
        self._poll = _make_poll(self._descriptor)
        self.is_closed = False
        """True once the reader is gone: nothing more can be written."""

    @property
    def is_waiting(self) -> bool:
        """True if text waits for the reader."""
        return bool(self._waiting)

    def write(self, lines: Sequence[str], patience_seconds: float = 0.0) -> None:
        """Write lines, and those that wait.

        Args:
            patience_seconds: how long the reader may take.
        """
        if len(self._waiting) >= _MAX_WAITING_BYTES:
            self._missing += len(lines)
            lines = ()
        elif self._missing:
            lines = (self._describe_missing(self._missing), *lines)
            self._announced += self._missing - 1
            self._missing = 0
        if lines:
            self._waiting += ("\n".join(lines) + "\n").encode(self._encoding, "backslashreplace")
        try:
            self._write_waiting(stopwatch() + patience_seconds)
            if not self._waiting:
                self._announced = 0
        except OSError as error:
            self._drop(error)

    def _write_waiting(self, deadline: float) -> None:
        left = memoryview(self._waiting)
        size = len(left) if _is_file(self._descriptor) else _PIPE_BYTES
        try:
            while left and self._is_ready(deadline):
                left = left[os.write(self._descriptor, left[:size]) :]
        except BlockingIOError:  # someone else made the descriptor non-blocking
            pass
        self._waiting = bytes(left)

    def _is_ready(self, deadline: float) -> bool:
        if self._poll is None:
            return True
        return bool(self._poll(max(0.0, deadline - stopwatch()) * 1000))

    def _drop(self, error: OSError) -> None:
        """Drop what waits. A full disk may have room again; a reader that is gone does not come back."""
        self._missing += self._waiting.count(b"\n") + self._announced
        self._waiting, self._announced = b"", 0
        self.is_closed = isinstance(error, BrokenPipeError)
        if not self.is_closed and not self._has_failed:
            self._has_failed = True
            logger.error("recmock: cannot write the request log: %s.", error.strerror)


def find_descriptor(stream: TextIO | None) -> int | None:
    """Return the descriptor of a stream, or None if it has none: tests replace streams, and some are closed."""
    try:
        return None if stream is None else stream.fileno()
    except (AttributeError, OSError, ValueError):
        return None


def describe_missing(count: int) -> str:
    """Return the line in the place of lines that were dropped."""
    return f"recmock: {count} lines of the log are missing here: they could not be written."


def _open_terminal(descriptor: int) -> int | None:
    """Return a descriptor of the same terminal that does not block, or None if there is no such terminal.

    A terminal is ready as soon as it takes one byte, and a longer write then waits until it took all. The terminal is
    opened again because others share what belongs to the given descriptor.
    """
    try:
        flags = os.O_WRONLY | os.O_NONBLOCK | os.O_NOCTTY
        return os.open(os.ttyname(descriptor), flags)
    except (AttributeError, OSError):  # no terminal, one of another container, or Windows
        return None


def _is_file(descriptor: int) -> bool:
    return stat.S_ISREG(os.fstat(descriptor).st_mode)


def _make_poll(descriptor: int) -> Callable[[float], list[tuple[int, int]]] | None:
    """Return a function that waits until the descriptor takes text, or None if this system has no such function."""
    if not hasattr(select, "poll"):  # pragma: no cover - Windows
        return None
    poll = select.poll()
    poll.register(descriptor, select.POLLOUT)
    return poll.poll

"""Programs in a terminal, as users meet them."""

import codecs
import fcntl
import os
import pty
import re
import struct
import subprocess
import termios
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

_TIME_LIMIT = 60.0
"""Real seconds: far more than any program takes."""


class Terminal:
    """A program in a terminal of its own.

    Args:
        columns: the width of the terminal.
        folder: the working directory of the program; None for that of this process.
    """

    def __init__(
        self, command: Sequence[str], environment: Mapping[str, str], columns: int = 80, folder: Path | None = None
    ) -> None:
        self._master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
        self.process = subprocess.Popen(
            command,
            stdin=slave,
            stdout=slave,
            stderr=slave,
            env=dict(environment),
            cwd=folder,
            start_new_session=True,
        )
        os.close(slave)
        self.output = ""
        self._has_ended = False
        self._changed = threading.Condition()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.process.kill()
        self.process.wait()
        self._reader.join(_TIME_LIMIT)
        os.close(self._master)

    def write(self, text: str) -> None:
        """Type or paste text."""
        os.write(self._master, text.encode())

    def read_until(self, pattern: str) -> str:
        """Read until the output matches a pattern, and return the whole output so far, with `\\n` as line ends.

        Raises:
            AssertionError: if the program ends before, or takes too long.
        """
        self._wait(lambda: re.search(pattern, self.output) is not None)
        assert re.search(pattern, self.output), f"expected {pattern!r}, found {self.output!r}"
        return self.output

    def read_to_end(self) -> str:
        """Read until the program has ended, and return the whole output.

        Raises:
            AssertionError: if the program takes too long.
        """
        self._wait(lambda: False)
        return self.output

    def _wait(self, is_there: Callable[[], bool]) -> None:
        """Wait for a condition on the output, or for its end.

        Raises:
            AssertionError: if that takes too long.
        """
        with self._changed:
            is_in_time = self._changed.wait_for(lambda: self._has_ended or is_there(), _TIME_LIMIT)
        assert is_in_time, f"expected more in time, found {self.output!r}"

    def _read(self) -> None:
        """Read all that the program writes, as it comes: a program that writes into a full terminal stops."""
        decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")
        while True:
            try:
                part = os.read(self._master, 65536)
            except OSError:  # Linux reports the end of the program so
                part = b""
            with self._changed:
                self.output = (self.output + decoder.decode(part)).replace("\r\n", "\n")  # a part may end between both
                self._has_ended = not part
                self._changed.notify_all()
            if not part:
                return

"""Programs in a terminal, as users meet them."""

import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import termios
import time
from collections.abc import Mapping, Sequence
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

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.process.kill()
        self.process.wait()
        os.close(self._master)

    def write(self, text: str) -> None:
        """Type or paste text."""
        os.write(self._master, text.encode())

    def read_until(self, pattern: str) -> str:
        """Read until the output matches a pattern, and return the whole output so far, with `\\n` as line ends.

        Raises:
            AssertionError: if the program ends before, or takes too long.
        """
        deadline = time.monotonic() + _TIME_LIMIT
        while not re.search(pattern, self.output):
            assert self._read_part(deadline), f"expected {pattern!r}, found {self.output!r}"
        return self.output

    def read_to_end(self) -> str:
        """Read until the program has ended, and return the whole output.

        Raises:
            AssertionError: if the program takes too long.
        """
        deadline = time.monotonic() + _TIME_LIMIT
        while self._read_part(deadline):
            pass
        return self.output

    def _read_part(self, deadline: float) -> bool:
        """Read what there is, and return False at the end."""
        ready, _, _ = select.select([self._master], [], [], max(0, deadline - time.monotonic()))
        assert ready, f"expected more in time, found {self.output!r}"
        try:
            part = os.read(self._master, 65536)
        except OSError:  # Linux reports the end of the program so
            part = b""
        self.output = (self.output + part.decode(errors="replace")).replace("\r\n", "\n")  # a part may end between both
        return bool(part)

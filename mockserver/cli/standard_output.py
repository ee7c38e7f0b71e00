"""The standard output of a command. Text that cannot be written is an error of the command."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout, suppress
from typing import Any, TextIO


class OutputError(Exception):
    """The standard output does not take the text, for example because its disk is full."""


class StandardOutput:
    """Passes text on to the standard output.

    It raises an error of its own, because argparse ignores `OSError` when it prints help.

    Args:
        stream: the standard output; None if it is closed.
    """

    def __init__(self, stream: TextIO | None) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        """Write text.

        Raises:
            OutputError: if that fails.
            BrokenPipeError: if the reader, such as `head`, has closed the pipe.
        """
        if self._stream is None:
            raise OutputError("cannot write to the standard output: it is closed.")
        with _convert_errors():
            return self._stream.write(text)

    def flush(self) -> None:
        """Write the text that is buffered. The errors are those of `write`."""
        if self._stream is not None:
            with _convert_errors():
                self._stream.flush()

    def discard(self) -> None:
        """Drop the text that is buffered: Python would try to write it again when it exits."""
        if self._stream is not None:
            with suppress(OSError), open(os.devnull, "wb") as nothing:  # a stream of a test has no descriptor
                os.dup2(nothing.fileno(), self._stream.fileno())

    def isatty(self) -> bool:
        """Return True if the output is a terminal."""
        return self._stream is not None and self._stream.isatty()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


@contextmanager
def redirect_to(output: StandardOutput) -> Iterator[None]:
    """Print to `output`, and write what is buffered at the end, even if argparse exits."""
    with redirect_stdout(output):
        try:
            yield
        except SystemExit:
            output.flush()
            raise
        output.flush()


@contextmanager
def _convert_errors() -> Iterator[None]:
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        raise OutputError(f"cannot write to the standard output: {error.strerror}.") from None

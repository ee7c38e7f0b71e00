"""Errors that end a command with a message for its user."""

import sys
from contextlib import suppress

USAGE_ERROR = 2
"""The exit code for wrong arguments or settings, and for output that cannot be written."""


class CommandError(Exception):
    """The command cannot continue. The message says what was expected, what was found and what to try.

    Args:
        code: the exit code.
    """

    def __init__(self, message: str, code: int = USAGE_ERROR) -> None:
        super().__init__(message)
        self.code = code


def print_error(message: str, code: int = USAGE_ERROR) -> int:
    """Print the message of an error, and return the exit code."""
    with suppress(OSError):  # the exit code still reports the error
        print(f"recmock: {message}", file=sys.stderr)
    return code

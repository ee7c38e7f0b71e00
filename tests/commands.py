"""`recmock` in this process, with a time limit: a command that should refuse its arguments could serve for ever."""

import signal
from collections.abc import Sequence
from types import FrameType

from mockserver.cli import main as cli

_TIME_LIMIT = 60.0
"""Real seconds: far more than any command takes."""


class TimeLimitExceeded(BaseException):
    """A command did not end. Not an Exception, which an event loop would log and forget."""


def main(arguments: Sequence[str], time_limit: float = _TIME_LIMIT) -> int:
    """Run `recmock` with arguments, and return its exit code.

    Args:
        time_limit: in real seconds.

    Raises:
        TimeLimitExceeded: if the command does not end in time.
    """

    errors: list[TimeLimitExceeded] = []

    def raise_error(number: int, frame: FrameType | None) -> None:
        errors.append(TimeLimitExceeded(f"recmock {' '.join(arguments)} did not end within {time_limit:g} s"))
        raise errors[0]

    before = signal.signal(signal.SIGALRM, raise_error)
    signal.setitimer(signal.ITIMER_REAL, time_limit)
    try:
        code = cli.main(list(arguments))
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    if errors:  # uvloop ends, but drops the exception
        raise errors[0]
    return code

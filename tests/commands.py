"""`recmock` in this process, with a time limit: a command that should refuse its arguments could serve for ever."""

import os
import signal
from collections.abc import Sequence
from types import FrameType

from mockserver.cli import main as cli

_TIME_LIMIT = 60.0
"""Real seconds: far more than any command takes."""


class TimeLimitExceeded(Exception):
    """A command did not end."""


def main(arguments: Sequence[str], time_limit: float = _TIME_LIMIT) -> int:
    """Run `recmock` with arguments, and return its exit code.

    Args:
        time_limit: in real seconds.

    Raises:
        TimeLimitExceeded: if the command does not end in time.
    """

    interruptions: list[int] = []

    def interrupt(number: int, frame: FrameType | None) -> None:
        """Do as Ctrl+C does: it ends a server in an orderly way, and every other command at once."""
        interruptions.append(number)
        os.kill(os.getpid(), signal.SIGINT)

    before = signal.signal(signal.SIGALRM, interrupt)
    signal.setitimer(signal.ITIMER_REAL, time_limit)
    try:
        code = cli.main(list(arguments))
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    if interruptions:
        raise TimeLimitExceeded(f"recmock {' '.join(arguments)} did not end within {time_limit:g} s")
    return code

"""How much a check does."""

from typing import NamedTuple

_MAX_DUE_SECONDS = 10.0


class Effort(NamedTuple):
    """The size of the checks."""

    seconds: float
    """The time for which clients send requests."""
    kill_each: float | None
    """The seconds between two kills. None for no kills, as for a state that does not survive them."""
    writes: int
    """The writes that are read on another worker."""
    timelines: int
    callbacks: int
    slack_seconds: float = 0.0
    """What other tests on the machine may add to the time of a response."""

    @property
    def due_seconds(self) -> float:
        """The time within which timelines end."""
        return min(self.seconds, _MAX_DUE_SECONDS)

    @property
    def kill_each_while_due(self) -> float | None:
        """The seconds between two kills, of which there are several while timelines run."""
        return self.kill_each and min(self.kill_each, self.due_seconds / 4)


QUICK = Effort(seconds=0.5, kill_each=0.3, writes=100, timelines=100, callbacks=50, slack_seconds=2.0)
"""For the tests of each change."""
FULL = Effort(seconds=60.0, kill_each=5.0, writes=10_000, timelines=1_000, callbacks=500)
"""By hand; see `python -m tests.acceptance --help`."""

"""When a client may repeat a request that was refused with `Retry-After`."""

import msgspec

from generators.instants import SECOND


class Refusal(msgspec.Struct, frozen=True):
    """A response with `Retry-After`."""

    retry_after: int
    """The seconds to wait."""
    at: int
    """When it was sent, in microseconds on the account's clock."""
    tick: float
    """When it was sent, in monotonic real seconds with an arbitrary origin."""

    def is_over(self, at: int, tick: float) -> bool:
        """Return True if the client may come back: it waited on the account's clock, or in real time.

        A client sleeps in real time while a test's clock stands still, and does not sleep if a test moves the clock.

        Args:
            at: when it comes back, as in `at`.
            tick: when it comes back, as in `tick`.
        """
        return max((at - self.at) / SECOND, tick - self.tick) >= self.retry_after

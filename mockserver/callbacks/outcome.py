"""What came of one request to a receiver."""

from enum import StrEnum

import msgspec


class Failure(StrEnum):
    """Why there was no whole answer."""

    REFUSED_HOST = "refused_host"
    """The host rules forbid it: nothing was sent, and trying again changes nothing."""
    BAD_URL = "bad_url"
    """Nothing that could be requested: nothing was sent."""
    CONNECTION = "connection"
    """Not resolved, refused, reset, closed without an answer, or no TLS."""
    CONNECT_TIMEOUT = "connect_timeout"
    READ_TIMEOUT = "read_timeout"
    PROTOCOL = "protocol"
    """The answer was not HTTP."""


class Outcome(msgspec.Struct, frozen=True):
    """A status, a failure, or both where the answer broke off in its body."""

    status: int | None
    failure: Failure | None
    detail: str
    """A sentence for a log; empty where a status says it all."""

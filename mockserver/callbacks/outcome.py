"""The outcome of one attempt."""

from enum import StrEnum

import msgspec


class Failure(StrEnum):
    """Why there was no complete response."""

    REFUSED_HOST = "refused_host"
    """The host is not allowed. Nothing was sent, and a retry would not help."""
    BAD_URL = "bad_url"
    """The URL cannot be requested. Nothing was sent."""
    CONNECTION = "connection"
    """The name was not resolved, the connection was refused, or TLS failed: the receiver has no request."""
    CONNECT_TIMEOUT = "connect_timeout"
    READ_TIMEOUT = "read_timeout"
    DISCONNECTED = "disconnected"
    """The receiver reset or closed the connection before the end of its response."""
    PROTOCOL = "protocol"
    """The response was not HTTP."""


class Outcome(msgspec.Struct, frozen=True):
    """A status, a failure, or both if the connection broke within the response body."""

    status: int | None
    failure: Failure | None
    detail: str
    """A sentence for a log; empty if the status is enough."""

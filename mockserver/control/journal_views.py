"""What the control API answers about requests: plain structs, for the server that writes them and whoever reads them.

Secrets are hidden. Instants are text in ISO 8601, to the microsecond.
"""

import msgspec


class RequestView(msgspec.Struct, frozen=True, kw_only=True):
    """A request and its answer."""

    number: int
    at: str
    """When it was answered, on the account's clock."""
    operation: str | None
    """None where the request got to none."""
    method: str
    target: str
    """Path and query."""
    query: dict[str, list[str]]
    form: dict[str, list[str]]
    headers: list[tuple[str, str]]
    status: int
    seconds: float
    """How long the answer took, in real time."""
    length: int
    """How many bytes the answer has."""
    reason: str | None
    """Why it is an error, in our own words."""
    warnings: list[str]
    """What was taken, but with doubts."""
    rule: int | None
    """The fault that struck."""
    next_page_uri: str | None


class RequestsView(msgspec.Struct, frozen=True, kw_only=True):
    """Some requests of an account, the newest last."""

    requests: list[RequestView]
    matched: int
    """How many of those that are kept are meant; `limit` leaves the newest of them."""
    total: int
    """How many requests there ever were."""
    dropped: int
    """How many of them the journal no longer has."""


class CountView(msgspec.Struct, frozen=True, kw_only=True):
    """How many requests are meant."""

    count: int
    is_complete: bool
    """False where more of them may have been dropped."""
    dropped: int


class CommandLine(msgspec.Struct, frozen=True, kw_only=True):
    """A command that repeats a request."""

    number: int
    command: str

"""JSON views of requests: plain structs for the server and its clients.

Secrets are hidden. Instants are text in ISO 8601, to the microsecond.
"""

import msgspec


class RequestView(msgspec.Struct, frozen=True, kw_only=True):
    """A request and its response."""

    number: int
    at: str
    """When the response was sent, on the account's clock."""
    operation: str | None
    """None if the request reached no operation."""
    method: str
    target: str
    """Path and query."""
    query: dict[str, list[str]]
    form: dict[str, list[str]]
    headers: list[tuple[str, str]]
    status: int
    seconds: float
    """The duration of the request in real time."""
    length: int
    """The number of bytes in the response body."""
    reason: str | None
    """The explanation of an error, from `X-Mock-Reason`."""
    warnings: list[str]
    """The values of `X-Mock-Warning`."""
    rule: int | None
    """The number of the fault rule that was applied."""
    next_page_uri: str | None


class RequestsView(msgspec.Struct, frozen=True, kw_only=True):
    """Requests of an account, newest last."""

    requests: list[RequestView]
    matched: int
    """The number of matching requests in the journal; `limit` selects the newest of them."""
    total: int
    """The number of all requests so far."""
    dropped: int
    """The number of requests that the journal has dropped."""


class CountView(msgspec.Struct, frozen=True, kw_only=True):
    """The number of matching requests."""

    count: int
    is_complete: bool
    """False if matching requests may have been dropped."""
    dropped: int


class CurlCommandView(msgspec.Struct, frozen=True, kw_only=True):
    """A command line that repeats a request."""

    number: int
    command: str

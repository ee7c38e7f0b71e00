"""The facts of a request that rules match."""

from collections.abc import Callable, Mapping

import msgspec

from scenarios.operations import Operation
from scenarios.rules import When
from scenarios.shell_patterns import matches_pattern


class RequestFacts(msgspec.Struct, frozen=True, kw_only=True):
    """The facts of a request that rules match."""

    operation: Operation
    method: str
    path: str
    query: str
    account_sid: str
    page: int
    headers: Mapping[str, str]
    """Values by header name in lower case."""
    tick: float = 0.0
    """When the request was received, in monotonic real seconds with an arbitrary origin."""


def matches_request(when: When, request: RequestFacts, resolve_handle: Callable[[str], str]) -> bool:
    """Return True if all conditions hold, except for `every`.

    Args:
        resolve_handle: returns the SID for a handle, and any other text unchanged.
    """
    return (
        (when.op is None or when.op is request.operation)
        and (when.path is None or matches_pattern(request.path, when.path))
        and (when.account is None or when.account.lower() == request.account_sid.lower())
        and (when.sid is None or resolve_handle(when.sid).lower() in request.path.lower())
        and (when.page is None or when.page == request.page)
        and all(
            matches_pattern(request.headers.get(name.lower(), ""), pattern) for name, pattern in when.header.items()
        )
    )

"""The facts of a request that rules match."""

from collections.abc import Callable, Iterable, Mapping

import msgspec

from mockserver.rest.parameters import Parameters
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
    form: tuple[tuple[str, str], ...] = ()
    """The names and values of the form in the body, if a rule matches them."""
    credential: str = ""
    """The username of the credentials, in lower case; empty if there are none."""
    tick: float = 0.0
    """When the request was received, in monotonic real seconds with an arbitrary origin."""


def matches_target(when: When, request: RequestFacts, resolve_handle: Callable[[str], str]) -> bool:
    """Return True if all conditions hold that depend on the operation and the target of a request.

    Args:
        resolve_handle: returns the SID for a handle, and any other text unchanged.
    """
    return (
        (when.op is None or when.op is request.operation)
        and (when.method is None or when.method == request.method)
        and (when.path is None or matches_pattern(request.path, when.path))
        and (when.account is None or when.account.lower() == request.account_sid.lower())
        and (when.sid is None or resolve_handle(when.sid).lower() in request.path.lower())
        and (when.page is None or when.page == request.page)
        and (not when.query or _matches_fields(when.query, Parameters(request.query.encode("latin-1")).pairs))
    )


def matches_content(when: When, request: RequestFacts) -> bool:
    """Return True if all conditions hold that depend on the headers and the body of a request."""
    for name, pattern in when.header.items():
        if not matches_pattern(request.headers.get(name.lower(), ""), pattern):
            return False
    return not when.body or _matches_fields(when.body, request.form)


def _matches_fields(patterns: Mapping[str, str], pairs: Iterable[tuple[str, str]]) -> bool:
    """Return True if all fields match. If a name is repeated, its last value counts, as for the operations."""
    values = dict(pairs)
    return all(matches_pattern(values.get(name, ""), pattern) for name, pattern in patterns.items())

"""What a rule remembers of the targets of requests: a bounded number, the latest ones."""

from hashlib import blake2b
from typing import Any

from mockserver.account.request_facts import RequestFacts

_MAX_TARGETS = 1000
"""The number of request targets that a rule remembers. It forgets those that were requested longest ago."""
_MAX_TARGET_LENGTH = 200
"""A longer target is remembered by its digest."""


def build_target(request: RequestFacts, *, with_query: bool) -> str:
    """Return what a rule remembers of a request's target."""
    target = f"{request.method} {request.path}" + (f"?{request.query}" if with_query else "")
    if len(target) <= _MAX_TARGET_LENGTH:
        return target
    return blake2b(target.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def count_target(counts: dict[str, int], target: str) -> None:
    """Count a request for a target."""
    counts[target] = counts.pop(target, 0) + 1  # the latest is the last
    forget_oldest(counts)


def forget_oldest(remembered: dict[str, Any]) -> None:
    """Remove the oldest of too many targets."""
    if len(remembered) > _MAX_TARGETS:
        del remembered[next(iter(remembered))]

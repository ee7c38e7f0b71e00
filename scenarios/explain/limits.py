"""Explains rate limits. The reasons of refused requests use the same words."""

from scenarios.explain.rules import describe_when, describe_window
from scenarios.limits import Limit


def explain_limit(limit: Limit) -> str:
    """Return a sentence about a rate limit."""
    bounds = [f"{limit.requests} per {limit.per} of real time"] if limit.requests is not None else []
    bounds += [f"{limit.concurrent} at once"] if limit.concurrent is not None else []
    whose = {"account": "", "operation": " for each operation", "credential": " for each credential"}[limit.by]
    allowed = f"{' and '.join(bounds)}{whose}"
    given = ", ".join([describe_when(limit.when), *describe_window(limit, limit.when), allowed])
    return f"Limit: {given}: 429, code 20429, Retry-After."

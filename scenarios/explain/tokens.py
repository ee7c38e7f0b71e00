"""Explains how auth tokens are rotated. The event log uses the same words."""

from collections.abc import Iterable, Iterator

from scenarios.tokens import TokenStep
from scenarios.triggers import describe_trigger


def explain_tokens(steps: Iterable[TokenStep]) -> Iterator[str]:
    """Yield a sentence about each step."""
    for step in steps:
        yield f"Auth tokens: {describe_trigger(step.after)}: {describe_token_step(step)}."


def describe_token_step(step: TokenStep) -> str:
    """Describe what a step does."""
    if step.create is not None:
        return "a secondary token is created: both are accepted, the primary signs"
    return "the secondary token becomes the primary: it signs, the old primary is refused"

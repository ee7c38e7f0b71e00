"""Checks changes of auth tokens: secondary tokens that exist already, and those that do not exist."""

from collections.abc import Iterator

from scenarios.model import AccountPlan
from scenarios.problems import Problem, ValuePath
from scenarios.statuses import CallbackEvent
from scenarios.tokens import TokenStep
from scenarios.trigger_problems import CheckContext
from scenarios.triggers import Trigger
from scenarios.validation.trigger_checks import check_trigger, walk_past_instants
from scenarios.validation.window_checks import find_window_trigger_problem


def check_tokens(plan: AccountPlan, first_token: str | None = None) -> Iterator[Problem]:
    """Yield the problems of the changes of auth tokens.

    Args:
        first_token: the auth token that the account begins with, if known.
    """
    if plan.tokens and plan.auth is None:
        sentence = "expected strict, because every secret passes otherwise and tokens has no effect, found none."
        yield Problem(("auth",), sentence)
    primary, secondary, latest = first_token, None, None
    for number, step in enumerate(plan.tokens):
        path: ValuePath = ("tokens", number)
        if step.after is not None:
            context = CheckContext(None, frozenset(CallbackEvent), plan.clock.start, latest)
            yield from check_trigger(step.after, context, (*path, "after"), "a step", _find_trigger_problem)
            instants = [*walk_past_instants(step.after), *([latest] if latest else [])]
            latest = max(instants, default=None)
        if (step.create is None) == (step.promote is None):
            found = "none" if step.create is None else "both"
            yield Problem(path, f"expected create or promote, found {found}.")
            return  # it is unknown which tokens there are after it
        yield from _check_change(step, path, primary, secondary)
        if step.create is not None:
            secondary = step.token or ""
        else:
            primary, secondary = secondary or None, None


def _find_trigger_problem(trigger: Trigger, context: CheckContext) -> str | None:
    return find_window_trigger_problem("requests, which counts the account's requests", trigger, context)


def _check_change(step: TokenStep, path: ValuePath, primary: str | None, secondary: str | None) -> Iterator[Problem]:
    """Yield the problems of a step. A secondary token that is derived is an empty text."""
    if step.create is not None and secondary is not None:
        yield Problem((*path, "create"), "expected no secondary token before it, found one: promote that one first.")
    if step.promote is not None and secondary is None:
        yield Problem((*path, "promote"), "expected a secondary token, found none: create one in an earlier step.")
    if step.token is None:
        return
    if step.promote is not None:
        yield Problem((*path, "token"), "expected no token beside promote, which takes the secondary token, found one.")
    elif step.token == primary:
        yield Problem((*path, "token"), "expected another token than the primary, found the same.")

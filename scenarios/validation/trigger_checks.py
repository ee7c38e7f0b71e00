"""Checks triggers: exactly one condition each, and none that can never hold."""

from collections.abc import Callable, Iterator
from datetime import datetime

from scenarios.problems import Problem, ValuePath
from scenarios.trigger_problems import CheckContext
from scenarios.triggers import MAX_TRIGGERS, Trigger, find_trigger_problem, walk_leaf_triggers
from scenarios.validation.dates import check_instant

_TRIGGER_FIELDS = Trigger.__struct_fields__


def check_trigger(
    trigger: Trigger,
    context: CheckContext,
    path: ValuePath,
    owner: str,
    find_problem: Callable[[Trigger, CheckContext], str | None] = find_trigger_problem,
) -> Iterator[Problem]:
    """Yield the problems of a trigger, and of those inside it.

    Args:
        context: what is known before it.
        path: its path in the scenario.
        owner: what it starts, for messages, such as `a step`.
        find_problem: returns a sentence about a trigger with exactly one condition.
    """
    yield from _check_one(trigger, context, path, find_problem)
    count = sum(1 for _ in walk_leaf_triggers(trigger))
    if count > MAX_TRIGGERS:
        yield Problem(path, f"expected at most {MAX_TRIGGERS} triggers for {owner}, found {count}.")


def walk_past_instants(trigger: Trigger) -> Iterator[datetime]:
    """Yield the instants that have certainly passed when the trigger fires."""
    if trigger.at:
        yield trigger.at
    for inside in trigger.all or ():
        yield from walk_past_instants(inside)


def _check_one(
    trigger: Trigger,
    context: CheckContext,
    path: ValuePath,
    find_problem: Callable[[Trigger, CheckContext], str | None],
) -> Iterator[Problem]:
    given = [kind for kind in _TRIGGER_FIELDS if getattr(trigger, kind) is not None]
    if len(given) != 1:
        yield Problem(path, _describe_trigger_count(given))
        return
    inner_path = (*path, given[0])
    for number, inside in enumerate(trigger.any or trigger.all or ()):
        yield from _check_one(inside, context, (*inner_path, number), find_problem)
    yield from check_instant(trigger.at, inner_path)
    sentence = find_problem(trigger, context)
    if sentence:
        yield Problem(inner_path, sentence)


def _describe_trigger_count(names: list[str]) -> str:
    if not names:
        return f"expected one of {', '.join(_TRIGGER_FIELDS)}, found none."
    return f"expected one trigger, found {' and '.join(names)}: put `any:` or `all:` around them, as a list."

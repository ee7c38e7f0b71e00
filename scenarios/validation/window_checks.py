"""Checks from when and until when rules apply: conditions that no rule can have, and ends before the start."""

from collections.abc import Iterator
from datetime import datetime
from functools import partial

from scenarios.durations import find_duration_problem
from scenarios.problems import Problem, ValuePath, describe_value
from scenarios.statuses import CallbackEvent
from scenarios.trigger_problems import CheckContext
from scenarios.triggers import Trigger, find_trigger_problem
from scenarios.validation.trigger_checks import check_trigger, walk_past_instants
from scenarios.windows import Windowed

_OF_TIMELINES = ("fetches", "lists", "media")
"""Triggers that count the requests of one recording: a rule chooses its requests with `when`."""
_COUNTED = "requests, which counts the requests that the rule's `when` matches"


def check_window(rule: Windowed, path: ValuePath, start: datetime | None, counted: str = _COUNTED) -> Iterator[Problem]:
    """Yield the problems of `after`, `until` and `ttl`.

    Args:
        path: the path of the rule in the scenario.
        start: the start of the account's clock, if known.
        counted: the trigger for requests, and what it counts.
    """
    context = CheckContext(None, frozenset(CallbackEvent), start, None)
    for name, trigger in (("after", rule.after), ("until", rule.until)):
        if trigger is not None:
            yield from check_trigger(
                trigger, context, (*path, name), "a rule", partial(find_window_trigger_problem, counted)
            )
    if rule.after is not None and rule.until is not None:
        yield from _check_order(rule.after, rule.until, (*path, "until"))
    if rule.ttl is None:
        return
    sentence = find_duration_problem(rule.ttl)
    if sentence is not None:
        yield Problem((*path, "ttl"), sentence)
    if rule.until is not None:
        sentence = "expected ttl or until, found both: ttl is the short form of `until: {time: ...}`."
        yield Problem((*path, "ttl"), sentence)


def find_window_trigger_problem(counted: str, trigger: Trigger, context: CheckContext) -> str | None:
    """Explain why a trigger can start nothing but a step of a timeline, or can never fire, or return None.

    Args:
        counted: the trigger that counts requests, and what it counts, for messages.
    """
    for name in _OF_TIMELINES:
        if getattr(trigger, name) is not None:
            return f"expected {counted}, found {name}."
    return find_trigger_problem(trigger, context)


def _check_order(after: Trigger, until: Trigger, path: ValuePath) -> Iterator[Problem]:
    """Yield a problem if the end is not after the start, which may be later than the instant that `after` names."""
    latest = max(walk_past_instants(after), default=None)
    if latest is None or until.at is None or until.at > latest:
        return
    expected = f"an instant after {describe_value(latest)}, at which the rule starts"
    yield Problem((*path, "at"), f"expected {expected}, found {describe_value(until.at)}.")

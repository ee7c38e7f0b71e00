"""Checks rate limits: bounds that are missing or belong together."""

from collections.abc import Collection, Iterator

from scenarios.durations import parse_duration
from scenarios.limits import Limit
from scenarios.model import Scenario
from scenarios.problems import Problem, ValuePath
from scenarios.validation.effect_checks import check_durations
from scenarios.validation.rule_checks import check_when
from scenarios.validation.window_checks import check_window


def check_limits(scenario: Scenario, handles: Collection[str]) -> Iterator[Problem]:
    """Yield the problems of rate limits.

    Args:
        scenario: the scenario.
        handles: the handles of its recordings.
    """
    for number, limit in enumerate(scenario.limits):
        path: ValuePath = ("limits", number)
        yield from check_when(limit.when, handles, (*path, "when"))
        if limit.when.every is not None:
            sentence = "expected conditions without every: a limit counts all requests that match, found every."
            yield Problem((*path, "when", "every"), sentence)
        yield from check_window(limit, path, scenario.clock.start)
        yield from _check_bounds(limit, path)


def _check_bounds(limit: Limit, path: ValuePath) -> Iterator[Problem]:
    if limit.requests is None and limit.per is None and limit.concurrent is None:
        yield Problem(path, "expected a bound: requests and per, or concurrent, found none.")
    for key, needed in (("requests", "per"), ("per", "requests")):
        if getattr(limit, key) is not None and getattr(limit, needed) is None:
            yield Problem((*path, key), f"expected {needed} beside {key}, found none.")
    yield from check_durations({"per": limit.per}, path)
    if limit.per is not None and parse_duration(limit.per) == 0:
        yield Problem((*path, "per"), f"expected a duration above 0s, found {limit.per}.")

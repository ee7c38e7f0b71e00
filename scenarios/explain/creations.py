"""Explains which timeline a recording plays that a call, a conference or the API starts."""

from collections.abc import Iterator

from scenarios.creation_matcher import CreationMatcher
from scenarios.creations import list_rules
from scenarios.full_timelines import DEFAULT_ON_CREATE
from scenarios.model import OnCreate, Scenario

_KEY = "on_create"


def list_titled_rules(scenario: Scenario) -> Iterator[tuple[str, OnCreate]]:
    """Yield what new recordings play, each with a title such as `on_create[0] (number 2 of those with 2 channels)`."""
    rules = list_rules(scenario.on_create)
    for number, rule in enumerate(rules):
        key = f"{_KEY}[{number}]" if isinstance(scenario.on_create, tuple) else _KEY
        yield (key if rule.when is None else f"{key} ({_describe_matcher(rule.when)})"), rule
    if rules and rules[-1].when is not None:
        yield f"{_KEY} (all others)", DEFAULT_ON_CREATE


def _describe_matcher(when: CreationMatcher) -> str:
    conditions = " ".join(_describe_conditions(when))
    if when.nth is None:
        return conditions
    return f"number {when.nth} of those {conditions}" if conditions else f"number {when.nth}"


def _describe_conditions(when: CreationMatcher) -> Iterator[str]:
    if when.source is not None:
        yield f"from {when.source}"
    if when.channels is not None:
        yield "with 2 channels" if when.channels > 1 else "with 1 channel"
    if when.track is not None:
        yield f"with the track {when.track}"
    if when.call_sid is not None:
        yield f"of {when.call_sid}"

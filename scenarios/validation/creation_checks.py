"""Checks `on_create`: items that never play, and the timelines of the others."""

from collections.abc import Iterator, Sequence

from msgspec import UNSET

from generators.model import Source
from scenarios.creation_matcher import CreationMatcher
from scenarios.creations import list_rules
from scenarios.model import OnCreate, Scenario
from scenarios.problems import Problem, ValuePath, format_path
from scenarios.validation.coherence_checks import check_source
from scenarios.validation.dates import check_dated_subject
from scenarios.validation.timeline_checks import check_timeline


def check_creations(scenario: Scenario) -> Iterator[Problem]:
    """Yield the problems of `on_create`."""
    rules = list_rules(scenario.on_create)
    for number, rule in enumerate(rules):
        path: ValuePath = ("on_create", number) if isinstance(scenario.on_create, tuple) else ("on_create",)
        if rule.when is not None:
            yield from _check_matcher(rule.when, (*path, "when"))
        yield from _check_reach(rules, number, path)
        yield from _check_steps(rule, path)
        yield from check_timeline(rule, path, scenario.clock.start)


def _check_matcher(when: CreationMatcher, path: ValuePath) -> Iterator[Problem]:
    if when == CreationMatcher():
        yield Problem(path, "expected a condition, or no `when` to match every new recording, found an empty mapping.")
    if when.channels == 2 and when.source is Source.RECORD_VERB:
        yield Problem((*path, "channels"), f"expected 1 channel with {when.source}, which has one voice, found 2.")


def _check_reach(rules: Sequence[OnCreate], number: int, path: ValuePath) -> Iterator[Problem]:
    """Yield a problem if earlier items match all that an item matches."""
    for earlier in range(number):
        other = format_path(("on_create", earlier))
        if rules[earlier].when is None:
            sentence = f"expected {other} last, because it has no `when` and matches all, found this after it."
            yield Problem(path, f"{sentence} It never plays.")
            return
        if rules[earlier].when == rules[number].when:
            yield Problem(path, f"expected another `when` than that of {other}, found the same. It never plays.")
            return


def _check_steps(rule: OnCreate, path: ValuePath) -> Iterator[Problem]:
    yield from check_dated_subject(rule, path)
    source = UNSET if rule.when is None or rule.when.source is None else rule.when.source
    for number, step in enumerate(rule.timeline):
        place = (*path, "timeline", number, "set")
        yield from check_source(step.set, source if step.set.source is UNSET else step.set.source, place)

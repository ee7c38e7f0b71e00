"""Checks expectations: contradictions, and orders that no client can meet."""

from collections.abc import Collection, Iterator

from scenarios.durations import parse_duration
from scenarios.expectations import Expectation, Moment
from scenarios.explain.expectations import describe_moment
from scenarios.model import Scenario
from scenarios.problems import Problem, ValuePath
from scenarios.validation.dates import check_instant
from scenarios.validation.effect_checks import check_durations
from scenarios.validation.rule_checks import check_sid, is_list_operation

_MOMENT_FIELDS = Moment.__struct_fields__
_REFUSED_WITH_NEVER = ("min", "max", "at_most", "followed_next_page")


def check_expectations(scenario: Scenario, handles: Collection[str]) -> Iterator[Problem]:
    """Yield the problems of expectations.

    Args:
        scenario: the scenario.
        handles: the handles of its recordings.
    """
    for number, expectation in enumerate(scenario.expect):
        path: ValuePath = ("expect", number)
        yield from check_sid(expectation.sid, handles, path)
        yield from _check_count(expectation, path)
        yield from _check_moments(expectation, path)
        yield from _check_times(expectation, path)


def _check_count(expectation: Expectation, path: ValuePath) -> Iterator[Problem]:
    least, most = expectation.min, expectation.max
    if least is not None and most is not None and least > most:
        yield Problem((*path, "min"), f"expected at most {most}, which is max, found {least}.")
    if expectation.followed_next_page is not None and not is_list_operation(expectation.op):
        sentence = f"expected a list operation, because only lists have pages, found {expectation.op}."
        yield Problem((*path, "followed_next_page"), sentence)
    for name in _REFUSED_WITH_NEVER if expectation.never else ():
        if getattr(expectation, name) is not None:
            yield Problem(
                (*path, name), f"expected no {name} beside `never: true`, which allows no request, found one."
            )


def _check_moments(expectation: Expectation, path: ValuePath) -> Iterator[Problem]:
    after, before = expectation.after, expectation.before
    for name, moment in (("after", after), ("before", before)):
        if moment is None:
            continue
        given = [field for field in _MOMENT_FIELDS if getattr(moment, field) is not None]
        if len(given) != 1:
            listed = " and ".join(given) or "none"
            yield Problem((*path, name), f"expected one of {', '.join(_MOMENT_FIELDS)}, found {listed}.")
        elif moment.op is expectation.op:
            yield Problem((*path, name, "op"), f"expected another operation than the expected one, found {moment.op}.")
        yield from check_instant(moment.at, (*path, name, "at"))
    if after is None or before is None:
        return
    if after == before:
        sentence = f"expected another moment than `after`, found {describe_moment(before)} in both."
        yield Problem((*path, "before"), sentence)
    elif after.at and before.at and after.at > before.at:
        sentence = (
            f"expected an instant after {describe_moment(after)}, which is `after`, found {describe_moment(before)}."
        )
        yield Problem((*path, "before", "at"), sentence)


def _check_times(expectation: Expectation, path: ValuePath) -> Iterator[Problem]:
    yield from _check_positive(expectation.within, path, "within")
    if expectation.at_most is not None:
        yield from _check_positive(expectation.at_most.per, (*path, "at_most"), "per")
    if expectation.within is not None and expectation.max == 0:
        yield Problem((*path, "within"), "expected a max of at least 1, because `within` is about the first request.")


def _check_positive(duration: str | None, path: ValuePath, key: str) -> Iterator[Problem]:
    yield from check_durations({key: duration}, path)
    if duration is not None and parse_duration(duration) == 0:
        yield Problem((*path, key), f"expected a duration above 0s, found {duration}.")

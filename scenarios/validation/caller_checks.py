"""Checks callers: ends of a call that no call has, values that never take effect, and callers that are never found."""

from collections.abc import Iterator, Sequence

from scenarios.callers import Caller
from scenarios.durations import parse_duration
from scenarios.endpoints import ANY_ENDPOINT, is_endpoint, normalize_endpoint
from scenarios.problems import Problem, ValuePath, describe_value, format_path

_LIMITS = {
    "rings": ("10m", "the longest time-out of a call"),  # WIRE-CALLS §1.1
    "hangs_up_after": ("24h", "the longest call"),
}
"""The longest durations, with what they are."""
_VALUES_OF_A_TALK = ("speech", "digits", "hangs_up_after")
"""The fields that count if somebody answers."""
_NOBODY = Caller()


def check_callers(callers: Sequence[Caller]) -> Iterator[Problem]:
    """Yield the problems of the callers, in the order of their fields."""
    for number, caller in enumerate(callers):
        yield from _check_caller(caller, ("callers", number))
    yield from _check_order(callers)


def _check_caller(caller: Caller, path: ValuePath) -> Iterator[Problem]:
    for name, end in (("to", caller.to), ("from", caller.from_)):
        if end != ANY_ENDPOINT and not is_endpoint(end):
            expected = "a number such as +15005550006, client:ann, sip:ann@example.com, or * for any"
            yield Problem((*path, name), f"expected {expected}, found {describe_value(end)}.")
    if caller.answers is False:
        expected = "true, no-answer, busy, failed or machine"
        yield Problem((*path, "answers"), f"expected {expected}, found false. Did you mean no-answer?")
    elif not caller.is_reached:
        yield from _check_values_of_a_talk(caller, path)
    for name, (longest, meaning) in _LIMITS.items():
        duration = getattr(caller, name)
        if duration is not None and parse_duration(duration) > parse_duration(longest):
            expected = f"a duration of at most {longest}, which is {meaning}"
            yield Problem((*path, name), f"expected {expected}, found {duration}.")


def _check_values_of_a_talk(caller: Caller, path: ValuePath) -> Iterator[Problem]:
    for name in _VALUES_OF_A_TALK:
        value = getattr(caller, name)
        if value != getattr(_NOBODY, name):
            expected = f"no {name} with `answers: {caller.answers}`, because nobody is on the line"
            yield Problem((*path, name), f"expected {expected}, found {describe_value(value)}.")


def _check_order(callers: Sequence[Caller]) -> Iterator[Problem]:
    """Yield the callers that are never on the line, because an earlier one matches all of their calls."""
    earlier: dict[tuple[str, str], int] = {}
    for number, caller in enumerate(callers):
        to, from_ = normalize_endpoint(caller.to), normalize_endpoint(caller.from_)
        covering = ((to, from_), (ANY_ENDPOINT, from_), (to, ANY_ENDPOINT), (ANY_ENDPOINT, ANY_ENDPOINT))
        first = min((earlier[pair] for pair in covering if pair in earlier), default=None)
        if first is not None:
            sentence = f"expected other numbers than those of {format_path(('callers', first))}, which is found first"
            yield Problem(("callers", number), f"{sentence} for all calls of this caller.")
        earlier.setdefault((to, from_), number)

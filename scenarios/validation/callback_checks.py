"""Checks scripted callbacks: values without an effect, and names of parameters that Twilio does not send."""

from collections.abc import Iterator

from generators.suggestion import suggest
from scenarios.callbacks import PARAMETER_NAMES, ScriptedCallback
from scenarios.durations import find_duration_problem, parse_duration
from scenarios.problems import Problem, ValuePath, describe_value
from scenarios.steps import Step

_NAMES_BY_FOLDED = {name.lower(): name for name in PARAMETER_NAMES}


def check_callbacks(step: Step, path: ValuePath) -> Iterator[Problem]:
    """Yield the problems of a step's scripted callbacks."""
    if isinstance(step.callback, ScriptedCallback):
        yield from _check_callback(step.callback, path)
    elif isinstance(step.callback, tuple):
        for number, callback in enumerate(step.callback):
            if isinstance(callback, ScriptedCallback):
                yield from _check_callback(callback, (*path, number))


def _check_callback(callback: ScriptedCallback, path: ValuePath) -> Iterator[Problem]:
    yield from _check_delay(callback, path)
    for name in callback.set:
        known = _NAMES_BY_FOLDED.get(name.lower(), name)
        if known != name:
            sentence = f"expected the name as Twilio writes it, found {describe_value(name)}. Did you mean {known}?"
            yield Problem((*path, "set", name), sentence)
    for number, name in enumerate(callback.drop):
        place = (*path, "drop", number)
        if name not in PARAMETER_NAMES:
            meant = suggest(name, PARAMETER_NAMES) or f" Known here: {', '.join(PARAMETER_NAMES)}."
            yield Problem(place, f"expected a parameter that a callback has, found {describe_value(name)}.{meant}")
        elif name in callback.set:
            yield Problem(place, f"expected a parameter that `set` does not set, found {describe_value(name)}.")


def _check_delay(callback: ScriptedCallback, path: ValuePath) -> Iterator[Problem]:
    if callback.delay is not None:
        sentence = find_duration_problem(callback.delay)
        if sentence is None and not parse_duration(callback.delay):
            sentence = f"expected a duration above 0s, or no delay, found {callback.delay}."
        if sentence is not None:
            yield Problem((*path, "delay"), sentence)
    elif callback.fields == "at_delivery":
        found = "found at_delivery without one: the callback is sent at the event."
        yield Problem((*path, "fields"), f"expected at_delivery with a delay only, {found}")

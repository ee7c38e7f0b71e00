"""Checks the effects of rules: answers that contradict themselves, and delays."""

from collections.abc import Iterator, Mapping

from scenarios.durations import find_duration_problem, parse_duration
from scenarios.problems import Problem, ValuePath
from scenarios.rules import ERROR_STATUS, Delay, Then


def check_effect(then: Then, path: ValuePath) -> Iterator[Problem]:
    """Yield the problems of the effect of a fault, or of an answer of a sequence.

    Args:
        path: its path in the scenario.
    """
    if not (then.status or then.fault or then.delay or then.chunked_dribble):
        yield Problem(path, "expected an effect: a status, fault, delay or chunked_dribble.")
    if then.fault and (then.status or then.body is not None):
        other = "status" if then.status else "body"
        yield Problem((*path, other), f"expected a fault or a {other}: {then.fault} sends no response.")
    for key, needed in _REQUIRED_KEYS.items():
        if getattr(then, key) != getattr(_EMPTY_THEN, key) and getattr(then, needed) is None:
            yield Problem((*path, key), f"expected {needed} beside {key}, found none.")
    yield from _check_answer(then, path)
    if then.body is not None and (then.code or then.message is not None):
        yield Problem((*path, "body"), "expected a body, or a code and message for Twilio's own, found both.")
    if isinstance(then.delay, Delay):
        yield from _check_delay(then.delay, (*path, "delay"))
    else:
        yield from check_durations({"delay": then.delay}, path)
    if then.chunked_dribble:
        yield from check_durations({"duration": then.chunked_dribble.duration}, (*path, "chunked_dribble"))


_REQUIRED_KEYS = {
    "code": "status",
    "message": "status",
    "body": "status",
    "retry_after": "status",
    "enforce_retry_after": "retry_after",
    "media_type": "body",
    "headers": "status",
}
_EMPTY_THEN = Then()
_OWN_HEADERS = {
    "content-length": "The server computes it from the body.",
    "transfer-encoding": "Use chunked_dribble to send a body in chunks.",
    "connection": "Use fault to close the connection.",
    "content-type": "Use media_type.",
}
"""Headers that no rule can set, and what to do instead."""
_BODILESS_STATUSES = (204, 304)


def _check_answer(then: Then, path: ValuePath) -> Iterator[Problem]:
    """Yield what does not fit the status, and headers that the server sets."""
    for key in ("code", "message"):
        if getattr(then, key) is not None and then.status is not None and then.status < ERROR_STATUS:
            sentence = f"expected a status from {ERROR_STATUS} on beside {key}, found {then.status}."
            yield Problem((*path, key), f"{sentence} Use body for an answer of your own.")
    if then.body and then.status in _BODILESS_STATUSES:
        yield Problem((*path, "body"), f"expected no body, which a response with {then.status} never has, found one.")
    for name in then.headers:
        if name.lower() in _OWN_HEADERS:
            advice = _OWN_HEADERS[name.lower()]
            yield Problem((*path, "headers", name), f"expected a header that a rule can set, found {name}. {advice}")
    if then.retry_after is not None and "retry-after" in map(str.lower, then.headers):
        yield Problem((*path, "retry_after"), "expected retry_after or the header Retry-After, found both.")


def check_durations(durations: Mapping[str, str | None], path: ValuePath) -> Iterator[Problem]:
    """Yield the problems of durations by key."""
    for key, duration in durations.items():
        sentence = None if duration is None else find_duration_problem(duration)
        if sentence is not None:
            yield Problem((*path, key), sentence)


def _check_delay(delay: Delay, path: ValuePath) -> Iterator[Problem]:
    yield from check_durations({"fixed": delay.fixed}, path)
    if delay.uniform:
        yield from check_durations({"upper": delay.uniform.upper}, (*path, "uniform"))
    if delay.log_normal:
        yield from check_durations({"median": delay.log_normal.median}, (*path, "log_normal"))
    given = [name for name in ("fixed", "uniform", "log_normal") if getattr(delay, name)]
    if len(given) != 1:
        listed = " and ".join(given) or "none"
        yield Problem(path, f"expected one of fixed, uniform and log_normal, found {listed}.")
    elif delay.uniform and parse_duration(delay.uniform.lower) > parse_duration(delay.uniform.upper):
        most = delay.uniform.upper
        yield Problem(
            (*path, "uniform", "lower"), f"expected at most {most}, which is upper, found {delay.uniform.lower}."
        )

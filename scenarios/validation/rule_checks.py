"""Checks rules about requests: contradictions, and conditions that can never match."""

from collections.abc import Collection, Iterator, Mapping, Sequence

from generators.sids import Kind, is_sid
from generators.suggestion import suggest
from scenarios.durations import find_duration_problem, parse_duration
from scenarios.model import Scenario
from scenarios.operations import Operation
from scenarios.problems import Problem, ValuePath, describe_value
from scenarios.rules import MAX_RULES, Delay, Expectation, PageDriftRule, Then, When
from scenarios.shell_patterns import MAX_PATTERN_LENGTH
from scenarios.validation.window_checks import check_window


def check_rules(scenario: Scenario, handles: Collection[str]) -> Iterator[Problem]:
    """Yield the problems of faults, sequences, page drift and expectations.

    Args:
        scenario: the scenario.
        handles: the handles of its recordings.
    """
    start = scenario.clock.start
    for number, fault in enumerate(scenario.faults):
        yield from _check_when(fault.when, handles, ("faults", number, "when"))
        yield from check_window(fault, ("faults", number), start)
        yield from _check_then(fault.then, ("faults", number, "then"))
    for number, sequence in enumerate(scenario.sequences):
        yield from _check_when(sequence.when, handles, ("sequences", number, "when"))
        yield from check_window(sequence, ("sequences", number), start)
        for place, answer in enumerate(sequence.answers):
            if isinstance(answer, Then):
                yield from _check_then(answer, ("sequences", number, "answers", place))
    yield from _check_drift_size(scenario.page_drift)
    for number, rule in enumerate(scenario.page_drift):
        yield from _check_when(rule.when, handles, ("page_drift", number, "when"))
        yield from check_window(rule, ("page_drift", number), start)
        yield from _check_page_drift(rule, ("page_drift", number))
    for number, expectation in enumerate(scenario.expect):
        yield from _check_expectation(expectation, handles, ("expect", number))


def _check_when(when: When, handles: Collection[str], path: ValuePath) -> Iterator[Problem]:
    yield from _check_sid(when.sid, handles, path)
    patterns: list[tuple[ValuePath, str]] = [(("header", name), pattern) for name, pattern in when.header.items()]
    for key, pattern in [(("path",), when.path or ""), *patterns]:
        if len(pattern) > MAX_PATTERN_LENGTH:
            expected = f"a shell pattern of at most {MAX_PATTERN_LENGTH} characters"
            yield Problem((*path, *key), f"expected {expected}, found {len(pattern)}.")
    if when.page is not None and when.op and not _is_list_operation(when.op):
        yield Problem((*path, "page"), f"expected a list operation, because only lists have pages, found {when.op}.")


def _check_sid(sid: str | None, handles: Collection[str], path: ValuePath) -> Iterator[Problem]:
    if sid is None or sid in handles or any(is_sid(sid, kind) for kind in Kind):
        return
    meant = suggest(sid, handles)
    yield Problem((*path, "sid"), f"expected a SID or the id of a recording here, found {describe_value(sid)}.{meant}")


def _check_then(then: Then, path: ValuePath) -> Iterator[Problem]:
    if not (then.status or then.fault or then.delay or then.chunked_dribble):
        yield Problem(path, "expected an effect: a status, fault, delay or chunked_dribble.")
    if then.fault and (then.status or then.body is not None):
        other = "status" if then.status else "body"
        yield Problem((*path, other), f"expected a fault or a {other}: {then.fault} sends no response.")
    for key, needed in _REQUIRED_KEYS.items():
        if getattr(then, key) != getattr(_EMPTY_THEN, key) and getattr(then, needed) is None:
            yield Problem((*path, key), f"expected {needed} beside {key}, found none.")
    if then.body is not None and (then.code or then.message is not None):
        yield Problem((*path, "body"), "expected a body, or a code and message for Twilio's own, found both.")
    if isinstance(then.delay, Delay):
        yield from _check_delay(then.delay, (*path, "delay"))
    else:
        yield from _check_durations({"delay": then.delay}, path)
    if then.chunked_dribble:
        yield from _check_durations({"duration": then.chunked_dribble.duration}, (*path, "chunked_dribble"))


_REQUIRED_KEYS = {
    "code": "status",
    "message": "status",
    "body": "status",
    "retry_after": "status",
    "enforce_retry_after": "retry_after",
    "media_type": "body",
}
_EMPTY_THEN = Then()


def _check_durations(durations: Mapping[str, str | None], path: ValuePath) -> Iterator[Problem]:
    for key, duration in durations.items():
        sentence = None if duration is None else find_duration_problem(duration)
        if sentence is not None:
            yield Problem((*path, key), sentence)


def _check_delay(delay: Delay, path: ValuePath) -> Iterator[Problem]:
    yield from _check_durations({"fixed": delay.fixed}, path)
    if delay.uniform:
        yield from _check_durations({"upper": delay.uniform.upper}, (*path, "uniform"))
    if delay.log_normal:
        yield from _check_durations({"median": delay.log_normal.median}, (*path, "log_normal"))
    given = [name for name in ("fixed", "uniform", "log_normal") if getattr(delay, name)]
    if len(given) != 1:
        listed = " and ".join(given) or "none"
        yield Problem(path, f"expected one of fixed, uniform and log_normal, found {listed}.")
    elif delay.uniform and parse_duration(delay.uniform.lower) > parse_duration(delay.uniform.upper):
        most = delay.uniform.upper
        yield Problem(
            (*path, "uniform", "lower"), f"expected at most {most}, which is upper, found {delay.uniform.lower}."
        )


def _check_drift_size(rules: Sequence[PageDriftRule]) -> Iterator[Problem]:
    """Yield a problem if one page may change too many recordings: all rules may apply to it."""
    changed = sum(rule.insert + rule.delete for rule in rules)
    if len(rules) > 1 and changed > MAX_RULES:
        expected = f"at most {MAX_RULES} recordings to insert and delete by all rules together"
        yield Problem(("page_drift",), f"expected {expected}, found {changed}.")


def _check_page_drift(rule: PageDriftRule, path: ValuePath) -> Iterator[Problem]:
    if not (rule.insert or rule.delete):
        yield Problem(path, "expected a change: insert or delete.")
    for name in ("path", "account", "sid", "header", "every"):
        if getattr(rule.when, name):
            yield Problem((*path, "when", name), f"expected op and page only, which page drift supports, found {name}.")
    op = rule.when.op
    if op and not (_is_list_operation(op) and op.endswith("_recordings")):
        yield Problem((*path, "when", "op"), f"expected an operation that lists recordings, found {op}.")


def _check_expectation(expectation: Expectation, handles: Collection[str], path: ValuePath) -> Iterator[Problem]:
    yield from _check_sid(expectation.sid, handles, path)
    least, most = expectation.min, expectation.max
    if least is not None and most is not None and least > most:
        yield Problem((*path, "min"), f"expected at most {most}, which is max, found {least}.")
    if expectation.followed_next_page is not None and not _is_list_operation(expectation.op):
        sentence = f"expected a list operation, because only lists have pages, found {expectation.op}."
        yield Problem((*path, "followed_next_page"), sentence)


def _is_list_operation(op: Operation) -> bool:
    return op.startswith("list_")

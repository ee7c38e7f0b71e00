"""Checks rules about requests: contradictions, and conditions that can never match."""

from collections.abc import Collection, Iterator, Sequence

from generators.sids import Kind, is_sid
from generators.suggestion import suggest
from scenarios.model import Scenario
from scenarios.numbers import MAX_RULES
from scenarios.operations import Operation
from scenarios.problems import Problem, ValuePath, describe_value
from scenarios.rules import PageDriftRule, Then, When
from scenarios.shell_patterns import MAX_PATTERN_LENGTH
from scenarios.validation.effect_checks import check_effect
from scenarios.validation.window_checks import check_window


def check_rules(scenario: Scenario, handles: Collection[str]) -> Iterator[Problem]:
    """Yield the problems of faults, sequences and page drift.

    Args:
        scenario: the scenario.
        handles: the handles of its recordings.
    """
    start = scenario.clock.start
    for number, fault in enumerate(scenario.faults):
        yield from check_when(fault.when, handles, ("faults", number, "when"))
        yield from check_window(fault, ("faults", number), start)
        yield from check_effect(fault.then, ("faults", number, "then"))
    for number, sequence in enumerate(scenario.sequences):
        yield from check_when(sequence.when, handles, ("sequences", number, "when"))
        yield from check_window(sequence, ("sequences", number), start)
        for place, answer in enumerate(sequence.answers):
            if isinstance(answer, Then):
                yield from check_effect(answer, ("sequences", number, "answers", place))
    yield from _check_drift_size(scenario.page_drift)
    for number, rule in enumerate(scenario.page_drift):
        yield from check_when(rule.when, handles, ("page_drift", number, "when"))
        yield from check_window(rule, ("page_drift", number), start)
        yield from _check_page_drift(rule, ("page_drift", number))


def check_when(when: When, handles: Collection[str], path: ValuePath) -> Iterator[Problem]:
    """Yield the problems of conditions for requests."""
    yield from check_sid(when.sid, handles, path)
    patterns: list[tuple[ValuePath, str]] = [
        ((key, name), pattern)
        for key, conditions in (("header", when.header), ("query", when.query), ("body", when.body))
        for name, pattern in conditions.items()
    ]
    for key, pattern in [(("path",), when.path or ""), *patterns]:
        if len(pattern) > MAX_PATTERN_LENGTH:
            expected = f"a shell pattern of at most {MAX_PATTERN_LENGTH} characters"
            yield Problem((*path, *key), f"expected {expected}, found {len(pattern)}.")
    if when.page is not None and when.op and not is_list_operation(when.op):
        yield Problem((*path, "page"), f"expected a list operation, because only lists have pages, found {when.op}.")
    methods = _list_methods(when.op)
    if when.method is not None and when.method not in methods:
        expected = f"{' or '.join(methods)}, which {when.op} is requested with"
        yield Problem((*path, "method"), f"expected {expected}, found {when.method}.")
    elif when.body and "POST" not in ([when.method] if when.method else methods):
        found = f"method {when.method}" if when.method else when.op
        yield Problem(
            (*path, "body"), f"expected an operation with a form in its body, which POST sends, found {found}."
        )


def _list_methods(op: Operation | None) -> Sequence[str]:
    """Return the methods of the requests of an operation; of any operation if it is None."""
    verb = "" if op is None else op.split("_")[0]
    return {"": ("GET", "HEAD", "POST", "DELETE"), "list": _READING, "fetch": _READING, "delete": ("DELETE",)}.get(
        verb, ("POST",)
    )


_READING = ("GET", "HEAD")


def check_sid(sid: str | None, handles: Collection[str], path: ValuePath) -> Iterator[Problem]:
    """Yield a problem if a `sid` is neither a SID nor a handle."""
    if sid is None or sid in handles or any(is_sid(sid, kind) for kind in Kind):
        return
    meant = suggest(sid, handles)
    yield Problem((*path, "sid"), f"expected a SID or the id of a recording here, found {describe_value(sid)}.{meant}")


def _check_drift_size(rules: Sequence[PageDriftRule]) -> Iterator[Problem]:
    """Yield a problem if one page may change too many recordings: all rules may apply to it."""
    changed = sum(rule.insert + rule.delete for rule in rules)
    if len(rules) > 1 and changed > MAX_RULES:
        expected = f"at most {MAX_RULES} recordings to insert and delete by all rules together"
        yield Problem(("page_drift",), f"expected {expected}, found {changed}.")


def _check_page_drift(rule: PageDriftRule, path: ValuePath) -> Iterator[Problem]:
    if not (rule.insert or rule.delete):
        yield Problem(path, "expected a change: insert or delete.")
    for name in ("path", "account", "sid", "header", "method", "query", "body", "every"):
        if getattr(rule.when, name):
            yield Problem((*path, "when", name), f"expected op and page only, which page drift supports, found {name}.")
    op = rule.when.op
    if op and not (is_list_operation(op) and op.endswith("_recordings")):
        yield Problem((*path, "when", "op"), f"expected an operation that lists recordings, found {op}.")


def is_list_operation(op: Operation) -> bool:
    """Return True if the operation has pages."""
    return op.startswith("list_")

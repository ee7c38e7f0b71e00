"""Describes what an operation ignored in a request, for `X-Mock-Warning`."""

from collections import Counter
from collections.abc import Collection, Iterator

from mockserver.rest.accepted_parameters import ACCEPTED_PARAMETERS, REPEATABLE_PARAMETERS
from mockserver.rest.parameters import Parameters
from scenarios.operations import Operation

_MAX_SHOWN_NAME = 60
_MAX_WARNINGS = 10
"""Python's HTTP client refuses a response of more than 100 headers."""


def describe_ignored(operation: Operation, query: Parameters, form: Parameters | None) -> list[str]:
    """Return a sentence for everything that the operation ignored.

    Args:
        form: the form of a POST; None for any other method, which has its parameters in the query.
    """
    accepted = ACCEPTED_PARAMETERS[operation]
    if _is_plain(query, accepted) if form is None else not query.pairs and _is_plain(form, accepted):
        return []  # almost always
    if form is not None:
        misplaced = [f"{_show(name)} is in the query, and was ignored: send it in the body." for name in query.names]
        found = [*misplaced, *_describe_values(form, accepted)]
    else:
        found = list(_describe_values(query, accepted))
    hidden = len(found) - _MAX_WARNINGS
    return found if hidden <= 0 else [*found[:_MAX_WARNINGS], f"{hidden} more parameters were ignored."]


def _is_plain(parameters: Parameters, accepted_names: Collection[str]) -> bool:
    """Return True if no value has a warning, every name is accepted, and none is repeated."""
    return not parameters.warnings and _has_known_names(parameters, accepted_names)


def _has_known_names(parameters: Parameters, accepted_names: Collection[str]) -> bool:
    names = parameters.names
    return len(names) == len(parameters.pairs) and not names - accepted_names


def _describe_values(parameters: Parameters, accepted_names: Collection[str]) -> Iterator[str]:
    yield from parameters.warnings
    if _has_known_names(parameters, accepted_names):
        return  # almost always
    unknown_names = [name for name in parameters.names if name not in accepted_names]
    for number, name in enumerate(unknown_names):
        hint = _suggest_name(name, accepted_names) if number < _MAX_WARNINGS else ""  # thousands would take seconds
        yield f"{_show(name)} is not a parameter of this operation, and was ignored.{hint}"
    counts = Counter(name for name, _ in dict.fromkeys(parameters.pairs))  # the same value twice loses nothing
    for name, count in counts.items():
        if count > 1 and name in accepted_names and name not in REPEATABLE_PARAMETERS:
            yield f"{name} has {count} values: only the last one counts."


def _show(name: str) -> str:
    return repr(name[:_MAX_SHOWN_NAME])


def _suggest_name(name: str, accepted_names: Collection[str]) -> str:
    import difflib  # only needed for warnings

    known = {accepted_name.lower(): accepted_name for accepted_name in accepted_names}
    close = difflib.get_close_matches(name.lower(), known, n=1)
    return f" Did you mean {known[close[0]]}?" if close else ""

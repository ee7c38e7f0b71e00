"""Finds every mistake of a scenario file, while `load` stops at the first."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from scenarios.loading.documents import ParsedDocument, find_impossible_values
from scenarios.loading.load import decode_scenario, unpack_document
from scenarios.loading.pruning import Pruning, blank_values, is_consequence
from scenarios.loading.sources import ScenarioSource
from scenarios.loading.twilio_exports import UnpackedDocument, find_account_dependent_keys, is_export
from scenarios.problems import LocatedError, Origin, Problem, ScenarioError, ValuePath
from scenarios.validation.scenario_checks import check_scenario
from scenarios.validation.type_errors import find_type_errors

_RECORDINGS: ValuePath = ("recordings",)


def find_all_problems(source: ScenarioSource) -> list[ScenarioError]:
    """Return every mistake of a scenario file, by line. A file that has none can be loaded.

    A value that has the wrong type is left out, and the others are checked without it. What may be wrong only because
    a value is left out is not a mistake.
    """
    errors: list[LocatedError] = []
    try:
        document = source.read(errors)
        unpacked = _unpack(document, source.folder, errors)
    except ScenarioError as error:
        return [*(located.error for located in errors), error]
    if unpacked is not None:
        origin = unpacked.origin
        lacking = [error.path for error in errors if error.path]
        errors += [_locate(problem, origin) for problem in _find_problems(unpacked.value, source.folder, lacking)]
    errors.sort(key=lambda located: located.line)
    return list({str(located.error): located.error for located in errors}.values())


def _unpack(document: ParsedDocument, folder: Path | None, errors: list[LocatedError]) -> UnpackedDocument | None:
    """Return the document in the form of the model, without the recordings of an export that cannot be read.

    Returns:
        None if a value is one that no scenario can have.
    """
    value, origin = document
    impossible = list(find_impossible_values(value))
    if impossible:
        errors += [_locate(problem, origin) for problem in impossible]
        if any(not problem.path for problem in impossible):
            return None
        value = blank_values(value, frozenset(problem.path for problem in impossible))
    try:
        return unpack_document(ParsedDocument(value, origin), folder)
    except ScenarioError as error:
        if not isinstance(value, dict) or is_export(value):
            raise
        errors.append(LocatedError(origin.find_line(_RECORDINGS) or 0, _RECORDINGS, error))
        others = {key: inside for key, inside in value.items() if key != "recordings"}
        return unpack_document(ParsedDocument(others, origin), folder)


def _locate(problem: Problem, origin: Origin) -> LocatedError:
    return LocatedError(origin.find_line(problem.path) or 0, problem.path, origin.build_error(*problem))


def _find_problems(value: dict[str, Any], folder: Path | None, lacking: list[ValuePath]) -> Iterator[Problem]:
    """Yield the mistakes of a document, with the paths that its author wrote.

    Args:
        lacking: the values that are missing in the document because of mistakes that are known already.
    """
    own_keys = list(find_account_dependent_keys(value))
    yield from own_keys
    broken = [*lacking, *(problem.path for problem in own_keys)]
    for problem in find_type_errors(value):
        if not any(problem.path in (path, path[:-1]) for path in broken):
            yield problem
        broken.append(problem.path)
    pruning = Pruning(value, broken)
    while further := [pruning.restore_path(problem.path) for problem in find_type_errors(pruning.value)]:
        pruning = Pruning(value, [*pruning.broken, *further])  # a required key was left out
    seen_paths: set[ValuePath] = set()
    for path, sentence in check_scenario(decode_scenario(pruning.value), folder):
        problem = Problem(pruning.restore_path(path), sentence)
        is_new = problem.path not in seen_paths  # another problem of a value may be gone with the first
        if is_new and not any(is_consequence(problem.path, wrong_path) for wrong_path in pruning.broken):
            yield problem
        seen_paths.add(problem.path)

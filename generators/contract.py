"""The contract, `recording.schema.json`, to which every recording on the schema wire conforms."""

import json
from collections.abc import Iterator
from functools import lru_cache
from importlib.resources import files
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError


class MissingFormatCheckerError(RuntimeError):
    """The contract uses a format that cannot be checked here, so no result would be reliable."""


@lru_cache(maxsize=1)
def load_schema() -> dict[str, Any]:
    """Return the contract as a JSON Schema (Draft 2020-12)."""
    text = files("generators").joinpath("recording.schema.json").read_text(encoding="utf-8")
    loaded: dict[str, Any] = json.loads(text)
    return loaded


def find_violations(document: object) -> list[str]:
    """Return a document's violations of the contract, one sentence each.

    Formats are asserted: a `date-time` that is not RFC 3339 is a violation.

    Raises:
        MissingFormatCheckerError: if a format of the contract cannot be checked.
    """
    errors = sorted(_build_validator().iter_errors(document), key=lambda error: error.json_path)
    return [_describe_violation(error) for error in errors]


@lru_cache(maxsize=1)
def _build_validator() -> Draft202012Validator:
    checker = Draft202012Validator.FORMAT_CHECKER
    missing = sorted(set(_find_formats(load_schema())) - set(checker.checkers))
    if missing:
        # jsonschema ignores a format without a checker: `date-time` needs rfc3339-validator.
        raise MissingFormatCheckerError(
            f"The contract uses the format {missing[0]!r}, and no installed package can check it. "
            "Install rfc3339-validator (it belongs to this package's dependencies)."
        )
    return Draft202012Validator(load_schema(), format_checker=checker)


def _find_formats(node: object) -> Iterator[str]:
    if isinstance(node, dict):
        for key, value in node.items():
            if key == "format" and isinstance(value, str):
                yield value
            else:
                yield from _find_formats(value)
    elif isinstance(node, list):
        for item in node:
            yield from _find_formats(item)


def _describe_violation(error: ValidationError) -> str:
    where = error.json_path.removeprefix("$").removeprefix(".") or "the recording"
    found = json.dumps(error.instance, default=str)
    if len(found) > 80:
        found = found[:77] + "..."
    value: Any = error.validator_value
    match error.validator:
        case "required":
            return f"{where}: {error.message}"
        case "format":
            return f"{where}: expected a {value}, found {found}"
        case "enum":
            return f"{where}: expected one of {', '.join(map(str, value))}, found {found}"
        case "type":
            expected = value if isinstance(value, str) else " or ".join(value)
            return f"{where}: expected {expected}, found {found}"
        case _:
            return f"{where}: expected {error.validator} {value}, found {found}"

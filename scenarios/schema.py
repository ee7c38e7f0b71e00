"""The JSON Schema of scenario files, generated from the model, for completion and checks in editors.

`python -m scenarios.schema > scenarios/scenario.schema.json` updates the file. A test compares both.
"""

import ast
import inspect
import json
import re
import sys
from importlib import import_module
from importlib.resources import files
from typing import Any

import msgspec

from scenarios.loading.saved_recordings import SOURCE_REPLACEMENTS
from scenarios.model import Scenario
from scenarios.validation.dates import DATE_FIELDS

_MODULES = (
    *("arrival_values", "callbacks", "callers", "creation_matcher", "expectations", "limits"),
    *("model", "plans", "relative_dates", "rules", "selector"),
    *("steps", "tokens", "triggers", "windows"),
)
"""The modules of this package with the structs of a scenario."""
_TITLE = "A scenario of twilio-recordings-mock"
_SINGLE_KEY_STRUCTS = ("Trigger", "Delay", "Moment")
_EXPORT_SCHEMAS = (
    {
        "type": "string",
        "pattern": "\\.json$",
        "description": "A Twilio export, relative to this file.",
    },
    {
        "type": "object",
        "description": "A list of recordings, or one recording, as Twilio returns it.",
        "properties": {"recordings": {"type": "array", "items": {"type": "object"}}},
        "anyOf": [{"required": ["recordings"]}, {"required": ["sid"]}],
    },
)
_CITATION = re.compile(r" \(WIRE §[0-9.]+\)")
"""What a docstring cites for developers: users do not have that document."""
_NULL = {"type": "null"}
_JSON_TYPES = ("object", "array", "string", "number", "boolean")
_UNMERGED = ("type", "anyOf")
"""Keywords that a merge of schemas replaces."""
_DATE_DESCRIPTION = (
    "A date or an instant, in ISO 8601 or as Twilio writes it (RFC 2822); without a zone it is in UTC. Or a duration "
    "with a sign, before or after the start of the clock, such as -2d or +90s."
)


def build_schema() -> dict[str, Any]:
    """Return the schema, Draft 2020-12."""
    (reference,), definitions = msgspec.json.schema_components([Scenario], ref_template="#/$defs/{name}")
    documented = _collect_docstrings()
    for name, definition in definitions.items():
        properties = definition.get("properties", {})
        for field, property_schema in properties.items():
            plain = _allow_date_forms(property_schema) if field in DATE_FIELDS else _without_null(property_schema)
            properties[field] = _describe(plain, documented[name][field])
        definition["description"] = _CITATION.sub("", definition["description"])
    for name in _SINGLE_KEY_STRUCTS:
        definitions[name] |= {"minProperties": 1, "maxProperties": 1}
    scenario = definitions["Scenario"]["properties"]
    for plan in (scenario, definitions["ScriptedAccount"]["properties"]):
        plan["recordings"] = {
            "description": "Recordings that the scenario creates, or a Twilio export.",
            "anyOf": [{"type": "array", "items": plan["recordings"]["items"]}, *_EXPORT_SCHEMAS],
        }
    source = definitions["ScriptedRecording"]["properties"]["source"]
    source["anyOf"] = [{"$ref": source.pop("$ref")}, {"enum": list(SOURCE_REPLACEMENTS)}]
    _allow_bare_durations(definitions)
    scenario["$schema"] = {"type": "string", "description": "The path of this schema, for editors."}
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": _TITLE}
    return {**head, **reference, "$defs": definitions}


def format_schema() -> str:
    """Return the text of the schema file."""
    return json.dumps(build_schema(), indent=2, ensure_ascii=False) + "\n"


def read_published_schema() -> str:
    """Return the schema in the file."""
    return files("scenarios").joinpath("scenario.schema.json").read_text(encoding="utf-8")


def _without_null(schema: dict[str, Any]) -> dict[str, Any]:
    """Return the schema of a value without a branch for null, which editors would offer as a completion.

    A value that has null by default is left out instead. Any other null has a meaning, and stays allowed: the schema
    then names the types that the value must not have.
    """
    inside = schema.get("additionalProperties")
    if isinstance(inside, dict):
        return {**schema, "additionalProperties": _without_null(inside)}
    branches = [branch for branch in schema.get("anyOf", ()) if branch != _NULL]
    if len(branches) == len(schema.get("anyOf", ())):
        return schema
    rest = {key: value for key, value in schema.items() if key not in ("anyOf", "default")}
    if "default" not in schema:
        return {**_merge_nullable(branches), **rest}
    return {**branches[0], **rest} if len(branches) == 1 else {"anyOf": branches, **rest}


def _merge_nullable(branches: list[dict[str, Any]]) -> dict[str, Any]:
    """Return one schema that allows null and the values of the branches. Each keyword applies to one type only."""
    flat = [inside for branch in branches for inside in branch.get("anyOf", [branch])]
    types = {branch["type"] for branch in flat}
    merged = {key: value for branch in [*flat, *branches] for key, value in branch.items() if key not in _UNMERGED}
    if "integer" in types and "number" not in types:
        merged["multipleOf"] = 1
        types.add("number")
    return {**merged, "not": {"type": [kind for kind in _JSON_TYPES if kind not in types]}}


def _describe(schema: dict[str, Any], text: str) -> dict[str, Any]:
    """Return the schema of a property with its sentence, and then that of its type."""
    of_type = schema.get("description")
    return {**schema, "description": text if of_type is None else f"{text} {of_type}"}


def _allow_date_forms(schema: dict[str, Any]) -> dict[str, Any]:
    """Return a schema that allows what the loader converts: dates in the forms that people write."""
    has_null = _NULL in schema["anyOf"] and "default" not in schema
    if has_null:
        kinds: dict[str, Any] = {"not": {"type": [kind for kind in _JSON_TYPES if kind not in ("object", "string")]}}
    else:
        kinds = {"anyOf": [{"type": "string"}, {"$ref": "#/$defs/RelativeDate"}]}
    return {**kinds, "description": _DATE_DESCRIPTION}


def _allow_bare_durations(definitions: dict[str, Any]) -> None:
    """Allow what the loader converts: a duration in place of a trigger."""
    trigger = definitions["Trigger"]["properties"]
    duration = {key: value for key, value in trigger["time"].items() if key != "description"}
    forms = [duration, {"$ref": "#/$defs/Trigger"}]
    conditions = [
        definition["properties"][key]
        for definition in definitions.values()
        for key in ("after", "until")
        if definition.get("properties", {}).get(key, {}).get("$ref") == "#/$defs/Trigger"
    ]
    for condition in conditions:
        del condition["$ref"]
        condition["anyOf"] = forms
    for field in ("any", "all"):
        trigger[field]["items"] = {"description": trigger[field]["items"]["description"], "anyOf": forms}


def _collect_docstrings() -> dict[str, dict[str, str]]:
    """Return the docstrings of fields by struct name, including inherited fields."""
    structs, own = {}, {}
    for module in (import_module(f"{__package__}.{name}") for name in _MODULES):
        for node in ast.parse(inspect.getsource(module)).body:
            if isinstance(node, ast.ClassDef):
                structs[node.name] = getattr(module, node.name)
                own[node.name] = _collect_field_docstrings(node)
    return {
        name: _rename_as_encoded(
            struct, {field: text for base in struct.__mro__ for field, text in own.get(base.__name__, {}).items()}
        )
        for name, struct in structs.items()
        if issubclass(struct, msgspec.Struct)
    }


def _rename_as_encoded(struct: type[msgspec.Struct], texts: dict[str, str]) -> dict[str, str]:
    """Return texts by the names that a file has: `from` for `from_`, which is a word of Python."""
    names = {field.name: field.encode_name for field in msgspec.structs.fields(struct)}
    return {names[name]: text for name, text in texts.items()}


def _collect_field_docstrings(node: ast.ClassDef) -> dict[str, str]:
    return {
        field.target.id: inspect.cleandoc(text.value.value).replace("\n", " ")
        for field, text in zip(node.body, node.body[1:], strict=False)
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name)
        if isinstance(text, ast.Expr) and isinstance(text.value, ast.Constant) and isinstance(text.value.value, str)
    }


if __name__ == "__main__":
    sys.stdout.write(format_schema())

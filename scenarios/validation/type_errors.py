"""Describes how a document differs from the model: msgspec finds out that it does, this module says how."""

import types
from collections.abc import Callable, Iterator
from enum import StrEnum
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

import msgspec
from msgspec import Meta, UnsetType

from generators.suggestion import suggest
from scenarios.model import Scenario
from scenarios.numbers import MAX_NUMBER
from scenarios.problems import Problem, ValuePath, describe_value

_NONE_TYPE = type(None)
_MAX_SHOWN_NAMES = 10


def find_type_errors(value: Any, kind: Any = Scenario, path: ValuePath = ()) -> Iterator[Problem]:
    """Yield the values that do not have their types.

    Args:
        value: the value of a file, as mappings, lists, texts and numbers.
        kind: the expected type, as annotated.
        path: the path of the value.
    """
    alternatives = _list_alternatives(kind)
    for alternative in alternatives:
        inside = _choose_checker(value, alternative)
        if inside is not None:
            problem = _find_length_problem(value, alternative, path)
            yield from inside(value, alternative, path) if problem is None else (problem,)
            return
    if not any(_has_type(value, alternative) for alternative in alternatives):
        expected, meant = _describe_type(kind, value), _suggest_name(value, alternatives)
        yield Problem(path, f"expected {expected}, found {describe_value(value)}.{meant}")


def _list_alternatives(kind: Any) -> list[Any]:
    """Flatten unions, including those within `Annotated`."""
    bare = _without_annotations(kind)
    if get_origin(bare) in (Union, types.UnionType):
        return [kind for member in get_args(bare) if member is not UnsetType for kind in _list_alternatives(member)]
    return [kind]


def _without_annotations(kind: Any) -> Any:
    return get_args(kind)[0] if get_origin(kind) is Annotated else kind


def _choose_checker(value: Any, kind: Any) -> Callable[[Any, Any, ValuePath], Iterator[Problem]] | None:
    """Return a function that checks the parts of a value, if the value has the shape of its type."""
    bare = _without_annotations(kind)
    if isinstance(value, dict):
        if get_origin(bare) is dict:
            return _find_in_mapping
        return _find_in_struct if isinstance(bare, type) and issubclass(bare, msgspec.Struct) else None
    if isinstance(value, (list, tuple)) and get_origin(bare) is tuple:
        return _find_in_list if value or not _get_min_length(kind) else None
    return None


def _find_length_problem(value: Any, kind: Any, path: ValuePath) -> Problem | None:
    longest = next((meta.max_length for meta in _list_constraints(kind) if meta.max_length is not None), None)
    if longest is None or len(value) <= longest:
        return None
    return Problem(path, f"expected at most {longest} values, found {len(value)}.")


def _find_in_struct(value: dict[str, Any], kind: type[msgspec.Struct], path: ValuePath) -> Iterator[Problem]:
    kind = _without_annotations(kind)
    fields, types_by_name = msgspec.structs.fields(kind), get_type_hints(kind, include_extras=True)
    own = list(kind.__annotations__)  # those of a base class come after them
    hints = {field.encode_name: types_by_name[field.name] for field in fields}
    for key in value:
        if key not in hints:
            known = ", ".join([*(name for name in own if name in hints), *(name for name in hints if name not in own)])
            meant = suggest(key, hints) or f" Known here: {known}."
            yield Problem((*path, key), f"expected a known key, found {describe_value(key)}.{meant}")
    for field in fields:
        if field.required and field.encode_name not in value:
            yield Problem(path, f"expected the key {field.encode_name!r}, found none.")
    for key, inside in value.items():
        if key in hints:
            yield from find_type_errors(inside, hints[key], (*path, key))


def _find_in_mapping(value: dict[str, Any], kind: Any, path: ValuePath) -> Iterator[Problem]:
    names, values = get_args(_without_annotations(kind))
    for key, inside in value.items():
        yield from find_type_errors(key, names, (*path, key))
        yield from find_type_errors(inside, values, (*path, key))


def _find_in_list(value: list[Any], kind: Any, path: ValuePath) -> Iterator[Problem]:
    item = get_args(_without_annotations(kind))[0]
    for number, inside in enumerate(value):
        yield from find_type_errors(inside, item, (*path, number))


def _has_type(value: Any, kind: Any) -> bool:
    try:
        msgspec.convert(value, kind)
    except msgspec.ValidationError:
        return False
    return True


def _get_min_length(kind: Any) -> int:
    return max((constraint.min_length or 0 for constraint in _list_constraints(kind)), default=0)


def _list_constraints(kind: Any) -> list[Meta]:
    return [meta for meta in get_args(kind)[1:] if isinstance(meta, Meta)] if get_origin(kind) is Annotated else []


def _describe_type(kind: Any, value: Any) -> str:
    described = next((meta.description for meta in _list_constraints(kind) if meta.description), None)
    if described:
        return described[0].lower() + described[1:].removesuffix(".")
    alternatives = [member for member in _list_alternatives(kind) if member is not _NONE_TYPE]
    if len(alternatives) > 1 or alternatives[0] is not kind:
        return ", or ".join(dict.fromkeys(_describe_type(member, value) for member in _list_union_members(kind)))
    return _describe_plain_type(kind, value)


def _list_union_members(kind: Any) -> list[Any]:
    return [member for member in get_args(_without_annotations(kind)) if member not in (_NONE_TYPE, UnsetType)]


def _describe_plain_type(kind: Any, value: Any) -> str:
    bare = _without_annotations(kind)
    if get_origin(bare) is tuple:
        return "a list of at least one" if _get_min_length(kind) else "a list"
    names = _list_enum_names(bare)
    if names:
        more = f" and {len(names) - _MAX_SHOWN_NAMES} more" if len(names) > _MAX_SHOWN_NAMES else ""
        return f"one of {', '.join(names[:_MAX_SHOWN_NAMES])}{more}" if len(names) > 1 else names[0]
    if get_origin(bare) is dict:
        return "a mapping"
    word = {str: "text", int: "a whole number", float: "a number", bool: "true or false"}.get(bare, "a mapping")
    return word + "".join(_describe_bounds(meta, value) for meta in _list_constraints(kind))


def _describe_bounds(meta: Meta, value: Any) -> str:
    if meta.max_length:
        least = "at most" if meta.min_length is None else f"{meta.min_length} to"
        return f" of {least} {meta.max_length} characters"
    if meta.le is not None and (meta.le != MAX_NUMBER or (isinstance(value, int) and value > MAX_NUMBER)):
        return f" from {meta.ge} to {meta.le}"
    return f" of at least {meta.ge}"


def _list_enum_names(kind: Any) -> list[str]:
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        return list(kind)
    return [str(value) for value in get_args(kind)] if get_origin(kind) is Literal else []


def _suggest_name(value: Any, alternatives: list[Any]) -> str:
    return (
        suggest(value, [name for alternative in alternatives for name in _list_enum_names(alternative)])
        if isinstance(value, str)
        else ""
    )

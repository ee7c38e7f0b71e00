"""Where a document departs from the model, and how: msgspec decides whether it does, this finds the words."""

import types
from collections.abc import Callable
from enum import StrEnum
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

import msgspec
from msgspec import Meta, UnsetType

from generators.suggestion import suggest
from scenarios.model import Scenario
from scenarios.problems import Complaint, Path, found

_NOTHING = type(None)
_SHOWN = 10


def diagnose(value: Any, kind: Any = Scenario, path: Path = ()) -> Complaint | None:
    """Return the first thing in a value that is not of its type; None where all is well.

    Args:
        value: what a file holds, as mappings, lists, texts and numbers.
        kind: the type it should be of, as it is annotated.
        path: where the value stands.
    """
    alternatives = _alternatives(kind)
    for alternative in alternatives:
        inside = _inside(value, alternative)
        if inside is not None:
            return inside(value, alternative, path)
    if any(_fits(value, alternative) for alternative in alternatives):
        return None
    return Complaint(path, f"expected {_expected(kind)}, found {found(value)}.{_meant(value, alternatives)}")


def _alternatives(kind: Any) -> list[Any]:
    """Flatten unions, also those below an `Annotated`."""
    bare = _bare(kind)
    if get_origin(bare) in (Union, types.UnionType):
        return [each for member in get_args(bare) if member is not UnsetType for each in _alternatives(member)]
    return [kind]


def _bare(kind: Any) -> Any:
    return get_args(kind)[0] if get_origin(kind) is Annotated else kind


def _inside(value: Any, kind: Any) -> Callable[[Any, Any, Path], Complaint | None] | None:
    """Return how to look into a value, where it is of the shape of its type."""
    bare = _bare(kind)
    if isinstance(value, dict):
        if get_origin(bare) is dict:
            return _in_mapping
        return _in_struct if isinstance(bare, type) and issubclass(bare, msgspec.Struct) else None
    if isinstance(value, (list, tuple)) and get_origin(bare) is tuple:
        return _in_list if value or not _least(kind) else None
    return None


def _in_struct(value: dict[str, Any], kind: type[msgspec.Struct], path: Path) -> Complaint | None:
    hints = get_type_hints(kind, include_extras=True)
    for key in value:
        if key not in hints:
            known = ", ".join(hints)
            meant = suggest(key, hints) or f" Known here: {known}."
            return Complaint((*path, key), f"expected a known key, found {found(key)}.{meant}")
    for field in msgspec.structs.fields(kind):
        if field.required and field.name not in value:
            return Complaint(path, f"expected the key {field.name!r}, found none.")
    return _first(diagnose(inside, hints[key], (*path, key)) for key, inside in value.items())


def _in_mapping(value: dict[str, Any], kind: Any, path: Path) -> Complaint | None:
    names, values = get_args(kind)
    return _first(
        diagnose(key, names, (*path, key)) or diagnose(inside, values, (*path, key)) for key, inside in value.items()
    )


def _in_list(value: list[Any], kind: Any, path: Path) -> Complaint | None:
    item = get_args(_bare(kind))[0]
    return _first(diagnose(inside, item, (*path, number)) for number, inside in enumerate(value))


def _first(complaints: Any) -> Complaint | None:
    return next((complaint for complaint in complaints if complaint), None)


def _fits(value: Any, kind: Any) -> bool:
    try:
        msgspec.convert(value, kind)
    except msgspec.ValidationError:
        return False
    return True


def _least(kind: Any) -> int:
    return max((each.min_length or 0 for each in _metas(kind)), default=0)


def _metas(kind: Any) -> list[Meta]:
    return [each for each in get_args(kind)[1:] if isinstance(each, Meta)] if get_origin(kind) is Annotated else []


def _expected(kind: Any) -> str:
    described = next((meta.description for meta in _metas(kind) if meta.description), None)
    if described:
        return described[0].lower() + described[1:].removesuffix(".")
    alternatives = [each for each in _alternatives(kind) if each is not _NOTHING]
    if len(alternatives) > 1 or alternatives[0] is not kind:
        return ", or ".join(dict.fromkeys(map(_expected, _members(kind))))
    return _worded(kind)


def _members(kind: Any) -> list[Any]:
    return [each for each in get_args(_bare(kind)) if each not in (_NOTHING, UnsetType)]


def _worded(kind: Any) -> str:
    bare = _bare(kind)
    if get_origin(bare) is tuple:
        return "a list of at least one" if _least(kind) else "a list"
    names = _names(bare)
    if names:
        more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
        return f"one of {', '.join(names[:_SHOWN])}{more}" if len(names) > 1 else names[0]
    word = {str: "text", int: "a whole number", float: "a number", bool: "true or false"}.get(bare, "a mapping")
    return word + "".join(_bounds(meta) for meta in _metas(kind))


def _bounds(meta: Meta) -> str:
    if meta.max_length:
        return f" of {meta.min_length} to {meta.max_length} characters"
    if meta.le is not None:
        return f" from {meta.ge} to {meta.le}"
    return f" of at least {meta.ge}"


def _names(kind: Any) -> list[str]:
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        return list(kind)
    return [str(each) for each in get_args(kind)] if get_origin(kind) is Literal else []


def _meant(value: Any, alternatives: list[Any]) -> str:
    return suggest(value, [name for each in alternatives for name in _names(each)]) if isinstance(value, str) else ""

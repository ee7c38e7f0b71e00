"""A document without the values that are wrong, and what may be wrong only because they are missing."""

from collections.abc import Iterable
from typing import Any

from generators.suggestion import find_closest
from scenarios.callbacks import ScriptedCallback
from scenarios.callers import Caller
from scenarios.creation_matcher import CreationMatcher
from scenarios.model import Arrival, Pick, RecordingGroup, Scenario, ScriptedRecording
from scenarios.plans import ClockPlan, CorpusPlan
from scenarios.problems import LEFT_OUT, ValuePath
from scenarios.recording_groups import GROUP_KEYS
from scenarios.related_resources import PRECEDING
from scenarios.rules import Fault, Then, When
from scenarios.selector import Selector
from scenarios.steps import Step
from scenarios.triggers import Trigger

_STATUS_KEYS = frozenset({"status", "timeline", "where", "recordings", "pick", "on_create", *GROUP_KEYS})
"""Keys that a status depends on: those of the earlier steps, and of the lists that contain them."""
_CAUSES: dict[str, frozenset[str]] = {
    **dict.fromkeys(("status", "duration", "price", "error_code", "media", "timeline"), _STATUS_KEYS),
    "callback": _STATUS_KEYS | {"callback", "event", "status_callback", "status_callback_event"},
    **dict.fromkeys(
        PRECEDING, _STATUS_KEYS | {*PRECEDING, "source", "conference_sid", "conference", "encryption_details"}
    ),
    **dict.fromkeys(("start_time", "date_updated"), frozenset({"date_created"})),
    **dict.fromkeys(("code", "message", "body", "headers", "retry_after"), frozenset({"status"})),
    "enforce_retry_after": frozenset({"retry_after"}),
    "fields": frozenset({"delay"}),
    "drop": frozenset({"set"}),
    "media_type": frozenset({"body"}),
    "rate": frozenset({"mode"}),
    **dict.fromkeys(("speech", "digits", "hangs_up_after"), frozenset({"answers"})),
}
"""Keys that may cause a problem with a key of the same recording or rule, because its check reads their values."""
_PARTS: dict[str, frozenset[str]] = {
    "timeline": frozenset({"status", "set", "callback", *PRECEDING}),
    "clock": frozenset({"mode", "rate"}),
    "then": frozenset({"status", "fault", "delay", "chunked_dribble"}),
    "answers": frozenset({"status", "fault", "delay", "chunked_dribble"}),
}
"""Keys that may cause a problem with a mapping as a whole; any key for another mapping."""
_MATCHED_KEYS = {
    "callers": frozenset({"to", "from"}),
    "on_create": frozenset({"when", *CreationMatcher.__struct_fields__}),
}
"""Keys that say what an item of a list matches: without one, it hides the items after it."""
_ITEM_DEPTH = 2
"""The number of keys in the path of an item as a whole."""
_GROUPED_DEPTH = 4
"""The number of keys in the path of a recording in a group."""
_RECORDING_KEYS = ("recordings", "pick")
"""The lists of recordings. What is wrong with one as a whole may be that its handle is that of another."""
_HANDLE_KEYS = frozenset({"id", "sid", "count", "recordings", "pick", *GROUP_KEYS})
"""Keys that give a recording its handle, which rules name as `sid`."""
_STRUCTS = (
    Scenario,
    CorpusPlan,
    ClockPlan,
    ScriptedRecording,
    RecordingGroup,
    Pick,
    Arrival,
    Step,
    ScriptedCallback,
    Selector,
    Trigger,
    Caller,
    CreationMatcher,
    Fault,
    Then,
    When,
)
_FIELDS = frozenset(field for struct in _STRUCTS for field in struct.__struct_encode_fields__)


class Pruning:
    """A copy of a document without some values. Lists close up, so paths in the copy may differ.

    Args:
        value: the document.
        broken: the paths of the values to leave out.
    """

    def __init__(self, value: Any, broken: Iterable[ValuePath]) -> None:
        self.broken = frozenset(broken)
        self._positions: dict[ValuePath, list[int]] = {}
        """The positions of the items of each list before the values were left out."""
        self.value = self._copy(value, ())

    def restore_path(self, path: ValuePath) -> ValuePath:
        """Return the path in the document for a path in the copy."""
        restored: ValuePath = ()
        for key in path:
            positions = self._positions.get(restored) if isinstance(key, int) else None
            restored = (*restored, key if positions is None else positions[int(key)])
        return restored

    def _copy(self, value: Any, path: ValuePath) -> Any:
        if isinstance(value, dict):
            return {
                key: self._copy(inside, (*path, key))
                for key, inside in value.items()
                if (*path, key) not in self.broken
            }
        if isinstance(value, list | tuple):
            positions = [number for number in range(len(value)) if (*path, number) not in self.broken]
            self._positions[path] = positions
            return [self._copy(value[number], (*path, number)) for number in positions]
        return value


def blank_values(value: Any, paths: frozenset[ValuePath], path: ValuePath = ()) -> Any:
    """Return a copy of a document with null in place of some values."""
    if path in paths:
        return None
    if isinstance(value, dict):
        return {key: blank_values(inside, paths, (*path, key)) for key, inside in value.items()}
    if isinstance(value, list):
        return [blank_values(inside, paths, (*path, number)) for number, inside in enumerate(value)]
    return value


def is_consequence(path: ValuePath, wrong_path: ValuePath) -> bool:
    """Return True if the problem at a path may be there only because another value is wrong, and was left out."""
    is_in_account = path[:1] == ("accounts",) and min(len(path), len(wrong_path)) > _ITEM_DEPTH
    if is_in_account and path[:_ITEM_DEPTH] == wrong_path[:_ITEM_DEPTH]:
        path, wrong_path = path[_ITEM_DEPTH:], wrong_path[_ITEM_DEPTH:]  # both are of what one account plays
    name, wrong_name = _get_last_name(path), _get_meaning(_get_last_name(wrong_path))
    if wrong_path[: len(path)] == path:
        part = wrong_path[len(path) :]
        return not part or name not in _PARTS or _get_meaning(str(part[0])) in (*_PARTS[name], LEFT_OUT)
    if _are_in_one_subject(path, wrong_path):
        return name in _CAUSES and wrong_name in (*_CAUSES[name], LEFT_OUT)
    if path[:1] == wrong_path[:1] and path[:1] and path[0] in _MATCHED_KEYS:
        return len(path) == _ITEM_DEPTH and wrong_name in (*_MATCHED_KEYS[str(path[0])], LEFT_OUT)
    if wrong_path[0] not in _HANDLE_KEYS:
        return False
    is_of_whole_recording = isinstance(path[-1:] and path[-1], int) and name in _RECORDING_KEYS
    return (name == "sid" and wrong_name in (*_HANDLE_KEYS, LEFT_OUT)) or (
        is_of_whole_recording and wrong_name == "count"
    )


def _are_in_one_subject(path: ValuePath, other: ValuePath) -> bool:
    """Return True if two paths are in the same recording, pick or rule, or in the same other part of the document."""
    length = 2 if isinstance(path[1:2] and path[1], int) and len(other) > 1 else 1
    if path[0] in GROUP_KEYS and len(path) > _GROUPED_DEPTH and len(other) > _GROUPED_DEPTH:
        length = _GROUPED_DEPTH
    return path[:length] == other[:length]


def _get_last_name(path: ValuePath) -> str:
    return next((key for key in reversed(path) if isinstance(key, str)), "")


def _get_meaning(name: str) -> str:
    """Return the key that an unknown key probably stands for, or the key itself."""
    return name if name in _FIELDS else find_closest(name, sorted(_FIELDS)) or name

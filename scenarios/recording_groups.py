"""The recordings that a scenario writes: on their own, of a call, or of a conference."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

import msgspec
from msgspec import UNSET

from generators.model import Source
from scenarios.free_handles import find_free_handle
from scenarios.model import AccountPlan, RecordingGroup, ScriptedRecording

if TYPE_CHECKING:
    from scenarios.problems import ValuePath

Plan = TypeVar("Plan", bound=AccountPlan)
GROUP_KEYS = ("calls", "conferences")
"""The lists of a scenario whose items group recordings."""


class WrittenRecording(NamedTuple):
    """A recording as the scenario has it, or several alike."""

    definition: ScriptedRecording
    path: "ValuePath"
    call: str | None = None
    """The handle of the call that groups it."""
    conference: str | None = None
    """The handle of the conference that groups it."""


def walk_written_recordings(scenario: AccountPlan) -> Iterator[WrittenRecording]:
    """Yield the recordings of a scenario: first those on their own, then those of calls, then those of conferences.

    A recording of a conference that sets no source has that of conferences.
    """
    for number, recording in enumerate(scenario.recordings):
        yield WrittenRecording(recording, ("recordings", number))
    for group_number, (handle, call) in enumerate(zip(name_calls(scenario), scenario.calls, strict=True)):
        for number, recording in enumerate(call.recordings):
            yield WrittenRecording(recording, ("calls", group_number, "recordings", number), call=handle)
    for group_number, (handle, conference) in enumerate(
        zip(name_conferences(scenario), scenario.conferences, strict=True)
    ):
        for number, recording in enumerate(map(_with_conference_source, conference.recordings)):
            path = ("conferences", group_number, "recordings", number)
            yield WrittenRecording(recording, path, conference=handle)


def name_calls(scenario: AccountPlan) -> tuple[str, ...]:
    """Return the id of each of the scenario's calls, else a free handle such as `call-1`."""
    return _name_groups(scenario.calls, "call")


def name_conferences(scenario: AccountPlan) -> tuple[str, ...]:
    """Return the id of each of the scenario's conferences, else a free handle such as `conference-1`."""
    return _name_groups(scenario.conferences, "conference")


def map_recordings(scenario: Plan, change: Callable[[ScriptedRecording], ScriptedRecording]) -> Plan:
    """Return a scenario with all of its recordings changed."""
    groups = {
        key: tuple(
            msgspec.structs.replace(group, recordings=tuple(map(change, group.recordings)))
            for group in getattr(scenario, key)
        )
        for key in GROUP_KEYS
    }
    return msgspec.structs.replace(scenario, recordings=tuple(map(change, scenario.recordings)), **groups)


def change_group_values(groups: Any, change: Callable[[Any], Any]) -> Any:
    """Return the groups of a document with each of their recordings changed. What has another form stays as it is."""
    if not isinstance(groups, list | tuple):
        return groups
    return [_change_group_value(group, change) for group in groups]


def _change_group_value(group: Any, change: Callable[[Any], Any]) -> Any:
    if not isinstance(group, Mapping) or not isinstance(group.get("recordings"), list | tuple):
        return group
    return {**group, "recordings": list(map(change, group["recordings"]))}


def _name_groups(groups: Sequence[RecordingGroup], noun: str) -> tuple[str, ...]:
    taken = {group.id for group in groups}
    names = []
    for position, group in enumerate(groups, 1):
        handle = group.id or find_free_handle(position, taken, noun)
        taken.add(handle)
        names.append(handle)
    return tuple(names)


def _with_conference_source(recording: ScriptedRecording) -> ScriptedRecording:
    return msgspec.structs.replace(recording, source=Source.CONFERENCE) if recording.source is UNSET else recording

"""The handles of a scenario's recordings, which its rules, its explanation and tests use."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from scenarios.free_handles import find_free_handle
from scenarios.model import Pick, Scenario, ScriptedRecording
from scenarios.recording_groups import walk_written_recordings

if TYPE_CHECKING:
    from scenarios.problems import ValuePath


class NamedRecording(NamedTuple):
    """One recording of a scenario, and its handle. Several may have one definition."""

    handle: str
    definition: ScriptedRecording
    path: "ValuePath"
    call: str | None = None
    """The handle of the call that groups it."""
    conference: str | None = None
    """The handle of the conference that groups it."""


def assign_recording_handles(scenario: Scenario) -> tuple[str, ...]:
    """Return the id of each recording, else its SID, else a free handle from its position on."""
    return tuple(named.handle for named in iter_named_recordings(scenario))


def iter_named_recordings(scenario: Scenario) -> Iterator[NamedRecording]:
    """Yield the recordings with the handles of `assign_recording_handles`."""
    taken, position = set(list_ids(scenario)), 0
    for written in walk_written_recordings(scenario):
        recording = written.definition
        given = _list_own_handles(recording)
        for number in range(recording.count):
            position += 1
            handle = given[number] if given else recording.sid or find_free_handle(position, taken)
            taken.add(handle)
            yield NamedRecording(handle, *written)


def _list_own_handles(subject: ScriptedRecording | Pick) -> Sequence[str]:
    """Return the id, with a number from 1 if there are several; nothing without an id."""
    if subject.id is None:
        return ()
    return (subject.id,) if subject.count == 1 else [f"{subject.id}-{n}" for n in range(1, subject.count + 1)]


def assign_pick_handles(pick: Pick) -> tuple[str, ...]:
    """Return the id of the pick, with a number from 1 if it picks several."""
    return tuple(_list_own_handles(pick))


def walk_handle_paths(scenario: Scenario) -> Iterator["tuple[str, ValuePath]"]:
    """Return all handles, with their recordings or picks."""
    for named in iter_named_recordings(scenario):
        yield named.handle, named.path
    for number, pick in enumerate(scenario.pick):
        for handle in assign_pick_handles(pick):
            yield handle, ("pick", number)


def list_ids(scenario: Scenario) -> list[str]:
    """Return the handles that the scenario defines itself, which its rules may use."""
    recordings = [written.definition for written in walk_written_recordings(scenario)]
    own = [handle for recording in recordings for handle in _list_own_handles(recording)]
    return own + [handle for pick in scenario.pick for handle in _list_own_handles(pick)]

"""The handles of a scenario's recordings, which its rules, its explanation and tests use."""

from collections.abc import Container, Iterator
from itertools import count
from typing import TYPE_CHECKING

from scenarios.model import Pick, Scenario

if TYPE_CHECKING:
    from scenarios.problems import ValuePath


def assign_recording_handles(scenario: Scenario) -> tuple[str, ...]:
    """Return the id of each recording, else its SID, else a free handle from its position on."""
    return tuple(iter_recording_handles(scenario))


def iter_recording_handles(scenario: Scenario) -> Iterator[str]:
    """Yield the handles like `assign_recording_handles`."""
    taken = set(list_ids(scenario))
    for position, recording in enumerate(scenario.recordings, 1):
        handle = recording.id or recording.sid or find_free_handle(position, taken)
        taken.add(handle)
        yield handle


def find_free_handle(first: int, taken: Container[str]) -> str:
    """Return `recording-N` with the lowest number from `first` on that is not taken."""
    return next(handle for number in count(first) if (handle := f"recording-{number}") not in taken)


def assign_pick_handles(pick: Pick) -> tuple[str, ...]:
    """Return the id of the pick, with a number from 1 if it picks several."""
    return (pick.id,) if pick.count == 1 else tuple(f"{pick.id}-{number}" for number in range(1, pick.count + 1))


def walk_handle_paths(scenario: Scenario) -> Iterator["tuple[str, ValuePath]"]:
    """Return all handles, with their recordings or picks."""
    for number, handle in enumerate(assign_recording_handles(scenario)):
        yield handle, ("recordings", number)
    for number, pick in enumerate(scenario.pick):
        for handle in assign_pick_handles(pick):
            yield handle, ("pick", number)


def list_ids(scenario: Scenario) -> list[str]:
    """Return the handles that the scenario defines itself, which its rules may use."""
    own = [recording.id for recording in scenario.recordings if recording.id]
    return own + [handle for pick in scenario.pick for handle in assign_pick_handles(pick)]

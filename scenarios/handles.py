"""The handles of a scenario's recordings, which its rules, its explanation and tests use."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from scenarios.model import Pick, Scenario, ScriptedRecording

if TYPE_CHECKING:
    from scenarios.problems import ValuePath


def assign_recording_handles(recordings: Sequence[ScriptedRecording]) -> tuple[str, ...]:
    """Return the id of each recording, else its SID, else `recording-N`, where N is its position from 1."""
    return tuple(
        recording.id or recording.sid or f"recording-{number}" for number, recording in enumerate(recordings, 1)
    )


def assign_pick_handles(pick: Pick) -> tuple[str, ...]:
    """Return the id of the pick, with a number from 1 if it picks several."""
    return (pick.id,) if pick.count == 1 else tuple(f"{pick.id}-{number}" for number in range(1, pick.count + 1))


def walk_handle_paths(scenario: Scenario) -> Iterator["tuple[str, ValuePath]"]:
    """Return all handles, with their recordings or picks."""
    for number, handle in enumerate(assign_recording_handles(scenario.recordings)):
        yield handle, ("recordings", number)
    for number, pick in enumerate(scenario.pick):
        for handle in assign_pick_handles(pick):
            yield handle, ("pick", number)


def list_ids(scenario: Scenario) -> list[str]:
    """Return the handles that the scenario defines itself, which its rules may use."""
    own = [recording.id for recording in scenario.recordings if recording.id]
    return own + [handle for pick in scenario.pick for handle in assign_pick_handles(pick)]

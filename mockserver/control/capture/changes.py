"""The changes of recordings, from the log of events and the state."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import msgspec

from mockserver.account.account import Account
from scenarios.durations import format_duration
from scenarios.statuses import RecordingStatus
from scenarios.steps import Step
from scenarios.triggers import Trigger


class Change(NamedTuple):
    """A change of a recording, and its instant in microseconds since the epoch."""

    at: int
    step: Step


ChangesByIndex = Mapping[int, Sequence[Change]]


def collect_changes(account: Account) -> ChangesByIndex:
    """Return the changes of each recording that are still in the log, in order, and deletions by requests."""
    index, changes = account.recordings.recording_index, dict[int, list[Change]]()
    for event in account.events.get_events_since(0):
        if event.step is not None and (found := index.find_index(event.sid)) is not None:
            changes.setdefault(found, []).append(Change(event.at, event.step))
    for deleted, instant in account.state.deleted_at.items():
        known = changes.setdefault(deleted, [])
        if not any(change.step.status is RecordingStatus.DELETED for change in known):
            known.append(Change(instant, Step(status=RecordingStatus.DELETED)))
    return changes


def build_steps(changes: Sequence[Change], start: int) -> list[Step]:
    """Return changes as the steps of a timeline: each waits for the time that has passed since the one before.

    Args:
        start: when the timeline starts, in microseconds since the epoch.
    """
    steps, previous = [], start
    for at, step in changes:
        wait = None if at <= previous else Trigger(time=format_duration(at - previous))
        previous = max(at, previous)
        steps.append(msgspec.structs.replace(step, after=wait))
    return steps

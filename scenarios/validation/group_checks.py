"""Checks calls and conferences that group recordings, and recordings of which there are several."""

from collections.abc import Iterator, Sequence

from msgspec import UNSET

from generators.model import CONFERENCE_SOURCES, Source
from scenarios.model import RecordingGroup, Scenario, ScriptedRecording
from scenarios.problems import Problem, ValuePath, describe_value, format_path
from scenarios.recording_groups import walk_written_recordings

_MAX_COPIES = 100_000
"""The most recordings that `count` makes in a scenario."""


def check_groups(scenario: Scenario) -> Iterator[Problem]:
    """Yield the problems of calls and conferences."""
    yield from _check_group_ids(scenario.calls, "calls")
    yield from _check_group_ids(scenario.conferences, "conferences")
    for written in walk_written_recordings(scenario):
        if written.call is not None:
            yield from _check_no_sid(written.definition, "call_sid", written.path)
        if written.conference is not None:
            yield from _check_no_sid(written.definition, "conference_sid", written.path)
            yield from _check_conference_source(written.definition, written.path)


def check_counts(scenario: Scenario) -> Iterator[Problem]:
    """Yield the problems of `count`."""
    total = 0
    for recording, path, _, _ in walk_written_recordings(scenario):
        total += recording.count if recording.count > 1 else 0
        if total > _MAX_COPIES:
            sentence = f"expected at most {_MAX_COPIES:,} recordings with a count in all, found {total:,} up to here."
            yield Problem((*path, "count"), sentence)
            return
        if recording.count > 1 and recording.sid is not None:
            sentence = f"expected no SID with `count: {recording.count}`, found {recording.sid}."
            yield Problem((*path, "sid"), f"{sentence} Give them an id instead.")


def _check_group_ids(groups: Sequence[RecordingGroup], key: str) -> Iterator[Problem]:
    taken: dict[str, ValuePath] = {}
    for number, group in enumerate(groups):
        if group.id is not None and group.id in taken:
            other = format_path(taken[group.id])
            yield Problem((key, number, "id"), f"expected a unique id, found {group.id!r}, which {other} has.")
        elif group.id is not None:
            taken[group.id] = (key, number)


def _check_no_sid(recording: ScriptedRecording, field: str, path: ValuePath) -> Iterator[Problem]:
    found = getattr(recording, field)
    if found is not UNSET:
        owner = format_path(path[:2])
        sentence = f"expected none, because {owner} gives its recordings one, found {describe_value(found)}."
        yield Problem((*path, field), f"{sentence} Write a recording with another one under `recordings`.")


def _check_conference_source(recording: ScriptedRecording, path: ValuePath) -> Iterator[Problem]:
    if recording.source not in CONFERENCE_SOURCES:
        known = " or ".join(source for source in Source if source in CONFERENCE_SOURCES)
        yield Problem((*path, "source"), f"expected {known} in a conference, found {recording.source}.")

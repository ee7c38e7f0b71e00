"""What is the same for all accounts that play a scenario, computed once."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec
from msgspec import UNSET

from generators.instants import SECOND, to_microseconds
from generators.model import Source, Track
from mockserver.account.setup_error import ScenarioSetupError
from scenarios.date_resolution import resolve_recording
from scenarios.full_timelines import build_full_timeline
from scenarios.handles import NamedRecording, iter_named_recordings
from scenarios.model import FieldsWithSubscription, Pick, Scenario, ScriptedRecording
from scenarios.problems import format_path
from scenarios.relative_dates import get_instant
from scenarios.steps import NO_FIELDS, RecordingFields, Timeline
from scenarios.validation.coherence_checks import check_dates
from scenarios.validation.dates import check_dated_subject

_LASTING_FIELDS = ("channels", "source", "track", "price_unit", "encryption_details", "start_time")
"""Fields that a change of status keeps: they are set once."""


class CompiledRecording(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """A scripted recording with everything that does not depend on the account."""

    definition: ScriptedRecording
    """The definition with all dates as instants."""
    handle: str
    call: str | None
    """The handle of the call that groups it."""
    conference: str | None
    """The handle of the conference that groups it."""
    start: int
    """The instant from which its relative dates count, in microseconds since the epoch."""
    instant: int
    """The instant of its creation, in microseconds since the epoch."""
    source: Source
    channels: int
    track: Track
    lasting_fields: RecordingFields | None
    twilio_wire: dict[str, Any]
    timeline: Timeline


class CompiledScenario:
    """The recordings of a scenario, each compiled when the first account needs it."""

    def __init__(self, scenario: Scenario) -> None:
        self.scenario = scenario
        self._named: list[NamedRecording] | None = None
        """The recordings with their handles, in order of creation."""
        self._compiled: list[CompiledRecording | None] = []

    def iterate(self, start: int) -> Iterator[CompiledRecording | None]:
        """Yield the recordings in order of creation, and None after each step of work in between.

        Args:
            start: the start of the account's clock, in microseconds since the epoch.

        Raises:
            ScenarioSetupError: if a date contradicts the creation of its recording.
        """
        if self._named is None:
            named = []
            for recording in iter_named_recordings(self.scenario):
                named.append(recording)
                yield None
            self._named, self._compiled = _in_order_of_creation(named), [None] * len(named)
        for position, (handle, definition, _, call, conference) in enumerate(self._named):
            compiled = self._compiled[position]
            if compiled is None or (compiled.start != start and compiled.definition is not definition):
                compiled = compile_recording(definition, handle, start, call=call, conference=conference)
                self._compiled[position] = compiled
            elif definition.date_created is None and compiled.instant != start:
                compiled = _move_creation(compiled, start)
            yield compiled


def compile_recording(
    definition: ScriptedRecording,
    handle: str,
    start: int,
    *,
    call: str | None = None,
    conference: str | None = None,
) -> CompiledRecording:
    """Compile a scripted recording.

    Args:
        start: the instant from which relative dates count, and that of creation if the recording sets none, in
            microseconds since the epoch.
        call: the handle of the call that groups it, if any.
        conference: the handle of the conference that groups it, if any.

    Raises:
        ScenarioSetupError: if a date contradicts its creation.
    """
    definition = resolve_recording(definition, start)
    instant = start if definition.date_created is None else to_microseconds(get_instant(definition.date_created))
    if not definition.imported:
        refuse_contradicting_dates(f"recording {handle}", definition, instant // SECOND)
    null_call = {"call_sid": None} if definition.call_sid is None else {}
    return CompiledRecording(
        definition=definition,
        handle=handle,
        call=call,
        conference=conference,
        start=start,
        instant=instant,
        source=_choose_source(definition),
        channels=1 if definition.channels is UNSET else definition.channels,
        track=Track.BOTH if definition.track is UNSET else definition.track,
        lasting_fields=collect_lasting_fields(definition),
        twilio_wire={**{str(key): value for key, value in definition.twilio_wire.items()}, **null_call},
        timeline=build_full_timeline(definition),
    )


def _move_creation(compiled: CompiledRecording, instant: int) -> CompiledRecording:
    """Return a recording for an account whose clock starts at another instant."""
    if not compiled.definition.imported:
        refuse_contradicting_dates(f"recording {compiled.handle}", compiled.definition, instant // SECOND)
    return msgspec.structs.replace(compiled, instant=instant)


def collect_lasting_fields(definition: FieldsWithSubscription) -> RecordingFields | None:
    """Return the fields that a change of status keeps, or None if there are none."""
    lasting = RecordingFields(**{name: getattr(definition, name) for name in _LASTING_FIELDS})
    return None if lasting == NO_FIELDS else lasting


def refuse_contradicting_dates(subject: str, definition: ScriptedRecording | Pick, created: int) -> None:
    """Refuse dates that contradict the creation, or that no recording can have.

    Args:
        subject: the recording or pick in the words of the message.
        created: the instant of creation, in seconds since the epoch.

    Raises:
        ScenarioSetupError: if there is such a date.
    """
    for path, sentence in check_dated_subject(definition, ()):
        raise ScenarioSetupError(f"{subject}: {format_path(path)}: {sentence}")
    for path, sentence in check_dates(definition, (), datetime.fromtimestamp(created, UTC)):
        raise ScenarioSetupError(f"{subject}: {format_path(path)}: {sentence}")


def _in_order_of_creation(named: Sequence[NamedRecording]) -> list[NamedRecording]:
    """Return the recordings in order of creation. Saved lists begin with the newest, which counts for equal dates."""
    imported = [recording for recording in named if recording.definition.imported]
    return [*reversed(imported), *(recording for recording in named if not recording.definition.imported)]


def _choose_source(scripted_recording: ScriptedRecording) -> Source:
    if scripted_recording.source is not UNSET:
        return scripted_recording.source
    return Source.CONFERENCE if scripted_recording.conference_sid else Source.DIAL_VERB

"""Sets up a scenario in a new account: its recordings, picks, rules and page drift."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any

import msgspec
from msgspec import UNSET

from generators.corpus.corpus import Corpus
from generators.instants import EPOCH, SECOND
from generators.model import CONFERENCE_SOURCES, Recording, Source, Track
from generators.setup_error import MockSetupError
from mockserver.account.account import Account
from mockserver.account.state.state import PageDriftState, TimerKind, UpcomingRecording
from scenarios.handles import assign_pick_handles, assign_recording_handles
from scenarios.lifecycle import build_full_timeline
from scenarios.model import FieldsWithSubscription, Pick, RecordingFields, Scenario, ScriptedRecording, Selector
from scenarios.problems import format_path
from scenarios.triggers import format_instant, to_microseconds
from scenarios.validation.coherence_checks import check_dates

_MAX_SEARCHED = 100_000
"""The number of generated recordings that a pick searches."""
_LASTING_FIELDS = ("channels", "source", "track", "price_unit", "encryption_details", "start_time")
"""Fields that a change of status keeps: they are set once."""


class ScenarioSetupError(MockSetupError):
    """The account's corpus has no room for the scenario. The message says what is missing."""


class RecordingDefaults(msgspec.Struct, frozen=True, kw_only=True):
    """Values for everything that a scripted recording leaves out."""

    status_callback: str | None
    """The callback URL."""
    base_url: str
    """Scheme and host of the URLs in callbacks."""


def set_up_scenario(account: Account, scenario: Scenario, defaults: RecordingDefaults) -> None:
    """Set up a scenario in an account without changes.

    Raises:
        ScenarioSetupError: if the corpus has fewer matching recordings than a pick needs, or a scripted recording
            has the SID of a generated one, or a date that contradicts its creation.
    """
    for sentence in scenario.import_report:
        account.events.record("import", scenario.name, "", sentence)
    for handle, scripted in _in_order_of_creation(scenario):
        place_scripted_recording(account, scripted, handle, defaults, account.corpus.spec.t0 * SECOND)
    _report_upcoming_imports(account, scenario)
    for pick in scenario.pick:
        _pick_recordings(account, pick, defaults)
    for fault in scenario.faults:
        account.fault_rules.add(fault=fault)
    for sequence in scenario.sequences:
        account.fault_rules.add(sequence=sequence)
    account.state.page_drift = [PageDriftState(rule=rule, remaining_times=rule.times) for rule in scenario.page_drift]


def _in_order_of_creation(scenario: Scenario) -> list[tuple[str, ScriptedRecording]]:
    """Return the recordings with their handles. Saved lists begin with the newest, which counts for equal dates."""
    named = list(zip(assign_recording_handles(scenario), scenario.recordings, strict=True))
    imported = [(handle, recording) for handle, recording in named if recording.imported]
    return [*reversed(imported), *((handle, recording) for handle, recording in named if not recording.imported)]


def place_scripted_recording(
    account: Account, scripted: ScriptedRecording, handle: str, defaults: RecordingDefaults, instant: int
) -> int | None:
    """Create a scripted recording and play its timeline, at once or when its date has come.

    Args:
        instant: the instant of creation if the recording sets none, in microseconds since the epoch.

    Returns:
        The index, or None if the date is still to come.

    Raises:
        ScenarioSetupError: if a generated recording has its SID, or a date contradicts its creation.
    """
    if scripted.date_created is not None:
        instant = to_microseconds(scripted.date_created)
    if scripted.sid is not None and account.corpus.find_index(scripted.sid) is not None:
        raise ScenarioSetupError(
            f"recording {handle}: expected a SID that no generated recording has, found {scripted.sid}. "
            "Pick that recording, or remove the corpus with `corpus: {count: 0}`."
        )
    if not scripted.imported:
        refuse_contradicting_dates(f"recording {handle}", scripted, instant // SECOND)
    if instant <= account.clock.now():
        return _create_scripted_recording(account, scripted, handle, defaults, instant)
    key = account.state.timer_serial
    account.state.upcoming[key] = UpcomingRecording(
        definition=scripted, handle=handle, status_callback=defaults.status_callback, base_url=defaults.base_url
    )
    account.timers.add(instant, TimerKind.CREATION, key)
    account.state.version += 1
    return None


def create_upcoming_recording(account: Account, key: int) -> None:
    """Create a recording whose date has come."""
    upcoming = account.state.upcoming.pop(key)
    defaults = RecordingDefaults(status_callback=upcoming.status_callback, base_url=upcoming.base_url)
    _create_scripted_recording(account, upcoming.definition, upcoming.handle, defaults, account.clock.now())


def _create_scripted_recording(
    account: Account, scripted: ScriptedRecording, handle: str, defaults: RecordingDefaults, instant: int
) -> int:
    index = account.recordings.add(
        sid=scripted.sid or account.corpus.derive_handle_sid(handle),
        call_sid=scripted.call_sid or None,
        conference_sid=scripted.conference_sid,
        source=_choose_source(scripted),
        channels=1 if scripted.channels is UNSET else scripted.channels,
        track=Track.BOTH if scripted.track is UNSET else scripted.track,
        transcript=scripted.transcript,
        instant=instant,
    )
    _apply_definition(account, index, handle, scripted, defaults)
    twilio_wire = _collect_twilio_wire(scripted)
    account.recordings.recording_index.show_on_twilio_wire(index, twilio_wire)
    if scripted.media is not None:
        account.state.media_files[index] = scripted.media
    account.timelines.start(index, build_full_timeline(scripted))
    if scripted.imported:  # its first step has removed the values that a status replaces
        account.recordings.recording_index.show_on_twilio_wire(index, twilio_wire)
    return index


def _collect_twilio_wire(scripted: ScriptedRecording) -> dict[str, Any]:
    null_call = {"call_sid": None} if scripted.call_sid is None else {}
    return {**{str(key): value for key, value in scripted.twilio_wire.items()}, **null_call}


def refuse_contradicting_dates(subject: str, definition: ScriptedRecording | Pick, created: int) -> None:
    """Refuse dates before or after the creation that contradict it.

    Args:
        subject: the recording or pick in the words of the message.
        created: the instant of creation, in seconds since the epoch.

    Raises:
        ScenarioSetupError: if a date contradicts the creation.
    """
    for path, sentence in check_dates(definition, (), datetime.fromtimestamp(created, UTC)):
        raise ScenarioSetupError(f"{subject}: {format_path(path)}: {sentence}")


def _report_upcoming_imports(account: Account, scenario: Scenario) -> None:
    count = sum(upcoming.definition.imported for upcoming in account.state.upcoming.values())
    if count:
        now = format_instant(EPOCH + timedelta(seconds=account.clock.now() // SECOND))
        sentence = f"{count:,} of the recordings {'is' if count == 1 else 'are'} dated after the account's clock, which"
        advice = f"shows {now}, and not listed before. Set `clock: {{start: ...}}` to a later date to list all at once."
        account.events.record("import", scenario.name, "", f"date_created: {sentence} {advice}")


def _choose_source(scripted_recording: ScriptedRecording) -> Source:
    if scripted_recording.source is not UNSET:
        return scripted_recording.source
    return Source.CONFERENCE if scripted_recording.conference_sid else Source.DIAL_VERB


def _apply_definition(
    account: Account, index: int, handle: str, definition: FieldsWithSubscription, defaults: RecordingDefaults
) -> None:
    account.recordings.recording_index.set_handle(index, handle)
    lasting = RecordingFields(**{name: getattr(definition, name) for name in _LASTING_FIELDS})
    if lasting != RecordingFields():
        account.recordings.set_status(index, None, lasting)
    url = definition.status_callback or defaults.status_callback
    if url is not None:
        account.subscribe(
            index, url, definition.status_callback_method, definition.status_callback_event, defaults.base_url
        )


def _pick_recordings(account: Account, pick: Pick, defaults: RecordingDefaults) -> None:
    corpus = account.corpus
    taken = set(account.state.handles.values())
    matching_indices = (index for index in _find_matching_indices(corpus, pick.where) if index not in taken)
    found = list(islice(matching_indices, pick.count))
    if len(found) < pick.count:
        looked = min(corpus.count, _MAX_SEARCHED)
        is_plain = pick.where.encrypted and not corpus.spec.mix.encrypted
        change = "change the mix, such as corpus: {mix: {encrypted: 0.05}}" if is_plain else "change the mix"
        raise ScenarioSetupError(
            f"pick {pick.id}: expected {pick.count} recordings that match `where`, "
            f"found {len(found)} among the newest {looked:,}. Increase the count, or {change}."
        )
    for handle, index in zip(assign_pick_handles(pick), found, strict=True):
        refuse_contradicting_dates(f"pick {handle}", pick, corpus.generate_recording(index).date_created)
        _apply_definition(account, index, handle, pick, defaults)
        account.timelines.start(index, build_full_timeline(pick))


def _find_matching_indices(corpus: Corpus, selector: Selector) -> Iterator[int]:
    seen = range(max(0, corpus.count - _MAX_SEARCHED), corpus.count)
    for index in corpus.layout.walk(seen, newest_first=True, first_visible_deleted=None):
        if _matches(corpus.generate_recording(index), selector):
            yield index


def _matches(recording: Recording, selector: Selector) -> bool:
    return (
        selector.status in (None, recording.status.value)
        and selector.source in (None, recording.source)
        and selector.channels in (None, recording.channels)
        and selector.conference in (None, recording.source in CONFERENCE_SOURCES)
        and selector.encrypted in (None, recording.encryption is not None)
    )

"""Sets up a scenario in a new account: its recordings, picks, rules and page drift."""

from collections.abc import Iterator
from itertools import islice

import msgspec
from msgspec import UNSET

from generators.corpus.corpus import Corpus
from generators.instants import SECOND
from generators.model import CONFERENCE_SOURCES, Recording, Source, Track
from generators.setup_error import MockSetupError
from mockserver.account.account import Account
from mockserver.account.state.state import PageDriftState
from scenarios.handles import assign_pick_handles, assign_recording_handles
from scenarios.lifecycle import build_full_timeline
from scenarios.model import FieldsWithSubscription, Pick, RecordingFields, Scenario, ScriptedRecording, Selector
from scenarios.triggers import to_microseconds

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
        ScenarioSetupError: if the corpus has fewer matching recordings than a pick needs, or a generated
            recording has the SID of a scripted one.
    """
    for handle, scripted in zip(assign_recording_handles(scenario.recordings), scenario.recordings, strict=True):
        index = add_scripted_recording(account, scripted, handle, defaults, account.corpus.spec.t0 * SECOND)
        account.timelines.start(index, build_full_timeline(scripted))
    for pick in scenario.pick:
        _pick_recordings(account, pick, defaults)
    for fault in scenario.faults:
        account.fault_rules.add(fault=fault)
    for sequence in scenario.sequences:
        account.fault_rules.add(sequence=sequence)
    account.state.page_drift = [PageDriftState(rule=rule, remaining_times=rule.times) for rule in scenario.page_drift]


def add_scripted_recording(
    account: Account, scripted_recording: ScriptedRecording, handle: str, defaults: RecordingDefaults, instant: int
) -> int:
    """Add a scripted recording with all fields that do not depend on its status, and return its index.

    Args:
        instant: the instant of creation if the recording sets none, in microseconds since the epoch.

    Raises:
        ScenarioSetupError: if a generated recording has its SID.
    """
    corpus = account.corpus
    if scripted_recording.date_created is not None:
        instant = to_microseconds(scripted_recording.date_created)
    if scripted_recording.sid is not None and corpus.find_index(scripted_recording.sid) is not None:
        raise ScenarioSetupError(
            f"recording {handle}: expected a SID that no generated recording has, found {scripted_recording.sid}. "
            "Pick that recording, or remove the corpus with `corpus: {count: 0}`."
        )
    index = account.recordings.add(
        sid=scripted_recording.sid or corpus.derive_handle_sid(handle),
        call_sid=scripted_recording.call_sid,
        conference_sid=scripted_recording.conference_sid,
        source=_choose_source(scripted_recording),
        channels=1 if scripted_recording.channels is UNSET else scripted_recording.channels,
        track=Track.BOTH if scripted_recording.track is UNSET else scripted_recording.track,
        transcript=scripted_recording.transcript,
        instant=instant,
    )
    _apply_definition(account, index, handle, scripted_recording, defaults)
    if scripted_recording.media is not None:
        account.state.media_files[index] = scripted_recording.media
    return index


def _choose_source(scripted_recording: ScriptedRecording) -> Source:
    if scripted_recording.source is not UNSET:
        return scripted_recording.source
    return Source.DIAL_VERB if scripted_recording.conference_sid is None else Source.CONFERENCE


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

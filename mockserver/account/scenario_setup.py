"""Sets up a scenario in a new account: its recordings, picks, rules and page drift."""

from datetime import timedelta

import msgspec

from generators.instants import EPOCH, SECOND
from generators.model import CONFERENCE_SOURCES, Recording
from generators.sids import Kind
from mockserver.account.account_parts import AccountParts
from mockserver.account.compiled_scenario import (
    CompiledRecording,
    CompiledScenario,
    collect_lasting_fields,
    compile_recording,
    refuse_contradicting_dates,
)
from mockserver.account.gradual import Steps
from mockserver.account.resources.recording_updates import set_status
from mockserver.account.setup_error import ScenarioSetupError
from mockserver.account.state.state import RecordingDefaults, TimerKind
from mockserver.account.state.subscription import Subscription
from mockserver.account.state.upcoming import UpcomingRecording
from scenarios.date_resolution import resolve_pick
from scenarios.full_timelines import build_full_timeline
from scenarios.handles import assign_pick_handles
from scenarios.model import FieldsWithSubscription, Pick, Scenario, ScriptedRecording
from scenarios.selector import Selector
from scenarios.steps import RecordingFields
from scenarios.triggers import format_instant

_MAX_SEARCHED = 100_000
"""The number of generated recordings that a pick searches."""


def set_up_scenario(account: AccountParts, compiled: CompiledScenario, defaults: RecordingDefaults) -> Steps[None]:
    """Set up a scenario in an account without changes, in small steps.

    Raises:
        ScenarioSetupError: if the corpus has fewer matching recordings than a pick needs, or a scripted recording
            has the SID of a generated one, or a date that contradicts its creation.
    """
    scenario = compiled.scenario
    for sentence in scenario.import_report:
        account.events.record("import", scenario.name, "", sentence)
    if scenario.tokens:
        account.auth_tokens.arm(scenario.tokens, account.token)
    for recording in compiled.iterate(account.clock.now()):
        if recording is not None:
            _place_recording(account, recording, defaults)
        yield
    _report_upcoming_imports(account, scenario)
    for pick in scenario.pick:
        yield from _pick_recordings(account, pick, defaults)
    for arrival in scenario.arrivals:
        account.arrivals.add(arrival, defaults)
    for fault in scenario.faults:
        account.fault_rules.add(fault=fault)
    for sequence in scenario.sequences:
        account.fault_rules.add(sequence=sequence)
    for limit in scenario.limits:
        account.limits.add(limit)
    for number, rule in enumerate(scenario.page_drift):
        account.page_drift.arm(rule, f"page drift {number}")


def place_scripted_recording(
    account: AccountParts, scripted: ScriptedRecording, handle: str, defaults: RecordingDefaults, instant: int
) -> int | None:
    """Create a scripted recording and play its timeline, at once or when its date has come.

    Args:
        instant: the instant of creation if the recording sets none, and that from which its relative dates count, in
            microseconds since the epoch.

    Returns:
        The index, or None if the date is still to come.

    Raises:
        ScenarioSetupError: if a generated recording has its SID, or a date contradicts its creation.
    """
    return _place_recording(account, compile_recording(scripted, handle, instant), defaults)


def _place_recording(account: AccountParts, recording: CompiledRecording, defaults: RecordingDefaults) -> int | None:
    if recording.call is not None or recording.conference is not None:
        recording = _with_group_sid(account, recording)
    sid = recording.definition.sid
    if sid is not None and account.corpus.find_index(sid) is not None:
        raise ScenarioSetupError(
            f"recording {recording.handle}: expected a SID that no generated recording has, found {sid}. "
            "Pick that recording, or remove the corpus with `corpus: {count: 0}`."
        )
    if recording.instant <= account.clock.now():
        return _create_recording(account, recording, defaults)
    key = account.state.timer_serial
    account.state.upcoming[key] = UpcomingRecording(
        definition=recording.definition,
        handle=recording.handle,
        status_callback=defaults.status_callback,
        base_url=defaults.base_url,
    )
    account.timers.add(recording.instant, TimerKind.CREATION, key)
    account.state.version += 1
    return None


def _with_group_sid(account: AccountParts, recording: CompiledRecording) -> CompiledRecording:
    """Return a recording with the SID of the call or conference that groups it."""
    sids = {}
    if recording.call is not None:
        sids["call_sid"] = account.corpus.derive_handle_sid(recording.call, Kind.CALL)
    if recording.conference is not None:
        sids["conference_sid"] = account.corpus.derive_handle_sid(recording.conference, Kind.CONFERENCE)
    definition = msgspec.structs.replace(recording.definition, **sids)
    return msgspec.structs.replace(recording, definition=definition)


def create_upcoming_recording(account: AccountParts, key: int) -> None:
    """Create a recording whose date has come."""
    upcoming = account.state.upcoming.pop(key)
    defaults = RecordingDefaults(status_callback=upcoming.status_callback, base_url=upcoming.base_url)
    recording = compile_recording(upcoming.definition, upcoming.handle, account.clock.now())
    _create_recording(account, recording, defaults)


def _create_recording(account: AccountParts, recording: CompiledRecording, defaults: RecordingDefaults) -> int:
    definition, recording_index = recording.definition, account.recordings.recording_index
    index = account.recordings.add(
        sid=definition.sid or account.corpus.derive_handle_sid(recording.handle),
        call_sid=definition.call_sid or None,
        conference_sid=definition.conference_sid,
        source=recording.source,
        channels=recording.channels,
        track=recording.track,
        transcript=definition.transcript,
        instant=recording.instant,
    )
    _apply_definition(account, index, recording.handle, definition, recording.lasting_fields, defaults)
    recording_index.show_on_twilio_wire(index, recording.twilio_wire)
    if definition.media is not None:
        account.state.media_files[index] = definition.media
    account.timelines.start(index, recording.timeline)
    if definition.imported:  # its first step has removed the values that a status replaces
        recording_index.show_on_twilio_wire(index, recording.twilio_wire)
    return index


def _report_upcoming_imports(account: AccountParts, scenario: Scenario) -> None:
    count = sum(upcoming.definition.imported for upcoming in account.state.upcoming.values())
    if count:
        now = format_instant(EPOCH + timedelta(seconds=account.clock.now() // SECOND))
        sentence = f"{count:,} of the recordings {'is' if count == 1 else 'are'} dated after the account's clock, which"
        advice = f"shows {now}, and not listed before. Set `clock: {{start: ...}}` to a later date to list all at once."
        account.events.record("import", scenario.name, "", f"date_created: {sentence} {advice}")


def _apply_definition(
    account: AccountParts,
    index: int,
    handle: str,
    definition: FieldsWithSubscription,
    lasting_fields: RecordingFields | None,
    defaults: RecordingDefaults,
) -> None:
    account.recordings.recording_index.set_handle(index, handle)
    if lasting_fields is not None:
        set_status(account.recordings.recording_index, index, None, lasting_fields)
    url = definition.status_callback or defaults.status_callback
    if url is not None:
        account.state.subscriptions[index] = Subscription(
            url,
            definition.status_callback_method,
            definition.status_callback_event,
            account.token,
            "the account's auth token",
            defaults.base_url,
        )


def _pick_recordings(account: AccountParts, pick: Pick, defaults: RecordingDefaults) -> Steps[None]:
    corpus, pick = account.corpus, resolve_pick(pick, account.clock.now())
    taken = set(account.state.handles.values())
    found: list[int] = []
    searched = range(max(0, corpus.count - _MAX_SEARCHED), corpus.count)
    for index in corpus.layout.walk(searched, newest_first=True, first_visible_deleted=None):
        if index not in taken and _matches(corpus.generate_recording(index), pick.where):
            found.append(index)
            if len(found) == pick.count:
                break
        yield
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
        _apply_definition(account, index, handle, pick, collect_lasting_fields(pick), defaults)
        account.timelines.start(index, build_full_timeline(pick))
        yield


def _matches(recording: Recording, selector: Selector) -> bool:
    return (
        selector.status in (None, recording.status.value)
        and selector.source in (None, recording.source)
        and selector.channels in (None, recording.channels)
        and selector.conference in (None, recording.source in CONFERENCE_SOURCES)
        and selector.encrypted in (None, recording.encryption is not None)
    )

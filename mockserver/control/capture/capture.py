"""Captures an account: what happened in it, as a scenario that plays it again at the same times."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import msgspec

from generators.instants import EPOCH, SECOND
from mockserver.account.account import Account
from mockserver.account.gradual import Steps
from mockserver.control.capture.changes import Change, ChangesByIndex, collect_changes
from mockserver.control.capture.fitting import keep_newest, remove_problems
from mockserver.control.capture.notes import collect_notes
from mockserver.control.capture.picks import find_picked, iter_picks
from mockserver.control.capture.recordings import capture_recording
from mockserver.control.capture.rules import start_later
from mockserver.control.views.capture import CaptureView
from mockserver.control.views.instants import serialize_instant
from mockserver.settings.clock_rate import ClockRate
from scenarios.durations import format_duration
from scenarios.model import Scenario, ScriptedRecording
from scenarios.plans import ClockPlan, CorpusPlan
from scenarios.validation.timeline_checks import check_timeline


def capture_account(account: Account) -> Steps[CaptureView]:
    """Return what happened in an account, in small steps."""
    changes = collect_changes(account)
    yield
    recordings, purged = yield from _capture_recordings(account, changes)
    armed = account.scenario or Scenario()
    scenario = Scenario(  # what an armed scenario says of recordings has become recordings
        about=_describe(account),
        corpus=_plan_corpus(account),
        clock=_plan_clock(account),
        recordings=_in_file_order(recordings),
        pick=tuple(iter_picks(account, changes)),
        faults=tuple(start_later(rule.fault, rule.armed_at) for rule in account.state.rules if rule.fault),
        sequences=tuple(start_later(rule.sequence, rule.armed_at) for rule in account.state.rules if rule.sequence),
        page_drift=tuple(drift.rule for drift in account.state.page_drift if drift.remaining_times == drift.rule.times),
        limits=tuple(start_later(limit.limit, limit.armed_at) for limit in account.state.limits),
        on_create=armed.on_create,
        callers=armed.callers,
        routes=armed.routes,
    )
    yield
    value: dict[str, Any] = {"version": 1, **msgspec.json.decode(msgspec.json.encode(scenario))}
    value.pop("name", None)
    removed = [*purged, *keep_newest(value), *remove_problems(value)]
    yield
    notes = collect_notes(account, changes, {*find_picked(account).values()})
    return CaptureView(scenario=value, notes=(*removed, *notes))


def _capture_recordings(account: Account, changes: ChangesByIndex) -> Steps[tuple[list[ScriptedRecording], list[str]]]:
    """Return the created recordings in order of creation, and notes about those that are gone."""
    recordings, notes = [], []
    for index in account.recordings.recording_index.created:
        if index in account.state.purged:
            sid = account.recordings.recording_index.get_sid(index)
            notes.append(f"{sid} was deleted more than 40 days ago, so it is left out.")
        else:
            recording, note = _capture_course(account, index, changes.get(index, ()))
            recordings.append(recording)
            notes += note
        yield
    return recordings, notes


def _capture_course(account: Account, index: int, changes: Sequence[Change]) -> tuple[ScriptedRecording, list[str]]:
    """Return a recording with its changes, or in its present status and a note if no timeline has these changes."""
    recording = capture_recording(account, index, changes)
    problem = next(check_timeline(recording, (), _plan_clock(account).start), None)
    if problem is None:
        return recording, []
    note = f"{recording.id or recording.sid} has its present status from the start: {problem.sentence}"
    return capture_recording(account, index, ()), [note]


def _in_file_order(recordings: list[ScriptedRecording]) -> tuple[ScriptedRecording, ...]:
    """Return recordings so that they are created in the same order: imported ones come first, the newest before."""
    imported = [recording for recording in recordings if recording.imported]
    return (*reversed(imported), *(recording for recording in recordings if not recording.imported))


def _describe(account: Account) -> str:
    now, start = account.clock.now(), account.corpus.spec.t0 * SECOND
    passed = format_duration(now - start)
    return f"What happened in {account.sid} until {serialize_instant(now)}, {passed} after its start."


def _plan_corpus(account: Account) -> CorpusPlan:
    """Return the generated recordings: as the scenario has them, and their number."""
    plan = CorpusPlan() if account.scenario is None else account.scenario.corpus
    return msgspec.structs.replace(plan, count=account.corpus.spec.listed)


def _plan_clock(account: Account) -> ClockPlan:
    rate = account.clock.rate
    mode = ClockRate(rate).mode
    start = EPOCH + timedelta(seconds=account.corpus.spec.t0)
    return ClockPlan(mode=mode, start=start, rate=rate if mode == "scaled" else None)

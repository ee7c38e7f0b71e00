"""Starts recordings, as a call, a conference or the API does."""

import msgspec

from mockserver.account.commands.recordings import BeginRecording
from mockserver.account.resources.recordings import Recordings
from mockserver.account.state.in_progress import RecordingInProgress
from mockserver.account.state.state import State
from mockserver.account.timelines import Timelines
from scenarios.creation_matcher import Creation
from scenarios.creations import count_matches, find_rule, list_rules
from scenarios.full_timelines import DEFAULT_TIMELINE, build_full_timeline
from scenarios.model import OnCreate, Scenario


def start_recording(
    recordings: Recordings, timelines: Timelines, scenario: Scenario | None, command: BeginRecording
) -> int:
    """Start a recording, play its timeline, and return its index."""
    state, recording_index = recordings.recording_index.state, recordings.recording_index
    index = recordings.add(
        call_sid=command.call_sid,
        conference_sid=msgspec.UNSET if command.conference_sid is None else command.conference_sid,
        source=command.source,
        channels=command.channels,
        track=command.track,
        is_of_live_call=True,
    )
    if command.twilio_source is not None:
        recording_index.show_on_twilio_wire(index, {"source": command.twilio_source})
    state.in_progress[index] = RecordingInProgress(since=recording_index.clock.now())
    if command.subscription is not None:
        state.subscriptions[index] = command.subscription
    chosen = None if scenario is None or scenario.on_create is None else _choose_rule(state, scenario, command)
    timeline = DEFAULT_TIMELINE
    if chosen is not None:
        from scenarios.date_resolution import resolve_timeline  # most servers have no such scenario

        timeline = resolve_timeline(build_full_timeline(chosen), recording_index.clock.now())
    timelines.start(index, timeline)
    return index


def _choose_rule(state: State, scenario: Scenario, command: BeginRecording) -> OnCreate | None:
    """Return the item of `on_create` that a new recording plays, and count the recording."""
    rules = list_rules(scenario.on_create)
    creation = Creation(command.call_sid, command.channels, command.track, command.source)
    state.creation_counts = count_matches(rules, creation, state.creation_counts)
    return find_rule(rules, creation, state.creation_counts)

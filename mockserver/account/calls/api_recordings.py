"""Recordings of live calls and conferences that the API starts, pauses or stops."""

from generators.model import InFlight
from mockserver.account.calls.context import CallContext
from mockserver.account.calls.leg_recordings import LegRecordings
from mockserver.account.commands.recordings import CreateCallRecording
from mockserver.account.state.activities import RecordingParty
from mockserver.account.state.in_progress import PauseBehavior
from mockserver.account.state.live_calls import LiveCall
from mockserver.account.state.live_conferences import LiveConference
from mockserver.account.state.live_recordings import LegRecording, RecordOptions


class ApiRecordings:
    """What the API does to the recordings of an account's live calls."""

    def __init__(self, context: CallContext, recordings: LegRecordings) -> None:
        self._context = context
        self._recordings = recordings

    def adopt(self, call: LiveCall, index: int, start: CreateCallRecording) -> None:
        """Give a call the recording that the API has started of it."""
        options = RecordOptions(start.channels, start.track, start.trim, start.subscription)
        call.recordings.append(self._recordings.adopt(index, options))

    def update(self, index: int, status: InFlight, behavior: PauseBehavior) -> None:
        """Note that the API paused, resumed or stopped a recording, if it is one of a live call."""
        recording = self._context.recordings.recording_index.get_even_if_deleted(index)
        if recording.conference_sid is not None:
            conference = self._context.find_conference(recording.conference_sid)
            known = None if conference is None else conference.recording
            if conference is not None and known is not None and known.index == index:
                self._update(conference, known, status, behavior)
        elif (call := self._context.find_call(recording.call_sid)) is not None:
            for recorded in [recorded for recorded in call.recordings if recorded.index == index]:
                self._update(call, recorded, status, behavior)

    def _update(
        self,
        holder: LiveCall | LiveConference,
        recording: LegRecording,
        status: InFlight,
        behavior: PauseBehavior,
    ) -> None:
        if status is not InFlight.STOPPED:
            self._recordings.pause(recording, status, behavior)
            return
        self._recordings.fill(recording, holder.talk)
        if not isinstance(holder, LiveCall):
            holder.recording = None
            return
        holder.recordings.remove(recording)
        if isinstance(holder.doing, RecordingParty) and holder.doing.recording == recording.index:
            now = self._context.clock.now()
            holder.doing = RecordingParty(now, recording.index, holder.doing.since)
            self._context.wake(holder, now)

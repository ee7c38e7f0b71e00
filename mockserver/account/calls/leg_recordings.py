"""The recordings of live calls and conferences: they start, pause and end, and hold what was said meanwhile."""

from collections.abc import Sequence

import msgspec

from generators.instants import SECOND
from generators.model import InFlight, Source
from generators.sids import Kind
from mockserver.account.calls.context import CallContext
from mockserver.account.calls.talk import RecordedTalk
from mockserver.account.commands.recordings import BeginRecording
from mockserver.account.resources.parent import Parent
from mockserver.account.state.in_progress import PauseBehavior
from mockserver.account.state.live_calls import LiveCall
from mockserver.account.state.live_recordings import LegRecording, RecordingPause, RecordOptions, Utterance
from scenarios.statuses import RecordingStatus
from scenarios.steps import Step


class LegRecordings:
    """Starts and ends recordings."""

    def __init__(self, context: CallContext) -> None:
        self._context = context

    def start(
        self,
        call_sid: str,
        options: RecordOptions,
        source: Source,
        *,
        conference_sid: str | None = None,
        name: str | None = None,
        is_party_only: bool = False,
        twilio_source: str | None = None,
    ) -> LegRecording:
        """Start a recording now.

        Args:
            twilio_source: its source on Twilio's wire, if the contract does not know it.
        """
        index = self._context.start_recording(
            BeginRecording(
                call_sid=call_sid,
                conference_sid=conference_sid,
                source=source,
                channels=options.channels,
                track=options.track,
                subscription=options.subscription,
                twilio_source=twilio_source,
            )
        )
        return self.adopt(index, options, name=name, is_party_only=is_party_only)

    def adopt(
        self, index: int, options: RecordOptions, *, name: str | None = None, is_party_only: bool = False
    ) -> LegRecording:
        """Return the state of a recording that has just started."""
        since = self._context.clock.now()
        return LegRecording(index=index, since=since, options=options, name=name, is_party_only=is_party_only)

    def pause(self, recording: LegRecording, status: InFlight, behavior: PauseBehavior) -> None:
        """Note that the API paused or resumed a recording."""
        now = self._context.clock.now()
        if status is InFlight.PAUSED:
            recording.pauses.append(RecordingPause(now, None, behavior))
        else:
            last = recording.pauses[-1]
            recording.pauses[-1] = RecordingPause(last.start, now, last.behavior)

    def end(self, recording: LegRecording, talk: Sequence[Utterance]) -> int:
        """End a recording now, and return its length in microseconds. Nothing that is heard gives an absent one."""
        recorded = self.fill(recording, talk)
        if recorded.duration:
            self._context.timelines.signal_change(RecordingStatus.STOPPED, recording.index)
        elif recording.index in self._context.state.playing:
            self._context.timelines.stop(recording.index)
            self._context.timelines.apply_step(recording.index, Step(status=RecordingStatus.ABSENT))
        return recorded.duration

    def fill(self, recording: LegRecording, talk: Sequence[Utterance]) -> RecordedTalk:
        """Give a recording what was said until now."""
        now, index = self._context.clock.now(), self._context.recordings.recording_index
        recorded = RecordedTalk(recording, talk, now)
        progress = self._context.state.in_progress.get(recording.index)
        if progress is not None:  # else a scenario has ended it before
            index.set_turns(recording.index, recorded.to_turns(self._context.settings.party_channel))
            stopped = progress.stop(now)
            self._context.state.in_progress[recording.index] = msgspec.structs.replace(
                stopped, recorded=max(recorded.duration, 0)
            )
        return recorded

    def get_sid(self, recording: LegRecording) -> str:
        """Return the SID of a recording."""
        return self._context.recordings.recording_index.get_sid(recording.index)

    def end_all(self, call: LiveCall) -> None:
        """End every recording of a call."""
        for recording in call.recordings:
            self.end(recording, call.talk)
        call.recordings.clear()
        recordings = self._context.recordings
        for index in recordings.recording_index.created.get_active_of_parent(call.sid):  # of an adopted call
            active = recordings.recording_index.get_even_if_deleted(index)
            if active.conference_sid is None:
                parent = Parent(Kind.CALL, call.sid)
                recordings.update(active.sid, parent, InFlight.STOPPED, PauseBehavior.SILENCE)
                self._context.timelines.signal_change(RecordingStatus.STOPPED, index)


def to_seconds(duration: int) -> int:
    """Return the whole seconds of a recording, at least one, as the resource shows them."""
    return max(1, duration // SECOND)

"""Changes what belongs to a recording, as a step of its timeline says."""

from generators.instants import SECOND
from generators.model import CallStatus, TranscriptionStatus
from mockserver.account.resources.recording_index import RecordingIndex
from mockserver.account.state.scripted_parents import ScriptedParent
from scenarios.statuses import TranscriptionStep


def set_related_status(recording_index: RecordingIndex, index: int, key: str, status: str) -> None:
    """Set the status of a recording's `transcription`, `call` or `conference`."""
    if key == "transcription":
        wanted = None if status == TranscriptionStep.NONE else TranscriptionStatus(status)
        recording_index.set_transcription(index, wanted)
        return
    recording = recording_index.get_even_if_deleted(index)
    sid = recording.call_sid if key == "call" else recording.conference_sid
    assert sid is not None, "the check of the scenario knows which recordings have a conference"
    now, known = recording_index.clock.now() // SECOND, recording_index.state.scripted_parents.get(sid)
    answered = None if known is None else known.answered
    if status == CallStatus.IN_PROGRESS:
        answered = now
    recording_index.state.scripted_parents[sid] = ScriptedParent(status, now, answered)
    recording_index.put(index, recording)  # what lists remember of its call or conference is no longer valid

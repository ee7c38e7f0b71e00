"""Explanations for 404 responses: why a recording SID in the path was not found."""

from generators.corpus.corpus import HANDLES
from generators.sids import Kind, is_sid
from mockserver.account.resources.recording_index import RecordingIndex


def explain_unknown(recording_index: RecordingIndex, sid: str) -> str:
    """Explain why a SID belongs to no recording of the account."""
    if not is_sid(sid, Kind.RECORDING):
        return f"Expected a RecordingSid (RE and 32 hexadecimal digits), found {sid[:60]!r}."
    index = recording_index.corpus.sids.decode(Kind.RECORDING, sid)
    if index is None:
        return f"{sid} does not belong to this account: it comes from another seed or account, or was typed by hand."
    if index >= HANDLES:
        return f"{sid} belongs to a scripted recording, but this account's scenario does not contain it."
    return f"{sid} stands for recording {index}, but this account has only {recording_index.corpus.count}."


def explain_wrong_parent(recording_index: RecordingIndex, index: int, kind: Kind, parent_sid: str) -> str:
    """Explain which call or conference a recording belongs to, if the path names another one."""
    recording = recording_index.get_even_if_deleted(index)
    of = recording.call_sid if kind is Kind.CALL else recording.conference_sid
    return f"{recording.sid} is a recording of {of or 'no conference'}, not of {parent_sid}."


def explain_no_subresource(recording_index: RecordingIndex, index: int, sid: str) -> str:
    """Explain why a recording has no transcription, add-on result or payload with this SID."""
    if index not in recording_index:
        return f"{sid} would belong to recording {index}, but this account has only {recording_index.corpus.count}."
    owner, status = recording_index.get_sid(index), recording_index.get_status(index).value
    return f"{sid} would belong to {owner}, which is {status} and has no such resource."

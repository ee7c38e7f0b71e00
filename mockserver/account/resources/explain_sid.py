"""Explains SIDs: what a SID stands for in an account, and why a SID in a path was not found."""

from collections.abc import Sequence

import msgspec

from generators.content.subresources import SUBRESOURCE_KINDS, split_subresource_index
from generators.corpus.corpus import FIRST_HANDLE_INDEX
from generators.corpus.explain_sid import KIND_NOUNS, SidExplanation, explain_generated
from generators.sids import Kind, describe_sid, fold_sid, is_sid
from mockserver.account.resources.parent import Parent
from mockserver.account.resources.recording_index import RecordingIndex
from mockserver.account.state.arrivals import decode_origin
from mockserver.rest.errors import TwilioError

_MAX_LISTED = 5
_MAX_ACCOUNTS = 256
"""The number of accounts that are searched, the latest first."""


def make_missing_error(
    recording_index: RecordingIndex, sid: str, index: int | None, parent: Parent | None
) -> TwilioError:
    """Return the error for a recording that the account, or a call or conference of it, does not have.

    Args:
        index: the index of the recording if it belongs to another call or conference, else None.
        parent: the call or conference that the path names.
    """
    if index is None or parent is None:
        return TwilioError(20404, _explain_unknown(recording_index, sid), unknown_sid=sid)
    return TwilioError(20404, _explain_wrong_parent(recording_index, index, parent))


def _explain_unknown(recording_index: RecordingIndex, sid: str) -> str:
    """Explain why a SID belongs to no recording of the account."""
    if not is_sid(sid, Kind.RECORDING):
        return f"Expected a RecordingSid ({describe_sid(Kind.RECORDING)}), found {sid[:60]!r}."
    index = recording_index.corpus.sids.decode(Kind.RECORDING, sid)
    if index is None:
        return f"{sid} does not belong to this account: it comes from another seed or account, or was typed by hand."
    if (origin := decode_origin(index)) is not None:
        return f"{sid} belongs to {_describe_arrival(*origin)}"
    if index >= FIRST_HANDLE_INDEX:
        return f"{sid} belongs to a scripted recording, but this account's scenario does not contain it."
    return f"{sid} stands for recording {index + 1}, but this account has only {recording_index.corpus.count}."


def _describe_arrival(rule: int, number: int) -> str:
    return f"recording {number:,} of arrivals[{rule}], which has not arrived here."


def _explain_wrong_parent(recording_index: RecordingIndex, index: int, parent: Parent) -> str:
    """Explain which call or conference a recording belongs to, if the path names another one."""
    recording = recording_index.get_even_if_deleted(index)
    of = recording.call_sid if parent.kind is Kind.CALL else recording.conference_sid
    return f"{recording.sid} is a recording of {of or 'no conference'}, not of {parent.sid}."


def explain_no_subresource(recording_index: RecordingIndex, index: int, sid: str) -> str:
    """Explain why a recording has no transcription, add-on result or payload with this SID."""
    if index not in recording_index:
        return f"{sid} would belong to recording {index + 1}, but this account has only {recording_index.corpus.count}."
    owner, status = recording_index.get_sid(index), recording_index.get_status(index).value
    return f"{sid} would belong to {owner}, which is {status} and has no such resource."


def explain_sid(recording_index: RecordingIndex, text: str) -> SidExplanation:
    """Explain what a SID or a handle stands for in an account. Any text is accepted."""
    index = recording_index.state.handles.get(text)
    sid = text if index is None else recording_index.get_sid(index)
    generated = explain_generated(recording_index.corpus, sid)
    why = explain_created(recording_index, sid)
    if why is not None:
        return msgspec.structs.replace(generated, is_known=True, why=why)
    for kind in (Kind.RECORDING, Kind.CALL, Kind.CONFERENCE):
        index = recording_index.corpus.sids.decode(kind, sid)
        if index is not None and (origin := decode_origin(index)) is not None:
            return msgspec.structs.replace(generated, why=f"It belongs to {_describe_arrival(*origin)}")
    return msgspec.structs.replace(generated, why=f"{generated.why} {_describe_changes(recording_index, sid)}".rstrip())


def explain_created(recording_index: RecordingIndex, sid: str) -> str | None:
    """Explain a SID of a created recording, call or conference, or return None if it is none of these."""
    created, live = recording_index.created, _explain_live(recording_index, sid)
    if live is not None:
        return live
    if is_sid(sid, Kind.RECORDING):
        index = created.find_index(sid)
        if index is None:
            return None
        recording = _describe_recording(recording_index, index)
        return f"{recording}, which was created here. {_describe_status(recording_index, index)}"
    for kind, noun in ((Kind.CALL, "call"), (Kind.CONFERENCE, "conference")):
        if is_sid(sid, kind) and (indices := created.get_indices_of_parent(sid)):
            names = ", ".join(_describe_recording(recording_index, index) for index in indices[:_MAX_LISTED])
            return f"The {noun} of {len(indices)} recordings that were created here: {names}."
    return _explain_subresource(recording_index, sid)


def _explain_live(recording_index: RecordingIndex, sid: str) -> str | None:
    """Explain a SID of a live call or conference, or return None if it is none of these."""
    live = recording_index.state.live
    if live is None:
        return None
    for noun, resources in (("call", live.calls), ("conference", live.conferences)):
        found = next((resource for resource in resources.values() if resource.sid == fold_sid(sid)), None)
        if found is not None:
            return f"The {noun} number {found.number + 1} of those that began here. It is {found.status.value}."
    return None


def _explain_subresource(recording_index: RecordingIndex, sid: str) -> str | None:
    for kind in SUBRESOURCE_KINDS:
        index = recording_index.corpus.sids.decode(kind, sid)
        if index is not None:
            recording, ordinal = split_subresource_index(kind, index)
            if recording in recording_index.created:
                owner = _describe_recording(recording_index, recording)
                return f"The {KIND_NOUNS[kind]} number {ordinal + 1} of {owner}, which was created here."
    return None


def _describe_changes(recording_index: RecordingIndex, sid: str) -> str:
    """Describe the changes of a generated recording, or return an empty text if there are none."""
    index = recording_index.find_index(sid) if is_sid(sid, Kind.RECORDING) else None
    if index is None or not (index in recording_index.state.recordings or index in recording_index.state.deleted):
        return ""
    return f"{_describe_recording(recording_index, index)} was changed here. {_describe_status(recording_index, index)}"


def _describe_recording(recording_index: RecordingIndex, index: int) -> str:
    sid, name = recording_index.get_sid(index), recording_index.get_name(index)
    return f"Recording {sid}" if name == sid else f"Recording {name!r} ({sid})"


def _describe_status(recording_index: RecordingIndex, index: int) -> str:
    return f"It is {recording_index.get_status(index).value}."


def explain_owner(sid: str, own: RecordingIndex, others: Sequence[RecordingIndex]) -> str:
    """Explain what a SID stands for, in this account or in another; return an empty text if it is unknown.

    Using one account's SID in another account is a common mistake.

    Args:
        own: the recordings of the account in the request.
        others: those of all accounts, the latest last, and perhaps this one among them.
    """
    explanation = _explain_if_known(own, sid)
    if explanation is not None:
        return f"In this account: {explanation}"
    for other in others[: -_MAX_ACCOUNTS - 1 : -1]:
        explanation = None if other is own else _explain_if_known(other, sid)
        if explanation is not None:
            account_sid = other.corpus.spec.account_sid
            return f"It belongs to {account_sid}, another account of this mock: {explanation}"
    return ""


def _explain_if_known(recording_index: RecordingIndex, sid: str) -> str | None:
    explanation = explain_created(recording_index, sid)
    if explanation is not None:
        return explanation
    generated = explain_generated(recording_index.corpus, sid)
    return generated.why if generated.recordings else None

"""Explains what a SID or handle stands for in an account: in its corpus, or among its created recordings."""

import msgspec

from generators.content.subresources import SUBRESOURCES, locate
from generators.corpus.explain_sid import NOUNS, SidExplanation, explain_generated
from generators.sids import Kind, is_sid
from mockserver.account.account import Account

_MAX_LISTED = 5


def explain_sid(account: Account, text: str) -> SidExplanation:
    """Explain what a SID or a handle stands for in an account. Any text is accepted."""
    index = account.state.handles.get(text)
    sid = text if index is None else account.recordings.recording_index.get_sid(index)
    generated = explain_generated(account.corpus, sid)
    why = explain_created(account, sid)
    if why is not None:
        return msgspec.structs.replace(generated, is_known=True, why=why)
    return msgspec.structs.replace(generated, why=f"{generated.why} {_describe_changes(account, sid)}".rstrip())


def explain_created(account: Account, sid: str) -> str | None:
    """Explain a SID of a created recording, call or conference, or return None if it is none of these."""
    arrivals = account.recordings.recording_index.created
    if is_sid(sid, Kind.RECORDING):
        index = arrivals.find_index(sid)
        if index is None:
            return None
        return f"{_describe_recording(account, index)}, which was created here. {_describe_status(account, index)}"
    for kind, noun in ((Kind.CALL, "call"), (Kind.CONFERENCE, "conference")):
        if is_sid(sid, kind) and (indices := arrivals.get_indices_of_parent(sid)):
            names = ", ".join(_describe_recording(account, index) for index in indices[:_MAX_LISTED])
            return f"The {noun} of {len(indices)} recordings that were created here: {names}."
    return _explain_subresource(account, sid)


def _explain_subresource(account: Account, sid: str) -> str | None:
    for kind in SUBRESOURCES:
        index = account.corpus.sids.decode(kind, sid)
        if index is not None:
            recording, ordinal = locate(kind, index)
            if recording in account.recordings.recording_index.created:
                owner = _describe_recording(account, recording)
                return f"The {NOUNS[kind]} number {ordinal} of {owner}, which was created here."
    return None


def _describe_changes(account: Account, sid: str) -> str:
    """Describe the changes of a generated recording, or return an empty text if there are none."""
    ledger = account.recordings.recording_index
    index = ledger.find_index(sid) if is_sid(sid, Kind.RECORDING) else None
    if index is None or not (index in account.state.recordings or index in account.state.deleted):
        return ""
    return f"{_describe_recording(account, index)} was changed here. {_describe_status(account, index)}"


def _describe_recording(account: Account, index: int) -> str:
    ledger = account.recordings.recording_index
    sid, name = ledger.get_sid(index), ledger.get_name(index)
    return f"Recording {sid}" if name == sid else f"Recording {name!r} ({sid})"


def _describe_status(account: Account, index: int) -> str:
    return f"It is {account.recordings.recording_index.get_status(index).value}."

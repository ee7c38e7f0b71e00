"""What a SID, or a handle, stands for in an account: in its corpus, and among what came in there."""

import msgspec

from generators.content.subresources import SUBRESOURCES, recording_of
from generators.corpus.explain_sid import NOUNS, Explanation, explain
from generators.sids import Kind, is_sid
from mockserver.account.account import Account

_MOST_NAMED = 5


def explained(account: Account, text: str) -> Explanation:
    """Say what a SID or a handle stands for in an account; any text will do."""
    index = account.state.handles.get(text)
    sid = text if index is None else account.recordings.ledger.sid(index)
    generated = explain(account.corpus, sid)
    why = came_in(account, sid)
    if why is not None:
        return msgspec.structs.replace(generated, is_known=True, why=why)
    return msgspec.structs.replace(generated, why=f"{generated.why} {_changes(account, sid)}".rstrip())


def came_in(account: Account, sid: str) -> str | None:
    """Say what a SID stands for among what came in after T0; None where it stands for nothing there."""
    arrivals = account.recordings.ledger.arrivals
    if is_sid(sid, Kind.RECORDING):
        index = arrivals.of_sid(sid)
        return None if index is None else f"{_named(account, index)}, which came in here. {_status(account, index)}"
    for kind, noun in ((Kind.CALL, "call"), (Kind.CONFERENCE, "conference")):
        if is_sid(sid, kind) and (indices := arrivals.of(sid)):
            names = ", ".join(_named(account, index) for index in indices[:_MOST_NAMED])
            return f"The {noun} of {len(indices)} recordings that came in here: {names}."
    return _subresource(account, sid)


def _subresource(account: Account, sid: str) -> str | None:
    for kind in SUBRESOURCES:
        index = account.corpus.sids.decode(kind, sid)
        if index is not None:
            recording, ordinal = recording_of(kind, index)
            if recording in account.recordings.ledger.arrivals:
                return f"The {NOUNS[kind]} number {ordinal} of {_named(account, recording)}, which came in here."
    return None


def _changes(account: Account, sid: str) -> str:
    """Say what became of a generated recording here; nothing where nothing did."""
    ledger = account.recordings.ledger
    index = ledger.index_of(sid) if is_sid(sid, Kind.RECORDING) else None
    if index is None or not (index in account.state.recordings or index in account.state.deleted):
        return ""
    return f"{_named(account, index)} was changed here. {_status(account, index)}"


def _named(account: Account, index: int) -> str:
    ledger = account.recordings.ledger
    sid, name = ledger.sid(index), ledger.name(index)
    return f"Recording {sid}" if name == sid else f"Recording {name!r} ({sid})"


def _status(account: Account, index: int) -> str:
    return f"It is {account.recordings.ledger.status(index).value}."

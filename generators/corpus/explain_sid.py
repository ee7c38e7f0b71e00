"""Explains what a SID stands for in a corpus, or why it stands for nothing.

Indices count from zero, as in Python, and sentences from one: the newest of N recordings is recording N of N.
"""

import msgspec

from generators.content.subresources import SUBRESOURCE_KINDS, split_subresource_index
from generators.corpus.corpus import Corpus
from generators.sids import Kind, is_sid

KIND_NOUNS = {
    Kind.ACCOUNT: "account",
    Kind.API_KEY: "API key",
    Kind.RECORDING: "recording",
    Kind.CALL: "call",
    Kind.CONFERENCE: "conference",
    Kind.TRANSCRIPTION: "transcription",
    Kind.ADD_ON_RESULT: "add-on result",
    Kind.PAYLOAD: "payload",
    Kind.ADD_ON: "add-on",
    Kind.ADD_ON_CONFIGURATION: "add-on configuration",
    Kind.PUBLIC_KEY: "public key",
    Kind.MESSAGE: "message",
    Kind.MEDIA_MESSAGE: "message with media",
}


class SidExplanation(msgspec.Struct, frozen=True, kw_only=True):
    """The meaning of a SID."""

    sid: str
    kind: str | None
    """The kind in words, such as `recording`; None if the prefix is unknown."""
    account_sid: str
    recordings: tuple[int, ...] = ()
    """The indices of the recordings that it concerns; 0 is the account's oldest."""
    is_known: bool = False
    """True if the SID stands for something."""
    why: str


def explain_generated(corpus: Corpus, sid: str) -> SidExplanation:
    """Explain what a SID stands for in a corpus. Any text is accepted."""
    account = corpus.spec.account_sid
    kind = next((kind for kind in Kind if is_sid(sid, kind)), None)
    if kind is None:
        expected = ", ".join(Kind)
        why = f"Not a SID of this family: expected one of {expected}, followed by 32 hexadecimal digits."
        return SidExplanation(sid=sid, kind=None, account_sid=account, why=why)
    is_known, recordings, why = _explain_kind(corpus, kind, sid)
    return SidExplanation(
        sid=sid, kind=KIND_NOUNS[kind], account_sid=account, recordings=recordings, is_known=is_known, why=why
    )


def _explain_kind(corpus: Corpus, kind: Kind, sid: str) -> tuple[bool, tuple[int, ...], str]:
    if kind in (Kind.ACCOUNT, Kind.API_KEY):
        return True, (), f"Every well-formed {KIND_NOUNS[kind]} is accepted; it encodes nothing."
    index = corpus.sids.decode(kind, sid)
    if index is None:
        return False, (), "Not from this account and seed: it has another seed or account, or was typed by hand."
    if kind in SUBRESOURCE_KINDS:
        recording, ordinal = split_subresource_index(kind, index)
        if recording < corpus.count:
            return True, (recording,), f"The {KIND_NOUNS[kind]} number {ordinal + 1} of recording {recording + 1}."
        index = recording
    elif kind is Kind.RECORDING and index < corpus.count:
        return True, (index,), f"Recording {index + 1} of {corpus.count}, counted from the oldest."
    elif kind in (Kind.CALL, Kind.CONFERENCE):
        run = corpus.get_call_indices(sid) if kind is Kind.CALL else corpus.get_conference_indices(sid)
        if run:
            return (
                True,
                tuple(run),
                f"The {KIND_NOUNS[kind]} of {len(run)} recordings, from {run.start + 1} to {run.stop}.",
            )
        return (
            False,
            (),
            f"Made with this seed, but no {KIND_NOUNS[kind]} starts at recording {index + 1} of {corpus.count}.",
        )
    elif kind not in (Kind.RECORDING, Kind.CALL, Kind.CONFERENCE):
        return True, (), f"The {KIND_NOUNS[kind]} number {index + 1} of this account."
    return (
        False,
        (),
        f"Made with this seed, but it would belong to recording {index + 1}, and there are only {corpus.count}.",
    )

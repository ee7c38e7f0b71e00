import pytest

from generators.content.subresources import encode_subresource_sid
from generators.corpus.corpus import Corpus, CorpusSpec
from generators.corpus.explain_sid import explain_generated
from generators.corpus.mix import Mix
from generators.sids import Kind
from tests.harness import T0

SPEC = CorpusSpec(seed="0", account_sid="AC" + "0" * 32, count=200, t0=T0, span=86400, mix=Mix())
CORPUS = Corpus(SPEC)
CONFERENCE_RECORDING = next(
    recording for recording in map(CORPUS.generate_recording, range(200)) if recording.conference_sid
)
CONFERENCE_RUN = CORPUS.get_call_indices(CONFERENCE_RECORDING.call_sid)


@pytest.mark.parametrize(
    ("text", "kind", "recordings", "explanation"),
    [
        (CORPUS.get_sid(3), "recording", (3,), "Recording 4 of 200, counted from the oldest."),
        (CORPUS.get_sid(199), "recording", (199,), "Recording 200 of 200, counted from the oldest."),
        (CORPUS.get_sid(200), "recording", (), "it would belong to recording 201, and there are only 200."),
        ("RE" + "0" * 32, "recording", (), "another seed or account, or was typed by hand."),
        (
            CONFERENCE_RECORDING.call_sid,
            "call",
            tuple(CONFERENCE_RUN),
            f"The call of {len(CONFERENCE_RUN)} recordings, from {CONFERENCE_RUN.start + 1} to {CONFERENCE_RUN.stop}.",
        ),
        (
            CONFERENCE_RECORDING.conference_sid,
            "conference",
            tuple(CONFERENCE_RUN),
            f"The conference of {len(CONFERENCE_RUN)} recordings",
        ),
        (
            CORPUS.sids.encode(Kind.CALL, CONFERENCE_RUN.start + 1),
            "call",
            (),
            f"no call starts at recording {CONFERENCE_RUN.start + 2} of",
        ),
        (CORPUS.sids.encode(Kind.CALL, 999), "call", (), "no call starts at recording 1000 of 200."),
        (
            encode_subresource_sid(CORPUS.sids, Kind.TRANSCRIPTION, 7),
            "transcription",
            (7,),
            "The transcription number 1 of recording 8.",
        ),
        (
            encode_subresource_sid(CORPUS.sids, Kind.PAYLOAD, 7, 5),
            "payload",
            (7,),
            "The payload number 6 of recording 8.",
        ),
        (
            encode_subresource_sid(CORPUS.sids, Kind.ADD_ON_RESULT, 200),
            "add-on result",
            (),
            "it would belong to recording 201",
        ),
        (CORPUS.sids.encode(Kind.PUBLIC_KEY, 0), "public key", (), "The public key number 1 of this account."),
        ("AC" + "f" * 32, "account", (), "Every well-formed account is accepted"),
        ("SK" + "f" * 32, "API key", (), "Every well-formed API key is accepted"),
        ("ZZ" + "f" * 32, None, (), "expected one of AC, SK, RE, CA,"),
        ("", None, (), "Not a SID of this family"),
    ],
)
def test_explain_generated_explains_any_text(
    text: str, kind: str | None, recordings: tuple[int, ...], explanation: str
) -> None:
    found = explain_generated(CORPUS, text)
    assert (found.sid, found.kind, found.account_sid, found.recordings) == (text, kind, SPEC.account_sid, recordings)
    assert explanation in found.why

"""The JSON of a plain recording comes from a template, and equals that of its document and the encoder."""

import json as stdlib_json

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from generators.corpus.corpus import Corpus, CorpusSpec
from generators.corpus.mix import Mix
from generators.model import AdversarialRecording, EncryptionDetails, InFlight, Recording, Source, Status, Track
from mockserver.rest.representations import json
from mockserver.rest.representations.recording_types import CALL_RECORDING, CONFERENCE_RECORDING, RECORDING
from mockserver.rest.representations.resource_type import ResourceType
from mockserver.rest.representations.wires import Wire
from tests.harness import T0

TYPES = {"account": RECORDING, "call": CALL_RECORDING, "conference": CONFERENCE_RECORDING}
MIXES = ["", "encrypted=0.5", "processing=0.5", "deleted=0.3,failed=0.3", "adversarial=1", "absent=1"]
_TEXTS = ["", "plain", 'a "quoted" \\ text', "Grüße", "\ud800", "\0\n%s", "<&>\u2028", "EUR"]
_INSTANTS = st.integers(0, 253_370_764_800)  # up to the year 9999


def make_sids(prefix: str) -> st.SearchStrategy[str]:
    return st.from_regex(f"{prefix}[0-9a-f]{{32}}", fullmatch=True)


@st.composite
def draw_recording(draw: st.DrawFn) -> Recording:
    details = st.builds(
        EncryptionDetails,
        public_key_sid=make_sids("CR"),
        content_key=st.binary(),
        encrypted_cek=st.binary(),
        iv=st.binary(),
        given=st.none() | st.dictionaries(st.sampled_from(_TEXTS), st.sampled_from(_TEXTS)),
    )
    return Recording(
        sid=draw(make_sids("RE")),
        account_sid=draw(make_sids("AC")),
        call_sid=draw(make_sids("CA")),
        conference_sid=draw(st.none() | make_sids("CF")),
        status=draw(st.sampled_from(Status)),
        source=draw(st.sampled_from(Source)),
        channels=draw(st.sampled_from([1, 2])),
        track=draw(st.sampled_from(Track)),
        duration=draw(st.none() | st.integers(0, 86_400)),
        price=draw(st.none() | st.integers(-(10**9), 10**9)),
        error_code=draw(st.none() | st.integers(0, 99_999)),
        encryption=draw(st.none() | details),
        start_time=draw(st.none() | _INSTANTS),
        date_created=draw(_INSTANTS),
        date_updated=draw(_INSTANTS),
        price_unit=draw(st.none() | st.sampled_from(_TEXTS)),
        is_scripted=draw(st.booleans()),
        in_flight=draw(st.none() | st.sampled_from(InFlight)),
        twilio_wire=draw(st.none() | st.dictionaries(st.sampled_from(["call_sid", "source"]), st.sampled_from(_TEXTS))),
    )


def encode_document(resource_type: ResourceType, recording: Recording, wire: Wire) -> bytes:
    return json.encode_fragment(resource_type.build_document(recording, wire, ""))


@given(draw_recording())
def test_any_recording_equals_its_document(recording: Recording) -> None:
    for resource_type in TYPES.values():
        for wire in Wire:
            assert encode_document(resource_type, recording, wire) == resource_type.encode_fragment(recording, wire)


@pytest.mark.parametrize("mix", MIXES)
def test_generated_recordings_equal_their_documents(mix: str) -> None:
    corpus = Corpus(
        CorpusSpec(seed="1", account_sid="AC" + "0" * 32, count=10**6, t0=T0, span=86400, mix=Mix.parse(mix))
    )
    for recording in corpus.generate_recordings(range(128)):
        for resource_type in TYPES.values():
            for wire in Wire:
                assert encode_document(resource_type, recording, wire) == resource_type.encode_fragment(recording, wire)


@pytest.mark.parametrize("level", TYPES)
def test_only_a_plain_recording_needs_no_encoder(level: str) -> None:
    encode_plain = TYPES[level].encode_plain
    assert encode_plain is not None
    plain = Recording(
        sid="RE" + "0" * 32,
        account_sid="AC" + "0" * 32,
        call_sid="CA" + "0" * 32,
        conference_sid="CF" + "0" * 32,
        status=Status.COMPLETED,
        source=Source.CONFERENCE,
        channels=1,
        track=Track.BOTH,
        start_time=T0,
        date_created=T0,
        date_updated=T0,
    )
    encoded = encode_plain(plain, Wire.TWILIO)
    assert encoded is not None
    assert stdlib_json.loads(encoded.replace(b"\0", b"http://localhost"))["sid"] == plain.sid
    for change in ({"price_unit": 'E"R'}, {"twilio_wire": {"call_sid": None}}):
        assert encode_plain(msgspec.structs.replace(plain, **change), Wire.TWILIO) is None
    assert encode_plain(AdversarialRecording(**msgspec.structs.asdict(plain), body={}), Wire.TWILIO) is None

import json as stdlib_json
from datetime import UTC, datetime
from email.utils import format_datetime

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from generators.contract import find_violations
from generators.corpus.corpus import Corpus, CorpusSpec
from generators.corpus.mix import Mix
from generators.model import Recording, Status
from mockserver.rest.representations import json
from mockserver.rest.representations.adversarial import as_drawn_by_hypothesis, make_safe_for_sdks
from mockserver.rest.representations.dates import format_iso8601, format_rfc2822
from mockserver.rest.representations.recording import RECORDING_KEYS, build_recording
from mockserver.rest.representations.wires import Wire
from tests.harness import T0

CORPUS = Corpus(CorpusSpec(seed="0", account_sid="AC" + "0" * 32, count=300, t0=T0, span=86400, mix=Mix()))
BASE = "http://127.0.0.1:4010"


def find_recording(status: Status) -> Recording:
    return next(recording for recording in map(CORPUS.generate_recording, range(300)) if recording.status is status)


@given(st.datetimes(timezones=st.just(UTC)))
def test_dates_are_formatted_like_standard_library(instant: datetime) -> None:
    instant = instant.replace(microsecond=0)
    seconds = int(instant.timestamp())
    assert format_datetime(instant) == format_rfc2822(seconds)
    assert instant.strftime("%Y-%m-%dT%H:%M:%SZ").rjust(20, "0") == format_iso8601(seconds)


def test_completed_recording_has_twilio_wire_fields() -> None:
    recording = find_recording(Status.COMPLETED)
    found = build_recording(recording, Wire.TWILIO, BASE)
    assert list(RECORDING_KEYS) == list(found)
    assert format_rfc2822(recording.date_created) == found["date_created"]
    assert str(recording.duration) == found["duration"]
    assert found["price"].startswith("-0.00")
    assert len(found["price"]) == len("-0.00250")
    assert f"{BASE}/2010-04-01/Accounts/{recording.account_sid}/Recordings/{recording.sid}" == found["media_url"]
    assert f"{found['media_url'].removeprefix(BASE)}.json" == found["uri"]


@pytest.mark.parametrize(
    ("status", "twilio_status", "schema_status"),
    [
        (Status.FAILED, "absent", "failed"),
        (Status.ABSENT, "absent", "absent"),
        (Status.PROCESSING, "processing", "processing"),
        (Status.DELETED, "deleted", "deleted"),
    ],
)
def test_statuses_differ_by_wire(status: Status, twilio_status: str, schema_status: str) -> None:
    recording = find_recording(status)
    assert twilio_status == build_recording(recording, Wire.TWILIO, BASE)["status"]
    found = build_recording(recording, Wire.SCHEMA, BASE)
    assert schema_status == found["status"]
    assert find_violations(found) == []


def test_currency_of_an_unknown_price_differs_by_wire() -> None:
    recording = find_recording(Status.PROCESSING)
    assert build_recording(recording, Wire.TWILIO, BASE)["price_unit"] is None
    assert build_recording(recording, Wire.SCHEMA, BASE)["price_unit"] == "USD"


@pytest.mark.parametrize("status", [Status.PROCESSING, Status.COMPLETED])
@pytest.mark.parametrize("wire", Wire)
def test_scripted_currency_is_shown_on_both_wires(status: Status, wire: Wire) -> None:
    recording = msgspec.structs.replace(find_recording(status), price_unit="EUR")
    assert build_recording(recording, wire, BASE)["price_unit"] == "EUR"


def test_prices_have_five_decimals() -> None:
    recording = find_recording(Status.COMPLETED)
    for price, text in [(-250, "-0.00250"), (0, "0.00000"), (-123_456, "-1.23456"), (4000, "0.04000")]:
        priced_recording = msgspec.structs.replace(recording, price=price)
        assert text == build_recording(priced_recording, Wire.TWILIO, BASE)["price"]


def test_encryption_details_have_old_and_new_keys() -> None:
    mix = Mix.from_shares({"encrypted": 1, "completed": 1})
    corpus = Corpus(CorpusSpec(seed="0", account_sid="AC" + "0" * 32, count=1, t0=T0, span=86400, mix=mix))
    details = build_recording(corpus.generate_recording(0), Wire.TWILIO, BASE)["encryption_details"]
    assert details["encryption_public_key_sid"] == details["public_key_sid"]
    assert details["encryption_cek"] == details["encrypted_cek"]
    assert details["encryption_iv"] == details["iv"]
    assert details["type"] == "rsa-aes"


@pytest.mark.parametrize("wire", list(Wire))
def test_filled_fragment_equals_document(wire: Wire) -> None:
    recording = find_recording(Status.COMPLETED)
    body = json.fill_base_url(json.encode_fragment(build_recording(recording, wire, "")), BASE.encode())
    assert build_recording(recording, wire, BASE) == stdlib_json.loads(body)
    assert stdlib_json.dumps(build_recording(recording, wire, BASE)).encode() == body


@pytest.mark.parametrize("text", ["plain", "Grüße", "\ud800", "<&>\u2028"], ids=ascii)
def test_json_is_ascii_with_twilios_spacing(text: str) -> None:
    value = {"text": text, "list": [1, None, True], "empty": {}, "large": 10**30}
    assert stdlib_json.dumps(value).encode() == json.encode(value)


PLAIN_DOCUMENT = build_recording(find_recording(Status.COMPLETED), Wire.TWILIO, BASE)


@pytest.mark.parametrize(
    ("key", "value", "expected"),
    [
        ("date_updated", "2016-10-14T21:56:34.9Z", "Fri, 14 Oct 2016 21:56:34 +0000"),
        ("date_updated", "2016-10-14t23:56:34+02:00", "Fri, 14 Oct 2016 21:56:34 +0000"),
        ("start_time", None, None),
        ("start_time", "2016-12-31T23:59:60Z", None),
        ("start_time", "0001-01-01T00:00:00+23:00", None),
        ("start_time", "1899-12-31T23:59:59Z", None),
        ("start_time", "9999-01-01T00:00:00Z", None),
        ("start_time", "9998-12-31T23:59:59Z", "Thu, 31 Dec 9998 23:59:59 +0000"),
        ("error_code", 2**31 - 1, 2**31 - 1),
        ("error_code", 2**31, None),
        ("error_code", -(2**31) - 1, None),
        ("price_unit", "EUR", "EUR"),
        ("price_unit", "Galleons", None),
        ("duration", "\0", "\0"),
        ("uri", "elsewhere", PLAIN_DOCUMENT["uri"]),
        ("subresource_uris", {"other": 1}, PLAIN_DOCUMENT["subresource_uris"]),
        ("sid", "RE" + "0" * 32, PLAIN_DOCUMENT["sid"]),
        ("status", "absent", "completed"),
    ],
)
def test_adversarial_body_is_safe_for_sdks_on_twilio_wire(key: str, value: object, expected: object) -> None:
    found = make_safe_for_sdks(PLAIN_DOCUMENT, {key: value})
    assert list(RECORDING_KEYS) == list(found)
    assert expected == found[key]


def test_adversarial_body_is_sent_as_drawn_on_schema_wire() -> None:
    found = as_drawn_by_hypothesis(PLAIN_DOCUMENT, {"duration": "\0", "sid": "RE" + "0" * 32, "start_time": None})
    assert found["duration"] == "\0"
    assert found["start_time"] is None
    assert PLAIN_DOCUMENT["sid"] == found["sid"]
    assert "media_url" not in found

import json
from pathlib import Path
from typing import Any

import pytest

from scenarios.loading.load import from_objects, load, loads
from scenarios.model import Scenario
from scenarios.problems import ScenarioError
from scenarios.statuses import CallbackEvent, RecordingStatus

RECORDING_SID = "RE" + "1a" * 16
CALL = "CA" + "2b" * 16
ACCOUNT = "AC" + "0" * 32
API_RECORDING: dict[str, Any] = {
    "account_sid": ACCOUNT,
    "api_version": "2010-04-01",
    "call_sid": CALL,
    "channels": 2,
    "conference_sid": None,
    "date_created": "Wed, 20 Apr 2022 23:45:25 +0000",
    "date_updated": "Wed, 20 Apr 2022 23:46:25 +0000",
    "duration": "12",
    "encryption_details": None,
    "error_code": None,
    "media_url": f"https://api.twilio.com/2010-04-01/Accounts/{ACCOUNT}/Recordings/{RECORDING_SID}",
    "price": "-0.00250",
    "price_unit": "USD",
    "sid": RECORDING_SID,
    "source": "OutboundAPI",
    "start_time": "Wed, 20 Apr 2022 23:45:25 +0000",
    "status": "completed",
    "subresource_uris": {
        "transcriptions": f"/2010-04-01/Accounts/{ACCOUNT}/Recordings/{RECORDING_SID}/Transcriptions.json"
    },
    "uri": f"/2010-04-01/Accounts/{ACCOUNT}/Recordings/{RECORDING_SID}.json",
    "a_key_of_next_year": 1,
}
API_LIST = {
    "recordings": [API_RECORDING],
    "end": 0,
    "first_page_uri": "/2010-04-01/x",
    "next_page_uri": None,
    "page": 0,
    "page_size": 50,
    "uri": "/2010-04-01/x",
}
CLI_LIST: list[dict[str, Any]] = [
    {
        "accountSid": ACCOUNT,
        "apiVersion": "2010-04-01",
        "callSid": CALL,
        "channels": "2",
        "conferenceSid": None,
        "dateCreated": "2022-04-20T23:45:25.000Z",
        "dateUpdated": "2022-04-20T23:46:25.000Z",
        "duration": "12",
        "encryptionDetails": None,
        "errorCode": None,
        "mediaUrl": "https://api.twilio.com/x",
        "price": "-0.00250",
        "priceUnit": "USD",
        "sid": RECORDING_SID,
        "source": "OutboundAPI",
        "startTime": "2022-04-20T23:45:25.000Z",
        "status": "completed",
        "subresourceUris": {},
        "uri": "/2010-04-01/x",
    }
]


def have_same_recordings(one: Scenario, other: Scenario) -> bool:
    return one.recordings == other.recordings


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    file = tmp_path / "saved.json"
    file.write_text(json.dumps(API_LIST))
    return file


def test_saved_list_loads_as_scenario(saved: Path) -> None:
    scenario = load(str(saved))
    (recording,) = scenario.recordings
    assert (scenario.name, recording.sid, recording.call_sid, recording.status) == (
        "saved",
        RECORDING_SID,
        CALL,
        RecordingStatus.COMPLETED,
    )
    assert (recording.duration, recording.price, recording.channels) == ("12", "-0.00250", 2)
    assert recording.error_code is None
    assert recording.encryption_details is None


def test_every_export_form_loads_same_recordings(saved: Path, tmp_path: Path) -> None:
    expected = load(str(saved))
    for name, value in (
        ("cli", CLI_LIST),
        ("one", API_RECORDING),
        ("cut", {"recordings": [API_RECORDING], "uri": "/x"}),
    ):
        (tmp_path / f"{name}.json").write_text(json.dumps(value))
        assert have_same_recordings(expected, load(str(tmp_path / f"{name}.json")))
    assert have_same_recordings(expected, loads("recordings: saved.json", folder=tmp_path))
    assert have_same_recordings(expected, from_objects({"recordings": API_LIST}))
    assert have_same_recordings(expected, from_objects({"recordings": {"recordings": [API_RECORDING]}}))
    assert have_same_recordings(expected, from_objects(CLI_LIST))


def test_null_fields_of_saved_recordings_are_generated() -> None:
    body = {
        "sid": RECORDING_SID,
        "status": "processing",
        "call_sid": None,
        "channels": None,
        "price_unit": None,
        "source": None,
    }
    (recording,) = from_objects([body]).recordings
    assert (recording.sid, recording.status) == (RECORDING_SID, RecordingStatus.PROCESSING)
    assert from_objects([{"sid": RECORDING_SID, "status": "processing"}]).recordings == (recording,)


@pytest.mark.parametrize(
    ("field", "saved", "kept"),
    [
        ("duration", "-1", None),
        ("error_code", 0, None),
        ("channels", 0, 1),
        ("channels", "2", 2),
        ("source", "StartCallRecordingTwiML", "StartCallRecordingAPI"),
        ("encryption_details", {"type": "rsa-aes"}, {"type": "rsa-aes"}),
    ],
)
def test_undocumented_values_of_exports_are_accepted(field: str, saved: Any, kept: Any) -> None:
    (recording,) = from_objects([{"sid": RECORDING_SID, field: saved}]).recordings
    assert kept == getattr(recording, field)


@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        ({"uri": "/x"}, "expected recordings as Twilio lists them, found nothing."),
        ({"uri": "/x", "recordings": 5}, "expected recordings as Twilio lists them, found 5."),
        ([5], "[0]: expected a recording as Twilio shows it, found 5."),
        ({"recordings": {"calls": []}}, "recordings: expected recordings as Twilio lists them, found nothing."),
        (
            [{"sid": RECORDING_SID, "status": "lost"}],
            "recordings[0].status: expected one of in-progress, paused, stopped, ",
        ),
        ([{"sid": "RE1"}], "recordings[0].sid: expected a recording's SID"),
        ([{"sid": RECORDING_SID}, {"sid": RECORDING_SID.upper()}], "recordings[1].sid: expected a unique SID"),
        (
            {"recordings": [5, {"uri": "/x"}]},
            "recordings[1].uri: expected no value: it depends on the account that",
        ),
    ],
)
def test_invalid_export_raises_scenario_error(value: Any, sentence: str) -> None:
    with pytest.raises(ScenarioError) as wrong:
        from_objects(value)
    assert str(wrong.value).startswith(sentence)


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("nope.json", "recordings: nope.json: expected a file, found none."),
        (f"{'x' * 5000}.json", f"recordings: {'x' * 5000}.json: expected a file, found none."),
        ("other.yaml", "recordings: other.yaml: expected a file that ends in .json, found another."),
        ("broken.json", "recordings: broken.json:1:2: expected JSON: "),
        ("five.json", "recordings: five.json: expected recordings as Twilio lists them, found 5."),
        ("a\0b.json", "recordings: a\0b.json: expected a file, found none."),
    ],
)
def test_invalid_export_file_is_named_in_error(name: str, sentence: str, tmp_path: Path) -> None:
    (tmp_path / "other.yaml").write_text("[]")
    (tmp_path / "broken.json").write_text("{")
    (tmp_path / "five.json").write_text("5")
    with pytest.raises(ScenarioError) as wrong:
        from_objects({"recordings": name}, folder=tmp_path)
    assert str(wrong.value).startswith(sentence)


def test_saved_recordings_have_no_status_callback() -> None:
    (recording,) = from_objects([API_RECORDING]).recordings
    assert (recording.status_callback, recording.status_callback_event) == (None, (CallbackEvent.COMPLETED,))

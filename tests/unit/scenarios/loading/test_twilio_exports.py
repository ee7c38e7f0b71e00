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


def has_same_recordings(scenario: Scenario, other_scenario: Scenario) -> bool:
    return scenario.recordings == other_scenario.recordings


@pytest.fixture
def export_file(tmp_path: Path) -> Path:
    file = tmp_path / "saved.json"
    file.write_text(json.dumps(API_LIST))
    return file


def test_saved_list_loads_as_scenario(export_file: Path) -> None:
    scenario = load(str(export_file))
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


def test_every_export_form_loads_same_recordings(export_file: Path, tmp_path: Path) -> None:
    expected = load(str(export_file))
    for name, value in (
        ("cli", CLI_LIST),
        ("one", API_RECORDING),
        ("cut", {"recordings": [API_RECORDING], "uri": "/x"}),
    ):
        (tmp_path / f"{name}.json").write_text(json.dumps(value))
        assert has_same_recordings(expected, load(str(tmp_path / f"{name}.json")))
    assert has_same_recordings(expected, loads("recordings: saved.json", folder=tmp_path))
    assert has_same_recordings(expected, from_objects({"recordings": API_LIST}))
    assert has_same_recordings(expected, from_objects({"recordings": {"recordings": [API_RECORDING]}}))
    assert has_same_recordings(expected, from_objects(CLI_LIST))


@pytest.mark.parametrize(
    ("value", "message"),
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
        ([{"sid": RECORDING_SID, "price": "free"}], "recordings[0].price: expected a decimal number"),
        ([{"sid": RECORDING_SID, "source": 5}], "recordings[0].source: expected one of DialVerb"),
        ([{"sid": RECORDING_SID}, {"sid": RECORDING_SID.upper()}], "recordings[1].sid: expected a unique SID"),
        (
            {"recordings": [5, {"uri": "/x"}]},
            "recordings[1].uri: expected no value: it depends on the account that",
        ),
    ],
)
def test_invalid_export_raises_scenario_error(value: Any, message: str) -> None:
    with pytest.raises(ScenarioError) as error:
        from_objects(value)
    assert str(error.value).startswith(message)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("nope.json", "recordings: nope.json: expected a file, found none."),
        (f"{'x' * 5000}.json", f"recordings: {'x' * 5000}.json: expected a file, found none."),
        ("other.yaml", "recordings: other.yaml: expected a file that ends in .json, found another."),
        ("broken.json", "recordings: broken.json:1:2: expected JSON: "),
        ("five.json", "recordings: five.json:1: expected recordings as Twilio lists them, found 5."),
        ("a\0b.json", "recordings: a\0b.json: expected a file, found none."),
    ],
)
def test_invalid_export_file_is_named_in_error(name: str, message: str, tmp_path: Path) -> None:
    (tmp_path / "other.yaml").write_text("[]")
    (tmp_path / "broken.json").write_text("{")
    (tmp_path / "five.json").write_text("5")
    with pytest.raises(ScenarioError) as error:
        from_objects({"recordings": name}, folder=tmp_path)
    assert str(error.value).startswith(message)


def test_saved_recordings_have_no_status_callback() -> None:
    (recording,) = from_objects([API_RECORDING]).recordings
    assert (recording.status_callback, recording.status_callback_event) == (None, (CallbackEvent.COMPLETED,))

"""What importing recordings keeps, replaces and reports."""

from typing import Any

import msgspec
import pytest
from msgspec import UNSET

from scenarios.loading.load import from_objects
from scenarios.model import ScriptedRecording
from scenarios.problems import ScenarioError
from tests.unit.scenarios.loading.test_twilio_exports import ACCOUNT, API_LIST, RECORDING_SID

ON_TWILIO_WIRE = "stays on Twilio's wire, and the schema wire shows"
CONFERENCE = "CF" + "3" * 32


def import_one(**fields: Any) -> tuple[ScriptedRecording, tuple[str, ...]]:
    """Return the only imported recording, and the import report."""
    scenario = from_objects([{"sid": RECORDING_SID, **fields}])
    return scenario.recordings[0], scenario.import_report


@pytest.mark.parametrize(
    ("key", "saved", "schema", "twilio", "sentence"),
    [
        ("duration", "-1", None, "-1", f"'-1' {ON_TWILIO_WIRE} null"),
        ("error_code", 0, None, 0, f"0 {ON_TWILIO_WIRE} null"),
        ("error_code", "0", None, 0, f"0 {ON_TWILIO_WIRE} null"),
        ("channels", 0, 1, 0, f"0 {ON_TWILIO_WIRE} 1"),
        ("channels", "0", 1, 0, f"0 {ON_TWILIO_WIRE} 1"),
        ("channels", None, UNSET, None, f"null {ON_TWILIO_WIRE} 1"),
        ("price_unit", None, UNSET, None, f"null {ON_TWILIO_WIRE} 'USD'"),
        ("source", None, UNSET, None, f"null {ON_TWILIO_WIRE} 'DialVerb'"),
        ("track", None, UNSET, None, f"null {ON_TWILIO_WIRE} 'both'"),
        (
            "source",
            "StartCallRecordingTwiML",
            "StartCallRecordingAPI",
            "StartCallRecordingTwiML",
            f"'StartCallRecordingTwiML' {ON_TWILIO_WIRE} 'StartCallRecordingAPI'",
        ),
        ("price", "-0.0025", "-0.0025", "-0.0025", f"'-0.0025' {ON_TWILIO_WIRE} '-0.00250'"),
        ("price", "-0.001234567", "-0.001234567", "-0.001234567", f"'-0.001234567' {ON_TWILIO_WIRE} '-0.00123'"),
    ],
)
def test_values_that_contract_forbids_stay_on_twilio_wire(
    key: str, saved: Any, schema: Any, twilio: Any, sentence: str
) -> None:
    recording, report = import_one(**{key: saved})
    assert schema == getattr(recording, key)
    assert recording.twilio_wire == {key: twilio}
    assert f"{key}: {sentence} ({RECORDING_SID})." in report


@pytest.mark.parametrize(
    ("key", "saved", "kept"),
    [
        ("channels", "2", 2),
        ("error_code", "16101", 16101),
        ("encryption_details", {"type": "rsa-aes"}, {"type": "rsa-aes"}),
        ("price", None, None),
        ("conference_sid", None, None),
        ("track", "inbound", "inbound"),
    ],
)
def test_other_values_of_exports_are_kept_without_report(key: str, saved: Any, kept: Any) -> None:
    recording, report = import_one(**{"status": "absent", key: saved})
    assert kept == getattr(recording, key)
    assert (recording.twilio_wire, report) == ({}, ())


@pytest.mark.parametrize("price", ["-0.00250", -0.0025])
def test_price_with_five_decimals_is_kept_without_report(price: Any) -> None:
    recording, report = import_one(status="completed", price=price)
    assert (recording.price, recording.twilio_wire, report) == (price, {}, ())


@pytest.mark.parametrize(
    ("key", "saved", "sentence"),
    [
        ("call_sid", None, "call_sid: null stays on Twilio's wire, and the schema wire shows a derived CallSid"),
        ("a_key_of_next_year", 1, "a_key_of_next_year: a key that is unknown here, and not shown"),
        ("aKeyOfNextYear", 1, "a_key_of_next_year: a key that is unknown here, and not shown"),
        ("account_sid", ACCOUNT, "account_sid: those of the account that plays the scenario"),
        ("api_version", "2008-08-01", "api_version: 2010-04-01 replaces '2008-08-01'"),
        ("status", None, "status: completed replaces null, because every recording has a status"),
        ("date_created", None, "date_created: the start of the clock replaces null, because lists are sorted by it"),
        ("date_updated", None, "date_updated: the start of the clock replaces null"),
        (
            "status",
            "paused",
            "status paused: shown as processing, as Twilio shows an active recording in a fetch or a list",
        ),
        (
            "status",
            "deleted",
            "status deleted: deleted recordings are shown for 40 days from the start of the clock, whatever their "
            "date is",
        ),
    ],
)
def test_changes_of_import_are_reported(key: str, saved: Any, sentence: str) -> None:
    assert import_one(**{key: saved})[1] == (f"{sentence} ({RECORDING_SID}).",)


def test_keys_that_export_lacks_are_generated_without_report() -> None:
    assert import_one()[1] == ()
    assert import_one(api_version="2010-04-01", media_url=None)[1] == ()


def test_null_source_of_conference_is_conference_on_schema_wire() -> None:
    _, report = import_one(source=None, conference_sid=CONFERENCE)
    assert report == (f"source: null {ON_TWILIO_WIRE} 'Conference' ({RECORDING_SID}).",)


def test_recording_without_sid_gets_generated_one() -> None:
    scenario = from_objects([{"sid": None, "status": "completed"}])
    assert scenario.recordings[0].sid is None
    assert scenario.import_report == (
        "sid: a generated SID replaces null, which no request can name (a recording without a SID).",
    )


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        (
            {"price": "0.04000", "status": "completed"},
            "price is kept: expected a price of at most 0, because a charge is negative, found '0.04000'",
        ),
        (
            {"status": "absent", "duration": "3"},
            "duration is kept: expected none with absent, because such a recording has no audio, found 3",
        ),
        (
            {"status": "absent", "price": "-0.00250"},
            "price is kept: expected a price with completed or deleted only, found one with absent",
        ),
        (
            {"status": "completed", "error_code": 16101},
            "error_code is kept: expected a code with absent or failed, or one of 16107, 16111, 16112 with completed, "
            "found 16101 with completed",
        ),
        (
            {"date_created": "2022-04-20T23:45:25Z", "date_updated": "2022-04-20T23:45:24Z"},
            "date_updated is kept: expected an instant from date_created on, found 2022-04-20T23:45:24+00:00, before "
            "2022-04-20T23:45:25+00:00",
        ),
        (
            {"date_created": "2022-04-20T23:45:25Z", "start_time": "2022-04-20T23:45:26Z"},
            "start_time is kept: expected an instant until date_created, found 2022-04-20T23:45:26+00:00, after "
            "2022-04-20T23:45:25+00:00",
        ),
        (
            {"source": "RecordVerb", "channels": 2},
            "channels is kept: expected 1 channel with RecordVerb, which has one voice, found 2",
        ),
        (
            {"source": "DialVerb", "conference_sid": CONFERENCE},
            "conference_sid is kept: expected a conference with Conference or StartConferenceRecordingAPI only, found "
            "one with DialVerb",
        ),
    ],
)
def test_contradictions_of_imported_recordings_are_kept_and_reported(fields: dict[str, Any], sentence: str) -> None:
    assert import_one(**fields)[1] == (f"{sentence} ({RECORDING_SID}).",)


def test_equal_changes_of_several_recordings_are_one_sentence() -> None:
    prices = ["-0.0025", "-0.0025", "-0.0025", "-0.005"]
    saved = [{"sid": f"RE{number:032x}", "price": price} for number, price in enumerate(prices)]
    assert from_objects(saved).import_report == (
        f"price: '-0.0025' {ON_TWILIO_WIRE} '-0.00250' "
        f"({saved[0]['sid']}, {saved[1]['sid']} and 1 more and 1 more with other values).",
    )


def test_missing_pages_are_reported() -> None:
    report = from_objects({**API_LIST, "next_page_uri": "/2010-04-01/x?Page=1"}).import_report
    assert report[0] == (
        "next_page_uri: the list has more pages, which this file does not contain: save them too, with a larger "
        "PageSize."
    )


def test_import_report_survives_conversion_to_plain_values() -> None:
    scenario = from_objects([{"sid": RECORDING_SID, "status": "completed", "source": "StartCallRecordingTwiML"}])
    assert scenario == from_objects(msgspec.to_builtins(scenario))


def test_recording_that_is_marked_as_imported_may_contradict_itself() -> None:
    scenario = from_objects({"recordings": [{"id": "it", "imported": True, "status": "completed", "price": 1}]})
    assert scenario.import_report == (
        "price is kept: expected a price of at most 0, because a charge is negative, found 1 (it).",
    )


def test_scenario_may_use_source_that_contract_does_not_know() -> None:
    (recording,) = from_objects({"recordings": [{"source": "StartCallRecordingTwiML"}]}).recordings
    assert (recording.source, recording.twilio_wire) == (
        "StartCallRecordingAPI",
        {"source": "StartCallRecordingTwiML"},
    )
    with pytest.raises(ScenarioError, match=r"recordings\[0\].source: expected one of DialVerb"):
        from_objects({"recordings": [{"source": "StartCall"}]})

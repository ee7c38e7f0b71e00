"""Recordings saved from Twilio, and what clients see of them on both wires."""

from typing import Any

import pytest

from generators.contract import find_violations
from mockserver.testing.sink import Sink
from scenarios.loading.load import from_objects
from scenarios.model import Scenario
from tests.harness import Api, make_settings

SID = "RE" + "1a" * 16
SAVED: dict[str, Any] = {
    "call_sid": "CA" + "2b" * 16,
    "conference_sid": None,
    "channels": 2,
    "date_created": "Wed, 20 Apr 2022 23:45:25 +0000",
    "date_updated": "Wed, 20 Apr 2022 23:46:25 +0000",
    "start_time": "Wed, 20 Apr 2022 23:45:20 +0000",
    "price": "-0.00250",
    "price_unit": "USD",
    "duration": "12",
    "sid": SID,
    "source": "OutboundAPI",
    "status": "completed",
    "error_code": None,
    "encryption_details": None,
}


def import_recordings(*changes: dict[str, Any]) -> Scenario:
    return from_objects([{**SAVED, **each} for each in changes])


def fetch(api: Api, wire: str = "twilio", sid: str = SID) -> dict[str, Any]:
    answer = api.get(f"{api.get_recording_path(sid)}?IncludeSoftDeleted=true", x_mock_wire=wire)
    assert answer.status_code == 200, answer.headers["x-mock-reason"]
    listed = api.get(f"{api.list_path}?IncludeSoftDeleted=true", x_mock_wire=wire).json()["recordings"]
    document: dict[str, Any] = answer.json()
    assert document in listed
    return document


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"source": "StartCallRecordingTwiML"},
        {"source": None},
        {"call_sid": None},
        {"source": "Conference"},
        {"channels": 0},
        {"channels": None},
        {"price": "-0.0025"},
        {"price": "0.04"},
        {"price": "-0.001234567"},
        {"price": None, "price_unit": "EUR"},
        {"price": None, "price_unit": None},
        {"price_unit": None},
        {"price_unit": "EUR"},
        {"duration": None},
        {"error_code": 0},
        {"error_code": 16107},
        {"error_code": 16101},
        {"status": "absent", "error_code": 16102},
        {"status": "absent", "duration": None, "price": None, "error_code": None},
        {"status": "failed", "error_code": 16111},
        {"status": "processing", "duration": "-1", "price": None, "price_unit": None},
        {"status": "processing", "price": "-0.00250"},
        {"status": "deleted"},
        {"status": "deleted", "error_code": 16101},
        {"status": "deleted", "duration": None, "price": None},
        {"date_updated": "Wed, 20 Apr 2022 23:00:00 +0000"},
        {"start_time": "Wed, 20 Apr 2022 23:50:00 +0000"},
        {"start_time": None},
        {"source": "DialVerb", "conference_sid": "CF" + "3c" * 16},
        {"source": "RecordVerb", "channels": 2},
    ],
)
def test_imported_recording_is_shown_as_saved_on_twilio_wire(changes: dict[str, Any]) -> None:
    with Api(make_settings(count=3), scenario=import_recordings(changes)) as api:
        found = fetch(api)
        assert {key: found[key] for key in SAVED} == {**SAVED, **changes}
        assert find_violations(fetch(api, "schema")) == []


def test_values_that_contract_forbids_are_replaced_on_schema_wire() -> None:
    scenario = import_recordings({"source": "StartCallRecordingTwiML", "call_sid": None, "channels": 0})
    with Api(make_settings(count=0), scenario=scenario) as api:
        found = fetch(api, "schema")
        assert (found["source"], found["channels"]) == ("StartCallRecordingAPI", 1)
        call = api.get_twilio_json(f"Calls/{found['call_sid']}/Recordings.json")["recordings"]
        assert [recording["sid"] for recording in call] == [SID]
        assert call[0]["call_sid"] is None


def test_call_level_null_track_stays_on_twilio_wire() -> None:
    with Api(make_settings(count=0), scenario=import_recordings({"track": None})) as api:
        assert api.get_twilio_json(f"Calls/{SAVED['call_sid']}/Recordings/{SID}.json")["track"] is None
        assert "track" not in fetch(api)


def test_change_replaces_values_of_twilio_wire() -> None:
    saved = {"status": "processing", "duration": "-1", "price": "-0.0025", "channels": 0, "error_code": 0}
    with Api(make_settings(count=0), scenario=import_recordings(saved)) as api:
        api.run_command("POST", f"/recordings/{SID}", {"status": "completed", "set": {"duration": 9}})
        found = fetch(api)
        assert (found["duration"], found["price"], found["channels"]) == ("9", "-0.00250", 0)
        assert found["error_code"] is None
        api.run_command("POST", f"/recordings/{SID}", {"set": {"channels": 2}})
        assert fetch(api)["channels"] == 2


def test_imported_recording_that_is_deleted_here_has_no_error_code() -> None:
    with Api(make_settings(count=0), scenario=import_recordings({"error_code": 0})) as api:
        api.advance(60)
        assert api.request("DELETE", api.get_recording_path(SID)).status_code == 204
        found = fetch(api)
        assert (found["error_code"], found["date_updated"]) == (None, "Thu, 01 Jan 2026 00:01:00 +0000")


def test_imported_deleted_recording_is_kept_40_days_from_start() -> None:
    with Api(make_settings(count=0), scenario=import_recordings({"status": "deleted"})) as api:
        assert api.get(api.get_recording_path(SID)).status_code == 404
        api.advance(40 * 86_400 - 1)
        assert fetch(api)["date_updated"] == SAVED["date_updated"]
        api.advance(1)
        assert api.get(f"{api.get_recording_path(SID)}?IncludeSoftDeleted=true").status_code == 404


def test_saved_order_is_kept_for_equal_dates() -> None:
    sids = [f"RE{number:032x}" for number in (5, 3, 9, 1)]
    with Api(make_settings(count=3), scenario=import_recordings(*({"sid": sid} for sid in sids))) as api:
        assert api.list_sids()[-4:] == sids


def test_imported_history_sends_no_callbacks_at_start(sink: Sink) -> None:
    settings = make_settings(count=0, status_callback=sink.url)
    with Api(settings, scenario=import_recordings({}, {"sid": "RE" + "2" * 32, "status": "processing"})) as api:
        assert list(api.get_account().callbacks) == []
        api.run_command("POST", f"/recordings/RE{'2' * 32}", {"status": "completed"})
        assert [delivery.event for delivery in api.get_account().callbacks] == ["completed"]


def test_callback_of_imported_recording_has_values_of_twilio_wire(sink: Sink) -> None:
    saved = {"status": "processing", "source": "StartCallRecordingTwiML", "call_sid": None, "channels": 0}
    settings = make_settings(count=0, status_callback=sink.url)
    with Api(settings, scenario=import_recordings(saved)) as api:
        api.run_command("POST", f"/recordings/{SID}", {"status": "completed"})
        (delivery,) = api.get_account().callbacks
        parameters = dict(delivery.parameters)
        assert (parameters["RecordingSource"], parameters["RecordingChannels"]) == ("StartCallRecordingTwiML", "0")
        assert "CallSid" not in parameters


def test_scenario_may_give_source_and_null_call() -> None:
    own = {"id": "it", "status": "completed", "source": "StartCallRecordingTwiML", "call_sid": None}
    with Api(make_settings(count=0), scenario=from_objects({"recordings": [own]})) as api:
        sid = api.get_account().resolve_handle("it")
        assert (fetch(api, sid=sid)["source"], fetch(api, sid=sid)["call_sid"]) == ("StartCallRecordingTwiML", None)
        schema = fetch(api, "schema", sid)
        assert (schema["source"], find_violations(schema)) == ("StartCallRecordingAPI", [])


def test_arming_reports_what_import_changed(api: Api) -> None:
    saved = [{**SAVED, "source": "StartCallRecordingTwiML"}, {**SAVED, "sid": "RE" + "3" * 32, "next": 1}]
    later = {**SAVED, "sid": "RE" + "4" * 32, "date_created": "2026-01-02", "date_updated": "2026-01-02"}
    command = {"scenario": {"recordings": {"recordings": [*saved, later]}}}
    events = api.run_command("PUT", "/scenario", command)["events"]
    imports = [event["what"] for event in events if event["kind"] == "import"]
    assert imports == [
        "source: 'StartCallRecordingTwiML' stays on Twilio's wire, and the schema wire shows 'StartCallRecordingAPI' "
        f"({SID}).",
        f"next: a key that is unknown here, and not shown (RE{'3' * 32}).",
        "date_created: 1 of the recordings is dated after the account's clock, which shows 2026-01-01T00:00:00Z, and "
        "not listed before. Set `clock: {start: ...}` to a later date to list all at once.",
    ]
    assert {event["subject"] for event in events if event["kind"] == "import"} == {"scenario"}
    assert f"RE{'4' * 32}" not in api.list_sids()
    api.advance(86_400)
    assert api.list_sids()[0] == f"RE{'4' * 32}"

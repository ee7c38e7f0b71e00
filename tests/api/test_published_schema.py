"""Every 2xx body has the keys, types and nullability of Twilio's published schema for its path.

The tables follow WIRE §1.1 and §1.2. ★ marks a type that differs because every SDK reads it better.
"""

from collections.abc import Iterator
from typing import Any

import pytest

from generators.model import Status
from mockserver.rest.representations.wires import WireSetting
from tests.harness import Api, make_settings

TEXT: tuple[type, ...] = (str,)
TEXT_OR_NULL: tuple[type, ...] = (str, type(None))
_COMMON_FIELDS: dict[str, tuple[type, ...]] = {
    **dict.fromkeys(("account_sid", "call_sid", "sid", "status", "uri"), TEXT),
    **dict.fromkeys(("date_created", "date_updated", "start_time"), TEXT_OR_NULL),
    **dict.fromkeys(("api_version", "conference_sid", "duration", "price_unit", "source"), TEXT_OR_NULL),
    "price": TEXT_OR_NULL,  # ★ always a string: the specification says number for calls, but its examples show strings
    "channels": (int,),
    "error_code": (int, type(None)),
    "encryption_details": (dict, type(None)),
}
FIELDS_BY_RESOURCE: dict[str, dict[str, tuple[type, ...]]] = {
    "recording": _COMMON_FIELDS | {"subresource_uris": (dict,), "media_url": TEXT},
    "call_recording": _COMMON_FIELDS | {"track": TEXT},
    "conference_recording": _COMMON_FIELDS,
    "transcription": {
        **dict.fromkeys(("account_sid", "api_version", "date_created", "date_updated", "duration"), TEXT),
        **dict.fromkeys(("price", "price_unit", "recording_sid", "sid", "status"), TEXT),  # ★ price a string
        **dict.fromkeys(("transcription_text", "type", "uri"), TEXT),
    },
    "add_on_result": {
        **dict.fromkeys(("sid", "account_sid", "status", "add_on_sid", "add_on_configuration_sid"), TEXT),
        **dict.fromkeys(("date_created", "date_updated", "date_completed", "reference_sid"), TEXT),
        "subresource_uris": (dict,),
    },
    "payload": {
        **dict.fromkeys(("sid", "add_on_result_sid", "account_sid", "label", "add_on_sid"), TEXT),
        **dict.fromkeys(("add_on_configuration_sid", "content_type", "date_created", "date_updated"), TEXT),
        "reference_sid": TEXT,
        "subresource_uris": (dict,),
    },
}
ENVELOPE_FIELDS: dict[str, tuple[type, ...]] = {
    **dict.fromkeys(("first_page_uri", "uri"), TEXT),
    **dict.fromkeys(("previous_page_uri", "next_page_uri"), TEXT_OR_NULL),
    **dict.fromkeys(("end", "start", "page", "page_size"), (int,)),
}
CALL = "CA" + "1" * 32


@pytest.fixture(params=["", "adversarial=1"])
def api(request: pytest.FixtureRequest) -> Iterator[Api]:
    with Api(make_settings(count=200, wire=WireSetting.TWILIO, mix=f"encrypted=0.1,{request.param}")) as api:
        yield api


def assert_fields(body: dict[str, Any], resource: str) -> None:
    expected = FIELDS_BY_RESOURCE[resource]
    assert set(expected) == set(body), resource
    for key, types in expected.items():
        assert type(body[key]) in types, (resource, key, body[key])


def assert_list_fields(body: dict[str, Any], key: str, resource: str) -> None:
    assert set(body) == {*ENVELOPE_FIELDS, key}
    for name, types in ENVELOPE_FIELDS.items():
        assert type(body[name]) in types, name
    assert body[key]
    for item in body[key]:
        assert_fields(item, resource)


def test_recordings_have_published_fields_on_every_path(api: Api) -> None:
    listed = api.get_twilio_json("Recordings.json?PageSize=1000&IncludeSoftDeleted=true")
    assert_list_fields(listed, "recordings", "recording")
    for recording in [r for r in listed["recordings"] if r["status"] != "deleted"][:15]:
        assert_fields(api.get_twilio_json(f"Recordings/{recording['sid']}.json"), "recording")
        call = f"Calls/{recording['call_sid']}/Recordings"
        assert_list_fields(api.get_twilio_json(f"{call}.json"), "recordings", "call_recording")
        assert_fields(api.get_twilio_json(f"{call}/{recording['sid']}.json"), "call_recording")
        if recording["conference_sid"]:
            conference = f"Conferences/{recording['conference_sid']}/Recordings"
            assert_list_fields(api.get_twilio_json(f"{conference}.json"), "recordings", "conference_recording")
            assert_fields(api.get_twilio_json(f"{conference}/{recording['sid']}.json"), "conference_recording")


def test_create_and_update_responses_have_published_fields(api: Api) -> None:
    recording = api.post(f"Calls/{CALL}/Recordings.json").json()
    assert_fields(recording, "call_recording")
    path = f"Calls/{CALL}/Recordings/{recording['sid']}.json"
    assert_fields(api.post(path, Status="paused").json(), "call_recording")
    assert_fields(api.get_twilio_json(path), "call_recording")


def test_subresources_have_published_fields(api: Api) -> None:
    assert_list_fields(api.get_twilio_json("Transcriptions.json"), "transcriptions", "transcription")
    completed = [r for r in api.list_recordings("PageSize=1000") if r["status"] == "completed"]
    for recording in completed[:10]:
        root = f"Recordings/{recording['sid']}"
        listed = api.get_twilio_json(f"{root}/Transcriptions.json")
        for transcription in listed["transcriptions"]:
            assert_fields(transcription, "transcription")
        for result in api.get_twilio_json(f"{root}/AddOnResults.json")["add_on_results"]:
            assert_fields(result, "add_on_result")
            payloads = api.get_twilio_json(f"{root}/AddOnResults/{result['sid']}/Payloads.json")
            assert_list_fields(payloads, "payloads", "payload")


# The response of a recording's subresources and media by status. The last row is for encrypted recordings.
SUFFIXES = ("", ".wav", ".mp3", "/Transcriptions.json", "/AddOnResults.json")
EXPECTED_STATUS_CODES = {
    (Status.COMPLETED, False): (200, 200, 200, 200, 200),
    (Status.PROCESSING, False): (404, 404, 404, 200, 200),
    (Status.ABSENT, False): (404, 404, 404, 200, 200),
    (Status.FAILED, False): (404, 404, 404, 200, 200),
    (Status.DELETED, False): (404, 404, 404, 404, 404),
    (Status.COMPLETED, True): (200, 200, 400, 200, 200),
}


@pytest.mark.parametrize(("status", "encrypted"), EXPECTED_STATUS_CODES)
def test_subresource_status_codes_follow_recording_status(status: Status, encrypted: bool) -> None:
    with Api(make_settings(count=1000, mix="encrypted=0.05")) as api:
        sid = api.find_sid(status, encrypted=encrypted)
        found = tuple(api.get_in_account(f"Recordings/{sid}{suffix}").status_code for suffix in SUFFIXES)
        results = [
            api.get_twilio_json(f"Recordings/{sid}/{name}.json")[key]
            for name, key in (("Transcriptions", "transcriptions"), ("AddOnResults", "add_on_results"))
            if status is not Status.DELETED
        ]
    assert EXPECTED_STATUS_CODES[status, encrypted] == found
    assert any(results) == (status is Status.COMPLETED and not encrypted)


def find_uris(node: object) -> Iterator[str]:
    if isinstance(node, dict):
        for key, value in node.items():
            if isinstance(value, str) and (key.endswith(("uri", "_url", "redirect_to")) or value.startswith("/2010")):
                yield value
            else:
                yield from find_uris(value)
    elif isinstance(node, list):
        for child in node:
            yield from find_uris(child)


def test_every_uri_in_responses_resolves_on_this_server() -> None:
    with Api(make_settings(count=100, wire=WireSetting.TWILIO, mix="completed=1,encrypted=0,conference=1")) as api:
        recording = api.get_twilio_json("Recordings.json?PageSize=1")["recordings"][0]
        pending_uris = [
            recording["uri"],
            f"{api.root}/Calls/{recording['call_sid']}.json",
            f"{api.root}/Conferences/{recording['conference_sid']}.json",
        ]
        statuses: dict[str, int] = {}
        while pending_uris:
            uri = pending_uris.pop().removeprefix("http://localhost:4010")
            assert uri.startswith(("/2010-04-01/", "/_mock/")), uri
            if uri in statuses or "PageToken" in uri:
                continue
            answer = api.get(uri)
            statuses[uri] = answer.status_code
            assert answer.status_code == (307 if uri.endswith("/Data.json") else 200), uri
            if answer.headers["content-type"] == "application/json":
                pending_uris += find_uris(answer.json())
    assert len(statuses) > 10
    assert 307 in statuses.values()

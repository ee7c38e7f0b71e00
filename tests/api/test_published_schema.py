"""Every 2xx body has the keys, types and nullability of Twilio's published schema for its path.

The tables follow WIRE §1.1 and §1.2. ★ marks a type that differs because every SDK reads it better.
"""

from collections.abc import Iterator
from typing import Any

import pytest

from generators.model import Status
from mockserver.rest.representations.wires import WireSetting
from tests.harness import Api, corpus_settings

TEXT: tuple[type, ...] = (str,)
MAYBE: tuple[type, ...] = (str, type(None))
_COMMON: dict[str, tuple[type, ...]] = {
    **dict.fromkeys(("account_sid", "call_sid", "sid", "status", "uri"), TEXT),
    **dict.fromkeys(("date_created", "date_updated", "start_time"), MAYBE),
    **dict.fromkeys(("api_version", "conference_sid", "duration", "price_unit", "source"), MAYBE),
    "price": MAYBE,  # ★ always a string: the specification says number for calls, but its examples show strings
    "channels": (int,),
    "error_code": (int, type(None)),
    "encryption_details": (dict, type(None)),
}
SHAPES: dict[str, dict[str, tuple[type, ...]]] = {
    "recording": _COMMON | {"subresource_uris": (dict,), "media_url": TEXT},
    "call_recording": _COMMON | {"track": TEXT},
    "conference_recording": _COMMON,
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
ENVELOPE: dict[str, tuple[type, ...]] = {
    **dict.fromkeys(("first_page_uri", "uri"), TEXT),
    **dict.fromkeys(("previous_page_uri", "next_page_uri"), MAYBE),
    **dict.fromkeys(("end", "start", "page", "page_size"), (int,)),
}
CALL = "CA" + "1" * 32


@pytest.fixture(params=["", "adversarial=1"])
def api(request: pytest.FixtureRequest) -> Iterator[Api]:
    with Api(corpus_settings(count=200, wire=WireSetting.TWILIO, mix=f"encrypted=0.1,{request.param}")) as api:
        yield api


def assert_shaped(body: dict[str, Any], shape: str) -> None:
    expected = SHAPES[shape]
    assert set(expected) == set(body), shape
    for key, types in expected.items():
        assert type(body[key]) in types, (shape, key, body[key])


def assert_listed(body: dict[str, Any], key: str, shape: str) -> None:
    assert set(body) == {*ENVELOPE, key}
    for name, types in ENVELOPE.items():
        assert type(body[name]) in types, name
    assert body[key]
    for each in body[key]:
        assert_shaped(each, shape)


def test_recordings_have_published_fields_on_every_path(api: Api) -> None:
    listed = api.twilio("Recordings.json?PageSize=1000&IncludeSoftDeleted=true")
    assert_listed(listed, "recordings", "recording")
    for recording in [r for r in listed["recordings"] if r["status"] != "deleted"][:40]:
        assert_shaped(api.twilio(f"Recordings/{recording['sid']}.json"), "recording")
        call = f"Calls/{recording['call_sid']}/Recordings"
        assert_listed(api.twilio(f"{call}.json"), "recordings", "call_recording")
        assert_shaped(api.twilio(f"{call}/{recording['sid']}.json"), "call_recording")
        if recording["conference_sid"]:
            conference = f"Conferences/{recording['conference_sid']}/Recordings"
            assert_listed(api.twilio(f"{conference}.json"), "recordings", "conference_recording")
            assert_shaped(api.twilio(f"{conference}/{recording['sid']}.json"), "conference_recording")


def test_create_and_update_responses_have_published_fields(api: Api) -> None:
    made = api.post(f"Calls/{CALL}/Recordings.json").json()
    assert_shaped(made, "call_recording")
    path = f"Calls/{CALL}/Recordings/{made['sid']}.json"
    assert_shaped(api.post(path, Status="paused").json(), "call_recording")
    assert_shaped(api.twilio(path), "call_recording")


def test_subresources_have_published_fields(api: Api) -> None:
    assert_listed(api.twilio("Transcriptions.json"), "transcriptions", "transcription")
    completed = [r for r in api.walk("PageSize=1000") if r["status"] == "completed"]
    for recording in completed[:10]:
        root = f"Recordings/{recording['sid']}"
        listed = api.twilio(f"{root}/Transcriptions.json")
        for each in listed["transcriptions"]:
            assert_shaped(each, "transcription")
        for result in api.twilio(f"{root}/AddOnResults.json")["add_on_results"]:
            assert_shaped(result, "add_on_result")
            payloads = api.twilio(f"{root}/AddOnResults/{result['sid']}/Payloads.json")
            assert_listed(payloads, "payloads", "payload")


# The response of a recording's subresources and media by status. The last row is for encrypted recordings.
SUFFIXES = ("", ".wav", ".mp3", "/Transcriptions.json", "/AddOnResults.json")
DOCUMENTED = {
    (Status.COMPLETED, False): (200, 200, 200, 200, 200),
    (Status.PROCESSING, False): (404, 404, 404, 200, 200),
    (Status.ABSENT, False): (404, 404, 404, 200, 200),
    (Status.FAILED, False): (404, 404, 404, 200, 200),
    (Status.DELETED, False): (404, 404, 404, 404, 404),
    (Status.COMPLETED, True): (200, 200, 400, 200, 200),
}


@pytest.mark.parametrize(("status", "encrypted"), DOCUMENTED)
def test_subresource_status_codes_follow_recording_status(status: Status, encrypted: bool) -> None:
    with Api(corpus_settings(count=1000)) as api:
        sid = api.sid_of(status, encrypted=encrypted)
        found = tuple(api.below(f"Recordings/{sid}{suffix}").status_code for suffix in SUFFIXES)
        heard = [
            api.twilio(f"Recordings/{sid}/{name}.json")[key]
            for name, key in (("Transcriptions", "transcriptions"), ("AddOnResults", "add_on_results"))
            if status is not Status.DELETED
        ]
    assert DOCUMENTED[status, encrypted] == found
    assert any(heard) == (status is Status.COMPLETED and not encrypted)


def uris(node: object) -> Iterator[str]:
    if isinstance(node, dict):
        for key, value in node.items():
            if isinstance(value, str) and (key.endswith(("uri", "_url", "redirect_to")) or value.startswith("/2010")):
                yield value
            else:
                yield from uris(value)
    elif isinstance(node, list):
        for each in node:
            yield from uris(each)


def test_every_uri_in_responses_resolves_on_this_server() -> None:
    with Api(corpus_settings(count=100, wire=WireSetting.TWILIO, mix="completed=1,encrypted=0,conference=1")) as api:
        recording = api.twilio("Recordings.json?PageSize=1")["recordings"][0]
        waiting = [
            recording["uri"],
            f"{api.root}/Calls/{recording['call_sid']}.json",
            f"{api.root}/Conferences/{recording['conference_sid']}.json",
        ]
        seen: dict[str, int] = {}
        while waiting:
            uri = waiting.pop().removeprefix("http://localhost:4010")
            assert uri.startswith(("/2010-04-01/", "/_mock/")), uri
            if uri in seen or "PageToken" in uri:
                continue
            answer = api.get(uri)
            seen[uri] = answer.status_code
            assert answer.status_code == (307 if uri.endswith("/Data.json") else 200), uri
            if answer.headers["content-type"] == "application/json":
                waiting += uris(answer.json())
    assert len(seen) > 10
    assert 307 in seen.values()

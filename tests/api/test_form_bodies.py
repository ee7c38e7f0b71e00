"""Bodies that are forms, and bodies that Twilio ignores."""

import gzip
import shlex
from typing import Any

import httpx
import pytest

from mockserver.journal.doctor.rules import examine
from mockserver.rest.representations.wires import WireSetting
from tests.harness import Api, make_settings
from tests.journal_entries import SECRET

CALL = "CA" + "1" * 32
RECORDINGS_PATH = f"Calls/{CALL}/Recordings.json"
CURRENT_PATH = f"Calls/{CALL}/Recordings/Twilio.CURRENT.json"
URLENCODED = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data; boundary=xx"
IGNORED = "The body was ignored: expected a form, found "
FOREIGN_BODIES = [
    (b'{"RecordingChannels": "dual", "Status": "paused"}', {"content_type": "application/json"}, "application/json"),
    (
        gzip.compress(b"Status=paused", mtime=0),
        {"content_type": URLENCODED, "content_encoding": "gzip"},
        "gzip",
    ),
    (b"\xef\xbb\xbfRecordingChannels=dual", {"content_type": URLENCODED}, "a byte order mark"),
    (b"RecordingChannels=dual&Status=paused", {}, "a body without Content-Type"),
]


@pytest.fixture
def api() -> Any:
    with Api(make_settings(wire=WireSetting.TWILIO)) as api:
        yield api


def make_multipart(**fields: str | list[str]) -> bytes:
    pairs = [
        (name, value) for name, values in fields.items() for value in ([values] if isinstance(values, str) else values)
    ]
    parts = [f'--xx\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n' for name, value in pairs]
    return "".join([*parts, "--xx--\r\n"]).encode()


def test_multipart_form_is_read(api: Api) -> None:
    callback = f"http://user:{SECRET}@127.0.0.1:9/hook"
    form = make_multipart(
        RecordingChannels="dual",
        RecordingTrack="inbound",
        RecordingStatusCallback=callback,
        RecordingStatusCallbackEvent=["in-progress", "failed"],
    )
    made = api.post_body(RECORDINGS_PATH, form, content_type=MULTIPART)
    assert made.status_code == 201
    assert (made.json()["channels"], made.json()["track"]) == (2, "inbound")
    (subscription,) = api.get_account().state.subscriptions.values()
    assert (subscription.url, subscription.events[0]) == (callback, "in-progress")
    updated = api.post_body(CURRENT_PATH, make_multipart(Status="paused"), content_type=MULTIPART)
    assert (updated.status_code, updated.json()["status"]) == (200, "paused")
    assert "x-mock-warning" not in updated.headers


def test_multipart_form_of_another_encoder_is_read(api: Api) -> None:
    fields: Any = {
        "RecordingChannels": (None, "dual"),
        "Trim": (None, ""),
        "RecordingTrack": (None, b"outbound", "text/plain"),
    }
    request = httpx.Request("POST", "http://x", files=fields)
    made = api.post_body(RECORDINGS_PATH, request.read(), content_type=request.headers["content-type"])
    assert (made.status_code, made.json()["channels"], made.json()["track"]) == (201, 2, "outbound")
    assert "x-mock-warning" not in made.headers


def test_multipart_form_is_shown_without_secrets(api: Api) -> None:
    form = make_multipart(RecordingStatusCallback=f"http://user:{SECRET}@127.0.0.1:9/hook", AuthToken=SECRET)
    api.post_body(RECORDINGS_PATH, form, content_type=MULTIPART)
    shown = api.call_control_api("GET", "/requests/0/curl")["command"]
    assert SECRET not in shown
    words = shlex.split(shown)
    options = [words[number + 1] for number, word in enumerate(words) if word == "--form-string"]
    assert options == ["RecordingStatusCallback=http://user:***@127.0.0.1:9/hook", "AuthToken=***"]
    assert not any(word.startswith("content-type") for word in words)
    (entry,) = api.call_control_api("GET", "/requests.har")["log"]["entries"]
    assert entry["request"]["postData"] == {
        "mimeType": "multipart/form-data",
        "params": [
            {"name": "RecordingStatusCallback", "value": "http://user:***@127.0.0.1:9/hook"},
            {"name": "AuthToken", "value": "***"},
        ],
        "text": "",
    }
    (logged,) = api.call_control_api("GET", "/requests")["requests"]
    assert logged["form"]["AuthToken"] == ["***"]


def test_multipart_form_is_matched_and_examined(api: Api) -> None:
    events = {"RecordingStatusCallback": "http://127.0.0.1:9/", "RecordingStatusCallbackEvent": "failed"}
    api.post_body(RECORDINGS_PATH, make_multipart(**events), content_type=MULTIPART)
    pattern = {"form": {"RecordingStatusCallbackEvent": "failed"}}
    counted = api.call_control_api("POST", "/requests/count", {"pattern": pattern})
    assert counted["count"] == 1
    assert "deprecated_parameters" in {finding.rule for finding in examine(api.get_account().journal).findings}


@pytest.mark.parametrize(("body", "headers", "found"), FOREIGN_BODIES)
def test_create_ignores_other_body_with_warning(api: Api, body: bytes, headers: dict[str, str], found: str) -> None:
    made = api.post_body(RECORDINGS_PATH, body, **headers)
    assert (made.status_code, made.json()["channels"]) == (201, 1)
    assert made.headers.get_list("x-mock-warning") == [f"{IGNORED}{found}."]
    (finding,) = examine(api.get_account().journal).findings
    assert finding.rule == "ignored_parameters"
    assert f"expected a form, found {found}" in finding.seen[0]


@pytest.mark.parametrize(("body", "headers", "found"), FOREIGN_BODIES)
def test_update_names_ignored_body_as_reason(api: Api, body: bytes, headers: dict[str, str], found: str) -> None:
    api.post(RECORDINGS_PATH)
    refused = api.post_body(CURRENT_PATH, body, **headers)
    assert (refused.status_code, refused.json()["code"]) == (400, 20001)
    assert refused.headers["x-mock-reason"] == (
        f"Status: expected paused, in-progress or stopped, found none. {IGNORED}{found}."
    )
    (finding,) = examine(api.get_account().journal).findings
    assert f"expected a form, found {found}" in finding.seen[0]


def test_empty_body_needs_no_content_type(api: Api) -> None:
    made = api.post_body(RECORDINGS_PATH, b"", content_type="application/json")
    assert made.status_code == 201
    assert "x-mock-warning" not in made.headers


def test_ignored_body_is_shown_without_passwords(api: Api) -> None:
    body = f'{{"RecordingStatusCallback": "http://user:{SECRET}@127.0.0.1:9/"}}'.encode()
    api.post_body(RECORDINGS_PATH, body, content_type="application/json")
    assert SECRET not in api.call_control_api("GET", "/requests/0/curl")["command"]
    har = api.call_control_api("GET", "/requests.har")
    assert SECRET not in str(har)
    (entry,) = har["log"]["entries"]
    assert entry["request"]["postData"]["mimeType"] == "application/json"
    assert entry["request"]["postData"]["params"] == []

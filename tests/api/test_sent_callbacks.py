"""Callbacks that a user sends by hand."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.harness import Api, make_settings

HOOK = "http://127.0.0.1:1/hook"
"""Nobody listens there."""


@pytest.fixture
def api() -> Iterator[Api]:
    with Api(make_settings(count=3)) as api:
        yield api


def send(api: Api, **command: Any) -> dict[str, Any]:
    sent: dict[str, Any] = api.run_command("POST", "/callbacks", {"event": "completed", "to": HOOK, **command})
    return sent


@pytest.mark.parametrize(
    ("event", "expected"),
    [("completed", "done"), ("in-progress", "running"), ("absent", "silent"), ("failed", "silent")],
)
def test_callback_is_about_the_newest_recording_that_had_the_event(api: Api, event: str, expected: str) -> None:
    for handle, status in (("done", "completed"), ("silent", "absent"), ("running", "in-progress")):
        api.run_command("POST", "/recordings", {"id": handle, "status": status})
    sent = send(api, event=event)
    assert sent["recording"] == expected
    assert sent["parameters"]["RecordingStatus"] == event


def test_callback_is_about_the_newest_recording_if_none_had_the_event(api: Api) -> None:
    sent = send(api, event="absent")
    assert sent["sid"] == api.get(api.list_path).json()["recordings"][0]["sid"]


def test_callback_is_about_the_named_recording_and_signed_by_the_account(api: Api) -> None:
    oldest = api.get(api.list_path).json()["recordings"][-1]["sid"]
    sent = send(api, recording=oldest, method="GET")
    assert (sent["number"], sent["sid"], sent["method"], sent["url"]) == (0, oldest, "GET", HOOK)
    assert sent["signed_with"] == "the account's auth token"
    assert sent["signed_text"].startswith(f"{HOOK}?RecordingSource=")
    assert [attempt["failure"] for attempt in sent["attempts"]] == ["connection"]
    assert api.run_command("GET", "/callbacks") == [sent]


def test_callback_needs_a_recording() -> None:
    with Api(make_settings(count=0)) as api:
        response = api.send_command("POST", "/callbacks", {"event": "completed", "to": HOOK})
    assert (response.status_code, response.json()["reason"]) == (
        404,
        "This account has no recording that a callback could be about.",
    )


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"to": "hook"}, "to: expected a URL such as http://127.0.0.1:8000/hook, found 'hook'."),
        ({"event": "gone"}, "event: expected one of in-progress, completed, absent, failed, found 'gone'."),
        ({"recording": "nothing"}, "Expected a RecordingSid or a handle (here: none), found 'nothing'."),
    ],
)
def test_invalid_callback_is_refused(api: Api, change: dict[str, str], reason: str) -> None:
    response = api.send_command("POST", "/callbacks", {"event": "completed", "to": HOOK, **change})
    assert response.json()["reason"] == reason
    assert api.run_command("GET", "/callbacks") == []

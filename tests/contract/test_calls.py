"""twilio-python and twilio-node, unmodified but for the base URL, place calls and hold conferences.

The assertions of twilio-node are in the script beside this file.
"""

import os
import subprocess
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from twilio.base.exceptions import TwilioRestException
from twilio.rest import Client

from mockserver.app import create_app
from mockserver.mock import Mock
from mockserver.server.listener import BackgroundServer
from tests.harness import make_settings
from tests.node_sdk import find_node_modules

SCRIPT = Path(__file__).with_name("calls.js")


class Phone:
    """What a test does beside the SDK: it lets time pass, and looks at what is sent."""

    def __init__(self, base_url: str) -> None:
        self._root = f"{base_url}/_mock/accounts/demo"

    def advance(self, seconds: float) -> None:
        """Move the clock."""
        httpx.post(f"{self._root}/clock", json={"advance": f"{seconds}s"}).raise_for_status()

    def list_events(self) -> list[str]:
        """Return the events of all callbacks."""
        return [callback["event"] for callback in httpx.get(f"{self._root}/callbacks").json()]


@pytest.fixture
def server() -> Iterator[BackgroundServer]:
    with BackgroundServer(create_app(Mock(make_settings(count=20)))) as server:
        yield server


@pytest.fixture
def client(server: BackgroundServer) -> Client:
    demo = Mock(make_settings()).demo
    client = Client(demo.sid, demo.token)
    client.api.base_url = server.base_url
    return client


@pytest.fixture
def phone(server: BackgroundServer) -> Phone:
    return Phone(server.base_url)


def test_recorded_call_is_placed_followed_ended_and_heard(client: Client, phone: Phone) -> None:
    statuses = []
    call = client.calls.create(
        to="+15005550006",
        from_="+15005550002",
        twiml="<Response><Say>Please hold the line.</Say><Pause length='60'/></Response>",
        record=True,
        recording_channels="dual",
        status_callback="http://127.0.0.1:1/events",
        status_callback_event=["initiated", "ringing", "answered", "completed"],
    )
    assert (call.status, call.date_created, call.start_time, call.price_unit) == ("queued", None, None, "USD")
    for _ in range(4):
        statuses.append(client.calls(call.sid).fetch().status)
        phone.advance(1)
    assert statuses == ["queued", "ringing", "ringing", "in-progress"]
    phone.advance(20)
    ended = client.calls(call.sid).update(status="completed")
    assert (ended.status, ended.duration, ended.direction) == ("completed", "21", "outbound-api")
    assert isinstance(ended.end_time, datetime)
    phone.advance(5)
    (recording,) = client.calls(call.sid).recordings.list()
    assert (recording.source, recording.channels, recording.status) == ("OutboundAPI", 2, "completed")
    sound = client.request("GET", f"{client.api.base_url}{recording.uri.removesuffix('.json')}.wav")
    assert sound.status_code == 200
    assert client.recordings(recording.sid).transcriptions.list()[0].transcription_text == "Please hold the line."
    assert phone.list_events() == ["initiated", "ringing", "answered", "completed"]
    with pytest.raises(TwilioRestException) as refused:
        client.calls(call.sid).update(twiml="<Response/>")
    assert (refused.value.code, "Call is not in-progress" in refused.value.msg) == (21220, True)
    assert client.recordings(recording.sid).delete()
    assert client.calls(call.sid).delete()
    with pytest.raises(TwilioRestException):
        client.calls(call.sid).fetch()


def test_call_is_recorded_through_the_api_and_redirected(client: Client, phone: Phone) -> None:
    call = client.calls.create(
        to="+15005550006", from_="+15005550002", twiml="<Response><Pause length='60'/></Response>"
    )
    with pytest.raises(TwilioRestException) as early:
        client.calls(call.sid).recordings.create()
    assert early.value.code == 21220
    phone.advance(3)
    recordings = client.calls(call.sid).recordings
    assert recordings.create(recording_channels="dual", trim="do-not-trim").status == "in-progress"
    assert recordings("Twilio.CURRENT").update(status="paused", pause_behavior="skip").status == "paused"
    phone.advance(5)
    assert recordings("Twilio.CURRENT").update(status="in-progress").status == "in-progress"
    phone.advance(5)
    assert client.calls(call.sid).update(twiml="<Response><Hangup/></Response>").sid == call.sid
    phone.advance(3)
    assert [one.duration for one in recordings.list()] == ["5"]
    assert [one.sid for one in client.calls.list(status="completed", to="+15005550006")] == [call.sid]
    assert [one.sid for one in client.calls.list(start_time_after=call.start_time, limit=1)] == [call.sid]


def test_participants_are_added_muted_and_removed(client: Client, phone: Phone) -> None:
    room = client.conferences("Weekly").participants
    form: dict[str, Any] = {"from_": "+15005550002", "conference_record": "true", "record": True}
    first = room.create(to="+15005550006", label="ann", **form)
    second = room.create(to="client:bob", end_conference_on_exit=True, **form)
    assert (first.conference_sid, first.status, first.muted) == (second.conference_sid, "queued", False)
    phone.advance(5)
    (conference,) = client.conferences.list(friendly_name="Weekly", status="in-progress")
    participants = conference.participants
    assert {one.label for one in participants.list()} == {"ann", None}
    assert participants("ann").update(muted=True, hold=True).muted is True
    assert [one.call_sid for one in participants.list(muted=True, hold=True)] == [first.call_sid]
    assert participants(first.call_sid).fetch().hold is True
    assert participants("ann").delete()
    assert conference.update(status="completed").status == "completed"
    phone.advance(3)
    (recording,) = client.conferences(conference.sid).recordings.list()
    assert (recording.source, recording.status, recording.channels) == ("Conference", "completed", 1)


def test_node_sdk_places_calls_and_holds_conferences(server: BackgroundServer) -> None:
    modules, demo = find_node_modules(), Mock(make_settings()).demo
    result = subprocess.run(
        ["node", str(SCRIPT), server.base_url, demo.sid, demo.token],
        capture_output=True,
        text=True,
        check=False,
        env={"NODE_PATH": str(modules), "PATH": os.environ["PATH"]},
        timeout=120,
    )
    assert (result.returncode, result.stdout) == (0, "calls: ok\n"), result.stderr

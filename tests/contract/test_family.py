"""twilio-python through all 25 operations of the family, by operationId. Every operation has a route."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from twilio.base.exceptions import TwilioRestException
from twilio.rest import Client

from generators.model import Source
from mockserver.app import RESOURCES, create_app
from mockserver.mock import Mock
from mockserver.server.listener import BackgroundServer
from tests.harness import corpus_settings

_RESULT = "Recordings/{recording_sid}/AddOnResults"
OPERATIONS = {
    "ListRecording": ("GET", "Recordings"),
    "FetchRecording": ("GET", "Recordings/{sid}"),
    "DeleteRecording": ("DELETE", "Recordings/{sid}"),
    "CreateCallRecording": ("POST", "Calls/{call_sid}/Recordings"),
    "ListCallRecording": ("GET", "Calls/{call_sid}/Recordings"),
    "FetchCallRecording": ("GET", "Calls/{call_sid}/Recordings/{sid}"),
    "UpdateCallRecording": ("POST", "Calls/{call_sid}/Recordings/{sid}"),
    "DeleteCallRecording": ("DELETE", "Calls/{call_sid}/Recordings/{sid}"),
    "ListConferenceRecording": ("GET", "Conferences/{conference_sid}/Recordings"),
    "FetchConferenceRecording": ("GET", "Conferences/{conference_sid}/Recordings/{sid}"),
    "UpdateConferenceRecording": ("POST", "Conferences/{conference_sid}/Recordings/{sid}"),
    "DeleteConferenceRecording": ("DELETE", "Conferences/{conference_sid}/Recordings/{sid}"),
    "ListRecordingTranscription": ("GET", "Recordings/{recording_sid}/Transcriptions"),
    "FetchRecordingTranscription": ("GET", "Recordings/{recording_sid}/Transcriptions/{sid}"),
    "DeleteRecordingTranscription": ("DELETE", "Recordings/{recording_sid}/Transcriptions/{sid}"),
    "ListTranscription": ("GET", "Transcriptions"),
    "FetchTranscription": ("GET", "Transcriptions/{sid}"),
    "DeleteTranscription": ("DELETE", "Transcriptions/{sid}"),
    "ListRecordingAddOnResult": ("GET", _RESULT),
    "FetchRecordingAddOnResult": ("GET", f"{_RESULT}/{{sid}}"),
    "DeleteRecordingAddOnResult": ("DELETE", f"{_RESULT}/{{sid}}"),
    "ListRecordingAddOnResultPayload": ("GET", f"{_RESULT}/{{result_sid}}/Payloads"),
    "FetchRecordingAddOnResultPayload": ("GET", f"{_RESULT}/{{result_sid}}/Payloads/{{sid}}"),
    "DeleteRecordingAddOnResultPayload": ("DELETE", f"{_RESULT}/{{result_sid}}/Payloads/{{sid}}"),
    "FetchRecordingAddOnResultPayloadData": ("GET", f"{_RESULT}/{{result_sid}}/Payloads/{{sid}}/Data"),
}
CALL = "CA" + "1" * 32
CONFERENCE = "CF" + "2" * 32


def test_every_operation_has_a_route() -> None:
    served = {
        (method, resource.path.removeprefix("/2010-04-01/Accounts/{account_sid}/"))
        for resource in RESOURCES
        for method in resource.operations
    }
    assert len(OPERATIONS) == 25
    assert set(OPERATIONS.values()) - served == set()


class World:
    """A server, its client, and the SIDs that tests use."""

    def __init__(self, server: BackgroundServer, mock: Mock) -> None:
        self.client = Client(mock.demo.sid, mock.demo.token)
        self.client.api.base_url = server.base_url
        self.account = mock.account(mock.demo.sid)
        found = self.client.recordings.list()
        self.completed = next(r for r in found if r.status == "completed" and r.add_on_results.list())
        self.conference = next(r for r in found if r.conference_sid and r.status == "completed")
        self.call = next(r for r in found if r.status == "completed" and r.sid != self.completed.sid)

    def result(self) -> Any:
        return self.client.recordings(self.completed.sid).add_on_results.list()[0]

    def payload(self) -> Any:
        return self.client.recordings(self.completed.sid).add_on_results(self.result().sid).payloads.list()[0]

    def payloads(self) -> Any:
        return self.client.recordings(self.completed.sid).add_on_results(self.result().sid).payloads

    def transcription(self) -> Any:
        return self.client.recordings(self.completed.sid).transcriptions.list()[0]


@pytest.fixture
def world() -> Iterator[World]:
    mock = Mock(corpus_settings(count=300, mix="encrypted=0"))
    with BackgroundServer(create_app(mock)) as server:
        yield World(server, mock)


def gone(fetch: Callable[[], object]) -> bool:
    with pytest.raises(TwilioRestException) as caught:
        fetch()
    return bool(caught.value.code == 20404)


def whole(instance: Any, *, nullable: tuple[str, ...] = ()) -> None:
    """Assert that the SDK parsed every field."""
    for name, value in vars(instance).items():
        if not name.startswith("_"):
            assert value is not None or name in nullable, name


UNKNOWN = ("conference_sid", "error_code", "encryption_details")
UNFINISHED = (*UNKNOWN, "price", "price_unit", "duration")


def walk_recordings(world: World) -> None:
    client = world.client
    whole(client.recordings(world.completed.sid).fetch(), nullable=UNKNOWN)
    assert client.recordings(world.completed.sid).delete() is True
    assert gone(client.recordings(world.completed.sid).fetch)


def walk_call_recordings(world: World) -> None:
    call = world.client.calls(CALL)
    made = call.recordings.create(
        recording_channels="dual", recording_status_callback_event=["in-progress", "completed"]
    )
    whole(made, nullable=UNFINISHED)
    assert (made.status, made.channels, made.track) == ("in-progress", 2, "both")
    world.account.advance(10)
    assert call.recordings("Twilio.CURRENT").update(status="paused", pause_behavior="skip").status == "paused"
    world.account.advance(60)
    assert call.recordings(made.sid).update(status="in-progress").status == "in-progress"
    world.account.advance(5)
    assert call.recordings(made.sid).update(status="stopped").status == "stopped"
    assert call.recordings(made.sid).fetch().status == "processing"
    world.account.advance(2)
    done = call.recordings(made.sid).fetch()
    whole(done, nullable=UNKNOWN)
    assert (done.status, done.duration) == ("completed", "15")
    assert [r.sid for r in call.recordings.list()] == [made.sid]
    assert call.recordings(made.sid).delete() is True
    assert gone(call.recordings(made.sid).fetch)
    assert call.recordings.list() == []


def walk_conference_recordings(world: World) -> None:
    listed = world.client.conferences(world.conference.conference_sid).recordings.list()
    assert world.conference.sid in {r.sid for r in listed}
    own = world.client.conferences(world.conference.conference_sid).recordings(world.conference.sid)
    whole(own.fetch(), nullable=UNKNOWN)
    assert own.delete() is True
    assert gone(own.fetch)
    world.account.start_recording(CALL, conference_sid=CONFERENCE, source=Source.START_CONFERENCE_RECORDING_API)
    live = world.client.conferences(CONFERENCE).recordings("Twilio.CURRENT")
    assert live.update(status="paused").status == "paused"
    assert live.update(status="in-progress").status == "in-progress"
    with pytest.raises(TwilioRestException) as caught:
        live.update(status="stopped")
    assert caught.value.code == 20001


def walk_transcriptions(world: World) -> None:
    client = world.client
    found = world.transcription()
    whole(found)
    whole(client.recordings(world.completed.sid).transcriptions(found.sid).fetch())
    assert client.transcriptions(found.sid).fetch().transcription_text == found.transcription_text
    others = client.transcriptions.list(limit=100, page_size=20)
    assert found.sid in {t.sid for t in others}
    assert client.recordings(world.completed.sid).transcriptions(found.sid).delete() is True
    other = next(t for t in others if t.sid != found.sid)
    assert client.transcriptions(other.sid).delete() is True
    assert gone(client.transcriptions(found.sid).fetch)
    assert gone(client.transcriptions(other.sid).fetch)


def walk_add_on_results(world: World) -> None:
    results = world.client.recordings(world.completed.sid).add_on_results
    result = world.result()
    whole(result)
    whole(results(result.sid).fetch())
    payload = world.payload()
    whole(payload)
    whole(world.payloads()(payload.sid).fetch())
    data = world.payloads()(payload.sid).data().fetch()
    assert data.redirect_to.startswith(world.client.api.base_url)
    assert world.payloads()(payload.sid).delete() is True
    assert world.payloads().list() == []
    assert results(result.sid).delete() is True
    assert gone(results(result.sid).fetch)


def walk_parents(world: World) -> None:
    call = world.client.calls(world.call.call_sid).fetch()
    assert call.status == "completed"
    assert call.sid in {c.sid for c in world.client.calls.list(limit=300)}
    conference = world.client.conferences(world.conference.conference_sid).fetch()
    assert conference.sid in {c.sid for c in world.client.conferences.list()}
    assert world.client.api.accounts(world.client.username).fetch().status == "active"


@pytest.mark.parametrize(
    "walk",
    [
        *(walk_recordings, walk_call_recordings, walk_conference_recordings),
        *(walk_transcriptions, walk_add_on_results, walk_parents),
    ],
)
def test_python_sdk_supports_all_operations(world: World, walk: Callable[[World], None]) -> None:
    walk(world)

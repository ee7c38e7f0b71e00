"""twilio-python through all 25 operations of the family, by operationId. Every operation has a route."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from twilio.base.exceptions import TwilioRestException
from twilio.rest import Client

from generators.model import Source
from mockserver.app import RESOURCE_ROUTES, create_app
from mockserver.mock import Mock
from mockserver.server.listener import BackgroundServer
from tests.harness import make_settings

_RESULTS_PATH = "Recordings/{recording_sid}/AddOnResults"
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
    "ListRecordingAddOnResult": ("GET", _RESULTS_PATH),
    "FetchRecordingAddOnResult": ("GET", f"{_RESULTS_PATH}/{{sid}}"),
    "DeleteRecordingAddOnResult": ("DELETE", f"{_RESULTS_PATH}/{{sid}}"),
    "ListRecordingAddOnResultPayload": ("GET", f"{_RESULTS_PATH}/{{result_sid}}/Payloads"),
    "FetchRecordingAddOnResultPayload": ("GET", f"{_RESULTS_PATH}/{{result_sid}}/Payloads/{{sid}}"),
    "DeleteRecordingAddOnResultPayload": ("DELETE", f"{_RESULTS_PATH}/{{result_sid}}/Payloads/{{sid}}"),
    "FetchRecordingAddOnResultPayloadData": ("GET", f"{_RESULTS_PATH}/{{result_sid}}/Payloads/{{sid}}/Data"),
}
CALL = "CA" + "1" * 32
CONFERENCE = "CF" + "2" * 32


def test_every_operation_has_a_route() -> None:
    served = {
        (method, resource.path.removeprefix("/2010-04-01/Accounts/{account_sid}/"))
        for resource in RESOURCE_ROUTES
        for method in resource.operations_by_method
    }
    assert len(OPERATIONS) == 25
    assert set(OPERATIONS.values()) - served == set()


class SdkContext:
    """A server, its client, and the SIDs that tests use."""

    def __init__(self, server: BackgroundServer, mock: Mock) -> None:
        self.client = Client(mock.demo.sid, mock.demo.token)
        self.client.api.base_url = server.base_url
        self.account = mock.account(mock.demo.sid)
        found = self.client.recordings.list()
        self.completed = next(r for r in found if r.status == "completed" and r.add_on_results.list())
        self.conference = next(r for r in found if r.conference_sid and r.status == "completed")
        self.call = next(r for r in found if r.status == "completed" and r.sid != self.completed.sid)

    def get_result(self) -> Any:
        return self.client.recordings(self.completed.sid).add_on_results.list()[0]

    def get_payload(self) -> Any:
        return self.client.recordings(self.completed.sid).add_on_results(self.get_result().sid).payloads.list()[0]

    def get_payloads(self) -> Any:
        return self.client.recordings(self.completed.sid).add_on_results(self.get_result().sid).payloads

    def get_transcription(self) -> Any:
        return self.client.recordings(self.completed.sid).transcriptions.list()[0]


@pytest.fixture
def world() -> Iterator[SdkContext]:
    mock = Mock(make_settings(count=300, mix="encrypted=0"))
    with BackgroundServer(create_app(mock)) as server:
        yield SdkContext(server, mock)


def is_not_found(fetch: Callable[[], object]) -> bool:
    with pytest.raises(TwilioRestException) as caught:
        fetch()
    return bool(caught.value.code == 20404)


def assert_no_missing_field(instance: Any, *, nullable: tuple[str, ...] = ()) -> None:
    """Assert that the SDK parsed every field."""
    for name, value in vars(instance).items():
        if not name.startswith("_"):
            assert value is not None or name in nullable, name


NULL_FIELDS = ("conference_sid", "error_code", "encryption_details")
NULL_FIELDS_IN_PROGRESS = (*NULL_FIELDS, "price", "price_unit", "duration")


def check_recordings(sdk: SdkContext) -> None:
    client = sdk.client
    assert_no_missing_field(client.recordings(sdk.completed.sid).fetch(), nullable=NULL_FIELDS)
    assert client.recordings(sdk.completed.sid).delete() is True
    assert is_not_found(client.recordings(sdk.completed.sid).fetch)


def check_call_recordings(sdk: SdkContext) -> None:
    call = sdk.client.calls(CALL)
    made = call.recordings.create(
        recording_channels="dual", recording_status_callback_event=["in-progress", "completed"]
    )
    assert_no_missing_field(made, nullable=NULL_FIELDS_IN_PROGRESS)
    assert (made.status, made.channels, made.track) == ("in-progress", 2, "both")
    sdk.account.advance(10)
    assert call.recordings("Twilio.CURRENT").update(status="paused", pause_behavior="skip").status == "paused"
    sdk.account.advance(60)
    assert call.recordings(made.sid).update(status="in-progress").status == "in-progress"
    sdk.account.advance(5)
    assert call.recordings(made.sid).update(status="stopped").status == "stopped"
    assert call.recordings(made.sid).fetch().status == "processing"
    sdk.account.advance(2)
    done = call.recordings(made.sid).fetch()
    assert_no_missing_field(done, nullable=NULL_FIELDS)
    assert (done.status, done.duration) == ("completed", "15")
    assert [r.sid for r in call.recordings.list()] == [made.sid]
    assert call.recordings(made.sid).delete() is True
    assert is_not_found(call.recordings(made.sid).fetch)
    assert call.recordings.list() == []


def check_conference_recordings(sdk: SdkContext) -> None:
    listed = sdk.client.conferences(sdk.conference.conference_sid).recordings.list()
    assert sdk.conference.sid in {r.sid for r in listed}
    own = sdk.client.conferences(sdk.conference.conference_sid).recordings(sdk.conference.sid)
    assert_no_missing_field(own.fetch(), nullable=NULL_FIELDS)
    assert own.delete() is True
    assert is_not_found(own.fetch)
    sdk.account.start_recording(CALL, conference_sid=CONFERENCE, source=Source.START_CONFERENCE_RECORDING_API)
    live = sdk.client.conferences(CONFERENCE).recordings("Twilio.CURRENT")
    assert live.update(status="paused").status == "paused"
    assert live.update(status="in-progress").status == "in-progress"
    with pytest.raises(TwilioRestException) as caught:
        live.update(status="stopped")
    assert caught.value.code == 20001


def check_transcriptions(sdk: SdkContext) -> None:
    client = sdk.client
    found = sdk.get_transcription()
    assert_no_missing_field(found)
    assert_no_missing_field(client.recordings(sdk.completed.sid).transcriptions(found.sid).fetch())
    assert client.transcriptions(found.sid).fetch().transcription_text == found.transcription_text
    others = client.transcriptions.list(limit=100, page_size=20)
    assert found.sid in {t.sid for t in others}
    assert client.recordings(sdk.completed.sid).transcriptions(found.sid).delete() is True
    other = next(t for t in others if t.sid != found.sid)
    assert client.transcriptions(other.sid).delete() is True
    assert is_not_found(client.transcriptions(found.sid).fetch)
    assert is_not_found(client.transcriptions(other.sid).fetch)


def check_add_on_results(sdk: SdkContext) -> None:
    results = sdk.client.recordings(sdk.completed.sid).add_on_results
    result = sdk.get_result()
    assert_no_missing_field(result)
    assert_no_missing_field(results(result.sid).fetch())
    payload = sdk.get_payload()
    assert_no_missing_field(payload)
    assert_no_missing_field(sdk.get_payloads()(payload.sid).fetch())
    data = sdk.get_payloads()(payload.sid).data().fetch()
    assert data.redirect_to.startswith(sdk.client.api.base_url)
    assert sdk.get_payloads()(payload.sid).delete() is True
    assert sdk.get_payloads().list() == []
    assert results(result.sid).delete() is True
    assert is_not_found(results(result.sid).fetch)


def check_calls_and_conferences(sdk: SdkContext) -> None:
    call = sdk.client.calls(sdk.call.call_sid).fetch()
    assert call.status == "completed"
    assert call.sid in {c.sid for c in sdk.client.calls.list(limit=300)}
    conference = sdk.client.conferences(sdk.conference.conference_sid).fetch()
    assert conference.sid in {c.sid for c in sdk.client.conferences.list()}
    assert sdk.client.api.accounts(sdk.client.username).fetch().status == "active"


@pytest.mark.parametrize(
    "walk",
    [
        *(check_recordings, check_call_recordings, check_conference_recordings),
        *(check_transcriptions, check_add_on_results, check_calls_and_conferences),
    ],
)
def test_python_sdk_supports_all_operations(world: SdkContext, walk: Callable[[SdkContext], None]) -> None:
    walk(world)

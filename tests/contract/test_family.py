"""twilio-python through all 25 operations of the family, by operationId. Every operation has a route."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from twilio.base.exceptions import TwilioRestException
from twilio.rest import Client

from generators.model import Source
from mockserver.app import create_app
from mockserver.mock import Mock
from mockserver.server.listener import BackgroundServer
from mockserver.server.routes.table import RESOURCE_ROUTES
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
    routes = {
        (method, resource.path.removeprefix("/2010-04-01/Accounts/{account_sid}/"))
        for resource in RESOURCE_ROUTES
        for method in resource.operations_by_method
    }
    assert len(OPERATIONS) == 25
    assert set(OPERATIONS.values()) - routes == set()


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
def sdk_context() -> Iterator[SdkContext]:
    mock = Mock(make_settings(count=300, mix="encrypted=0"))
    with BackgroundServer(create_app(mock)) as server:
        yield SdkContext(server, mock)


def is_not_found(fetch: Callable[[], object]) -> bool:
    with pytest.raises(TwilioRestException) as exc_info:
        fetch()
    return bool(exc_info.value.code == 20404)


def assert_no_missing_field(instance: Any, *, nullable: tuple[str, ...] = ()) -> None:
    """Assert that the SDK parsed every field."""
    missing = {name for name, value in vars(instance).items() if value is None and not name.startswith("_")}
    assert missing - {*nullable} == set()


NULL_FIELDS = ("conference_sid", "error_code", "encryption_details")
NULL_FIELDS_IN_PROGRESS = (*NULL_FIELDS, "price", "price_unit", "duration")


def check_recordings(sdk: SdkContext) -> None:
    client = sdk.client
    assert_no_missing_field(client.recordings(sdk.completed.sid).fetch(), nullable=NULL_FIELDS)
    assert client.recordings(sdk.completed.sid).delete() is True
    assert is_not_found(client.recordings(sdk.completed.sid).fetch)


def check_call_recordings(sdk: SdkContext) -> None:
    call = sdk.client.calls(CALL)
    recording = call.recordings.create(
        recording_channels="dual", recording_status_callback_event=["in-progress", "completed"]
    )
    assert_no_missing_field(recording, nullable=NULL_FIELDS_IN_PROGRESS)
    assert (recording.status, recording.channels, recording.track) == ("in-progress", 2, "both")
    sdk.account.advance(10)
    assert call.recordings("Twilio.CURRENT").update(status="paused", pause_behavior="skip").status == "paused"
    sdk.account.advance(60)
    assert call.recordings(recording.sid).update(status="in-progress").status == "in-progress"
    sdk.account.advance(5)
    assert call.recordings(recording.sid).update(status="stopped").status == "stopped"
    assert call.recordings(recording.sid).fetch().status == "processing"
    sdk.account.advance(2)
    completed = call.recordings(recording.sid).fetch()
    assert_no_missing_field(completed, nullable=NULL_FIELDS)
    assert (completed.status, completed.duration) == ("completed", "15")
    assert [r.sid for r in call.recordings.list()] == [recording.sid]
    assert call.recordings(recording.sid).delete() is True
    assert is_not_found(call.recordings(recording.sid).fetch)
    assert call.recordings.list() == []


def check_conference_recordings(sdk: SdkContext) -> None:
    listed = sdk.client.conferences(sdk.conference.conference_sid).recordings.list()
    assert sdk.conference.sid in {r.sid for r in listed}
    context = sdk.client.conferences(sdk.conference.conference_sid).recordings(sdk.conference.sid)
    assert_no_missing_field(context.fetch(), nullable=NULL_FIELDS)
    assert context.delete() is True
    assert is_not_found(context.fetch)
    sdk.account.start_recording(CALL, conference_sid=CONFERENCE, source=Source.START_CONFERENCE_RECORDING_API)
    active_context = sdk.client.conferences(CONFERENCE).recordings("Twilio.CURRENT")
    assert active_context.update(status="paused").status == "paused"
    assert active_context.update(status="in-progress").status == "in-progress"
    assert active_context.update(status="stopped").status == "stopped"


def check_transcriptions(sdk: SdkContext) -> None:
    client = sdk.client
    found = sdk.get_transcription()
    assert_no_missing_field(found)
    assert_no_missing_field(client.recordings(sdk.completed.sid).transcriptions(found.sid).fetch())
    assert client.transcriptions(found.sid).fetch().transcription_text == found.transcription_text
    transcriptions = client.transcriptions.list(limit=100, page_size=20)
    assert found.sid in {t.sid for t in transcriptions}
    assert client.recordings(sdk.completed.sid).transcriptions(found.sid).delete() is True
    other_transcription = next(t for t in transcriptions if t.sid != found.sid)
    assert client.transcriptions(other_transcription.sid).delete() is True
    assert is_not_found(client.transcriptions(found.sid).fetch)
    assert is_not_found(client.transcriptions(other_transcription.sid).fetch)


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
    "check_operations",
    [
        *(check_recordings, check_call_recordings, check_conference_recordings),
        *(check_transcriptions, check_add_on_results, check_calls_and_conferences),
    ],
)
def test_python_sdk_supports_all_operations(
    sdk_context: SdkContext, check_operations: Callable[[SdkContext], None]
) -> None:
    check_operations(sdk_context)

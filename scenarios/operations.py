"""The operations that a scenario can name, and what requests do with recordings.

Operations are Twilio's operationIds in snake case, lists in the plural.
"""

from enum import StrEnum


class Operation(StrEnum):
    """The operation of a request."""

    LIST_RECORDINGS = "list_recordings"
    FETCH_RECORDING = "fetch_recording"
    DELETE_RECORDING = "delete_recording"
    FETCH_RECORDING_MEDIA = "fetch_recording_media"
    """The media, by any of its paths. Twilio's specification has no operationId for it."""
    CREATE_CALL_RECORDING = "create_call_recording"
    LIST_CALL_RECORDINGS = "list_call_recordings"
    FETCH_CALL_RECORDING = "fetch_call_recording"
    UPDATE_CALL_RECORDING = "update_call_recording"
    DELETE_CALL_RECORDING = "delete_call_recording"
    LIST_CONFERENCE_RECORDINGS = "list_conference_recordings"
    FETCH_CONFERENCE_RECORDING = "fetch_conference_recording"
    UPDATE_CONFERENCE_RECORDING = "update_conference_recording"
    DELETE_CONFERENCE_RECORDING = "delete_conference_recording"
    LIST_TRANSCRIPTIONS = "list_transcriptions"
    FETCH_TRANSCRIPTION = "fetch_transcription"
    DELETE_TRANSCRIPTION = "delete_transcription"
    LIST_RECORDING_TRANSCRIPTIONS = "list_recording_transcriptions"
    FETCH_RECORDING_TRANSCRIPTION = "fetch_recording_transcription"
    DELETE_RECORDING_TRANSCRIPTION = "delete_recording_transcription"
    LIST_RECORDING_ADD_ON_RESULTS = "list_recording_add_on_results"
    FETCH_RECORDING_ADD_ON_RESULT = "fetch_recording_add_on_result"
    DELETE_RECORDING_ADD_ON_RESULT = "delete_recording_add_on_result"
    LIST_RECORDING_ADD_ON_RESULT_PAYLOADS = "list_recording_add_on_result_payloads"
    FETCH_RECORDING_ADD_ON_RESULT_PAYLOAD = "fetch_recording_add_on_result_payload"
    DELETE_RECORDING_ADD_ON_RESULT_PAYLOAD = "delete_recording_add_on_result_payload"
    FETCH_RECORDING_ADD_ON_RESULT_PAYLOAD_DATA = "fetch_recording_add_on_result_payload_data"
    LIST_ACCOUNTS = "list_accounts"
    FETCH_ACCOUNT = "fetch_account"
    LIST_CALLS = "list_calls"
    FETCH_CALL = "fetch_call"
    CREATE_CALL = "create_call"
    UPDATE_CALL = "update_call"
    DELETE_CALL = "delete_call"
    LIST_CONFERENCES = "list_conferences"
    FETCH_CONFERENCE = "fetch_conference"
    UPDATE_CONFERENCE = "update_conference"
    LIST_PARTICIPANTS = "list_participants"
    CREATE_PARTICIPANT = "create_participant"
    FETCH_PARTICIPANT = "fetch_participant"
    UPDATE_PARTICIPANT = "update_participant"
    DELETE_PARTICIPANT = "delete_participant"
    CREATE_MESSAGE = "create_message"


OPERATIONS_OF_ONE_RECORDING = frozenset(
    op for op in Operation if "_recording_" in f"{op}_" and op is not Operation.CREATE_CALL_RECORDING
)
"""The operations whose path names a recording."""


class RequestKind(StrEnum):
    """What a request does with the recordings that it shows. Each counts as a request."""

    FETCH = "fetches"
    LIST = "lists"
    MEDIA = "media"
    """A download: the response sends the last byte of the media."""
    MEDIA_PART = "media parts"
    """A request for media that is no download: HEAD, an unchanged ETag, or a range without the last byte."""
    CHANGE = "changes"

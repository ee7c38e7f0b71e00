"""The parameters that each operation accepts (WIRE §1). Twilio ignores all others.

A name is here if Twilio documents it, even if the mock does not emulate it and refuses it.
"""

from collections.abc import Collection

from mockserver.rest.paging import PAGING_PARAMETERS
from scenarios.operations import Operation

_DATE_CREATED = ("DateCreated", "DateCreated<", "DateCreated>")
_DATE_UPDATED = ("DateUpdated", "DateUpdated<", "DateUpdated>")
_START_TIME = ("StartTime", "StartTime<", "StartTime>")
_END_TIME = ("EndTime", "EndTime<", "EndTime>")
_UPDATE = ("Status", "PauseBehavior")

_DETECTION = (
    *("MachineDetection", "MachineDetectionTimeout", "MachineDetectionSpeechThreshold", "MachineDetectionEngine"),
    *("MachineDetectionSpeechEndThreshold", "MachineDetectionSilenceTimeout"),
)
_RECORDING = (
    *("Record", "RecordingChannels", "RecordingTrack", "RecordingStatusCallback", "RecordingStatusCallbackMethod"),
    *("RecordingStatusCallbackEvent", "RecordingConfigurationId", "Trim"),
)
_STATUS_CALLBACK = ("StatusCallback", "StatusCallbackMethod", "StatusCallbackEvent")
_DOCUMENT = ("Url", "Method", "Twiml", "FallbackUrl", "FallbackMethod")
_CONFERENCE_CALLBACKS = (
    *("ConferenceStatusCallback", "ConferenceStatusCallbackMethod", "ConferenceStatusCallbackEvent"),
    *("ConferenceRecordingStatusCallback", "ConferenceRecordingStatusCallbackMethod"),
    "ConferenceRecordingStatusCallbackEvent",
)

REPEATABLE_PARAMETERS = frozenset(
    {
        *("RecordingStatusCallbackEvent", "StatusCallbackEvent", "MediaUrl", "PersistentAction"),
        *("ConferenceStatusCallbackEvent", "ConferenceRecordingStatusCallbackEvent"),
    }
)
"""The parameters of which every value counts, not only the last one."""

ACCEPTED_PARAMETERS: dict[Operation, Collection[str]] = {
    Operation.LIST_RECORDINGS: (*_DATE_CREATED, "CallSid", "ConferenceSid", "IncludeSoftDeleted", *PAGING_PARAMETERS),
    Operation.FETCH_RECORDING: ("IncludeSoftDeleted",),
    Operation.DELETE_RECORDING: (),
    Operation.FETCH_RECORDING_MEDIA: ("RequestedChannels",),
    Operation.CREATE_CALL_RECORDING: (
        *("RecordingStatusCallback", "RecordingStatusCallbackEvent", "RecordingStatusCallbackMethod"),
        *("RecordingChannels", "RecordingTrack", "RecordingConfigurationId", "Trim"),
    ),
    Operation.LIST_CALL_RECORDINGS: (*_DATE_CREATED, *PAGING_PARAMETERS),
    Operation.FETCH_CALL_RECORDING: (),
    Operation.UPDATE_CALL_RECORDING: _UPDATE,
    Operation.DELETE_CALL_RECORDING: (),
    Operation.LIST_CONFERENCE_RECORDINGS: (*_DATE_CREATED, *PAGING_PARAMETERS),
    Operation.FETCH_CONFERENCE_RECORDING: (),
    Operation.UPDATE_CONFERENCE_RECORDING: _UPDATE,
    Operation.DELETE_CONFERENCE_RECORDING: (),
    Operation.LIST_TRANSCRIPTIONS: PAGING_PARAMETERS,
    Operation.FETCH_TRANSCRIPTION: (),
    Operation.DELETE_TRANSCRIPTION: (),
    Operation.LIST_RECORDING_TRANSCRIPTIONS: PAGING_PARAMETERS,
    Operation.FETCH_RECORDING_TRANSCRIPTION: (),
    Operation.DELETE_RECORDING_TRANSCRIPTION: (),
    Operation.LIST_RECORDING_ADD_ON_RESULTS: PAGING_PARAMETERS,
    Operation.FETCH_RECORDING_ADD_ON_RESULT: (),
    Operation.DELETE_RECORDING_ADD_ON_RESULT: (),
    Operation.LIST_RECORDING_ADD_ON_RESULT_PAYLOADS: PAGING_PARAMETERS,
    Operation.FETCH_RECORDING_ADD_ON_RESULT_PAYLOAD: (),
    Operation.DELETE_RECORDING_ADD_ON_RESULT_PAYLOAD: (),
    Operation.FETCH_RECORDING_ADD_ON_RESULT_PAYLOAD_DATA: (),
    Operation.FETCH_ACCOUNT: (),
    Operation.LIST_ACCOUNTS: ("FriendlyName", "Status", *PAGING_PARAMETERS),
    Operation.LIST_CALLS: ("To", "From", "ParentCallSid", "Status", *_START_TIME, *_END_TIME, *PAGING_PARAMETERS),
    Operation.FETCH_CALL: (),
    Operation.CREATE_CALL: (
        *("To", "From", *_DOCUMENT, "ApplicationSid", *_STATUS_CALLBACK, "SendDigits", "Timeout", "TimeLimit"),
        *(*_RECORDING, *_DETECTION, "IfMachine", "AsyncAmd", "AsyncAmdStatusCallback", "AsyncAmdStatusCallbackMethod"),
        *("SipAuthUsername", "SipAuthPassword", "CallerId", "Byoc", "CallReason", "CallToken", "ClientNotificationUrl"),
        *("Transcribe", "TranscriptionConfiguration"),
    ),
    Operation.UPDATE_CALL: (*_DOCUMENT, "Status", *_STATUS_CALLBACK, "TimeLimit"),
    Operation.DELETE_CALL: (),
    Operation.LIST_CONFERENCES: (*_DATE_CREATED, *_DATE_UPDATED, "FriendlyName", "Status", *PAGING_PARAMETERS),
    Operation.FETCH_CONFERENCE: (),
    Operation.UPDATE_CONFERENCE: ("Status", "AnnounceUrl", "AnnounceMethod"),
    Operation.LIST_PARTICIPANTS: ("Muted", "Hold", "Coaching", *PAGING_PARAMETERS),
    Operation.CREATE_PARTICIPANT: (
        *("From", "To", *_STATUS_CALLBACK, "Label", "Timeout", "TimeLimit", *_RECORDING, *_DETECTION),
        *("Muted", "Beep", "StartConferenceOnEnter", "EndConferenceOnExit", "WaitUrl", "WaitMethod"),
        *("EarlyMedia", "MaxParticipants", "ConferenceRecord", "ConferenceTrim", *_CONFERENCE_CALLBACKS),
        *("SipAuthUsername", "SipAuthPassword", "Region", "Coaching", "CallSidToCoach", "JitterBufferSize", "Byoc"),
        *("CallerId", "CallReason", "AmdStatusCallback", "AmdStatusCallbackMethod", "CallToken", "CallerDisplayName"),
        "ClientNotificationUrl",
    ),
    Operation.FETCH_PARTICIPANT: (),
    Operation.UPDATE_PARTICIPANT: (
        *("Muted", "Hold", "HoldUrl", "HoldMethod", "AnnounceUrl", "AnnounceMethod", "WaitUrl", "WaitMethod"),
        *("BeepOnExit", "EndConferenceOnExit", "Coaching", "CallSidToCoach"),
    ),
    Operation.DELETE_PARTICIPANT: (),
    Operation.CREATE_MESSAGE: (
        *("To", "From", "MessagingServiceSid", "Body", "MediaUrl", "ContentSid", "ContentVariables", "StatusCallback"),
        *("ApplicationSid", "MaxPrice", "ProvideFeedback", "Attempt", "ValidityPeriod", "ForceDelivery", "RiskCheck"),
        *("ContentRetention", "AddressRetention", "SmartEncoded", "PersistentAction", "TrafficType", "ShortenUrls"),
        *("ScheduleType", "SendAt", "SendAsMms"),
    ),
}
"""One row per operation: the names in its query or, for a POST, in its form."""

"""Types of the arguments of the client, for type checkers: the words and fields that a test may write."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal, TypedDict

if TYPE_CHECKING:
    from mockserver.control.client.clock import DurationLike

StatusName = Literal["in-progress", "paused", "stopped", "processing", "completed", "absent", "failed", "deleted"]
"""A status of a recording."""
CallbackEventName = Literal["in-progress", "completed", "absent", "failed"]
"""An event of a callback."""
SourceName = Literal[
    "DialVerb",
    "Conference",
    "OutboundAPI",
    "Trunking",
    "RecordVerb",
    "StartCallRecordingAPI",
    "StartConferenceRecordingAPI",
]
"""A source of a recording."""
TrackName = Literal["inbound", "outbound", "both"]
"""A track of a recording."""
OperationName = Literal[
    "list_recordings",
    "fetch_recording",
    "delete_recording",
    "fetch_recording_media",
    "create_call_recording",
    "list_call_recordings",
    "fetch_call_recording",
    "update_call_recording",
    "delete_call_recording",
    "list_conference_recordings",
    "fetch_conference_recording",
    "update_conference_recording",
    "delete_conference_recording",
    "list_transcriptions",
    "fetch_transcription",
    "delete_transcription",
    "list_recording_transcriptions",
    "fetch_recording_transcription",
    "delete_recording_transcription",
    "list_recording_add_on_results",
    "fetch_recording_add_on_result",
    "delete_recording_add_on_result",
    "list_recording_add_on_result_payloads",
    "fetch_recording_add_on_result_payload",
    "delete_recording_add_on_result_payload",
    "fetch_recording_add_on_result_payload_data",
    "list_accounts",
    "fetch_account",
    "list_calls",
    "fetch_call",
    "list_conferences",
    "fetch_conference",
    "create_call",
    "update_call",
    "delete_call",
    "update_conference",
    "list_participants",
    "create_participant",
    "fetch_participant",
    "update_participant",
    "delete_participant",
    "create_message",
]
"""An operation of Twilio's API."""
WireName = Literal["twilio", "schema", "auto"]
"""How the wire of a response is chosen."""
AuthName = Literal["any", "strict", "off"]
"""Which credentials are accepted."""


class RecordingValues(TypedDict, total=False):
    """Fields of a recording that a step can set."""

    duration: int | str | None
    price: float | str | None
    price_unit: str
    error_code: int | None
    channels: Literal[1, 2]
    source: SourceName
    track: TrackName
    encryption_details: dict[str, Any] | None
    start_time: datetime | str | None
    date_updated: datetime | str


class CallbackFields(TypedDict, total=False):
    """A callback, and what is wrong with it."""

    event: CallbackEventName
    signature: Literal["wrong", "missing", "sha256"]
    times: int
    delay: str
    fields: Literal["at_event", "at_delivery"]
    set: Mapping[str, str | int]
    drop: Sequence[str]


StepCallback = CallbackEventName | CallbackFields
"""A callback of a step: as Twilio sends it, or scripted."""


class TimelineStep(TypedDict, total=False):
    """A step of a recording's timeline."""

    after: Mapping[str, Any] | str | None
    status: StatusName
    set: RecordingValues
    transcription: Literal["none", "in-progress", "completed", "failed"]
    call: Literal["queued", "ringing", "in-progress", "completed", "busy", "no-answer", "failed", "canceled"]
    conference: Literal["init", "in-progress", "completed"]
    callback: StepCallback | Sequence[StepCallback]


class RecordingDefinition(RecordingValues, total=False):
    """A recording that a test adds, with the fields of a scenario's `recordings`."""

    id: str
    sid: str
    call_sid: str | None
    conference_sid: str | None
    date_created: datetime | str
    status: StatusName
    timeline: Sequence[TimelineStep]
    transcript: str
    media: str
    imported: bool
    twilio_wire: dict[str, Any]
    status_callback: str | None
    status_callback_method: Literal["GET", "POST"]
    status_callback_event: Sequence[CallbackEventName]


AnswerName = Literal["no-answer", "busy", "failed", "machine"]
"""What happens to a call that no person answers."""
CallEventName = Literal["initiated", "ringing", "answered", "completed"]
"""An event of a call."""
CallerDefinition = TypedDict(
    "CallerDefinition",
    {
        "to": str,
        "from": str,
        "answers": Literal[True] | AnswerName,
        "rings": str | None,
        "speech": Sequence[str] | None,
        "digits": str,
        "hangs_up_after": str | None,
    },
    total=False,
)
"""Who is on the line of a call, as a scenario's `callers` have it."""


class CallOptions(TypedDict, total=False):
    """A call that a test places, beside its document."""

    from_: str
    answers: Literal[True] | AnswerName
    rings: "DurationLike"
    speech: str | Sequence[str]
    digits: str
    hangs_up_after: "DurationLike"
    fallback_url: str
    status_callback: str
    status_callback_method: Literal["GET", "POST"]
    status_callback_events: Sequence[CallEventName]
    record: bool | Literal["mono", "dual"]
    recording_status_callback: str
    wait: bool


class RequestFields(TypedDict, total=False):
    """Conditions for requests, beside their operation. A list stands for a field that is sent several times."""

    method: str
    path: str
    sid: str
    status: int
    header: Mapping[str, str | None]
    query: Mapping[str, str | Sequence[str] | None]
    form: Mapping[str, str | Sequence[str] | None]
    body: str


class ExpectedRequests(RequestFields, total=False):
    """Conditions for requests, and their number."""

    min: int | None
    max: int | None
    exactly: int | None

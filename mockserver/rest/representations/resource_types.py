"""Every kind of resource that is served: its names, and how it becomes a document."""

from collections.abc import Callable
from typing import Any

import msgspec

from mockserver.rest.representations import calls_and_conferences as parents
from mockserver.rest.representations import recording, subresources
from mockserver.rest.representations.wires import Wire


class Shape(msgspec.Struct, frozen=True):
    """A kind of resource.

    Args:
        item: its name in Twilio's XML, such as `AddOnResult`.
        key: where a list holds its records in JSON, such as `add_on_results`.
        document: (value, wire, base URL) -> the object of that wire, the one table for all representations.
    """

    item: str
    key: str
    document: Callable[[Any, Wire, str], dict[str, Any]]


RECORDING = Shape("Recording", "recordings", recording.recording_document)
CALL_RECORDING = Shape("Recording", "recordings", recording.call_recording_document)
CONFERENCE_RECORDING = Shape("Recording", "recordings", recording.conference_recording_document)
TRANSCRIPTION = Shape("Transcription", "transcriptions", subresources.transcription_document)
ADD_ON_RESULT = Shape("AddOnResult", "add_on_results", subresources.add_on_result_document)
PAYLOAD = Shape("Payload", "payloads", subresources.payload_document)
CALL = Shape("Call", "calls", parents.call_document)
CONFERENCE = Shape("Conference", "conferences", parents.conference_document)
ACCOUNT = Shape("Account", "accounts", parents.account_document)

"""The resource types: their names, and how each becomes a document."""

from collections.abc import Callable
from typing import Any

import msgspec

from mockserver.rest.representations import calls_and_conferences as parents
from mockserver.rest.representations import recording, subresources
from mockserver.rest.representations.wires import Wire


class ResourceType(msgspec.Struct, frozen=True):
    """A type of resource.

    Args:
        xml_element: its name in Twilio's XML, such as `AddOnResult`.
        list_key: the key of the records in a JSON list, such as `add_on_results`.
        build_document: (value, wire, base URL) -> the document that all representations are built from.
    """

    xml_element: str
    list_key: str
    build_document: Callable[[Any, Wire, str], dict[str, Any]]


RECORDING = ResourceType("Recording", "recordings", recording.build_recording)
CALL_RECORDING = ResourceType("Recording", "recordings", recording.build_call_recording)
CONFERENCE_RECORDING = ResourceType("Recording", "recordings", recording.build_conference_recording)
TRANSCRIPTION = ResourceType("Transcription", "transcriptions", subresources.build_transcription)
ADD_ON_RESULT = ResourceType("AddOnResult", "add_on_results", subresources.build_add_on_result)
PAYLOAD = ResourceType("Payload", "payloads", subresources.build_payload)
CALL = ResourceType("Call", "calls", parents.build_call)
CONFERENCE = ResourceType("Conference", "conferences", parents.build_conference)
ACCOUNT = ResourceType("Account", "accounts", parents.build_account)

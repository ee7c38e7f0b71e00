"""The three forms of a recording: that of its account, of its call and of its conference (WIRE §1.1)."""

from mockserver.rest.representations.recording import build_call_recording, build_conference_recording, build_recording
from mockserver.rest.representations.recording_json import (
    encode_call_recording,
    encode_conference_recording,
    encode_recording,
)
from mockserver.rest.representations.resource_type import ResourceType

RECORDING = ResourceType("Recording", "recordings", build_recording, encode_recording)
CALL_RECORDING = ResourceType("Recording", "recordings", build_call_recording, encode_call_recording)
CONFERENCE_RECORDING = ResourceType("Recording", "recordings", build_conference_recording, encode_conference_recording)

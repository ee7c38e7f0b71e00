"""The statuses of a recording, and the events of its callbacks."""

from enum import StrEnum


class RecordingStatus(StrEnum):
    """The statuses that a step can set: those of the contract, and those that only SDKs see (WIRE §5)."""

    IN_PROGRESS = "in-progress"
    PAUSED = "paused"
    STOPPED = "stopped"
    PROCESSING = "processing"
    COMPLETED = "completed"
    ABSENT = "absent"
    FAILED = "failed"
    DELETED = "deleted"


class CallbackEvent(StrEnum):
    """The events of status callbacks. Twilio retired `failed`, but its own examples still use it (WIRE §12)."""

    IN_PROGRESS = "in-progress"
    COMPLETED = "completed"
    ABSENT = "absent"
    FAILED = "failed"


class TranscriptionStep(StrEnum):
    """The statuses of a recording's transcription that a step can set."""

    NONE = "none"
    """Nobody has asked for one yet."""
    IN_PROGRESS = "in-progress"
    COMPLETED = "completed"
    FAILED = "failed"


class ConferenceStatus(StrEnum):
    """The statuses of a conference."""

    INIT = "init"
    IN_PROGRESS = "in-progress"
    COMPLETED = "completed"

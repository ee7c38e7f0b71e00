"""How the calls of an account are played, in the points in which users need different things."""

import msgspec


class CallSettings(msgspec.Struct, frozen=True):
    """How calls are played."""

    party_channel: int = 1
    """The channel of a dual recording that has the person on the line: 1 or 2."""
    transcribes_alone: bool = False
    """True if a `transcribeCallback` asks for a transcription by itself, as on Twilio until 2024-08."""


DEFAULT_CALL_SETTINGS = CallSettings()

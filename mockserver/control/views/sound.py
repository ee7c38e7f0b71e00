"""The views of what is heard in a recording: its loudness, and the turns of its dialogue."""

import msgspec


class WaveformView(msgspec.Struct, frozen=True, kw_only=True):
    """How loud a recording is over time."""

    sid: str
    seconds: float
    channels: list[list[float]]
    """The root mean square of each column, from 0 to 1, by channel."""


class WordView(msgspec.Struct, frozen=True, kw_only=True):
    """A word of a turn. Times are seconds from the start of the recording."""

    text: str
    start: float
    end: float


class TurnView(msgspec.Struct, frozen=True, kw_only=True):
    """What one side says, or the keys that it presses."""

    channel: int
    """The side: 1 is the first voice and the left channel, 2 the second and the right."""
    start: float
    end: float
    text: str
    digits: str
    words: list[WordView]
    """The first 1,000 of them."""


class TurnsView(msgspec.Struct, frozen=True, kw_only=True):
    """The dialogue of a recording."""

    sid: str
    seconds: float
    turns: list[TurnView]
    """The first 1,000 of them."""
    turn_count: int

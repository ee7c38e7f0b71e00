"""The sound of a recording: two voices that follow its dialogue. Any range can be rendered by itself.

The length of a medium is known before it is rendered. It is rendered in chunks, so an hour takes no more memory than
a second.
"""

import struct
from collections.abc import Iterator
from hashlib import shake_256
from typing import Protocol

from generators.audio.syllables import BEAT, RATE, SILENCE, SYLLABLES, build_bank
from generators.content.dialogue import Dialogue

_SAMPLE = 2
"""The number of bytes in a sample."""
_PIECE = 10 * RATE
"""The number of sound frames in a chunk."""
_HEADER = struct.Struct("<4sI4s4sIHHIIHH4sI")


class Medium(Protocol):
    """Bytes of a known length that are generated on demand."""

    @property
    def length(self) -> int:
        """The number of bytes."""

    def read(self, start: int, stop: int) -> Iterator[bytes]:
        """Yield the bytes from `start` to `stop` in chunks."""


class Sound:
    """The sound of a dialogue.

    Args:
        dialogue: the turns of the voices.
        seed: selects the syllables.
        channels: 1, or 2 with one voice per channel.
    """

    def __init__(self, dialogue: Dialogue, seed: bytes, channels: int) -> None:
        self.channels = channels
        self.frames = dialogue.beats * BEAT
        self.frame_size = channels * _SAMPLE
        self._score = _choose_syllables(dialogue, seed)

    def render_pcm(self, start: int, stop: int) -> bytes:
        """Return the sound frames from `start` to `stop`, little-endian and interleaved."""
        first = start // BEAT
        syllables = build_bank(self.channels)
        beats = b"".join([syllables[number] for number in self._score[first : -(-stop // BEAT)]])
        skipped = (start - first * BEAT) * self.frame_size
        return beats[skipped : skipped + (stop - start) * self.frame_size]


class Wav:
    """A sound as a WAV file: 8 kHz, 16-bit PCM."""

    def __init__(self, sound: Sound) -> None:
        self._sound = sound
        data = sound.frames * sound.frame_size
        self.length = _HEADER.size + data
        self._header = _HEADER.pack(
            *(b"RIFF", self.length - 8, b"WAVE", b"fmt ", 16, 1, sound.channels, RATE),
            *(RATE * sound.frame_size, sound.frame_size, 8 * _SAMPLE, b"data", data),
        )

    def read(self, start: int, stop: int) -> Iterator[bytes]:
        """Yield the bytes from `start` to `stop` in chunks."""
        size = len(self._header)
        if start < size:
            yield self._header[start:stop]
        first, last = max(0, start - size), max(0, stop - size)
        frame_size = self._sound.frame_size
        while first < last:
            frame = first // frame_size
            until = min(frame + _PIECE, -(-last // frame_size))
            piece = self._sound.render_pcm(frame, until)
            yield piece[first - frame * frame_size : last - frame * frame_size]
            first = until * frame_size


def _choose_syllables(dialogue: Dialogue, seed: bytes) -> bytes:
    """Return the syllable number of each beat."""
    draws = shake_256(seed).digest(dialogue.beats)
    score = bytearray([SILENCE]) * dialogue.beats
    for turn in dialogue.turns:
        first = 1 + turn.voice * SYLLABLES
        score[turn.start : turn.stop] = bytes(first + draw % SYLLABLES for draw in draws[turn.start : turn.stop])
    return bytes(score)

"""What a recording sounds like: two voices that follow its dialogue, cut out anywhere without the rest.

A medium tells its length before it is made, and is made piece by piece: an hour takes no more memory
than a second, and its end is as near as its beginning.
"""

import struct
from collections.abc import Iterator
from hashlib import shake_256
from typing import Protocol

from generators.audio.syllables import BEAT, RATE, SILENCE, SYLLABLES, build_bank
from generators.content.dialogue import Dialogue

_SAMPLE = 2
"""Bytes of a sample."""
_PIECE = 10 * RATE
"""Sound frames that are made at a time."""
_HEADER = struct.Struct("<4sI4s4sIHHIIHH4sI")


class Medium(Protocol):
    """Bytes of a known length that are made on demand."""

    @property
    def length(self) -> int:
        """How many bytes there are."""

    def read(self, start: int, stop: int) -> Iterator[bytes]:
        """Yield the bytes from one place up to another, in pieces."""


class Sound:
    """The sound of a dialogue.

    Args:
        dialogue: who speaks when.
        seed: which syllables are heard.
        channels: 1, or 2 with one voice on each side.
    """

    def __init__(self, dialogue: Dialogue, seed: bytes, channels: int) -> None:
        self.channels = channels
        self.frames = dialogue.beats * BEAT
        self.frame_size = channels * _SAMPLE
        self._score = _choose_syllables(dialogue, seed)

    def render_pcm(self, start: int, stop: int) -> bytes:
        """Return sound frames from one up to another, little-endian and interleaved."""
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
        """Yield the bytes from one place up to another, in pieces."""
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
    """Return the number of the syllable at each beat."""
    draws = shake_256(seed).digest(dialogue.beats)
    score = bytearray([SILENCE]) * dialogue.beats
    for turn in dialogue.turns:
        first = 1 + turn.voice * SYLLABLES
        score[turn.start : turn.stop] = bytes(first + draw % SYLLABLES for draw in draws[turn.start : turn.stop])
    return bytes(score)

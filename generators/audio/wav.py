"""The sound of a recording: two voices that follow its dialogue. Any range can be rendered by itself.

The length of a medium is known before it is rendered. It is rendered in chunks, so an hour takes no more memory than
a second.
"""

import struct
from collections.abc import Iterable, Iterator
from functools import lru_cache
from hashlib import shake_256
from itertools import pairwise
from operator import add
from typing import Protocol

from generators.audio.syllables import FRAMES_PER_BEAT, SAMPLE_RATE, SILENCE, SYLLABLE_COUNT
from generators.audio.tones import iter_tones, load_beats
from generators.content.dialogue import Dialogue, Turn

_SAMPLE_SIZE = 2
"""The number of bytes in a sample."""
_CHUNK_FRAMES = 10 * SAMPLE_RATE
"""The number of sound frames in a chunk."""
_MAX_MIXED_BEATS = 256
"""The number of cached sums of two beats, of up to 6,400 bytes each."""
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
        self.frame_count = dialogue.beats * FRAMES_PER_BEAT
        self.frame_size = channels * _SAMPLE_SIZE
        self.scores = _write_scores(dialogue, seed)
        """The number of the sound in each beat; two scores if both voices speak at once."""

    @property
    def seconds(self) -> float:
        """The length."""
        return self.frame_count / SAMPLE_RATE

    def render_pcm(self, start: int, stop: int) -> bytes:
        """Return the sound frames from `start` to `stop`, little-endian and interleaved."""
        first = start // FRAMES_PER_BEAT
        scores = [score[first : -(-stop // FRAMES_PER_BEAT)] for score in self.scores]
        bank = load_beats(self.channels, scores)
        if len(scores) == 1:
            beats = b"".join([bank[number] for number in scores[0]])
        else:
            beats = b"".join([_mix_beats(bank[left], bank[right]) for left, right in zip(*scores, strict=True)])
        skipped = (start - first * FRAMES_PER_BEAT) * self.frame_size
        return beats[skipped : skipped + (stop - start) * self.frame_size]


class Wav:
    """A sound as a WAV file: 8 kHz, 16-bit PCM."""

    def __init__(self, sound: Sound) -> None:
        self.sound = sound
        data = sound.frame_count * sound.frame_size
        self.length = _HEADER.size + data
        self._header = _HEADER.pack(
            *(b"RIFF", self.length - 8, b"WAVE", b"fmt ", 16, 1, sound.channels, SAMPLE_RATE),
            *(SAMPLE_RATE * sound.frame_size, sound.frame_size, 8 * _SAMPLE_SIZE, b"data", data),
        )

    def read(self, start: int, stop: int) -> Iterator[bytes]:
        """Yield the bytes from `start` to `stop` in chunks."""
        size = len(self._header)
        if start < size:
            yield self._header[start:stop]
        first, last = max(0, start - size), max(0, stop - size)
        frame_size = self.sound.frame_size
        while first < last:
            frame = first // frame_size
            until = min(frame + _CHUNK_FRAMES, -(-last // frame_size))
            piece = self.sound.render_pcm(frame, until)
            yield piece[first - frame * frame_size : last - frame * frame_size]
            first = until * frame_size


def _write_scores(dialogue: Dialogue, seed: bytes) -> tuple[bytes, ...]:
    """Return the number of the sound in each beat: one score, or one for each voice if both speak at once."""
    draws, turns = shake_256(seed).digest(dialogue.beats), dialogue.turns
    if any(turn.stop > following.start for turn, following in pairwise(turns)):
        voices = ([turn for turn in turns if turn.voice == voice] for voice in range(2))
        return tuple(_write_score(of_voice, draws) for of_voice in voices)
    return (_write_score(turns, draws),)


def _write_score(turns: Iterable[Turn], draws: bytes) -> bytes:
    score = bytearray([SILENCE]) * len(draws)
    for turn in turns:
        if turn.text:
            first = 1 + turn.voice * SYLLABLE_COUNT
            spoken = draws[turn.start : turn.stop]
            score[turn.start : turn.stop] = bytes(first + draw % SYLLABLE_COUNT for draw in spoken)
        for beat, tone in iter_tones(turn):
            score[beat] = tone
    return bytes(score)


@lru_cache(maxsize=_MAX_MIXED_BEATS)
def _mix_beats(left: bytes, right: bytes) -> bytes:
    """Return the sum of the sounds of two voices. Neither is louder than half of what a sample can hold."""
    samples = struct.Struct(f"<{len(left) // _SAMPLE_SIZE}h")
    return samples.pack(*map(add, samples.unpack(left), samples.unpack(right)))

"""The tones of the keys of a telephone (DTMF): beats beside the syllables, synthesized when a key is first heard.

Each tone is the sum of two sines, as ITU-T Q.23 has them. It fills the first half of its beat.
"""

from __future__ import annotations  # before Python 3.12, only type checkers know array[int]

import math
from array import array
from collections.abc import Iterable, Iterator
from functools import lru_cache

from generators.audio.syllables import BANK_SIZE, FRAMES_PER_BEAT, SAMPLE_RATE, SILENCE, build_bank, encode_beat
from generators.content.dialogue import PAUSE_BEATS_BY_KEY, Turn

_KEYS = "123A456B789C*0#D"
"""The keys by rows of four: a row has the lower frequency of a tone, a column the higher one."""
_LOW_FREQUENCIES = (697, 770, 852, 941)
_HIGH_FREQUENCIES = (1209, 1336, 1477, 1633)
_TONE_FRAMES = FRAMES_PER_BEAT // 2
_EDGE_FRAMES = 40
"""The number of frames in which a tone starts and ends softly."""
_LOUDNESS = 4500
"""The loudness of each of the two sines."""


def load_beats(channels: int, scores: Iterable[bytes]) -> tuple[bytes, ...]:
    """Return the sounds of all beats by number: silence, the syllables and, if a score has one, the tones."""
    has_tones = any(max(score, default=SILENCE) >= BANK_SIZE for score in scores)
    return _build_bank_with_tones(channels) if has_tones else build_bank(channels)


def iter_tones(turn: Turn) -> Iterator[tuple[int, int]]:
    """Yield the beats of the keys in a turn, with the numbers of their tones. Other characters are not heard."""
    at: float = turn.start
    for key in turn.digits:
        beat = math.ceil(at)
        if key in _KEYS and beat < turn.stop:
            yield beat, BANK_SIZE + turn.voice * len(_KEYS) + _KEYS.index(key)
        at += PAUSE_BEATS_BY_KEY.get(key, 1)


@lru_cache(maxsize=2)
def _build_bank_with_tones(channels: int) -> tuple[bytes, ...]:
    tones = [_build_tone(key) for key in range(len(_KEYS))]
    return (
        *build_bank(channels),
        *(encode_beat(tone, channels, voice=voice) for voice in range(2) for tone in tones),
    )


def _build_tone(key: int) -> array[int]:
    row, column = divmod(key, len(_HIGH_FREQUENCIES))
    low, high = (2 * math.pi * hertz / SAMPLE_RATE for hertz in (_LOW_FREQUENCIES[row], _HIGH_FREQUENCIES[column]))
    samples = array("h", bytes(2 * FRAMES_PER_BEAT))
    for at in range(_TONE_FRAMES):
        loudness = _LOUDNESS * min(at / _EDGE_FRAMES, 1.0, (_TONE_FRAMES - 1 - at) / _EDGE_FRAMES)
        samples[at] = round(loudness * (math.sin(low * at) + math.sin(high * at)))
    return samples

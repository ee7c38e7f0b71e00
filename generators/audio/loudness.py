"""How loud a sound is over time: the root mean square of its samples, from a table of the sounds of its beats."""

from __future__ import annotations  # before Python 3.12, only type checkers know array[int]

import math
from array import array
from collections.abc import Iterator, Sequence
from functools import lru_cache
from operator import mul

from generators.audio.syllables import FRAMES_PER_BEAT
from generators.audio.tones import load_beats
from generators.audio.wav import Sound

_SLOTS_PER_BEAT = 8
"""The parts of a beat that have a loudness of their own."""
_MANY_BEATS = 64
"""From this number of beats in a column on, whole beats are counted."""
_LOUDEST = 32_768
_Energies = tuple[tuple[float, ...], ...]
"""The mean squares of a sound: by channel, and by slot."""


def iter_loudness(sound: Sound, columns: int) -> Iterator[tuple[float, ...]]:
    """Yield the loudness of each channel, from 0 to 1, in columns of equal length."""
    slots = 1 if len(sound.scores[0]) >= _MANY_BEATS * columns else _SLOTS_PER_BEAT
    has_tones = len(load_beats(sound.channels, sound.scores)) > len(load_beats(sound.channels, ()))
    table = _measure_beats(sound.channels, slots, has_tones)
    total = len(sound.scores[0]) * slots
    for column in range(columns):
        start = column * total // columns
        stop = max(start + 1, (column + 1) * total // columns)
        yield tuple(
            _measure(sound.scores, [energies[channel] for energies in table], slots, start, min(stop, total))
            for channel in range(sound.channels)
        )


def measure_frames(frames: array[int], channels: int) -> tuple[float, ...]:
    """Return the loudness of each channel of interleaved 16-bit samples, from 0 to 1."""
    return tuple(_to_loudness(_compute_mean_square(frames[channel::channels])) for channel in range(channels))


def _measure(
    scores: Sequence[bytes], energies: Sequence[tuple[float, ...]], slots: int, start: int, stop: int
) -> float:
    """Return the loudness of a channel between two slots. Voices that speak at once add up their energies."""
    if stop <= start:  # the sound is empty
        return 0.0
    total = 0.0
    for score in scores:
        if slots == 1:
            total += sum(energies[number][0] for number in score[start:stop])
        else:
            total += sum(energies[score[slot // slots]][slot % slots] for slot in range(start, stop))
    return _to_loudness(total / (stop - start))


@lru_cache(maxsize=8)
def _measure_beats(channels: int, slots: int, has_tones: bool) -> tuple[_Energies, ...]:
    """Return the mean squares of every sound that a beat may have."""
    first_tone = bytes([len(load_beats(channels, ()))]) if has_tones else b""
    return tuple(_measure_beat(array("h", beat), channels, slots) for beat in load_beats(channels, (first_tone,)))


def _measure_beat(samples: array[int], channels: int, slots: int) -> _Energies:
    size = FRAMES_PER_BEAT // slots
    return tuple(
        tuple(
            _compute_mean_square(samples[channel::channels][slot * size : (slot + 1) * size]) for slot in range(slots)
        )
        for channel in range(channels)
    )


def _compute_mean_square(samples: array[int]) -> float:
    total: int = sum(map(mul, samples, samples))
    return total / max(1, len(samples))


def _to_loudness(mean_square: float) -> float:
    return math.sqrt(mean_square) / _LOUDEST

"""Two voices of speech-like syllables: a small bank, synthesized once per process.

A syllable consists of the harmonics of a pitch under the formants of a vowel. It starts and ends softly, so any two
syllables can follow each other. Telephone quality: 8 kHz, 16 bits.
"""

from __future__ import annotations  # before Python 3.12, only type checkers know array[int]

import math
from array import array
from functools import lru_cache

from generators.content.dialogue import BEATS_PER_SECOND

SAMPLE_RATE = 8000
FRAMES_PER_BEAT = SAMPLE_RATE // BEATS_PER_SECOND
"""The number of sound frames in a beat."""
SILENCE = 0
"""The syllable number that stands for silence."""
SYLLABLE_COUNT = 24
"""The number of syllables per voice: voice 0 has the numbers from 1 on, voice 1 those after them."""
BANK_SIZE = 1 + 2 * SYLLABLE_COUNT
"""The number of beats in the bank."""

_VOWELS = ((730, 1090), (530, 1840), (270, 2290), (570, 840), (300, 870), (500, 1500))
_PITCH_FACTORS = (0.94, 1.0, 1.05, 1.12)
_PITCHES = (112.0, 190.0)
_PHASE_COUNT = 512
_ATTACK, _RELEASE = 280, 420
_LOUDNESS = 9000
_BANDWIDTH = 110


@lru_cache(maxsize=2)
def build_bank(channels: int) -> tuple[bytes, ...]:
    """Return all syllables, by number, as PCM of one channel, or of two with voice 0 left and voice 1 right."""
    syllables = [
        array("h", bytes(2 * FRAMES_PER_BEAT)),
        *(_build_syllable(voice, n) for voice in range(2) for n in range(SYLLABLE_COUNT)),
    ]
    return tuple(
        encode_beat(syllable, channels, voice=int(number > SYLLABLE_COUNT)) for number, syllable in enumerate(syllables)
    )


def encode_beat(samples: array[int], channels: int, *, voice: int) -> bytes:
    """Return the samples of a voice as PCM of one channel, or of two with voice 0 left and voice 1 right."""
    return _to_little_endian(samples if channels == 1 else _pan(samples, right=voice == 1))


def _build_syllable(voice: int, number: int) -> array[int]:
    vowel, bend = divmod(number, len(_PITCH_FACTORS))
    pitch = _PITCHES[voice] * _PITCH_FACTORS[bend]
    wave = _synthesize(pitch, _VOWELS[vowel])
    samples = array("h", bytes(2 * FRAMES_PER_BEAT))
    phase = 0.0
    for at in range(FRAMES_PER_BEAT):
        loudness = min(at / _ATTACK, 1.0, (FRAMES_PER_BEAT - 1 - at) / _RELEASE)
        samples[at] = round(wave[int(phase) % _PHASE_COUNT] * loudness)
        phase += (
            pitch * (1.04 - 0.08 * at / FRAMES_PER_BEAT) * _PHASE_COUNT / SAMPLE_RATE
        )  # the pitch falls a little, as in speech
    return samples


def _synthesize(pitch: float, formants: tuple[int, int]) -> list[float]:
    """Return one period of a voiced sound."""
    harmonics = range(1, int(0.45 * SAMPLE_RATE / pitch))
    strengths = [
        sum(1 / (1 + ((h * pitch - formant) / _BANDWIDTH) ** 2) for formant in formants) + 0.15 / h for h in harmonics
    ]
    turns = [2 * math.pi * phase / _PHASE_COUNT for phase in range(_PHASE_COUNT)]
    wave = [sum(s * math.sin(h * turn) for h, s in zip(harmonics, strengths, strict=True)) for turn in turns]
    loudest = max(map(abs, wave))
    return [_LOUDNESS * sample / loudest for sample in wave]


def _pan(mono: array[int], *, right: bool) -> array[int]:
    stereo = array("h", bytes(4 * len(mono)))
    stereo[right::2] = mono
    return stereo


def _to_little_endian(samples: array[int]) -> bytes:
    if array("H", b"\x01\x00")[0] != 1:  # pragma: no cover - no big-endian machine runs the tests
        samples.byteswap()
    return samples.tobytes()

"""The loudness of a sound is that of its samples."""

import math
from array import array

import pytest

from generators.audio.loudness import iter_loudness
from generators.audio.syllables import FRAMES_PER_BEAT
from generators.audio.wav import Sound
from generators.content.dialogue import Dialogue, Turn

SEED = bytes(32)
SPEECH = Turn(0, 1, 4, "one two three")
ANSWER = Turn(1, 2, 6, "four")
KEYS = Turn(1, 5, 8, "", "1#5")


def measure_samples(sound: Sound, columns: int) -> list[list[float]]:
    samples = array("h", sound.render_pcm(0, sound.frame_count))
    size = sound.frame_count // columns * sound.channels
    parts = [samples[start : start + size] for start in range(0, size * columns, size)]
    return [
        [math.sqrt(sum(s * s for s in part[c :: sound.channels]) / (size // sound.channels)) / 32768 for part in parts]
        for c in range(sound.channels)
    ]


@pytest.mark.parametrize("channels", [1, 2])
@pytest.mark.parametrize("turns", [(SPEECH,), (SPEECH, KEYS), (KEYS,), ()], ids=["speech", "both", "keys", "silence"])
@pytest.mark.parametrize("columns", [1, 2, 8, 64])
def test_columns_have_the_root_mean_square_of_their_samples(
    channels: int, turns: tuple[Turn, ...], columns: int
) -> None:
    sound = Sound(Dialogue(turns, 8), SEED, channels)
    assert sound.frame_count == 8 * FRAMES_PER_BEAT
    found = list(zip(*iter_loudness(sound, columns), strict=True))
    for own, wanted in zip(found, measure_samples(sound, columns), strict=True):
        assert list(own) == pytest.approx(wanted, abs=1e-6)


def test_voices_that_speak_at_once_are_louder_than_each() -> None:
    both, first, second = (
        next(iter_loudness(Sound(Dialogue(turns, 8), SEED, 1), 1))[0]
        for turns in ((SPEECH, ANSWER), (SPEECH,), (ANSWER,))
    )
    assert both == pytest.approx(math.hypot(first, second))


def test_whole_beats_are_counted_in_a_long_sound() -> None:
    turns = tuple(Turn(0, start, start + 5, "word") for start in range(0, 1000, 10))
    sound = Sound(Dialogue(turns, 1000), SEED, 1)
    assert [loudness for (loudness,) in iter_loudness(sound, 4)] == pytest.approx(measure_samples(sound, 4)[0])


def test_empty_sound_is_silent() -> None:
    assert list(iter_loudness(Sound(Dialogue((), 0), SEED, 2), 3)) == [(0.0, 0.0)] * 3

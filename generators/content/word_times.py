"""When each word of a turn is spoken: a syllable takes about a beat, and the words fill the turn."""

from collections.abc import Iterator
from itertools import accumulate, pairwise
from typing import NamedTuple

from generators.content.dialogue import BEATS_PER_SECOND, Turn, count_word_beats


class TimedWord(NamedTuple):
    """A word, from one second of a recording to another."""

    text: str
    start: float
    stop: float


def time_words(turn: Turn) -> Iterator[TimedWord]:
    """Yield the words of a turn, each with its share of the turn's time."""
    words = turn.text.split()
    edges = list(accumulate(map(count_word_beats, words), initial=0))
    scale = (turn.stop - turn.start) / BEATS_PER_SECOND / max(1, edges[-1])
    first = turn.start / BEATS_PER_SECOND
    for word, (start, stop) in zip(words, pairwise(edges), strict=True):
        yield TimedWord(word, first + start * scale, first + stop * scale)

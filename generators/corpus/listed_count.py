"""How many recordings a corpus needs so that a list shows a number of them: lists leave out deleted ones."""

from collections.abc import Iterator
from itertools import product
from typing import NamedTuple

from generators.corpus.layout import Layout
from generators.corpus.mix import Mix
from generators.model import Status

_MIN_VISIBLE_SHARE = 1e-4
"""With fewer visible recordings, a corpus would have to be ten thousand times as large as the list."""
_ESTIMATES = 8
_NEIGHBOURS = 128
_TURNS = 8


class CorpusSize(NamedTuple):
    """The size of a corpus, and the turn of its layout."""

    recordings: int
    turn: int = 0


def find_corpus_size(key: bytes, listed: int, mix: Mix) -> CorpusSize:
    """Return the size of the corpus of which a list shows `listed` recordings at T0; deleted ones come on top.

    If practically all recordings are deleted, `listed` counts the deleted ones too. Beyond some 100,000 recordings, the
    number that a list shows may differ by a few.

    Args:
        key: the key of the corpus, which determines where deleted recordings are.
    """
    share = 1 - mix.status[Status.DELETED]
    if not listed or share >= 1 or share < _MIN_VISIBLE_SHARE:
        return CorpusSize(listed)
    count = round(listed / share)
    for _ in range(_ESTIMATES):
        missing = listed - Layout(key, count, mix).count_visible()
        if not missing:
            return CorpusSize(count)
        count = max(listed, count + int(missing / share))
    near = (
        size
        for size in _iterate_neighbours(count, share)
        if Layout(key, size.recordings, mix, size.turn).count_visible() == listed
    )
    return next(near, CorpusSize(count))


def _iterate_neighbours(count: int, share: float) -> Iterator[CorpusSize]:
    distances = (distance for size in range(round(_NEIGHBOURS / share)) for distance in (size, -size))
    return (CorpusSize(max(1, count + distance), turn) for distance, turn in product(distances, range(_TURNS)))

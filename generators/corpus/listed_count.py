"""How many recordings a corpus needs so that a list shows a number of them: lists leave out deleted ones."""

from collections.abc import Iterator
from itertools import islice

from generators.corpus.layout import make_layout
from generators.corpus.mix import Mix
from generators.model import Status

_MIN_VISIBLE_SHARE = 1e-4
"""With fewer visible recordings, a corpus would have to be ten thousand times as large as the list."""
_ESTIMATES = 8
_TURNS = 8
_MAX_TRIES = 512
"""A corpus is created in each test, so a number that cannot be met exactly must not take long."""

CorpusSize = tuple[int, int]
"""The number of recordings of a corpus, and the turn of its layout."""


def find_corpus_size(key: bytes, listed: int, mix: Mix) -> CorpusSize:
    """Return the size of the corpus of which a list shows `listed` recordings at T0; deleted ones come on top.

    If practically all recordings are deleted, `listed` counts the deleted ones too. Beyond some 100,000 recordings, the
    number that a list shows may differ by a few.

    Args:
        key: the key of the corpus, which determines where deleted recordings are.
    """
    share = 1 - mix.status[Status.DELETED]
    if not listed or share >= 1 or share < _MIN_VISIBLE_SHARE:
        return listed, 0
    count = round(listed / share)
    for _ in range(_ESTIMATES):
        missing = listed - make_layout(key, count, mix, 0).count_visible()
        if not missing:
            return count, 0
        count = max(listed, count + int(missing / share))
    near = islice(_iterate_neighbours(count), _MAX_TRIES)
    exact = ((size, turn) for size, turn in near if make_layout(key, size, mix, turn).count_visible() == listed)
    return next(exact, (count, 0))


def _iterate_neighbours(count: int) -> Iterator[CorpusSize]:
    distances = (distance for size in range(_MAX_TRIES) for distance in (size, -size))
    return ((max(1, count + distance), turn) for distance in distances for turn in range(_TURNS))

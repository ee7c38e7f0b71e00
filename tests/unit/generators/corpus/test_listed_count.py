"""A list shows the number of recordings that was asked for; deleted ones come on top."""

import pytest

from generators.corpus.corpus import Corpus, CorpusSpec
from generators.corpus.layout import Layout
from generators.corpus.listed_count import find_corpus_size
from generators.corpus.mix import Mix
from generators.model import Status

MIXES: list[dict[str, float]] = [
    {},
    {"deleted": 0},
    {"deleted": 0.5},
    {"deleted": 0.9},
    {"deleted": 0.3, "processing": 0.7},
    {"deleted": 0.4, "processing": 0.5},
    {"processing": 1},
]


@pytest.mark.parametrize("mix", MIXES)
def test_list_shows_the_number_that_was_asked_for(mix: dict[str, float]) -> None:
    for listed in (*range(100), 127, 500, 3000):
        spec = CorpusSpec.of_listed(
            listed, seed=str(listed), account_sid="AC1", t0=1_700_000_000, span=10**6, mix=Mix.from_shares(mix)
        )
        corpus = Corpus(spec)
        visible = [*corpus.layout.walk(range(corpus.count), newest_first=True, first_visible_deleted=None)]
        statuses = [corpus.layout.get_status(index) for index in visible]
        assert (listed, listed) == (len(visible), spec.listed)
        assert Status.DELETED not in statuses


def test_all_recordings_count_if_all_are_deleted() -> None:
    assert find_corpus_size(b"key", 5, Mix.from_shares({"deleted": 1})) == (5, 0)


def test_huge_corpora_are_sized_without_a_scan() -> None:
    count, turn = find_corpus_size(b"key", 10**12, Mix())
    assert Layout(b"key", count, Mix(), turn).count_visible() == pytest.approx(10**12, rel=1e-6)


@pytest.mark.parametrize("count", [0, 1, 63, 64, 200, 5000, 200_000])
def test_visible_recordings_are_counted_as_they_are_listed(count: int) -> None:
    layout = Layout(b"key", count, Mix.from_shares({"deleted": 0.37}))
    listed = sum(1 for _ in layout.walk(range(count), newest_first=False, first_visible_deleted=None))
    assert listed == layout.count_visible()

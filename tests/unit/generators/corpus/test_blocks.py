from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generators.corpus.block_templates import RING_COUNT, RunMember, build_ring, get_templates
from generators.corpus.blocks import build_block
from generators.corpus.mix import Mix
from generators.corpus.quotas import BLOCK_SIZE
from generators.distributions import MAX_RUN_LENGTH
from generators.model import CONFERENCE_SOURCES, Source

MIXES = [
    Mix(),
    Mix.from_shares({"conference": 1, "encrypted": 0.3}),
    Mix.from_shares({"conference": 0.01, "deleted": 0.5, "dual": 0}),
]


def list_runs(members: tuple[RunMember, ...]) -> list[tuple[Source, int]]:
    """Return source and length of each run, after checking that no member is missing."""
    found, place = [], 0
    while place < len(members):
        first = members[place]
        whole = tuple(RunMember(first.source, ordinal, first.length) for ordinal in range(first.length))
        assert members[place : place + first.length] == whole
        found.append((first.source, first.length))
        place += first.length
    return found


@given(mix=st.sampled_from(MIXES), key=st.binary(max_size=64), number=st.integers(0, 1 << 40))
def test_block_has_its_quotas_in_whole_runs(mix: Mix, key: bytes, number: int) -> None:
    deck = get_templates(mix)
    block, hand = build_block(key, deck, number), deck.get_shares(number)
    lengths: Counter[Source] = Counter()
    for source, length in list_runs(block.members):
        lengths[source] += length
        assert length <= (MAX_RUN_LENGTH if source in CONFERENCE_SOURCES else 3)
    assert {source: quota for source, quota in hand.sources if quota} == lengths
    assert Counter(hand.statuses) == Counter(map(block.get_finished_status, range(BLOCK_SIZE)))
    chosen = [sum(map(each, range(BLOCK_SIZE))) for each in (block.is_dual, block.is_encrypted, block.is_adversarial)]
    assert chosen == [hand.dual, hand.encrypted, hand.adversarial]


@pytest.mark.parametrize("mix", MIXES, ids=["usual", "conferences", "deleted"])
def test_ring_has_same_runs_from_every_start(mix: Mix) -> None:
    sources = get_templates(mix).get_shares(7).sources
    for number in range(RING_COUNT):
        around = build_ring(sources, number)
        cut = [list_runs(around.members[start : start + BLOCK_SIZE]) for start in around.starts]
        assert len({tuple(sorted(each)) for each in cut}) == 1


def test_equal_mixes_share_templates_and_keys_vary_blocks() -> None:
    deck = get_templates(Mix())
    assert deck is get_templates(Mix.from_shares({}))
    assert deck is not get_templates(Mix.from_shares({"dual": 1}))
    dealt = [build_block(bytes([key]), deck, 15) for key in range(50)]
    assert len({block.members for block in dealt}) > 40
    assert len({block.status_ranks for block in dealt}) > 40

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generators.corpus.block_templates import RINGS, RunMember, build_ring, templates_for
from generators.corpus.blocks import build_block
from generators.corpus.mix import Mix
from generators.corpus.quotas import BLOCK
from generators.distributions import LONGEST_RUN
from generators.model import CONFERENCE_SOURCES, Source

MIXES = [
    Mix(),
    Mix.from_shares({"conference": 1, "encrypted": 0.3}),
    Mix.from_shares({"conference": 0.01, "deleted": 0.5, "dual": 0}),
]


def runs(members: tuple[RunMember, ...]) -> list[tuple[Source, int]]:
    """Return source and length of each run, having seen that all of it is there."""
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
    deck = templates_for(mix)
    block, hand = build_block(key, deck, number), deck.hand(number)
    lengths: Counter[Source] = Counter()
    for source, length in runs(block.members):
        lengths[source] += length
        assert length <= (LONGEST_RUN if source in CONFERENCE_SOURCES else 3)
    assert {source: quota for source, quota in hand.sources if quota} == lengths
    assert Counter(hand.statuses) == Counter(map(block.status, range(BLOCK)))
    chosen = [sum(map(each, range(BLOCK))) for each in (block.is_dual, block.is_encrypted, block.is_adversarial)]
    assert chosen == [hand.dual, hand.encrypted, hand.adversarial]


@pytest.mark.parametrize("mix", MIXES, ids=["usual", "conferences", "deleted"])
def test_ring_has_same_runs_from_every_start(mix: Mix) -> None:
    sources = templates_for(mix).hand(7).sources
    for number in range(RINGS):
        around = build_ring(sources, number)
        cut = [runs(around.members[start : start + BLOCK]) for start in around.starts]
        assert len({tuple(sorted(each)) for each in cut}) == 1


def test_equal_mixes_share_templates_and_keys_vary_blocks() -> None:
    deck = templates_for(Mix())
    assert deck is templates_for(Mix.from_shares({}))
    assert deck is not templates_for(Mix.from_shares({"dual": 1}))
    dealt = [build_block(bytes([key]), deck, 15) for key in range(50)]
    assert len({block.members for block in dealt}) > 40
    assert len({block.by_status for block in dealt}) > 40

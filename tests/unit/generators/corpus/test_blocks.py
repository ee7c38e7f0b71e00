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
    runs, position = [], 0
    while position < len(members):
        first = members[position]
        run = tuple(RunMember(first.source, ordinal, first.length) for ordinal in range(first.length))
        assert members[position : position + first.length] == run
        runs.append((first.source, first.length))
        position += first.length
    return runs


@given(mix=st.sampled_from(MIXES), key=st.binary(max_size=64), number=st.integers(0, 1 << 40))
def test_block_has_its_quotas_in_whole_runs(mix: Mix, key: bytes, number: int) -> None:
    templates = get_templates(mix)
    block, shares = build_block(key, templates, number), templates.get_shares(number)
    lengths: Counter[Source] = Counter()
    for source, length in list_runs(block.members):
        lengths[source] += length
        assert length <= (MAX_RUN_LENGTH if source in CONFERENCE_SOURCES else 3)
    assert {source: quota for source, quota in shares.sources if quota} == lengths
    assert Counter(shares.statuses) == Counter(map(block.get_finished_status, range(BLOCK_SIZE)))
    assert list(filter(block.is_audible, range(BLOCK_SIZE))) == block.list_audible_places()
    trait_counts = [
        sum(map(has_trait, range(BLOCK_SIZE)))
        for has_trait in (block.is_dual, block.is_encrypted, block.is_adversarial)
    ]
    assert trait_counts == [shares.dual, shares.encrypted, shares.adversarial]


@given(source=st.sampled_from([*Source]), quota=st.integers(0, BLOCK_SIZE), number=st.integers(0, RING_COUNT - 1))
def test_conference_has_one_recording_only_if_its_quota_is_one(source: Source, quota: int, number: int) -> None:
    other = Source.DIAL_VERB if source is not Source.DIAL_VERB else Source.TRUNKING
    ring = build_ring(((source, quota), (other, BLOCK_SIZE - quota)), number)
    lengths = [length for found, length in list_runs(ring.members[:BLOCK_SIZE]) if found is source]
    assert sum(lengths) == quota
    if source in CONFERENCE_SOURCES and quota > 1:
        assert min(lengths) > 1


@pytest.mark.parametrize("mix", MIXES, ids=["usual", "conferences", "deleted"])
def test_ring_has_same_runs_from_every_start(mix: Mix) -> None:
    sources = get_templates(mix).get_shares(7).sources
    for number in range(RING_COUNT):
        ring = build_ring(sources, number)
        run_lists = [list_runs(ring.members[start : start + BLOCK_SIZE]) for start in ring.starts]
        assert len({tuple(sorted(runs)) for runs in run_lists}) == 1


def test_equal_mixes_share_templates_and_keys_vary_blocks() -> None:
    templates = get_templates(Mix())
    assert templates is get_templates(Mix.from_shares({}))
    assert templates is not get_templates(Mix.from_shares({"dual": 1}))
    blocks = [build_block(bytes([key]), templates, 15) for key in range(50)]
    assert len({block.members for block in blocks}) > 40
    assert len({block.status_ranks for block in blocks}) > 40

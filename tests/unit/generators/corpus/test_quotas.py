import pytest

from generators.corpus.quotas import BLOCK_SIZE, Quotas


@pytest.mark.parametrize("share", [0.0, 0.001, 0.015, 0.3, 0.5, 0.97, 1.0])
def test_block_quota_is_floor_or_ceiling_of_share(share: float) -> None:
    quotas = Quotas({"a": share, "b": 1 - share})
    for block in range(300):
        quota = quotas.get_block_quotas(block)
        assert sum(quota.values()) == BLOCK_SIZE
        assert quota["a"] == quotas.get_quota("a", block)
        assert abs(quota["a"] - share * BLOCK_SIZE) < 1


def test_block_quotas_sum_to_exact_share() -> None:
    quotas = Quotas({"a": 0.003, "b": 0.997})
    assert round(0.003 * 1024 * BLOCK_SIZE) == sum(quotas.get_quota("a", block) for block in range(1024))


def test_share_below_one_per_1024_blocks_is_never_used() -> None:
    smallest_quotas = Quotas({"a": 1 / 65536, "b": 1 - 1 / 65536})
    assert sum(smallest_quotas.get_quota("a", block) for block in range(1024)) == 1
    ignored_quotas = Quotas({"a": 1 / 1_000_000, "b": 1 - 1 / 1_000_000})
    assert sum(ignored_quotas.get_quota("a", block) for block in range(3000)) == 0


@pytest.mark.parametrize("share", [0.0, 0.3, 0.984, 0.985, 0.99, 0.999, 0.9999, 0.99999, 1.0])
def test_blocks_with_others_finds_blocks_without_full_scan(share: float) -> None:
    quotas = Quotas({"a": share, "b": 1 - share})
    for numbers in (range(0, 5000), range(777, 70_000), range(5, 5)):
        candidates = quotas.find_blocks_with_others(numbers)
        expected = [number for number in numbers if quotas.get_quota("b", number)]
        assert expected == [number for number in candidates if quotas.get_quota("b", number)]
        assert len(candidates) <= 2 * len(expected) + 2

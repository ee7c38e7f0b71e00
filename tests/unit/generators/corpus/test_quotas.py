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


RANGES = (range(5000), range(60_000, 68_000), range(65_535, 65_537), range(5, 5))


@pytest.mark.parametrize("descending", [False, True])
@pytest.mark.parametrize("share", [0.0, 0.3, 0.984, 0.985, 0.99, 0.999, 0.9999, 0.99999, 1.0])
def test_blocks_with_a_name_are_those_that_give_it_a_place(share: float, descending: bool) -> None:
    quotas = Quotas({"a": share, "b": (1 - share) / 3, "c": (1 - share) * 2 / 3})
    for numbers in RANGES:
        for name in "abc":
            expected = [number for number in numbers if quotas.get_quota(name, number)]
            found = list(quotas.find_blocks_with(name).walk(numbers, descending=descending))
            assert (expected[::-1] if descending else expected) == found
            assert all(number in quotas.find_blocks_with(name) for number in found[:20])
        expected = [number for number in numbers if quotas.get_quota("a", number) < BLOCK_SIZE]
        found = list(quotas.find_blocks_with_others().walk(numbers, descending=descending))
        assert (expected[::-1] if descending else expected) == found


def test_patterns_of_blocks_are_joined_and_intersected() -> None:
    quotas = Quotas({"a": 0.997, "b": 0.001, "c": 0.002})
    numbers = range(3000)
    for name, other in ("bc", "ca"):
        blocks, others = quotas.find_blocks_with(name), quotas.find_blocks_with(other)
        expected = [number for number in numbers if number in blocks or number in others]
        assert expected == list((blocks | others).walk(numbers, descending=False))
        expected = [number for number in numbers if number in blocks and number in others]
        assert expected == list((blocks & others).walk(numbers, descending=False))

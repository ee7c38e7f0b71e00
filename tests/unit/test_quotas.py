import pytest

from generators.quotas import BLOCK, Quotas


@pytest.mark.parametrize("share", [0.0, 0.001, 0.015, 0.3, 0.5, 0.97, 1.0])
def test_blocks_hold_the_floor_or_ceiling_of_their_share(share: float) -> None:
    quotas = Quotas({"a": share, "b": 1 - share})
    for block in range(300):
        quota = quotas.of_block(block)
        assert sum(quota.values()) == BLOCK
        assert quota["a"] == quotas.quota("a", block)
        assert abs(quota["a"] - share * BLOCK) < 1


def test_many_blocks_together_hold_the_exact_share() -> None:
    quotas = Quotas({"a": 0.003, "b": 0.997})
    assert round(0.003 * 1024 * BLOCK) == sum(quotas.quota("a", block) for block in range(1024))


def test_what_is_not_dealt_within_1024_blocks_is_never_dealt() -> None:
    tick = Quotas({"a": 1 / 65536, "b": 1 - 1 / 65536})
    assert sum(tick.quota("a", block) for block in range(1024)) == 1
    dust = Quotas({"a": 1 / 1_000_000, "b": 1 - 1 / 1_000_000})
    assert dust.is_all("b")
    assert not tick.is_all("b")
    assert not tick.is_all("unknown")

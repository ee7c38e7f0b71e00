"""When a refused client may come back."""

import pytest

from generators.instants import SECOND
from mockserver.rest.retry_after import Refusal


@pytest.mark.parametrize(
    ("account_seconds", "real_seconds", "is_over"),
    [
        *((0, 0, False), (1.999999, 0, False), (2, 0, True), (0, 1.999, False), (0, 2, True)),
        *((1.5, 1.5, False), (3600, 0.001, True), (-5, 2, True)),
    ],
)
def test_refusal_is_over_on_one_of_two_clocks(account_seconds: float, real_seconds: float, is_over: bool) -> None:
    refusal = Refusal(2, at=7 * SECOND, tick=100.0)
    assert refusal.is_over(round((7 + account_seconds) * SECOND), 100.0 + real_seconds) == is_over


def test_refusal_without_seconds_is_over_at_once() -> None:
    assert Refusal(0, at=0, tick=0.0).is_over(0, 0.0)

"""The rate of an account's clock, by name, by mode and as a number."""

import pytest

from mockserver.settings.clock_rate import ClockRate
from scenarios.clock_mode import ClockMode


@pytest.mark.parametrize(
    ("text", "rate", "mode"),
    [("real", 1.0, "real"), ("frozen", 0.0, "frozen"), ("60x", 60.0, "scaled"), ("1x", 1.0, "real")],
)
def test_clock_rate_has_the_mode_of_its_text(text: str, rate: float, mode: str) -> None:
    clock_rate = ClockRate.parse(text)
    assert (clock_rate.rate, clock_rate.mode) == (rate, mode)
    assert ClockRate.parse(str(clock_rate)) == clock_rate


@pytest.mark.parametrize(
    ("mode", "scaled_rate", "rate"),
    [("real", None, 1.0), ("frozen", None, 0.0), ("frozen", 5.0, 0.0), ("scaled", 2.5, 2.5), ("scaled", None, 1.0)],
)
def test_clock_rate_is_made_from_a_mode(mode: ClockMode, scaled_rate: float | None, rate: float) -> None:
    assert ClockRate.from_mode(mode, scaled_rate).rate == rate

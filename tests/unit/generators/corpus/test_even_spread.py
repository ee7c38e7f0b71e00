"""Numbers that are spread evenly."""

import pytest

from generators.corpus.even_spread import EvenSpread


@pytest.mark.parametrize(("count", "room"), [(0, 0), (0, 7), (1, 7), (3, 7), (7, 7), (64, 4096), (999, 1000)])
@pytest.mark.parametrize("shift", [0, 1, 5, 12_345, -3])
@pytest.mark.parametrize("window", [range(0, 50), range(13, 14), range(990, 1300), range(20, 20)])
def test_numbers_are_found_without_a_scan(count: int, room: int, shift: int, window: range) -> None:
    spread = EvenSpread(count, room, shift)
    expected = [number for number in window if room and number in spread]
    assert expected == list(spread.find_within(window, newest_first=False))
    assert expected[::-1] == list(spread.find_within(window, newest_first=True))
    others = [number for number in window if room and number not in spread]
    assert others == list(spread.invert().find_within(window, newest_first=False))


@pytest.mark.parametrize("start", [0, 3, 100])
def test_each_period_has_the_same_count(start: int) -> None:
    assert len(list(EvenSpread(3, 10, 4).find_within(range(start, start + 10), newest_first=False))) == 3

from hypothesis import given
from hypothesis import strategies as st

from mockserver.account.state.range_set import RangeSet

NUMBERS = st.lists(st.integers(0, 40), max_size=60)


@given(NUMBERS, st.integers(0, 45), st.integers(0, 45), st.booleans())
def test_range_set_equals_plain_set(numbers: list[int], start: int, stop: int, descending: bool) -> None:
    ranges = RangeSet()
    for number in numbers:
        ranges.add(number)
    assert [number in numbers for number in range(45)] == [number in ranges for number in range(45)]
    window = range(start, max(start, stop))
    gaps = list(ranges.iter_gaps(window, descending=descending))
    assert all(gaps)
    found = [number for gap in gaps for number in (reversed(gap) if descending else gap)]
    expected = [number for number in window if number not in numbers]
    assert (expected[::-1] if descending else expected) == found


def test_adjacent_numbers_merge_into_one_range() -> None:
    ranges = RangeSet()
    for number in [*range(0, 1000, 2), *range(1, 1000, 2)]:
        ranges.add(number)
    assert [range(1000, 1001)] == list(ranges.iter_gaps(range(1001), descending=True))


@given(st.sets(st.integers(0, 40)), st.integers(0, 40), st.integers(1, 15))
def test_added_range_joins_the_ranges_that_it_meets(numbers: set[int], start: int, size: int) -> None:
    ranges = RangeSet()
    for number in numbers:
        ranges.add(number)
    ranges.add_range(start, start + size)
    expected = numbers | {*range(start, start + size)}
    assert expected == {number for number in range(100) if number in ranges}
    assert ranges.covers(start, start + size)
    assert ranges.covers(start, start + size + 1) is (start + size in numbers)
    assert all(stop < next_start for stop, next_start in zip(ranges.stops, ranges.starts[1:], strict=False))

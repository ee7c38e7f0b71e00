from datetime import UTC, datetime

import pytest

from generators.corpus.weekly_rhythm import SpanTooShortError, WeeklyRhythm
from generators.instants import SECOND
from tests.harness import T0

END = T0 * SECOND


@pytest.mark.parametrize(
    ("count", "span"),
    [
        (1, 12),
        (7, 12),
        (100, 12),
        (1, 3600),
        (10_000, 3600),
        (7, 90 * 86400),
        (10_000, 90 * 86400),
        (10**9, 90 * 86400),
    ],
)
def test_positions_map_to_increasing_instants_and_back(count: int, span: int) -> None:
    rhythm = WeeklyRhythm(END - span * SECOND, END, count)
    positions = sorted({*range(min(count, 50)), *range(max(0, count - 50), count), count // 2})
    instants = [rhythm.to_instant(position) for position in positions]
    assert instants == sorted(set(instants))
    assert END - span * SECOND <= instants[0]
    assert instants[-1] < END
    for position, instant in zip(positions, instants, strict=True):
        assert 0 <= position - rhythm.to_position(instant) <= 1, "an instant is rounded down to its microsecond"
        assert rhythm.to_position(instant + 1) >= position


def test_working_hours_have_more_recordings_than_nights() -> None:
    rhythm = WeeklyRhythm(END - 28 * 86400 * SECOND, END, 100_000)
    hours = [datetime.fromtimestamp(rhythm.to_instant(i) // SECOND, UTC) for i in range(0, 100_000, 10)]
    workday = [hour for hour in hours if hour.weekday() < 5]
    assert sum(hour.hour == 10 for hour in workday) > 5 * sum(hour.hour == 3 for hour in workday)


def test_too_short_span_raises_error() -> None:
    with pytest.raises(SpanTooShortError, match="a span of at least 20 seconds for 1000000 recordings"):
        WeeklyRhythm(END - SECOND, END, 1_000_000)

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenarios.durations import Duration, format_duration, normalize_duration, parse_duration


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("30s", 30_000_000),
        ("250ms", 250_000),
        ("1m30s", 90_000_000),
        ("1.5h", 5_400_000_000),
        ("40d", 40 * 86_400_000_000),
        ("2w", 14 * 86_400_000_000),
        ("0s", 0),
        ("0.001ms", 1),
    ],
)
def test_duration_is_parsed_to_microseconds(text: str, length: int) -> None:
    assert length == parse_duration(text)
    assert text == msgspec.convert(text, Duration)


@pytest.mark.parametrize("text", ["", "30", "s", "-1s", "1 s", "1s\n", "1S", "1.s", "३s", "1y", "1s2"])
def test_invalid_duration_raises_value_error(text: str) -> None:
    with pytest.raises(ValueError, match="expected a duration such as 30s, 250ms or 1m30s, found"):
        parse_duration(text)
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(text, Duration)


@pytest.mark.parametrize(
    ("text", "normalized"),
    [
        ("5min", "5m"),
        ("5 Min", "5m"),
        ("1 hour 30 minutes", "1h30m"),
        ("2 weeks", "2w"),
        ("250 msecs", "250ms"),
        (" 1m30s ", "1m30s"),
        ("5", "5"),
        ("5 parsecs", "5parsecs"),
        ("-5s", "-5s"),
        ("", ""),
    ],
)
def test_duration_with_words_is_written_with_units(text: str, normalized: str) -> None:
    assert normalized == normalize_duration(text)
    assert normalize_duration("1.5", default_unit="s") == "1.5s"


@pytest.mark.parametrize(
    ("length", "text"), [(0, "0s"), (90_000_000, "1m30s"), (86_400_250_000, "1d250ms"), (1, "0.001ms")]
)
def test_duration_is_formatted_in_largest_units(length: int, text: str) -> None:
    assert text == format_duration(length)


@given(st.integers(min_value=0, max_value=10**17))
def test_formatted_duration_parses_back(length: int) -> None:
    assert length == parse_duration(format_duration(length))

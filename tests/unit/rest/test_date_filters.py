from datetime import UTC, datetime
from urllib.parse import urlencode

import pytest

from mockserver.rest.date_filters import DateRange, parse_created_range, parse_date_range
from mockserver.rest.errors import TwilioError
from mockserver.rest.parameters import Parameters

END_OF_PREVIOUS_DAY = "2026-03-04T23:59:59Z"
MIDNIGHT = "2026-03-05T00:00:00Z"
AFTER_MIDNIGHT = "2026-03-05T00:00:01Z"
NOON = "2026-03-05T12:00:00Z"
END_OF_DAY = "2026-03-05T23:59:59Z"
NEXT_MIDNIGHT = "2026-03-06T00:00:00Z"
CREATED = (END_OF_PREVIOUS_DAY, MIDNIGHT, AFTER_MIDNIGHT, NOON, END_OF_DAY, NEXT_MIDNIGHT)
WHOLE_DAY = {MIDNIGHT, AFTER_MIDNIGHT, NOON, END_OF_DAY}


def select_dates(**filters: str) -> set[str]:
    names = {"on": "DateCreated", "before": "DateCreated<", "after": "DateCreated>"}
    query = Parameters(urlencode({names[name]: value for name, value in filters.items()}).encode())
    since, before = parse_created_range(query)
    return {
        text
        for text in CREATED
        if (since is None or since <= datetime.fromisoformat(text).timestamp())
        and (before is None or datetime.fromisoformat(text).timestamp() < before)
    }


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({}, set(CREATED)),
        ({"on": "2026-03-05"}, WHOLE_DAY),
        ({"on": MIDNIGHT}, WHOLE_DAY),
        ({"on": NOON}, {NOON}),
        ({"on": "2026-03-05T12:00:00.9Z"}, {NOON}),
        ({"on": "2026-03-05T12:00:01Z"}, set()),
        ({"before": "2026-03-05"}, {END_OF_PREVIOUS_DAY, MIDNIGHT}),
        ({"before": MIDNIGHT}, {END_OF_PREVIOUS_DAY, MIDNIGHT}),
        ({"before": NOON}, {END_OF_PREVIOUS_DAY, MIDNIGHT, AFTER_MIDNIGHT, NOON}),
        ({"after": "2026-03-05"}, {*WHOLE_DAY, NEXT_MIDNIGHT}),
        ({"after": AFTER_MIDNIGHT}, {AFTER_MIDNIGHT, NOON, END_OF_DAY, NEXT_MIDNIGHT}),
        ({"after": "2026-03-05T12:00:00.5Z"}, {NOON, END_OF_DAY, NEXT_MIDNIGHT}),
        ({"after": "2026-03-05", "before": "2026-03-06"}, {*WHOLE_DAY, NEXT_MIDNIGHT}),
        ({"on": "2026-03-05", "after": NOON}, {NOON, END_OF_DAY}),
        ({"after": "2026-03-06", "before": "2026-03-04"}, set()),
    ],
)
def test_date_filters_include_expected_boundaries(filters: dict[str, str], expected: set[str]) -> None:
    assert expected == select_dates(**filters)


@pytest.mark.parametrize(
    "text",
    [
        "2026-03-05T12:00:00Z",
        "2026-03-05T12:00:00z",
        "2026-03-05 12:00:00",
        "2026-03-05T12:00:00",
        "2026-03-05T12:00",
        "2026-03-05T14:00:00+02:00",
        "2026-03-05T14:00:00 02:00",
        "2026-03-05T14:00:00+0200",
        "2026-03-05T10:30:00-01:30",
        "2026-03-05T12:00:00.123456Z",
    ],
)
def test_date_forms_of_sdks_are_equal(text: str) -> None:
    assert select_dates(on=text) == {NOON}


@pytest.mark.parametrize(
    "text",
    [
        *("yesterday", "2026-3-5", "2026-02-30", "2026-03-05T24:00:00Z", "2026-03-05T12:00:60Z", "05.03.2026"),
        *("2026-03-05T12:00:00+25:00", "2026-03-05T12:00:00+02:60", "0000-01-01", "٢٠٢٦-03-05", "2026-03-05T"),
    ],
)
def test_invalid_date_is_rejected(text: str) -> None:
    with pytest.raises(TwilioError, match="expected a date such as") as error:
        select_dates(after=text)
    assert (error.value.code, error.value.status) == (20001, 400)


def test_empty_date_is_ignored() -> None:
    assert parse_created_range(Parameters(b"DateCreated=&DateCreated%3C=")) == (None, None)


def test_operator_in_raw_query_is_part_of_parameter_name() -> None:
    """`curl ...?DateCreated>=2026-03-05` sends the name `DateCreated>`."""
    midnight = int(datetime(2026, 3, 5, tzinfo=UTC).timestamp())
    assert (midnight, None) == parse_created_range(Parameters(b"DateCreated>=2026-03-05"))


def test_upper_bound_is_excluded_when_twilio_says_before() -> None:
    query = Parameters(urlencode({"EndTime<": MIDNIGHT, "EndTime>": END_OF_PREVIOUS_DAY}).encode())
    selected = parse_date_range(query, "EndTime", includes_upper_bound=False)
    instants = [int(datetime.fromisoformat(text).timestamp()) for text in (END_OF_PREVIOUS_DAY, MIDNIGHT)]
    assert DateRange(*instants) == selected
    assert [selected.contains(instant) for instant in instants] == [True, False]


def test_missing_date_is_in_unbounded_range_only() -> None:
    assert DateRange().contains(None)
    assert not DateRange(since=0).contains(None)
    assert not DateRange(before=0).contains(None)

"""Values of a scenario's own recordings that contradict each other are refused."""

from typing import Any

import pytest

from scenarios.loading.load import from_objects
from scenarios.problems import ScenarioError

BEFORE, CREATED, AFTER = "2025-12-01T00:00:00Z", "2025-12-01T00:00:01Z", "2025-12-01T00:00:02Z"
POSITIVE_PRICE = "expected a price of at most 0, because a charge is negative, found"
TOO_EARLY = "expected an instant from date_created on, found 2025-12-01T00:00:00+00:00, before"
TOO_LATE = "expected an instant until date_created, found 2025-12-01T00:00:02+00:00, after"
ERROR_CODE = "expected a code with absent or failed, or one of 16107, 16111, 16112 with completed, found 16101 with"
NO_AUDIO = "because such a recording has no audio, found 7."
SIGNAL_TRIGGER = {"signal": "go"}
STEP = "timeline[0].set"


@pytest.mark.parametrize(
    ("recording", "sentence"),
    [
        ({"status": "completed", "price": 0.04}, f"price: {POSITIVE_PRICE} 0.04."),
        ({"status": "completed", "price": "1"}, f"price: {POSITIVE_PRICE} '1'."),
        ({"price": "-0.000001"}, "price: expected a price with at most 5 decimals, found '-0.000001'."),
        ({"status": "absent", "duration": 7}, f"duration: expected none with absent, {NO_AUDIO}"),
        ({"status": "failed", "duration": "7"}, f"duration: expected none with failed, {NO_AUDIO}"),
        (
            {"status": "processing", "duration": 7},
            "duration: expected a duration with completed or deleted only, found one with processing.",
        ),
        (
            {"status": "absent", "price": -1},
            "price: expected a price with completed or deleted only, found one with absent.",
        ),
        ({"status": "completed", "error_code": 16101}, f"error_code: {ERROR_CODE} completed."),
        ({"status": "processing", "error_code": 16101}, f"error_code: {ERROR_CODE} processing."),
        ({"status": "deleted", "error_code": 16101}, f"error_code: {ERROR_CODE} deleted."),
        ({"date_created": CREATED, "date_updated": BEFORE}, f"date_updated: {TOO_EARLY} 2025-12-01T00:00:01+00:00."),
        ({"date_created": CREATED, "start_time": AFTER}, f"start_time: {TOO_LATE} 2025-12-01T00:00:01+00:00."),
        (
            {"date_created": CREATED, "timeline": [{"after": SIGNAL_TRIGGER, "set": {"date_updated": BEFORE}}]},
            f"{STEP}.date_updated: {TOO_EARLY} 2025-12-01T00:00:01+00:00.",
        ),
        (
            {"timeline": [{"status": "absent", "set": {"duration": 7}}]},
            f"{STEP}.duration: expected none with absent, {NO_AUDIO}",
        ),
        ({"timeline": [{"status": "absent", "set": {"price": 1}}]}, f"{STEP}.price: {POSITIVE_PRICE} 1."),
        (
            {"timeline": [{"after": SIGNAL_TRIGGER, "set": {"error_code": 16101}}]},
            f"{STEP}.error_code: {ERROR_CODE} completed.",
        ),
    ],
)
def test_contradicting_values_are_refused(recording: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ScenarioError) as wrong:
        from_objects({"recordings": [recording]})
    assert str(wrong.value) == f"recordings[0].{sentence}"


def test_dates_before_the_start_of_the_clock_are_refused_without_date_created() -> None:
    with pytest.raises(ScenarioError, match=r"^recordings\[0\]\.date_updated: expected an instant from date_created"):
        from_objects({"clock": {"start": CREATED}, "recordings": [{"date_updated": BEFORE}]})


@pytest.mark.parametrize(
    ("pick", "sentence"),
    [
        ({"duration": 7, "timeline": [{"set": {"channels": 2}}]}, "found one in a timeline without a status."),
        ({"timeline": [{"status": "absent", "set": {"duration": 7}}]}, f"expected none with absent, {NO_AUDIO}"),
        ({"timeline": [{"set": {"price": 1}}]}, f"{POSITIVE_PRICE} 1."),
    ],
)
def test_contradicting_values_of_picks_are_refused(pick: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ScenarioError) as wrong:
        from_objects({"pick": [{"id": "it", **pick}]})
    assert str(wrong.value).endswith(sentence)


@pytest.mark.parametrize(
    "recording",
    [
        {"status": "completed", "price": 0, "error_code": 16107},
        {"status": "completed", "error_code": 16111},
        {"status": "completed", "error_code": None, "duration": None},
        {"status": "processing", "error_code": 16112, "timeline": [{"status": "completed"}]},
        {"status": "absent", "error_code": 16101},
        {"status": "failed", "error_code": 16101, "price": None},
        {"status": "deleted", "duration": 7, "price": -1},
        {"date_created": CREATED, "date_updated": CREATED, "start_time": CREATED},
        {"date_created": CREATED, "date_updated": AFTER, "start_time": BEFORE},
        {"date_created": "2025-12-01T00:00:01.9Z", "date_updated": CREATED},
        {"status": "completed", "timeline": [{"after": SIGNAL_TRIGGER, "set": {"error_code": 16107}}]},
        {"timeline": [{"status": "absent", "set": {"duration": None, "error_code": None}}]},
    ],
)
def test_coherent_values_are_accepted(recording: dict[str, Any]) -> None:
    assert len(from_objects({"recordings": [recording]}).recordings) == 1


def test_step_of_picks_with_unknown_status_may_set_error_code() -> None:
    assert from_objects({"pick": [{"id": "it", "timeline": [{"set": {"error_code": 16101}}]}]}).pick

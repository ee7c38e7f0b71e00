"""Dates that count from the start of the clock: what is refused, and what is explained."""

from typing import Any

import pytest

from scenarios.explain.timelines import explain_scenario
from scenarios.loading.load import from_objects, loads
from scenarios.model import Scenario
from scenarios.problems import ScenarioError

FORM = (
    "expected an instant with its zone, such as 2026-03-01T09:00:00Z, or a duration with a sign before or after the "
    "start of the clock, such as -2d or +90s, found"
)
LATE = {"clock": {"start": "1990-01-01T00:00:00Z"}}
BROKEN = [
    ({"date_created": "2d"}, f"recordings[0].date_created: {FORM} '2d'."),
    ({"date_created": "-2 days"}, f"recordings[0].date_created: {FORM} '-2 days'."),
    ({"date_created": "+-2d"}, f"recordings[0].date_created: {FORM} '+-2d'."),
    ({"date_created": -2}, f"recordings[0].date_created: {FORM} -2."),
    (
        {"date_created": {"from_start": "2d"}},
        "recordings[0].date_created.from_start: expected a duration with a sign, such as -2d or +90s, found '2d'.",
    ),
    (
        {"date_created": {"from_strat": "-2d"}},
        "recordings[0].date_created.from_strat: expected a known key, found 'from_strat'. Did you mean from_start?",
    ),
    (
        {"date_created": "-40000d"},
        "recordings[0].date_created: expected a duration of at most 36500d, found 40000d.",
    ),
    (
        {"date_created": "-30w", "timeline": [{"status": "completed", "set": {"date_updated": "-400d"}}]},
        "recordings[0].timeline[0].set.date_updated: expected an instant from date_created on, found -400d, before "
        "-30w.",
    ),
    (
        {"start_time": "+5s"},
        "recordings[0].start_time: expected an instant until date_created, found +5s, after +0s.",
    ),
    (
        {"date_created": "-2d", "date_updated": "-3d"},
        "recordings[0].date_updated: expected an instant from date_created on, found -3d, before -2d.",
    ),
]
KNOWN_START = [
    (
        {"date_created": "-30000d"},
        "recordings[0].date_created: expected a date between 1970 and 9000, found 1907-11-13T00:00:00+00:00.",
    ),
    (
        {"date_created": "-1d", "start_time": "1989-12-31T00:00:01Z"},
        "recordings[0].start_time: expected an instant until date_created, found 1989-12-31T00:00:01+00:00, after "
        "1989-12-31T00:00:00+00:00.",
    ),
]


def load(recording: dict[str, Any], **others: Any) -> Scenario:
    return from_objects({"recordings": [recording], **others})


@pytest.mark.parametrize(("recording", "sentence"), BROKEN)
def test_broken_relative_date_is_refused(recording: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ScenarioError) as caught:
        load(recording)
    assert str(caught.value) == sentence


@pytest.mark.parametrize(("recording", "sentence"), KNOWN_START)
def test_relative_date_is_checked_as_an_instant_if_the_start_is_known(recording: dict[str, Any], sentence: str) -> None:
    load(recording)
    with pytest.raises(ScenarioError) as caught:
        load(recording, **LATE)
    assert str(caught.value) == sentence


def test_relative_date_is_the_same_in_each_format_and_after_a_second_check() -> None:
    scenario = loads("recordings: [{id: it, date_created: -2d, start_time: -49h}]", name="scenario.yaml")
    toml = loads('recordings = [{id = "it", date_created = "-2d", start_time = "-49h"}]', file_format="toml")
    assert scenario == toml
    assert scenario == from_objects(scenario)
    assert "{from_start" not in str(explain_scenario(scenario))


@pytest.mark.parametrize(
    ("date", "without_start", "with_start"),
    [
        (None, "at once", "at once"),
        ("-2d", "at once, dated 2d before the start", "at once, dated 1989-12-30T00:00:00Z"),
        ("+0s", "at once, dated 0s after the start", "at once, dated 1990-01-01T00:00:00Z"),
        ("+90s", "90s after the start", "at 1990-01-01T00:01:30Z"),
        ("1991-01-01", "at 1991-01-01T00:00:00Z, or at once if that is past", "at 1991-01-01T00:00:00Z"),
    ],
)
def test_explanation_says_when_a_recording_begins_to_exist(
    date: str | None, without_start: str, with_start: str
) -> None:
    fields = {} if date is None else {"date_created": date}
    for others, expected in (({}, without_start), (LATE, with_start)):
        (step,) = explain_scenario(load({"id": "it", "status": "completed", **fields}, **others)).steps
        assert step.when == expected


def test_explanation_shows_dates_that_steps_set() -> None:
    step = {"after": "5m", "set": {"date_updated": "+90s", "start_time": None}}
    for others, expected in (({}, "90s after the start"), (LATE, "1990-01-01T00:01:30Z")):
        scenario = load({"id": "it", "timeline": [step]}, pick=[{"id": "that", "timeline": [step]}], **others)
        steps = [step.what for step in explain_scenario(scenario).steps]
        assert steps == ["completed", *[f"start_time null, date_updated {expected}"] * 2]

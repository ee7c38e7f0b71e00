import pytest

from scenarios.loading.combine import _LIST_FIELDS, merge_scenarios
from scenarios.loading.load import load, loads
from scenarios.model import Scenario
from scenarios.plans import ClockPlan, CorpusPlan
from scenarios.problems import ScenarioError


def make_part(number: int) -> Scenario:
    """Return a scenario with an item in each list, all of which tell its number."""
    after = f"{number}s"
    return loads(
        f"""
        name: part-{number}
        about: This is part {number}.
        recordings: [{{id: it-{number}}}]
        calls: [{{id: call-{number}, recordings: [{{}}]}}]
        conferences: [{{id: conference-{number}, recordings: [{{}}]}}]
        pick: [{{id: pick-{number}, where: {{status: completed}}, timeline: [{{after: {after}, status: deleted}}]}}]
        arrivals: [{{every: {after}, count: 1}}]
        callers: [{{to: "+1555000000{number}", speech: ["Hi"]}}]
        faults: [{{after: {after}, then: {{status: 500}}}}]
        sequences: [{{after: {after}, when: {{op: list_recordings}}, answers: [500]}}]
        page_drift: [{{after: {after}, insert: 1}}]
        limits: [{{after: {after}, requests: 1, per: 1s}}]
        expect: [{{op: list_recordings, min: {number}}}]
        """
    )


def test_combined_scenario_has_all_parts_in_order() -> None:
    first, second = make_part(1), make_part(2)
    merged_scenario = merge_scenarios([first, second])
    assert (merged_scenario.name, merged_scenario.about) == ("part-1_and_part-2", "This is part 1. This is part 2.")
    lists = {name for name in Scenario.__struct_fields__ if name in _LIST_FIELDS}
    assert len(lists) == len(_LIST_FIELDS)
    for name in lists - {"import_report"}:
        items = getattr(first, name), getattr(second, name)
        assert [len(part) for part in items] == [1, 1], name
        assert getattr(merged_scenario, name) == items[0] + items[1], name


def test_corpus_and_clock_of_the_only_scenario_that_sets_them_count() -> None:
    first, second = load("late-webhook"), load("rate-limited")
    merged_scenario = merge_scenarios([first, second])
    assert (first.corpus, first.clock, first.on_create) == (
        merged_scenario.corpus,
        merged_scenario.clock,
        merged_scenario.on_create,
    )


def test_single_scenario_is_returned_unchanged() -> None:
    scenario = load("happy-path")
    assert scenario is merge_scenarios([scenario])


def test_corpus_and_clock_fields_can_come_from_different_scenarios() -> None:
    merged_scenario = merge_scenarios(
        [
            loads("corpus: {count: 5}\nclock: {mode: frozen}"),
            loads("corpus: {span: 9d}\nclock: {start: '2026-01-01T00:00:00Z'}"),
        ]
    )
    assert ((merged_scenario.corpus.count, merged_scenario.corpus.span), merged_scenario.clock.mode) == (
        (5, "9d"),
        "frozen",
    )
    assert merged_scenario.clock.start
    assert (CorpusPlan(), ClockPlan()) == (lambda scenario: (scenario.corpus, scenario.clock))(
        merge_scenarios([Scenario(), Scenario()])
    )


def test_routes_can_come_from_different_scenarios() -> None:
    whole = merge_scenarios([loads("routes: {'https://a': 'http://b'}"), loads("routes: {'https://c': 'http://d'}")])
    assert whole.routes == {"https://a": "http://b", "https://c": "http://d"}


def test_recordings_without_an_id_do_not_clash() -> None:
    assert len(merge_scenarios([loads("recordings: [{}]"), loads("recordings: [{}]")]).recordings) == 2


def test_combined_name_is_limited_to_64_characters() -> None:
    assert f"{'x' * 60}_and" == merge_scenarios([loads("about: x", name="x" * 60), load("flaky-media")]).name


@pytest.mark.parametrize(
    ("first", "second", "message"),
    [
        ("corpus: {count: 5}", "corpus: {count: 5}", "corpus.count: expected in one scenario only, found in a and b."),
        ("clock: {mode: real}", "clock: {mode: real}", "clock.mode: expected in one scenario only, found in a and b."),
        (
            "on_create: {timeline: [{status: completed}]}",
            "on_create: {timeline: [{status: absent}]}",
            "on_create: expected in one scenario only, found in a and b.",
        ),
        (
            "routes: {'https://a': 'http://127.0.0.1:1'}",
            "routes: {'https://A:443/': 'http://127.0.0.1:1'}",
            "routes.https://a: expected in one scenario only, found in a and b.",
        ),
        (
            "recordings: [{id: x-1}]",
            "pick: [{id: x, count: 2, timeline: [{status: deleted}]}]",
            "expected a recording with the id x-1 in one scenario, found in a and b.",
        ),
        (
            f"recordings: [{{sid: RE{'a' * 32}}}]",
            f"recordings: [{{sid: RE{'A' * 32}}}]",
            f"expected a recording with the SID RE{'A' * 32} in one scenario, found in a and b.",
        ),
        (
            "clock: {start: '2026-03-01T00:00:00Z'}",
            "recordings: [{timeline: [{after: {at: '2026-02-01T00:00:00Z'}, status: completed}]}]",
            "a_and_b: recordings[0].timeline[0].after.at: expected an instant after the clock's start at 2026-03",
        ),
    ],
)
def test_conflicting_scenarios_raise_scenario_error(first: str, second: str, message: str) -> None:
    with pytest.raises(ScenarioError) as error:
        merge_scenarios([loads(first, name="a"), loads(second, name="b")])
    assert str(error.value).startswith(message)


def test_combining_no_scenarios_raises_scenario_error() -> None:
    with pytest.raises(ScenarioError, match="expected at least one scenario, found none"):
        merge_scenarios([])

"""Combines several scenarios into one."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from scenarios.handles import list_ids
from scenarios.model import RecordingGroup, Scenario
from scenarios.origins import normalize_origin
from scenarios.plans import ClockPlan, CorpusPlan
from scenarios.problems import Origin, ScenarioError
from scenarios.recording_groups import walk_written_recordings
from scenarios.validation.scenario_checks import check_scenario

Plan = TypeVar("Plan", CorpusPlan, ClockPlan)

_LIST_FIELDS = (
    "recordings",
    "calls",
    "conferences",
    "pick",
    "arrivals",
    "callers",
    "faults",
    "sequences",
    "page_drift",
    "limits",
    "expect",
    "import_report",
)
_NAME_SEPARATOR = "_and_"
_MAX_NAME_LENGTH = 64


def merge_scenarios(scenarios: Sequence[Scenario]) -> Scenario:
    """Return one scenario that contains all of them.

    Recordings, calls, conferences, picks, arrivals, callers, rules and expectations follow one another in order, so the
    first scenario's faults are checked first. Each field of the corpus and the clock, each route, `on_create` and
    `tokens` may be set by one scenario only.

    Scenarios with `accounts` set up the accounts of all of them. They cannot be merged with others.

    Args:
        scenarios: at least one, each loaded.

    Raises:
        ScenarioError: if two scenarios set the same field or define the same id; the message names both.
    """
    if not scenarios:
        raise ScenarioError("expected at least one scenario, found none.")
    if len(scenarios) == 1:
        return scenarios[0]
    if any(scenario.accounts for scenario in scenarios):
        return _merge_accounts(scenarios)
    _refuse_all_duplicates(scenarios)
    joined: dict[str, Any] = {
        field: tuple(item for scenario in scenarios for item in getattr(scenario, field)) for field in _LIST_FIELDS
    }
    whole = Scenario(
        name=_join_names(scenarios),
        about=_join_sentences(scenarios),
        corpus=_merge_plans(CorpusPlan, "corpus", scenarios),
        clock=_merge_plans(ClockPlan, "clock", scenarios),
        on_create=_get_single_value("on_create", [(scenario.name, scenario.on_create) for scenario in scenarios]),
        routes=_merge_routes(scenarios),
        auth=next((scenario.auth for scenario in scenarios if scenario.auth), None),
        tokens=_get_single_value("tokens", [(scenario.name, scenario.tokens or None) for scenario in scenarios]) or (),
        **joined,
    )
    for complaint in check_scenario(whole, Path()):  # an instant of one scenario may be before the other's clock starts
        raise Origin(whole.name).build_error(*complaint)
    return whole


def _refuse_all_duplicates(scenarios: Sequence[Scenario]) -> None:
    _refuse_duplicates("a recording with the id", scenarios, list_ids)
    _refuse_duplicates("a recording with the SID", scenarios, _list_sids)
    _refuse_duplicates("a call with the id", scenarios, lambda scenario: _list_group_ids(scenario.calls))
    _refuse_duplicates("a conference with the id", scenarios, lambda scenario: _list_group_ids(scenario.conferences))


def _merge_accounts(scenarios: Sequence[Scenario]) -> Scenario:
    """Return one scenario that sets up the accounts of all."""
    for scenario in scenarios:
        if not scenario.accounts:
            other = next(other.name for other in scenarios if other.accounts)
            raise ScenarioError(
                f"accounts: expected in all scenarios or in none, found in {other} and not in {scenario.name}."
            )
    whole = Scenario(
        name=_join_names(scenarios),
        about=_join_sentences(scenarios),
        accounts=tuple(
            msgspec.structs.replace(account, auth=account.auth or scenario.auth)
            for scenario in scenarios
            for account in scenario.accounts
        ),
        import_report=tuple(sentence for scenario in scenarios for sentence in scenario.import_report),
    )
    for complaint in check_scenario(whole, Path()):  # two scenarios may have the same account
        raise Origin(whole.name).build_error(*complaint)
    return whole


def _join_names(scenarios: Sequence[Scenario]) -> str:
    return _NAME_SEPARATOR.join(scenario.name for scenario in scenarios)[:_MAX_NAME_LENGTH]


def _join_sentences(scenarios: Sequence[Scenario]) -> str:
    return " ".join(scenario.about for scenario in scenarios if scenario.about)


def _merge_plans(plan_type: type[Plan], name: str, scenarios: Sequence[Scenario]) -> Plan:
    plans = [(scenario.name, getattr(scenario, name)) for scenario in scenarios]
    fields = [field.name for field in msgspec.structs.fields(plan_type)]
    return plan_type(
        **{
            field: _get_single_value(
                f"{name}.{field}", [(scenario_name, getattr(plan, field)) for scenario_name, plan in plans]
            )
            for field in fields
        }
    )


def _merge_routes(scenarios: Sequence[Scenario]) -> dict[str, str]:
    routes = [
        (scenario.name, {normalize_origin(source): target for source, target in scenario.routes.items()})
        for scenario in scenarios
    ]
    sources = dict.fromkeys(source for _, targets in routes for source in targets)
    return {
        source: _get_single_value(f"routes.{source}", [(name, targets.get(source)) for name, targets in routes])
        for source in sources
    }


def _get_single_value(field: str, values: Sequence[tuple[str, Any]]) -> Any:
    """Return the value that one scenario sets, or None if none sets it."""
    sayings = [(who, value) for who, value in values if value is not None]
    if len(sayings) > 1:
        raise ScenarioError(f"{field}: expected in one scenario only, found in {sayings[0][0]} and {sayings[1][0]}.")
    return sayings[0][1] if sayings else None


def _refuse_duplicates(noun: str, scenarios: Sequence[Scenario], list_names: Any) -> None:
    taken: dict[str, str] = {}
    for scenario in scenarios:
        for name in list_names(scenario):
            if name in taken:
                raise ScenarioError(
                    f"expected {noun} {name} in one scenario, found in {taken[name]} and {scenario.name}."
                )
        taken |= dict.fromkeys(list_names(scenario), scenario.name)


def _list_sids(scenario: Scenario) -> Iterator[str]:
    recordings = (written.definition for written in walk_written_recordings(scenario))
    return (recording.sid.upper() for recording in recordings if recording.sid)


def _list_group_ids(groups: Sequence[RecordingGroup]) -> list[str]:
    return [group.id for group in groups if group.id]

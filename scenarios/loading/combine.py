"""Combines several scenarios into one."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from scenarios.handles import known_ids
from scenarios.model import ClockPlan, CorpusPlan, Scenario
from scenarios.problems import Origin, ScenarioError
from scenarios.validation.scenario_checks import check_scenario

Plan = TypeVar("Plan", CorpusPlan, ClockPlan)

_JOINED = ("recordings", "pick", "faults", "sequences", "page_drift", "expect")
_JOINT = "_and_"
_LONGEST = 64


def combine(scenarios: Sequence[Scenario]) -> Scenario:
    """Return one scenario that contains all of them.

    Recordings, picks, rules and expectations follow one another in order, so the first scenario's faults are checked
    first. Each field of the corpus and the clock, and `on_create`, may be set by one scenario only.

    Args:
        scenarios: at least one, each loaded.

    Raises:
        ScenarioError: if two scenarios set the same field or define the same id; the message names both.
    """
    if not scenarios:
        raise ScenarioError("expected at least one scenario, found none.")
    if len(scenarios) == 1:
        return scenarios[0]
    _refuse_duplicates("a recording with the id", scenarios, known_ids)
    _refuse_duplicates("a recording with the SID", scenarios, _sids)
    joined: dict[str, Any] = {
        field: tuple(item for each in scenarios for item in getattr(each, field)) for field in _JOINED
    }
    whole = Scenario(
        name=_JOINT.join(each.name for each in scenarios)[:_LONGEST],
        about=" ".join(each.about for each in scenarios if each.about),
        corpus=_combine_plans(CorpusPlan, "corpus", scenarios),
        clock=_combine_plans(ClockPlan, "clock", scenarios),
        on_create=_single_value("on_create", [(each.name, each.on_create) for each in scenarios]),
        **joined,
    )
    for complaint in check_scenario(whole, Path()):  # an instant of one scenario may be before the other's clock starts
        raise Origin(whole.name).error(*complaint)
    return whole


def _combine_plans(kind: type[Plan], name: str, scenarios: Sequence[Scenario]) -> Plan:
    plans = [(each.name, getattr(each, name)) for each in scenarios]
    fields = [field.name for field in msgspec.structs.fields(kind)]
    return kind(
        **{
            field: _single_value(f"{name}.{field}", [(who, getattr(plan, field)) for who, plan in plans])
            for field in fields
        }
    )


def _single_value(what: str, said: Sequence[tuple[str, Any]]) -> Any:
    """Return the value that one scenario sets, or None if none sets it."""
    sayings = [(who, value) for who, value in said if value is not None]
    if len(sayings) > 1:
        raise ScenarioError(f"{what}: expected in one scenario only, found in {sayings[0][0]} and {sayings[1][0]}.")
    return sayings[0][1] if sayings else None


def _refuse_duplicates(what: str, scenarios: Sequence[Scenario], names: Any) -> None:
    taken: dict[str, str] = {}
    for scenario in scenarios:
        for name in names(scenario):
            if name in taken:
                raise ScenarioError(
                    f"expected {what} {name} in one scenario, found in {taken[name]} and {scenario.name}."
                )
        taken |= dict.fromkeys(names(scenario), scenario.name)


def _sids(scenario: Scenario) -> Iterator[str]:
    return (recording.sid.upper() for recording in scenario.recordings if recording.sid)

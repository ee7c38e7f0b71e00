"""Explains what a scenario will play."""

from collections.abc import Iterable, Iterator
from itertools import groupby

import msgspec

from generators.instants import to_microseconds
from scenarios.accounts import build_account_scenario
from scenarios.date_resolution import resolve_pick, resolve_recording
from scenarios.explain.accounts import explain_account
from scenarios.explain.arrivals import explain_arrival, list_arriving
from scenarios.explain.creation_dates import describe_creation
from scenarios.explain.creations import list_titled_rules
from scenarios.explain.expectations import explain_expectation
from scenarios.explain.groups import explain_groups
from scenarios.explain.limits import explain_limit
from scenarios.explain.rules import explain_rules, explain_setup
from scenarios.explain.steps import describe_step
from scenarios.explain.tokens import explain_tokens
from scenarios.full_timelines import build_full_timeline, get_subscription
from scenarios.handles import assign_pick_handles, iter_named_recordings
from scenarios.model import Scenario
from scenarios.steps import CallbackEvents, Timeline
from scenarios.triggers import describe_trigger

_MAX_SHOWN_HANDLES = 4


class ExplainedStep(msgspec.Struct, frozen=True):
    """One step of one recording."""

    handle: str
    number: int
    """The number of the step in the recording's timeline, from 1."""
    when: str
    what: str


class ScenarioExplanation(msgspec.Struct, frozen=True, kw_only=True):
    """What a scenario will play. Its text is what the command prints."""

    name: str
    about: str
    world: tuple[str, ...]
    """Sentences about the corpus, the clock, the callers, the routes, the calls and the conferences."""
    steps: tuple[ExplainedStep, ...]
    """The steps of recordings, then those of picks, each in timeline order."""
    created: tuple[ExplainedStep, ...]
    """The steps of recordings that the API creates; empty if the scenario does not define them."""
    arriving: tuple[ExplainedStep, ...]
    """The steps of recordings that arrive by themselves, by rule; without a timeline they have none."""
    rules: tuple[str, ...]
    """Sentences about arrivals, faults, sequences, page drift, limits, expectations and auth tokens."""
    accounts: "tuple[ScenarioExplanation, ...]" = ()
    """What each account that it sets up will play. The name is the id or the SID, and `about` says what it is."""

    def __str__(self) -> str:
        return "\n\n".join(["\n".join(self._format_own_lines()), *map(str, self.accounts)])

    def _format_own_lines(self) -> list[str]:
        lines = [f"{self.name}: {self.about}" if self.about else self.name, *self.world]
        for title, rows in _format_steps([*self.steps, *self.arriving, *self.created]):
            lines += ["", f"{title}:", *rows]
        return [*lines, *([""] if self.rules else []), *self.rules]


def explain_scenario(scenario: Scenario) -> ScenarioExplanation:
    """Return what a scenario will play."""
    return ScenarioExplanation(
        name=scenario.name,
        about=scenario.about,
        world=(*explain_setup(scenario), *explain_groups(scenario)),
        steps=tuple(_explain_steps(scenario)),
        created=tuple(
            step
            for title, rule in list_titled_rules(scenario)
            for step in _explain_timeline(title, build_full_timeline(rule), ())
        ),
        arriving=tuple(
            step
            for title, subject in list_arriving(scenario)
            for step in _explain_timeline(title, build_full_timeline(subject), get_subscription(subject))
        ),
        rules=(
            *map(explain_arrival, scenario.arrivals),
            *explain_rules(scenario),
            *map(explain_limit, scenario.limits),
            *map(explain_expectation, scenario.expect),
            *explain_tokens(scenario.tokens),
        ),
        accounts=tuple(_explain_account(scenario, number) for number in range(len(scenario.accounts))),
    )


def _explain_account(scenario: Scenario, number: int) -> ScenarioExplanation:
    """Return what one account that a scenario sets up will play."""
    account = scenario.accounts[number]
    played = msgspec.structs.replace(build_account_scenario(scenario, account), import_report=())
    return msgspec.structs.replace(
        explain_scenario(played),
        name=account.id or account.sid or "",
        about=explain_account(account, is_first=number == 0),
    )


def _explain_steps(scenario: Scenario) -> Iterator[ExplainedStep]:
    start = scenario.clock.start
    for named in iter_named_recordings(scenario):
        written = named.definition
        recording = written if start is None else resolve_recording(written, to_microseconds(start))
        first, *others = _explain_timeline(named.handle, build_full_timeline(recording), get_subscription(recording))
        yield msgspec.structs.replace(first, when=describe_creation(recording, start))
        yield from others
    for written_pick in scenario.pick:
        pick = written_pick if start is None else resolve_pick(written_pick, to_microseconds(start))
        for handle in assign_pick_handles(pick):
            yield from _explain_timeline(handle, build_full_timeline(pick), get_subscription(pick))


def _explain_timeline(handle: str, timeline: Timeline, subscribed_events: CallbackEvents) -> Iterator[ExplainedStep]:
    for number, step in enumerate(timeline, 1):
        yield ExplainedStep(handle, number, describe_trigger(step.after), describe_step(step, subscribed_events))


def _format_steps(steps: Iterable[ExplainedStep]) -> Iterator[tuple[str, list[str]]]:
    """Group recordings with equal timelines: there may be thousands."""
    courses = [(handle, [_format_step(row) for row in rows]) for handle, rows in groupby(steps, lambda row: row.handle)]
    for lines, alike in groupby(courses, lambda course: course[1]):
        handles = [handle for handle, _ in alike]
        more = f" and {len(handles) - _MAX_SHOWN_HANDLES:,} more" if len(handles) > _MAX_SHOWN_HANDLES else ""
        yield ", ".join(handles[:_MAX_SHOWN_HANDLES]) + more, lines


def _format_step(row: ExplainedStep) -> str:
    return f"  {row.number}. {row.when}: {row.what}"

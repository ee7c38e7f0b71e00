"""Checks a well-formed scenario for values that contradict each other or can never take effect."""

from collections.abc import Iterator, Mapping
from os.path import isfile
from pathlib import Path as FilePath

from msgspec import UNSET

from generators.instants import to_microseconds
from scenarios.accounts import build_account_scenario
from scenarios.date_resolution import resolve_pick, resolve_recording
from scenarios.durations import parse_duration
from scenarios.handles import list_ids, walk_handle_paths
from scenarios.mix_shares import find_mix_problem
from scenarios.model import Pick, Scenario, ScriptedRecording
from scenarios.origins import normalize_origin
from scenarios.plans import ClockPlan, CorpusPlan
from scenarios.problems import Problem, ValuePath, format_path
from scenarios.recording_groups import walk_written_recordings
from scenarios.validation.account_checks import check_accounts
from scenarios.validation.arrival_checks import check_arrivals
from scenarios.validation.caller_checks import check_callers
from scenarios.validation.coherence_checks import check_coherence, check_source
from scenarios.validation.creation_checks import check_creations
from scenarios.validation.dates import check_dated_subject, check_instant
from scenarios.validation.expectation_checks import check_expectations
from scenarios.validation.group_checks import check_counts, check_groups
from scenarios.validation.limit_checks import check_limits
from scenarios.validation.rule_checks import check_rules
from scenarios.validation.timeline_checks import check_timeline
from scenarios.validation.token_checks import check_tokens

_MAX_SPAN = "20000d"
_MEDIA_EXTENSIONS = (".wav", ".mp3")


def check_scenario(scenario: Scenario, folder: FilePath | None) -> Iterator[Problem]:
    """Yield all problems of a scenario, in the order of its fields.

    Args:
        scenario: the decoded scenario.
        folder: the folder for the files that it names; None to allow no files.
    """
    if not scenario.accounts:
        yield from check_plan(scenario, folder)
        return
    yield from check_accounts(scenario)
    for number, account in enumerate(scenario.accounts):
        for problem in check_plan(build_account_scenario(scenario, account), folder, account.token):
            yield Problem(("accounts", number, *problem.path), problem.sentence)


def check_plan(scenario: Scenario, folder: FilePath | None, first_token: str | None = None) -> Iterator[Problem]:
    """Yield the problems of what one account plays.

    Args:
        first_token: the auth token of the account, if the scenario sets it.
    """
    yield from _check_corpus(scenario.corpus)
    yield from _check_clock(scenario.clock)
    yield from check_callers(scenario.callers)
    yield from _check_routes(scenario.routes)
    counts = list(check_counts(scenario))
    yield from counts
    if counts:
        return  # there may be far too many handles
    yield from _check_names(scenario)
    yield from check_groups(scenario)
    for written in walk_written_recordings(scenario):
        yield from _check_media(written.definition, folder, written.path)
    for subject, path in _walk_subjects(scenario):
        yield from _check_subject(subject, path)
        if not (isinstance(subject, ScriptedRecording) and subject.imported):
            yield from check_coherence(subject, path, scenario.clock.start)
        yield from check_timeline(subject, path, scenario.clock.start)
    yield from check_arrivals(scenario)
    yield from check_creations(scenario)
    handles = frozenset(list_ids(scenario))
    yield from check_rules(scenario, handles)
    yield from check_limits(scenario, handles)
    yield from check_expectations(scenario, handles)
    yield from check_tokens(scenario, first_token)


def _walk_subjects(scenario: Scenario) -> Iterator[tuple[ScriptedRecording | Pick, ValuePath]]:
    """Yield the recordings and picks, with their relative dates resolved if the start of the clock is known."""
    start = None if scenario.clock.start is None else to_microseconds(scenario.clock.start)
    for recording, path, _, _ in walk_written_recordings(scenario):
        yield recording if start is None else resolve_recording(recording, start), path
    for number, pick in enumerate(scenario.pick):
        yield pick if start is None else resolve_pick(pick, start), ("pick", number)


def _check_corpus(corpus: CorpusPlan) -> Iterator[Problem]:
    mix = find_mix_problem(corpus.mix)
    if mix:
        yield Problem(("corpus", "mix"), mix)
    if corpus.span and not parse_duration("1s") <= parse_duration(corpus.span) <= parse_duration(_MAX_SPAN):
        yield Problem(("corpus", "span"), f"expected a duration from 1s to {_MAX_SPAN}, found {corpus.span}.")


def _check_clock(clock: ClockPlan) -> Iterator[Problem]:
    yield from check_instant(clock.start, ("clock", "start"))
    if clock.rate is not None and clock.mode != "scaled":
        yield Problem(
            ("clock", "rate"), f"expected a rate with `mode: scaled` only, found mode {clock.mode or 'none'}."
        )
    if clock.mode == "scaled" and clock.rate is None:
        yield Problem(("clock",), "expected a rate, which a scaled clock needs, found none.")


def _check_routes(routes: Mapping[str, str]) -> Iterator[Problem]:
    """Yield the problems that the pattern of an origin does not find: ports, and one source in two forms."""
    sources: dict[str, str] = {}
    for written, target in routes.items():
        try:
            source, _ = normalize_origin(written), normalize_origin(target)
        except ValueError as error:
            yield Problem(("routes", written), f"{error}.")
        else:
            if source in sources:
                yield Problem(("routes", written), f"expected one route from {source}, found {sources[source]!r} too.")
            sources[source] = written


def _check_names(scenario: Scenario) -> Iterator[Problem]:
    taken: dict[str, ValuePath] = {}
    for handle, path in walk_handle_paths(scenario):
        if handle in taken:
            yield Problem(path, f"expected a unique id, found {handle!r}, which {format_path(taken[handle])} has.")
        taken[handle] = path
    sids: dict[str, ValuePath] = {}
    for recording, path, _, _ in walk_written_recordings(scenario):
        sid = (recording.sid or "").lower()
        if sid and sid in sids:
            other = format_path(sids[sid])
            yield Problem((*path, "sid"), f"expected a unique SID, found that of {other}.")
        sids[sid] = path


def _check_media(recording: ScriptedRecording, folder: FilePath | None, path: ValuePath) -> Iterator[Problem]:
    if recording.media is None:
        return
    place = (*path, "media")
    if folder is None:
        yield Problem(place, "expected no file: only a scenario file can name other files.")
    elif not recording.media.lower().endswith(_MEDIA_EXTENSIONS):
        yield Problem(place, f"expected a file that ends in .wav or .mp3, found {recording.media!r}.")
    elif not isfile(folder / recording.media):
        yield Problem(place, f"expected a file beside the scenario, found none called {recording.media!r}.")


def _check_subject(subject: ScriptedRecording | Pick, path: ValuePath) -> Iterator[Problem]:
    source = subject.source
    if isinstance(subject, Pick) and source is UNSET and subject.where.source:
        source = subject.where.source
    yield from check_dated_subject(subject, path)
    for number, step in enumerate(subject.timeline):
        after = source if step.set.source is UNSET else step.set.source
        yield from check_source(step.set, after, (*path, "timeline", number, "set"))

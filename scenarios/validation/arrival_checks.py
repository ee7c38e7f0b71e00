"""Checks arrivals: how often recordings arrive, and shares and durations that they cannot have."""

from collections.abc import Iterator

from generators.corpus.mix import MixError
from generators.distributions import MAX_CALL_DURATION
from generators.instants import SECOND
from generators.model import Status
from scenarios.arrival_values import Spread
from scenarios.arrivals import MAX_INTERVAL, MIN_INTERVAL, build_arrival_mix, build_arriving, compute_interval
from scenarios.durations import parse_duration
from scenarios.mix_shares import collect_mix_shares
from scenarios.model import Arrival, Scenario
from scenarios.problems import Problem, ValuePath
from scenarios.validation.timeline_checks import check_timeline
from scenarios.validation.window_checks import check_window

_COUNTED = "requests, which counts all requests to the account"


def check_arrivals(scenario: Scenario) -> Iterator[Problem]:
    """Yield the problems of arrivals."""
    for number, arrival in enumerate(scenario.arrivals):
        path: ValuePath = ("arrivals", number)
        yield from _check_interval(arrival, path)
        yield from _check_mix(arrival, (*path, "mix"))
        yield from _check_duration(arrival, (*path, "duration"))
        yield from check_window(arrival, path, scenario.clock.start, _COUNTED)
        if arrival.timeline:
            yield from check_timeline(build_arriving(arrival), path, scenario.clock.start)


def _check_interval(arrival: Arrival, path: ValuePath) -> Iterator[Problem]:
    if (arrival.every is None) == (arrival.rate is None):
        found = "none" if arrival.every is None else "both"
        yield Problem(path, f"expected every or rate, which say how often a recording arrives, found {found}.")
    else:
        yield from _check_length(arrival, "every" if arrival.rate is None else "rate", path)


def _check_length(arrival: Arrival, key: str, path: ValuePath) -> Iterator[Problem]:
    written, interval = getattr(arrival, key), compute_interval(arrival)
    shortest, longest = parse_duration(MIN_INTERVAL), parse_duration(MAX_INTERVAL)
    if not shortest <= interval <= longest:
        expected = f"a recording every {MIN_INTERVAL} to {MAX_INTERVAL}"
        yield Problem((*path, key), f"expected {expected}, found {written}.")


def _check_mix(arrival: Arrival, path: ValuePath) -> Iterator[Problem]:
    try:
        build_arrival_mix(arrival.mix)
    except MixError as error:
        yield Problem(path, str(error))
    else:
        yield from _check_shares(arrival, path)


def _check_shares(arrival: Arrival, path: ValuePath) -> Iterator[Problem]:
    shares = collect_mix_shares(arrival.mix)
    if shares.get(Status.DELETED):
        sentence = "expected no share of deleted: a timeline deletes recordings that have arrived, found one."
        yield Problem(path, sentence)
    if shares.get("adversarial"):
        yield Problem(path, "expected no share of adversarial, which generated recordings alone can be, found one.")
    named = next((status.value for status in Status if status in shares), None)
    if arrival.timeline and named is not None:
        yield Problem(path, f"expected no share of a status beside a timeline, which sets it, found {named}.")


def _check_duration(arrival: Arrival, path: ValuePath) -> Iterator[Problem]:
    if arrival.duration is None:
        return
    is_spread = isinstance(arrival.duration, Spread)
    text = arrival.duration.median if isinstance(arrival.duration, Spread) else arrival.duration
    if not SECOND <= parse_duration(text) <= MAX_CALL_DURATION * SECOND:
        place = (*path, "median") if is_spread else path
        yield Problem(place, f"expected a duration from 1s to 24h, which is Twilio's longest, found {text}.")

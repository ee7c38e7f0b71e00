"""Explains arrivals: which recordings arrive by themselves, and what they play."""

from collections.abc import Iterator

from scenarios.arrival_values import MAX_ARRIVALS, Spread
from scenarios.arrivals import build_arriving
from scenarios.explain.rules import describe_window
from scenarios.mix_shares import collect_mix_shares
from scenarios.model import Arrival, Scenario, ScriptedRecording

_RHYTHMS = {"even": "evenly", "poisson": "at random", "weekly": "at random, by the hours of a week in UTC"}


def explain_arrival(arrival: Arrival) -> str:
    """Return a sentence about recordings that arrive."""
    often = f"one every {arrival.every}" if arrival.rate is None else arrival.rate
    said = [often, _RHYTHMS[arrival.rhythm], *describe_window(arrival)]
    said += [f"{arrival.count:,} at most"] if arrival.count != MAX_ARRIVALS else []
    shares = [f"{name} {share:g}" for name, share in collect_mix_shares(arrival.mix).items()]
    said += [f"a mix of {', '.join(shares)}"] if shares else []
    said += [_describe_duration(arrival.duration)] if arrival.duration else []
    said += [f"callbacks to {arrival.status_callback}"] if arrival.status_callback else []
    return f"Arrivals: {', '.join(said)}."


def list_arriving(scenario: Scenario) -> Iterator[tuple[str, ScriptedRecording]]:
    """Yield the path of each rule that has a timeline, and a recording that it brings."""
    for number, arrival in enumerate(scenario.arrivals):
        if arrival.timeline:
            yield f"arrivals[{number}]", build_arriving(arrival)


def _describe_duration(duration: str | Spread) -> str:
    return f"lasting {duration}" if isinstance(duration, str) else f"lasting about {duration.median}"

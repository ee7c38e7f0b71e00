"""Arrivals as pure functions: when the next recording arrives, and what it plays.

Instants and durations are microseconds, instants since the epoch.
"""

import math
from collections.abc import Callable
from fractions import Fraction

from msgspec import UNSET

from generators.corpus.mix import Mix
from generators.instants import SECOND
from generators.model import Status
from scenarios.arrival_values import Rhythm, Spread
from scenarios.durations import parse_duration
from scenarios.mix_shares import collect_mix_shares
from scenarios.model import Arrival, ScriptedRecording
from scenarios.plans import Shares
from scenarios.statuses import RecordingStatus

MIN_INTERVAL = "10ms"
"""The shortest mean time between two recordings of one rule."""
MAX_INTERVAL = "366d"
"""The longest one: a random gap is at most 40 times as long."""
_ARRIVING = (Status.COMPLETED, Status.ABSENT, Status.FAILED, Status.PROCESSING)
"""The statuses that a recording may arrive with."""


def compute_interval(arrival: Arrival) -> Fraction:
    """Return the mean time between two recordings, in microseconds; 0 if none is given."""
    if arrival.rate is None:
        return Fraction(0 if arrival.every is None else parse_duration(arrival.every))
    number, _, unit = arrival.rate.partition("/")
    rate = Fraction(number)
    return parse_duration(f"1{unit}") / rate if rate else Fraction(0)


def find_next_arrival(
    rhythm: Rhythm, interval: Fraction, start: int, latest: int, number: int, draw_gap: Callable[[], float]
) -> int:
    """Return the instant of a recording.

    Args:
        interval: the mean time between two recordings.
        start: the instant from which they arrive.
        latest: the instant of the one before; `start` for the first.
        number: its number, from 1.
        draw_gap: returns a random number above 0 and below 1, which decides about a gap that is not even.
    """
    if rhythm == "even":
        return start + number * interval.numerator // interval.denominator
    gap = -math.log(draw_gap()) * interval
    if rhythm == "poisson":
        return latest + max(1, round(gap))
    from generators.corpus.weekly_rhythm import MEAN_ACTIVITY, compute_activity, find_activity_instant

    return max(latest + 1, find_activity_instant(compute_activity(latest) + round(gap * MEAN_ACTIVITY)))


def choose_duration(arrival: Arrival, chance: float) -> int | None:
    """Return the duration of a recording in seconds, or None if the rule sets none.

    Args:
        chance: a random number above 0 and below 1.
    """
    if arrival.duration is None:
        return None
    if not isinstance(arrival.duration, Spread):
        return max(1, round(parse_duration(arrival.duration) / SECOND))
    from statistics import NormalDist  # few scenarios need it

    from generators.distributions import MAX_CALL_DURATION

    factor = math.exp(arrival.duration.sigma * NormalDist().inv_cdf(chance))
    return min(max(1, round(parse_duration(arrival.duration.median) * factor / SECOND)), MAX_CALL_DURATION)


def build_arrival_mix(mix: Shares | None) -> Mix | None:
    """Return the mix of a rule, or None if it is that of the corpus.

    Raises:
        MixError: if no recordings can have these shares.
    """
    if mix is None:
        return None
    return Mix.from_shares({Status.DELETED.value: 0.0, Status.PROCESSING.value: 0.0, **collect_mix_shares(mix)})


def list_status_shares(mix: Mix | None, of_corpus: Mix) -> dict[Status, float]:
    """Return the shares of the statuses that recordings without a timeline arrive with, which sum to 1.

    Args:
        mix: the mix of the rule, if it has one.
    """
    if mix is not None:
        return {status: mix.status[status] for status in _ARRIVING}
    shares = {status: of_corpus.status[status] for status in _ARRIVING if status is not Status.PROCESSING}
    total = sum(shares.values())
    return {status: share / total for status, share in shares.items()} if total else {Status.COMPLETED: 1.0}


def build_arriving(arrival: Arrival, status: Status | None = None, duration: int | None = None) -> ScriptedRecording:
    """Return a recording that arrives, as a scenario would script it.

    Args:
        status: its status if the rule has no timeline.
        duration: its duration in seconds, if it is known.
    """
    has_audio = bool(arrival.timeline) or status in (None, Status.COMPLETED)
    return ScriptedRecording(
        status=None if arrival.timeline or status is None else RecordingStatus(status.value),
        timeline=arrival.timeline,
        duration=duration if has_audio and duration is not None else UNSET,
        status_callback=arrival.status_callback,
        status_callback_method=arrival.status_callback_method,
        status_callback_event=arrival.status_callback_event,
    )

"""How long a fault delays a response."""

import math

from generators.instants import SECOND
from scenarios.durations import parse_duration
from scenarios.rules import Delay


def sample_delay(delay: Delay, quantile: float) -> float:
    """Return a delay in seconds."""
    if delay.uniform is not None:
        lower, upper = parse_duration(delay.uniform.lower), parse_duration(delay.uniform.upper)
        return (lower + (upper - lower) * quantile) / SECOND
    if delay.log_normal is not None:
        from statistics import NormalDist

        median, sigma = parse_duration(delay.log_normal.median), delay.log_normal.sigma
        return median * math.exp(sigma * NormalDist().inv_cdf(quantile)) / SECOND
    return parse_duration(delay.fixed or "0s") / SECOND

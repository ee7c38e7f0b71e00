"""How the callbacks of one account are sent: retries, time limit and routes."""

from collections.abc import Mapping

import msgspec

from mockserver.callbacks.routes import NO_ROUTES

TOTAL_TIMEOUT = 15.0
"""Seconds of real time for all attempts of a callback together, from Twilio's page (WIRE §17)."""
DEFAULT_RETRIES = 1
DEFAULT_POLICY = "ct"
"""Twilio's page: one retry, and only if there was no connection (WIRE §17)."""


class DeliverySettings(msgspec.Struct, frozen=True):
    """How callbacks are sent, unless their URL has connection overrides."""

    retries: int = DEFAULT_RETRIES
    """The maximum number of attempts after the first."""
    retry_on: frozenset[str] = frozenset({DEFAULT_POLICY})
    """A subset of `4xx`, `5xx`, `ct`, `rt` and `all`."""
    max_seconds: float = TOTAL_TIMEOUT
    """The upper bound of the real seconds that all attempts may take together, even if a URL sets a longer time."""
    routes: Mapping[str, str] = NO_ROUTES
    """The origins to connect to, by the origin of the callback's URL; see `mockserver.callbacks.routes`."""
    is_shuffled: bool = False
    """True if each callback waits for some seconds first. Those of one recording or call stay in order."""

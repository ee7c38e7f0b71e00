"""The retry policy of callbacks: whether a failed attempt is repeated, and after which delay (WIRE §17)."""

from mockserver.callbacks.connection_overrides import MIN_TIMEOUT_MILLISECONDS, ConnectionOverrides
from mockserver.callbacks.delivery_settings import DeliverySettings
from mockserver.callbacks.outcome import Failure, Outcome

_FIRST_DELAY_SECONDS = 1
"""The delay after the first failed attempt. Each later delay is twice as long."""
_POLICY_OF_FAILURE = {
    Failure.CONNECTION: "ct",
    Failure.CONNECT_TIMEOUT: "ct",
    Failure.READ_TIMEOUT: "rt",
    Failure.DISCONNECTED: "rt",
    Failure.PROTOCOL: "all",
}
"""The policy that covers a failure. A failure that is missing here is never retried."""


def get_retry_delay(
    outcome: Outcome, attempts: int, used_seconds: float, overrides: ConnectionOverrides, settings: DeliverySettings
) -> int | None:
    """Return the seconds until the next attempt, or None if there is none.

    Args:
        outcome: the outcome of the last attempt.
        attempts: the number of attempts so far.
        used_seconds: the real seconds that they took together.
        overrides: the overrides in the callback's URL.
        settings: used for everything that the URL does not override.
    """
    policy = _find_policy(outcome)
    allowed = overrides.retry_on or settings.retry_on
    retries = settings.retries if overrides.retries is None else overrides.retries
    if policy is None or not allowed & {policy, "all"} or attempts > retries:
        return None
    remaining_seconds = limit_total_seconds(overrides, settings) - used_seconds
    if remaining_seconds * 1000 < MIN_TIMEOUT_MILLISECONDS:  # event loops may also end a time-out a little early
        return None
    return _FIRST_DELAY_SECONDS << (attempts - 1)


def limit_total_seconds(overrides: ConnectionOverrides, settings: DeliverySettings) -> float:
    """Return the real seconds that all attempts may take together."""
    return min(settings.max_seconds, overrides.total_timeout or settings.max_seconds)


def _find_policy(outcome: Outcome) -> str | None:
    if outcome.failure is not None:
        return _POLICY_OF_FAILURE.get(outcome.failure)
    return {4: "4xx", 5: "5xx"}.get((outcome.status or 0) // 100)

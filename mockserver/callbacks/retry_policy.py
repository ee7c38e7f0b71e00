"""The retry policy of callbacks: whether a failed attempt is repeated, and after which delay."""

from mockserver.callbacks.connection_overrides import ConnectionOverrides
from mockserver.callbacks.outcome import Failure, Outcome

DEFAULT_RETRIES = 3
"""Twilio's page says 1. The mock retries more often, so that callbacks survive a short outage of the receiver."""
DEFAULT_POLICY = frozenset({"5xx", "ct", "rt"})
"""Twilio's page says `ct` only. The mock retries after more failures, for the same reason."""
_FIRST_DELAY_SECONDS = 1
"""The delay after the first failed attempt. Each later delay is twice as long."""
_POLICY_OF_FAILURE = {
    Failure.CONNECTION: "ct",
    Failure.CONNECT_TIMEOUT: "ct",
    Failure.READ_TIMEOUT: "rt",
    Failure.PROTOCOL: "all",
}
"""The policy that covers a failure. A failure that is missing here is never retried."""


def get_retry_delay(outcome: Outcome, attempts: int, overrides: ConnectionOverrides) -> int | None:
    """Return the seconds until the next attempt, or None if there is none.

    Args:
        outcome: the outcome of the last attempt.
        attempts: the number of attempts so far.
        overrides: the overrides in the callback's URL.
    """
    policy = _find_policy(outcome)
    allowed = overrides.retry_on or DEFAULT_POLICY
    retries = DEFAULT_RETRIES if overrides.retries is None else overrides.retries
    if policy is None or not allowed & {policy, "all"} or attempts > retries:
        return None
    return _FIRST_DELAY_SECONDS << (attempts - 1)


def _find_policy(outcome: Outcome) -> str | None:
    if outcome.failure is not None:
        return _POLICY_OF_FAILURE.get(outcome.failure)
    return {4: "4xx", 5: "5xx"}.get((outcome.status or 0) // 100)

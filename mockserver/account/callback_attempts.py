"""What an attempt to deliver a callback changes: it is delivered, has failed, or waits for the next attempt."""

import msgspec

from generators.instants import SECOND
from mockserver.account.state.deliveries import Attempt, Delivery, DeliveryState
from mockserver.callbacks.connection_overrides import parse_overrides
from mockserver.callbacks.delivery_settings import DeliverySettings
from mockserver.callbacks.outcome import Outcome
from mockserver.callbacks.retry_policy import get_retry_delay


def add_attempt(delivery: Delivery, outcome: Outcome, seconds: float, now: int, settings: DeliverySettings) -> Delivery:
    """Return a callback after an attempt, with the instant of the next attempt if there is one.

    Args:
        seconds: the real seconds that the attempt took.
    """
    failure = None if outcome.failure is None else outcome.failure.value
    attempts = (*delivery.attempts, Attempt(now, outcome.status, failure, outcome.detail, seconds))
    tried = msgspec.structs.replace(delivery, attempts=attempts, is_sending=False)
    if outcome.failure is None and outcome.status is not None and outcome.status < 300:
        return msgspec.structs.replace(tried, state=DeliveryState.DELIVERED)
    overrides = parse_overrides(delivery.url)[1]
    delay = get_retry_delay(outcome, len(attempts), tried.used_seconds, overrides, settings)
    if delay is None:
        return msgspec.structs.replace(tried, state=DeliveryState.FAILED)
    return msgspec.structs.replace(tried, due=now + delay * SECOND)


def describe_last_attempt(delivery: Delivery) -> str:
    """Return what the last attempt came to, for the log of events."""
    last, count = delivery.attempts[-1], len(delivery.attempts)
    answer = last.status if last.status is not None else f"{last.failure}: {last.detail}"
    if delivery.is_pending:
        return f"callback {delivery.event}, attempt {count}: {answer}"
    return f"callback {delivery.event} {delivery.state.value} in attempt {count}: {answer}"

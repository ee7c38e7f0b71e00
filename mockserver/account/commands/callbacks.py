"""Commands of callbacks: their attempts and outcomes, and how they are sent."""

from typing import Self

from mockserver.account.commands.command import AccountCommand
from mockserver.account.state.subscription import Subscription
from mockserver.callbacks.delivery_settings import DeliverySettings
from mockserver.callbacks.outcome import Outcome
from scenarios.statuses import CallbackEvent


class ClaimCallback(AccountCommand[None], frozen=True, kw_only=True):
    """Take a callback that is ready, to send it."""

    number: int


class ReleaseCallback(AccountCommand[None], frozen=True, kw_only=True):
    """Return a callback to the queue: its attempt was cancelled before the outcome was known."""

    number: int


class RecordOutcome(AccountCommand[None], frozen=True, kw_only=True):
    """Record the receiver's answer to a callback, or that it sent none."""

    number: int
    outcome: Outcome
    seconds: float = 0.0
    """The real seconds that the attempt took."""


class MissCallback(AccountCommand[None], frozen=True, kw_only=True):
    """Give a callback up: no server ran when it was due."""

    number: int


class RedeliverCallback(AccountCommand[None], frozen=True, kw_only=True):
    """Send a callback again now, with its full number of attempts."""

    number: int


class SendCallback(AccountCommand[int | None], frozen=True, kw_only=True):
    """Send a callback about a recording to a receiver, whether it subscribed or not, and return its number."""

    index: int
    event: CallbackEvent
    subscription: Subscription


class ChangeDeliverySettings(AccountCommand[None], frozen=True, kw_only=True):
    """Send callbacks in another way from now on; see `DeliverySettings`."""

    retries: int
    retry_on: tuple[str, ...]
    max_seconds: float
    routes: dict[str, str]
    is_shuffled: bool = False

    @classmethod
    def from_settings(cls, settings: DeliverySettings) -> Self:
        """Return the command that sets these settings."""
        return cls(
            retries=settings.retries,
            retry_on=tuple(sorted(settings.retry_on)),
            max_seconds=settings.max_seconds,
            routes=dict(settings.routes),
            is_shuffled=settings.is_shuffled,
        )

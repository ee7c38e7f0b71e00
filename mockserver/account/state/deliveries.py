"""Queued callbacks and their attempts, as plain values. Instants are microseconds since the epoch."""

from enum import StrEnum
from typing import TYPE_CHECKING, Self

import msgspec

from scenarios.callbacks import ScriptedCallback

if TYPE_CHECKING:
    from mockserver.callbacks.delivery_settings import DeliverySettings
    from mockserver.callbacks.request import CallbackRequest


class DeliveryState(StrEnum):
    """The state of a callback."""

    PENDING = "pending"
    DELIVERED = "delivered"
    FAILED = "failed"
    MISSED = "missed"
    """It was due while no server ran, and nothing sends it by itself."""


class Attempt(msgspec.Struct, frozen=True, gc=False):
    """One attempt to deliver a callback."""

    at: int
    status: int | None
    """The receiver's status code, or None if it sent no response."""
    failure: str | None
    detail: str
    seconds: float = 0.0
    """Its duration in real seconds."""


class Delivery(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """A queued callback with its attempts."""

    number: int
    recording: int | None
    """The index of the recording; None if it is about a call or conference."""
    sid: str
    """The SID of what it is about. Callbacks of one SID never overtake each other."""
    event: str
    method: str
    url: str
    """The subscribed URL, including connection overrides."""
    parameters: tuple[tuple[str, str], ...]
    token: str
    signer: str
    idempotency_token: str
    due: int
    """When the next attempt is due."""
    attempts: tuple[Attempt, ...] = ()
    state: DeliveryState = DeliveryState.PENDING
    is_sending: bool = False
    """True while a worker sends it."""
    script: ScriptedCallback | None = None
    """What a scenario does to it."""

    @property
    def is_pending(self) -> bool:
        """True if it is still to be delivered."""
        return self.state is DeliveryState.PENDING

    @property
    def may_be_overtaken(self) -> bool:
        """True if a scenario holds it back: later callbacks are sent before it is due."""
        return self.script is not None and self.script.delay is not None and not self.attempts

    @property
    def used_seconds(self) -> float:
        """The real seconds that the attempts took together."""
        return sum(attempt.seconds for attempt in self.attempts)

    def as_new(self, now: int) -> Self:
        """Return it with its full number of attempts, due now."""
        return msgspec.structs.replace(self, due=now, attempts=(), state=DeliveryState.PENDING)

    def as_missed(self) -> Self:
        """Return it given up."""
        return msgspec.structs.replace(self, state=DeliveryState.MISSED)

    def to_request(self, settings: "DeliverySettings") -> "CallbackRequest":
        """Return the signed request of the next attempt."""
        from mockserver.callbacks.request import CallbackRequest  # not before the first callback

        return CallbackRequest.build_signed(
            self.method,
            self.url,
            self.parameters,
            token=self.token,
            idempotency_token=self.idempotency_token,
            settings=settings,
            used_seconds=self.used_seconds,
            signature=None if self.script is None else self.script.signature,
        )

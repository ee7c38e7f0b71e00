"""The view of a callback and its attempts."""

from collections import Counter
from collections.abc import Iterable
from typing import TYPE_CHECKING, Literal

import msgspec

from mockserver.control.views.instants import serialize_instant

if TYPE_CHECKING:  # the clients decode the views without the server's modules
    from mockserver.account.account import Account
    from mockserver.account.state.deliveries import Delivery


class AttemptView(msgspec.Struct, frozen=True, kw_only=True):
    """One attempt to deliver a callback."""

    at: str
    status: int | None
    failure: str | None
    detail: str
    seconds: float | None
    """Its duration in real time, if the request asks for it: without it, equal runs give equal bytes."""


def count_by_state(callbacks: "Iterable[Delivery]") -> dict[str, int]:
    """Return the number of callbacks by state, without states that none has."""
    return dict(Counter(delivery.state.value for delivery in callbacks))


class CallbackView(msgspec.Struct, frozen=True, kw_only=True):
    """A callback with its attempts."""

    number: int
    recording: str
    sid: str
    event: str
    state: Literal["pending", "delivered", "failed", "missed"]
    method: str
    url: str
    route: str | None
    """The origin that it is sent to instead of the URL's, because of a route."""
    parameters: dict[str, str]
    signed_text: str
    """The exact string that was signed."""
    signature: str
    """The value of its header; empty if a scenario leaves the signature out."""
    signed_with: str
    """A description of the token's owner."""
    idempotency_token: str
    due: str
    """When the next attempt is due, or the last one was."""
    attempts: tuple[AttemptView, ...]


def serialize_callback(account: "Account", delivery: "Delivery", *, with_seconds: bool = False) -> CallbackView:
    from mockserver.callbacks.signature import describe_signer

    request = delivery.to_request(account.callbacks.settings)
    return CallbackView(
        number=delivery.number,
        recording=account.callbacks.get_name(delivery),
        sid=delivery.sid,
        event=delivery.event,
        state=delivery.state.value,
        method=delivery.method,
        url=delivery.url,
        route=request.route,
        parameters=dict(delivery.parameters),
        signed_text=request.signed_text,
        signature=dict(request.headers).get("x-twilio-signature", ""),
        signed_with=describe_signer(delivery.signer, None if delivery.script is None else delivery.script.signature),
        idempotency_token=delivery.idempotency_token,
        due=serialize_instant(delivery.due),
        attempts=tuple(
            AttemptView(
                at=serialize_instant(attempt.at),
                status=attempt.status,
                failure=attempt.failure,
                detail=attempt.detail,
                seconds=round(attempt.seconds, 6) if with_seconds else None,
            )
            for attempt in delivery.attempts
        ),
    )

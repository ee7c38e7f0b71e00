"""Applies the rules of an account, rate limits and faults, to a request and to its response."""

from collections.abc import Awaitable, Callable
from functools import cache, partial
from typing import TYPE_CHECKING

from starlette.types import Receive, Scope, Send

from mockserver.rest.headers import ResponseMetadata
from mockserver.server.exchange import Exchange
from mockserver.server.response import Response
from mockserver.server.sending import ResponseSender, send_counted_response, send_response
from scenarios.operations import Operation

if TYPE_CHECKING:
    from mockserver.account.fault_rules import MatchedFault


def start_operation(exchange: Exchange, operation: Operation) -> bool:
    """Set the request's operation, and return True if `apply_rules` must be awaited. Later calls do nothing."""
    if exchange.operation is not None:
        return False
    exchange.operation = operation
    return exchange.account.has_request_rules


async def apply_rules(exchange: Exchange, operation: Operation, receive: Receive) -> None:
    """Apply rate limits and fault rules to a request.

    Raises:
        TwilioError: 20429 if the request is too many.
        FaultTriggered: if a rule replaces the response.
    """
    await _load_fault_application()(exchange, operation, receive)


async def send_by_rules(
    exchange: Exchange,
    response: Response,
    metadata: ResponseMetadata | None,
    scope: Scope,
    receive: Receive,
    send: Send,
) -> None:
    """Send the response of a request that a fault rule matched, or that counts among those in progress."""
    send_answer = _choose_sender(exchange.matched_fault)
    if exchange.in_progress is None:
        await send_answer(response, metadata, scope, receive, send)
    else:
        await send_counted_response(exchange.in_progress, send_answer, response, metadata, scope, receive, send)


def _choose_sender(matched_fault: "MatchedFault | None") -> ResponseSender:
    if matched_fault is None:
        return send_response
    from mockserver.server.fault_sending import send_with_fault  # not before the first fault

    return partial(send_with_fault, matched_fault.then)


@cache
def _load_fault_application() -> Callable[[Exchange, Operation, Receive], Awaitable[None]]:
    """Return the function, imported for the first rule. A reached import statement costs 2 us."""
    from mockserver.server.faults import apply_fault

    return apply_fault

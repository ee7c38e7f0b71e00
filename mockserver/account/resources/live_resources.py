"""Live calls and conferences as a fetch shows them (WIRE-CALLS §1.3, §2)."""

from hashlib import blake2b

from generators.instants import SECOND
from generators.model import Call, CallStatus, Conference
from mockserver.account.state.live_calls import Direction, LiveCall
from mockserver.account.state.live_conferences import LiveConference

_PRICE_DELAY = 5 * SECOND
"""The time from the end of a call until it has a price, in microseconds (WIRE-CALLS §1.3)."""


def find_price_instant(call: LiveCall) -> int | None:
    """Return when a call has a price, or None if it never does or is not over."""
    is_charged = call.status is CallStatus.COMPLETED and call.answered_at is not None and call.ended_at is not None
    return call.ended_at + _PRICE_DELAY if is_charged and call.ended_at is not None else None


def build_call(call: LiveCall, account_sid: str, parent_sid: str | None, now: int) -> Call:
    """Return a call as a fetch shows it at an instant.

    Args:
        parent_sid: the SID of the call that dials it.
    """
    priced_at = find_price_instant(call)
    is_placed = call.status is not CallStatus.QUEUED
    return Call(
        sid=call.sid,
        account_sid=account_sid,
        from_number=call.from_,
        to_number=call.to,
        direction=call.direction.value,
        status=call.status,
        date_created=call.created_at // SECOND,
        date_updated=(call.updated_at or call.created_at) // SECOND,
        start_time=_find_start(call),
        end_time=None if call.ended_at is None else call.ended_at // SECOND,
        duration=_compute_duration(call),
        is_priced=priced_at is not None and priced_at <= now,
        parent_call_sid=parent_sid,
        answered_by=call.answered_by,
        forwarded_from=call.forwarded_from,
        caller_name=call.caller_name or ("" if is_placed else None),
        phone_number_sid=_derive_phone_number_sid(call),
        trunk_sid="" if is_placed else None,
    )


def build_created_call(call: LiveCall, account_sid: str) -> Call:
    """Return a call as the response to its creation shows it: without dates and duration."""
    return Call(
        sid=call.sid,
        account_sid=account_sid,
        from_number=call.from_,
        to_number=call.to,
        direction=call.direction.value,
        status=call.status,
        date_created=None,
        date_updated=None,
        start_time=None,
        end_time=None,
        duration=None,
        is_priced=False,
        phone_number_sid=_derive_phone_number_sid(call),
    )


def build_conference(conference: LiveConference, account_sid: str) -> Conference:
    """Return a conference as a fetch shows it."""
    return Conference(
        sid=conference.sid,
        account_sid=account_sid,
        friendly_name=conference.friendly_name,
        status=conference.status.value,
        date_created=conference.created_at // SECOND,
        date_updated=conference.updated_at // SECOND,
        reason_ended=conference.reason_ended,
        call_sid_ending=conference.call_sid_ending,
    )


def _find_start(call: LiveCall) -> int | None:
    """Return when it was answered, else when it rang: null before (WIRE-CALLS §1.3)."""
    start = call.answered_at if call.answered_at is not None else call.rang_at
    return None if start is None else start // SECOND


def _compute_duration(call: LiveCall) -> int:
    """Return the seconds from the answer to the end, 0 before the end. Of whole seconds, as the dates show them."""
    if call.answered_at is None or call.ended_at is None:
        return 0
    return (call.ended_at - call.answered_at) // SECOND


def _derive_phone_number_sid(call: LiveCall) -> str | None:
    """Return the SID of the account's own number on a call, or None if that end is no number."""
    own = call.to if call.direction is Direction.INBOUND else call.from_
    return f"PN{blake2b(own.encode(), digest_size=16).hexdigest()}" if own.startswith("+") else None

"""Calls that nothing here knows: a CallSid that comes from elsewhere stands for a call in progress."""

from generators.content.calls_and_conferences import draw_numbers
from generators.instants import SECOND
from generators.model import Call, CallStatus
from generators.sids import Kind, fold_sid
from mockserver.rest.errors import TwilioError
from mockserver.server.exchange import Exchange


def get_unknown_call(exchange: Exchange, sid: str) -> Call:
    """Return a call that nothing here knows, as one in progress. It stays unknown until something changes it.

    Raises:
        TwilioError: 20404 if it was deleted, or its SID is one that an account of this server gives to its own calls.
    """
    account = exchange.account
    if account.calls.is_deleted(sid):
        raise TwilioError(20404, f"{sid} is deleted.")
    if any(known.corpus.sids.decode(Kind.CALL, sid) is not None for known in exchange.mock.list_accounts_in_memory()):
        raise TwilioError(20404, f"No recording of this account belongs to {sid}.", unknown_sid=sid)
    now, folded = account.clock.now() // SECOND, fold_sid(sid)
    from_number, to_number = draw_numbers(folded)
    return Call(
        sid=folded,
        account_sid=account.sid,
        from_number=from_number,
        to_number=to_number,
        direction="inbound",
        status=CallStatus.IN_PROGRESS,
        date_created=now,
        date_updated=now,
        start_time=now,
        end_time=None,
        duration=0,
        is_priced=False,
    )

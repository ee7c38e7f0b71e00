"""Whose a SID is: a mistake that is made often is to ask one account for what is another's."""

from generators.corpus.explain_sid import explain_generated
from mockserver.account.account import Account
from mockserver.account.sid_lookup import explain_created
from mockserver.mock import Mock

_MAX_ACCOUNTS = 256
"""So many accounts are looked through, the latest first."""


def explain_owner(mock: Mock, account: Account, sid: str) -> str:
    """Say what a SID stands for, in the account that was asked or in another, which it names; nothing where in none."""
    own = _is_known_to(account, sid)
    if own is not None:
        return f"Here {sid} is: {own}"
    for other in mock.known()[: -_MAX_ACCOUNTS - 1 : -1]:
        what = _is_known_to(other, sid)
        if what is not None:
            return f"It is of {other.sid}, another account of this mock: {what}"
    return ""


def _is_known_to(account: Account, sid: str) -> str | None:
    arrived = explain_created(account, sid)
    if arrived is not None:
        return arrived
    generated = explain_generated(account.corpus, sid)
    return generated.why if generated.recordings else None

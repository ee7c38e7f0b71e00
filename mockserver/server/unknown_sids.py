"""Finds the account that a SID belongs to. Using one account's SID in another account is a common mistake."""

from generators.corpus.explain_sid import explain_generated
from mockserver.account.account import Account
from mockserver.account.sid_lookup import explain_created
from mockserver.mock import Mock

_MAX_ACCOUNTS = 256
"""The number of accounts that are searched, the latest first."""


def explain_owner(mock: Mock, account: Account, sid: str) -> str:
    """Explain what a SID stands for, in this account or in another; return an empty text if it is unknown."""
    own = _is_known_to(account, sid)
    if own is not None:
        return f"In this account: {own}"
    for other in mock.known()[: -_MAX_ACCOUNTS - 1 : -1]:
        what = _is_known_to(other, sid)
        if what is not None:
            return f"It belongs to {other.sid}, another account of this mock: {what}"
    return ""


def _is_known_to(account: Account, sid: str) -> str | None:
    arrived = explain_created(account, sid)
    if arrived is not None:
        return arrived
    generated = explain_generated(account.corpus, sid)
    return generated.why if generated.recordings else None

"""The view of all accounts of a server."""

from typing import TYPE_CHECKING

import msgspec

from mockserver.control.views.instants import serialize_instant

if TYPE_CHECKING:  # the clients decode the views without the server's modules
    from mockserver.account.account import Account
    from mockserver.journal.journal import Entry
    from mockserver.mock import Mock

_FIRST_ERROR_STATUS = 400


class LastRequestView(msgspec.Struct, frozen=True, kw_only=True):
    """The last request to an account."""

    number: int
    at: str
    """When the response was sent, on the account's clock."""
    method: str
    target: str
    status: int


class AccountRowView(msgspec.Struct, frozen=True, kw_only=True):
    """An account of the server."""

    name: str | None
    """Its friendly name, if a setting or a scenario gives it one."""
    account_sid: str
    parent_account_sid: str | None
    is_demo: bool
    """True for the account that the server prints."""
    is_in_memory: bool
    """False if no request has created it yet, or it was dropped because nothing of it had changed."""
    scenario: str | None
    now: str | None
    """The time on its clock; None if it is not in memory."""
    in_flight: int
    """The number of recordings that go on, or whose timeline waits."""
    requests: int
    """The number of all requests so far."""
    refused: int
    """The number of those in the journal that were answered with an error, or not at all."""
    last_request: LastRequestView | None


class AccountListView(msgspec.Struct, frozen=True, kw_only=True):
    """The accounts of a server: the one that it prints, those with a known token, and all others in memory."""

    accounts: list[AccountRowView]
    """The first 1,000 of them."""
    account_count: int


def serialize_account_row(mock: "Mock", key: str) -> AccountRowView:
    """Return an account by its AccountSid in lower case. It is not created for that."""
    account, declared = mock.find_account(key), mock.declared_accounts.get(key)
    scenario = mock.find_scenario(key) if account is None else account.scenario
    return AccountRowView(
        name=mock.find_name(key),
        account_sid=f"AC{key[2:]}",
        parent_account_sid=None if declared is None else declared.parent,
        is_demo=key == mock.demo.sid.lower(),
        is_in_memory=account is not None,
        scenario=None if scenario is None else scenario.name,
        now=None if account is None else serialize_instant(account.clock.now()),
        in_flight=0 if account is None else len(account.state.playing.keys() | account.state.in_progress.keys()),
        requests=0 if account is None else account.journal.total,
        refused=0 if account is None else _count_refused(account),
        last_request=None if account is None else _serialize_last(account),
    )


def _count_refused(account: "Account") -> int:
    return sum(entry.response.status >= _FIRST_ERROR_STATUS or not entry.response.status for entry in account.journal)


def _serialize_last(account: "Account") -> LastRequestView | None:
    last: Entry | None = account.journal.get_entry(account.journal.total - 1)
    if last is None:
        return None
    return LastRequestView(
        number=last.number,
        at=serialize_instant(last.at),
        method=last.method,
        target=last.target,
        status=last.response.status,
    )

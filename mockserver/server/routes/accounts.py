"""Accounts, read-only: the one that a path names, and those that the credentials of a request may act on."""

from collections.abc import Iterator, Sequence
from enum import StrEnum

from generators.sids import Kind, fold_sid
from mockserver.account.resources.listing import BEFORE_OLDEST, Listing, Page, get_page
from mockserver.rest.paging import PageRequest, parse_page_request
from mockserver.rest.representations.calls_and_conferences import ACCOUNT, ACCOUNT_NAME, AccountFields
from mockserver.server.exchange import Exchange
from mockserver.server.results import ResourcePage, ResourceValue
from mockserver.server.routes.resource_route import PathParams
from mockserver.server.signing_token import find_signing_token

_SID_BEFORE_OLDEST = f"{Kind.ACCOUNT}{'0' * 32}"
_SID_AFTER_NEWEST = f"{Kind.ACCOUNT}{'f' * 32}"
"""The SIDs of the positions beside the list, for the page tokens beside an empty page."""
_NOT_CACHED = 0
"""The expiry of a page that depends on the credentials of its request."""


class _AccountStatus(StrEnum):
    ACTIVE = "active"
    SUSPENDED = "suspended"
    CLOSED = "closed"


class _Accounts:
    """The accounts of one response, by their place from the end of the list."""

    def __init__(self, exchange: Exchange, sids: Sequence[str]) -> None:
        self._exchange = exchange
        self._sids = sids[::-1]

    def get(self, index: int) -> AccountFields:
        """Return an account."""
        return _build_account(self._exchange, self._sids[index])

    def get_revision(self, index: int) -> AccountFields:
        """Return the account itself: its token may differ from one request to the next."""
        return self.get(index)

    def list(self, page_request: PageRequest) -> Page:
        """Return a page.

        Raises:
            TwilioError: 20001 if the page token names no account of this list.
        """
        listing = Listing(
            window=range(len(self._sids)),
            walk=_walk,
            position=self._find_position,
            index=lambda position: position,
            sid=self._get_sid,
        )
        return get_page(listing, page_request, _NOT_CACHED)

    def _find_position(self, sid: str) -> int | None:
        folded = fold_sid(sid)
        if folded in self._sids:
            return self._sids.index(folded)
        return {_SID_BEFORE_OLDEST: -1, _SID_AFTER_NEWEST: len(self._sids)}.get(folded)

    def _get_sid(self, position: int) -> str:
        if position == BEFORE_OLDEST:
            return _SID_BEFORE_OLDEST
        return _SID_AFTER_NEWEST if position == len(self._sids) else self._sids[position]


def list_accounts(exchange: Exchange, _: PathParams) -> ResourcePage:
    query = exchange.parameters
    name, status = query.get_text("FriendlyName"), query.get_choice("Status", _AccountStatus)
    page_request = parse_page_request(query)
    sids = _list_sids(exchange) if status in (None, _AccountStatus.ACTIVE) else ()
    accounts = _Accounts(exchange, [sid for sid in sids if name in (None, _get_name(exchange, sid))])
    return ResourcePage(ACCOUNT, accounts, accounts.list(page_request), page_request, query)


def fetch_account(exchange: Exchange, _: PathParams) -> ResourceValue:
    return ResourceValue(resource_type=ACCOUNT, value=_build_account(exchange, exchange.account.sid))


def _list_sids(exchange: Exchange) -> Sequence[str]:
    """Return the account of the credentials, then its subaccounts in the order of their declaration."""
    own = exchange.account.sid
    declared_accounts = exchange.mock.declared_accounts.values()
    children = (fold_sid(account.sid) for account in declared_accounts if fold_sid(account.parent or "") == own)
    return tuple(dict.fromkeys((own, *children)))


def _build_account(exchange: Exchange, sid: str) -> AccountFields:
    mock = exchange.mock
    account, declared = mock.account(sid), mock.declared_accounts.get(sid.lower())
    account.run_due()  # a change of its tokens may be due
    is_own = sid == exchange.account.sid
    return AccountFields(
        sid=sid,
        name=_get_name(exchange, sid),
        token=find_signing_token(exchange)[0] if is_own else account.token,
        parent_sid=None if declared is None or declared.parent is None else fold_sid(declared.parent),
        date_created=account.corpus.spec.t0 - account.corpus.spec.span,
    )


def _get_name(exchange: Exchange, sid: str) -> str:
    return exchange.mock.find_name(sid) or ACCOUNT_NAME


def _walk(window: range, *, newest_first: bool) -> Iterator[int]:
    return reversed(window) if newest_first else iter(window)

"""The endpoint for all accounts of a server."""

from mockserver.account.gradual import Steps, run_between_requests
from mockserver.control.endpoints.endpoint import Endpoint, PathParams
from mockserver.control.views.account_list import AccountListView, AccountRowView, serialize_account_row
from mockserver.mock import Mock
from mockserver.server.exchange import Exchange

_MAX_ACCOUNTS = 1000


async def list_all_accounts(exchange: Exchange, _: PathParams) -> AccountListView:
    return await run_between_requests(_build_list(exchange.mock))


def _build_list(mock: Mock) -> Steps[AccountListView]:
    """Return the accounts: each of them is one step, because its journal is looked through."""
    in_memory = (account.sid.lower() for account in mock.list_accounts_in_memory())
    keys = list(dict.fromkeys((mock.demo.sid.lower(), *mock.declared_accounts, *in_memory)))
    rows: list[AccountRowView] = []
    for key in keys[:_MAX_ACCOUNTS]:
        rows.append(serialize_account_row(mock, key))
        yield
    return AccountListView(accounts=rows, account_count=len(keys))


ACCOUNT_LIST = {"/accounts": Endpoint(GET=list_all_accounts)}

"""What endpoints that change an account share: scenarios in requests, and the result of a change."""

from typing import Any

from mockserver.account.account import Account
from mockserver.control.endpoints.endpoint import make_invalid_command_error
from mockserver.control.views.accounts import ChangeResult, build_change_result
from mockserver.server.exchange import Exchange
from scenarios.model import Scenario
from scenarios.problems import ScenarioError


def parse_scenario(exchange: Exchange, value: dict[str, Any]) -> Scenario:
    """Return the scenario in a request. Only clients on this machine may name files in it.

    Raises:
        TwilioError: 20001 if the scenario is invalid.
    """
    from scenarios.loading.scenario_input import load_any_scenario  # imports YAML: not before the first scenario

    try:
        return load_any_scenario(value, may_name_files=exchange.mock.control_token is None)
    except ScenarioError as error:
        raise make_invalid_command_error(str(error)) from None


async def wait_for_callbacks(exchange: Exchange, account: Account, first_serial: int) -> ChangeResult:
    """Return the result of a change after its callbacks are delivered or have failed.

    Args:
        first_serial: the number of the change's first event.
    """
    await exchange.mock.worker.wait_until_idle(account)
    return build_change_result(account, first_serial)

"""What the control API's changes have in common: scenarios that come with a request, and what they answer."""

from typing import Any

from mockserver.account.account import Account
from mockserver.control import serializers as portraits
from mockserver.control import views
from mockserver.control.endpoints.endpoint import refused
from mockserver.server.exchange import Exchange
from scenarios.model import Scenario
from scenarios.problems import ScenarioError


def given(exchange: Exchange, value: dict[str, Any]) -> Scenario:
    """Return a scenario that came with a request; only who is on this machine may name files of it.

    Raises:
        TwilioError: 20001 where it cannot be.
    """
    from scenarios.loading.scenario_input import load_any_scenario  # brings YAML: not before the first scenario

    try:
        return load_any_scenario(value, may_name_files=exchange.mock.control_token is None)
    except ScenarioError as wrong:
        raise refused(str(wrong)) from None


async def settled(exchange: Exchange, account: Account, first: int) -> views.Happened:
    """Answer once the callbacks that a change brought about are delivered, or not.

    Args:
        first: the number of the first event that is of the change.
    """
    await exchange.mock.timekeeper.settle(account)
    return happened(account, first)


def happened(account: Account, first: int) -> views.Happened:
    """Return the state of an account, and its events from a number on."""
    events = tuple(map(portraits.event, account.events.since(first)))
    return views.Happened(account=portraits.account(account), events=events)

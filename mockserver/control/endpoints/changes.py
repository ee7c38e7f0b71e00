"""What endpoints that change an account share: scenarios in requests, and the result of a change."""

from typing import Any, TypeVar

import msgspec

from mockserver.account.account import Account
from mockserver.control.endpoints.endpoint import make_invalid_command_error
from mockserver.control.views.accounts import ChangeResult, build_change_result
from mockserver.server.exchange import Exchange
from scenarios.model import AccountPlan, Scenario
from scenarios.problems import ScenarioError
from scenarios.recording_groups import map_recordings, walk_written_recordings

Plan = TypeVar("Plan", bound=AccountPlan)


def parse_scenario(exchange: Exchange, value: dict[str, Any]) -> Scenario:
    """Return the scenario in a request. Only clients on this machine may name files in it.

    Raises:
        TwilioError: 20001 if the scenario is invalid.
    """
    from scenarios.loading.scenario_input import load_any_scenario  # imports YAML: not before the first scenario

    try:
        scenario = load_any_scenario(value, may_name_files=exchange.control_token is None)
    except ScenarioError as error:
        raise make_invalid_command_error(str(error)) from None
    plans = (scenario, *scenario.accounts)
    if not any(map(_names_urls, plans)) or not exchange.refuses_urls("status_callback and routes"):
        return scenario
    accounts = tuple(map(_without_urls, scenario.accounts))
    return msgspec.structs.replace(_without_urls(scenario), accounts=accounts)


def _names_urls(plan: AccountPlan) -> bool:
    recordings = (written.definition for written in walk_written_recordings(plan))
    subscribers = [subject.status_callback for subject in (*recordings, *plan.pick)]
    subscribers += [arrival.status_callback for arrival in plan.arrivals]
    return bool(plan.routes) or any(subscribers)


def _without_urls(plan: Plan) -> Plan:
    """Return what an account plays without the URLs that its callbacks would go to."""
    return msgspec.structs.replace(
        map_recordings(plan, lambda recording: msgspec.structs.replace(recording, status_callback=None)),
        pick=tuple(msgspec.structs.replace(pick, status_callback=None) for pick in plan.pick),
        arrivals=tuple(msgspec.structs.replace(arrival, status_callback=None) for arrival in plan.arrivals),
        routes={},
    )


async def wait_for_callbacks(exchange: Exchange, account: Account, first_serial: int) -> ChangeResult:
    """Return the result of a change after its callbacks are delivered or have failed.

    Args:
        first_serial: the number of the change's first event.
    """
    await exchange.mock.worker.wait_until_idle(account)
    return build_change_result(account, first_serial)

"""What endpoints that change an account share: scenarios in requests, and the result of a change."""

from typing import Any

import msgspec

from mockserver.account.account import Account
from mockserver.control.endpoints.endpoint import make_invalid_command_error
from mockserver.control.views.accounts import ChangeResult, build_change_result
from mockserver.server.exchange import Exchange
from scenarios.model import Scenario
from scenarios.problems import ScenarioError
from scenarios.recording_groups import map_recordings, walk_written_recordings


def parse_scenario(exchange: Exchange, value: dict[str, Any]) -> Scenario:
    """Return the scenario in a request. Only clients on this machine may name files in it.

    Raises:
        TwilioError: 20001 if the scenario is invalid.
    """
    from scenarios.loading.scenario_input import load_any_scenario  # imports YAML: not before the first scenario

    try:
        scenario = load_any_scenario(value, may_name_files=exchange.mock.control_token is None)
    except ScenarioError as error:
        raise make_invalid_command_error(str(error)) from None
    recordings = (written.definition for written in walk_written_recordings(scenario))
    subscribers = [subject.status_callback for subject in (*recordings, *scenario.pick)]
    subscribers += [arrival.status_callback for arrival in scenario.arrivals]
    names_urls = scenario.routes or any(subscribers)
    return _without_urls(scenario) if names_urls and exchange.refuses_urls("status_callback and routes") else scenario


def _without_urls(scenario: Scenario) -> Scenario:
    """Return the scenario without the URLs that its callbacks would go to."""
    return msgspec.structs.replace(
        map_recordings(scenario, lambda recording: msgspec.structs.replace(recording, status_callback=None)),
        pick=tuple(msgspec.structs.replace(pick, status_callback=None) for pick in scenario.pick),
        arrivals=tuple(msgspec.structs.replace(arrival, status_callback=None) for arrival in scenario.arrivals),
        routes={},
    )


async def wait_for_callbacks(exchange: Exchange, account: Account, first_serial: int) -> ChangeResult:
    """Return the result of a change after its callbacks are delivered or have failed.

    Args:
        first_serial: the number of the change's first event.
    """
    await exchange.mock.worker.wait_until_idle(account)
    return build_change_result(account, first_serial)

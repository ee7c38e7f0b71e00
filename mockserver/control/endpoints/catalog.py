"""Endpoints for what the mock has to offer: the operations of the API, and the bundled scenarios."""

import msgspec

from mockserver.control.endpoints.endpoint import Endpoint, PathParams
from mockserver.rest.accepted_parameters import ACCEPTED_PARAMETERS
from mockserver.server.exchange import Exchange
from mockserver.server.routes.table import RESOURCE_ROUTES


class OperationView(msgspec.Struct, frozen=True, kw_only=True):
    """An operation of the API."""

    name: str
    method: str
    path: str
    """The path with its parameters in braces, and with its extension."""
    parameters: tuple[str, ...]
    """The parameters of the query, or of the form of a POST."""


class BundledScenarioView(msgspec.Struct, frozen=True, kw_only=True):
    """A scenario that comes with the mock."""

    name: str
    about: str


async def list_operations(exchange: Exchange, _: PathParams) -> list[OperationView]:
    views = []
    for route in RESOURCE_ROUTES:
        for method, (operation, _handler) in route.operations_by_method.items():
            suffix = "" if route.path.endswith("/Data") else ".json"
            parameters = tuple(ACCEPTED_PARAMETERS.get(operation, ()))
            views.append(
                OperationView(name=operation, method=method, path=f"{route.path}{suffix}", parameters=parameters)
            )
        if route.media_operation is not None and route.path.endswith("{account_sid}/Recordings/{sid}"):
            operation, _handler = route.media_operation
            parameters = tuple(ACCEPTED_PARAMETERS.get(operation, ()))
            views.append(OperationView(name=operation, method="GET", path=f"{route.path}.wav", parameters=parameters))
    return views


async def list_bundled_scenarios(exchange: Exchange, _: PathParams) -> list[BundledScenarioView]:
    from scenarios.loading.scenario_input import load_any_scenario  # imports YAML: not before the first scenario
    from scenarios.loading.sources import find_bundled_files

    return [BundledScenarioView(name=name, about=load_any_scenario(name).about or "") for name in find_bundled_files()]


CATALOG = {
    "/operations": Endpoint(GET=list_operations),
    "/scenarios": Endpoint(GET=list_bundled_scenarios),
}

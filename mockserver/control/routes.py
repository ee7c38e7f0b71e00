"""The routes of the control API: plain JSON for tests, scripts and the command line."""

from typing import Any

from starlette.routing import Route

from mockserver.control.endpoints.account_list import ACCOUNT_LIST
from mockserver.control.endpoints.accounts import ACCOUNTS
from mockserver.control.endpoints.arrivals import ARRIVALS
from mockserver.control.endpoints.callbacks import CALLBACKS
from mockserver.control.endpoints.calls import CALLS
from mockserver.control.endpoints.catalog import CATALOG
from mockserver.control.endpoints.endpoint import Endpoint, PathParams
from mockserver.control.endpoints.exports import EXPORTS
from mockserver.control.endpoints.faults import FAULTS
from mockserver.control.endpoints.metrics import METRICS
from mockserver.control.endpoints.public import PUBLIC
from mockserver.control.endpoints.recordings import RECORDINGS
from mockserver.control.endpoints.requests import REQUESTS
from mockserver.control.endpoints.scenario import SCENARIO
from mockserver.control.endpoints.session import SESSION
from mockserver.control.endpoints.sound import SOUND
from mockserver.control.endpoints.stream import STREAM
from mockserver.control.endpoints.timelines import TIMELINES
from mockserver.server.exchange import Exchange


async def show_openapi(_: Exchange, __: PathParams) -> dict[str, Any]:
    """Return the description of all routes, this one too."""
    from mockserver.control.openapi import build_openapi  # it imports all commands and views

    return build_openapi(CONTROL_ROUTES)


CONTROL_ROUTES = (
    Route("/_mock/openapi.json", Endpoint(GET=show_openapi)),
    *(
        Route(f"/_mock{path}", endpoint)
        for table in (PUBLIC, ACCOUNT_LIST, METRICS, SESSION, CATALOG)
        for path, endpoint in table.items()
    ),
    *(
        Route(f"/_mock/accounts/{{account}}{path}", endpoint)
        for table in (
            ACCOUNTS,
            EXPORTS,
            SCENARIO,
            RECORDINGS,
            ARRIVALS,
            FAULTS,
            CALLBACKS,
            CALLS,
            REQUESTS,
            SOUND,
            STREAM,
            TIMELINES,
        )
        for path, endpoint in table.items()
    ),
)

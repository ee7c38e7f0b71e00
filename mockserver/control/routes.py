"""The routes of the control API: plain JSON for tests, scripts and the command line."""

from starlette.routing import Route

from mockserver.control.endpoints.account_list import ACCOUNT_LIST
from mockserver.control.endpoints.accounts import ACCOUNTS
from mockserver.control.endpoints.arrivals import ARRIVALS
from mockserver.control.endpoints.callbacks import CALLBACKS
from mockserver.control.endpoints.calls import CALLS
from mockserver.control.endpoints.faults import FAULTS
from mockserver.control.endpoints.metrics import METRICS
from mockserver.control.endpoints.public import PUBLIC
from mockserver.control.endpoints.recordings import RECORDINGS
from mockserver.control.endpoints.requests import REQUESTS
from mockserver.control.endpoints.scenario import SCENARIO
from mockserver.control.endpoints.sound import SOUND
from mockserver.control.endpoints.stream import STREAM
from mockserver.control.endpoints.timelines import TIMELINES

CONTROL_ROUTES = (
    *(
        Route(f"/_mock{path}", endpoint)
        for table in (PUBLIC, ACCOUNT_LIST, METRICS)
        for path, endpoint in table.items()
    ),
    *(
        Route(f"/_mock/accounts/{{account}}{path}", endpoint)
        for table in (
            ACCOUNTS,
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

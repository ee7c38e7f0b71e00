"""The paths of live calls and of the debugger. What they do is imported with the first request."""

from importlib import import_module
from typing import Any

from mockserver.control.endpoints.endpoint import Endpoint, Handler, PathParams
from mockserver.server.exchange import Exchange

_MODULE = "mockserver.control.endpoints.call_operations"


def _import_late(name: str) -> Handler:
    async def handle(exchange: Exchange, path: PathParams) -> Any:
        return await getattr(import_module(_MODULE), name)(exchange, path)

    handle.late = (_MODULE, name)  # type: ignore[attr-defined]  # for the description of the control API
    return handle


CALLS = {
    "/calls": Endpoint(GET=_import_late("list_calls"), POST=_import_late("place_call")),
    "/calls/{call}": Endpoint(GET=_import_late("show_call")),
    "/calls/{call}/play": Endpoint(POST=_import_late("play_call")),
    "/calls/{call}/hang-up": Endpoint(POST=_import_late("hang_up")),
    "/debugger": Endpoint(GET=_import_late("list_debugger_events")),
}

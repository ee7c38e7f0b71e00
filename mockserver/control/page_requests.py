"""The requests of the control API for what a page shows of an account. None of them changes it, and none counts."""

from mockserver.control.control_request import ControlRequest

PAGE_REQUESTS = (
    ControlRequest(
        "GET",
        "/stream",
        "notices of what has changed, as server-sent events: at most ten of each kind in a second; after "
        "`Last-Event-ID` the missing ones come first, or `lag`",
    ),
)

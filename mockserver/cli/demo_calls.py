"""The calls of `recmock demo`: people call its voice app, one after the other."""

import threading
from collections.abc import Callable
from contextlib import suppress
from itertools import cycle
from typing import Any

from mockserver.control.client.calls import CallsClient
from mockserver.control.client.errors import ControlError

PEOPLE: tuple[dict[str, Any], ...] = (
    {"from_": "+14155550101", "speech": ["Hello, this is Ann. Please call me back about my order. Thank you."]},
    {"from_": "+14155550102", "speech": ["Hi, this is Bob. I would like to change my address. It is not urgent."]},
    {"from_": "+14155550103", "speech": [], "hangs_up_after": "6s"},
    {"from_": "+14155550104", "speech": ["This is Carol. The delivery came yesterday, and everything is perfect."]},
)
"""Who calls, what they say, and one who says nothing."""
_GAP_SECONDS = 10.0
"""The time between two calls, in seconds of the account's clock. A call takes longer, so one is always in progress."""
_MIN_GAP_SECONDS = 0.5
"""The shortest time between two calls, in real seconds."""
_JOIN_SECONDS = 5.0
"""How long the thread may take to end, in real seconds: its last request ends with the server."""


class DemoCalls:
    """Places calls while the context is active, in a thread of its own.

    Args:
        calls: the calls of the account.
        url: the base URL of the voice app.
        pace: seconds of the account's clock per real second.
        on_start: called in the thread before the first call.
    """

    def __init__(self, calls: CallsClient, url: str, pace: float, on_start: Callable[[], object]) -> None:
        self._calls = calls
        self._url = url
        self._gap = max(_GAP_SECONDS / pace, _MIN_GAP_SECONDS)
        self._on_start = on_start
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="recmock-demo", daemon=True)

    def __enter__(self) -> "DemoCalls":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join(_JOIN_SECONDS)

    def _run(self) -> None:
        self._on_start()
        people = cycle(PEOPLE)
        while not self._stop.is_set():
            with suppress(ControlError):  # the server stops, or is busy
                self._calls.incoming(
                    f"{self._url}/voice", status_callback=f"{self._url}/callback", wait=False, **next(people)
                )
            self._stop.wait(self._gap)

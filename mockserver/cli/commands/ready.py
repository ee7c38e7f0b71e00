"""`recmock ready`: does a server answer? The health check of the container."""

from mockserver.control.client.connection import ControlConnection, ControlError
from mockserver.settings.settings import Settings

PATIENCE = 5.0
"""Real seconds that a healthy server may take."""


def check_ready(settings: Settings, url: str | None) -> int:
    """Print whether a server answers, and return 0 where it does, 1 where it does not.

    Args:
        url: where; the address of the settings where it is None.
    """
    where = url or f"http://{settings.listen.reachable()}"
    try:
        health = ControlConnection(where).request("GET", "/health", dict[str, str], patience=PATIENCE)
    except ControlError as wrong:
        print(f"not ready: {wrong}")
        return 1
    print(f"ready: recmock {health['version']} at {where}")
    return 0

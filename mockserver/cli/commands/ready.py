"""`recmock ready`: checks that a server answers. The health check of the container."""

from mockserver.control.client.connection import ControlConnection, ControlError
from mockserver.settings.settings import Settings

PATIENCE = 5.0
"""Time-out in real seconds."""


def check_ready(settings: Settings, url: str | None) -> int:
    """Print whether a server answers, and return 0 if it does, else 1.

    Args:
        url: the server's URL; None for the address in the settings.
    """
    where = url or f"http://{settings.listen.reachable()}"
    try:
        health = ControlConnection(where).request("GET", "/health", dict[str, str], patience=PATIENCE)
    except ControlError as wrong:
        print(f"not ready: {wrong}")
        return 1
    print(f"ready: recmock {health['version']} at {where}")
    return 0

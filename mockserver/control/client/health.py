"""The health check of a server."""

from mockserver.control.client.connection import ControlConnection

HEALTH_TIMEOUT = 5.0
"""Real seconds that a healthy server may take to answer."""


def fetch_health(url: str) -> dict[str, str]:
    """Return the health document of the server at a URL.

    Raises:
        ControlError: if no mock answers there.
    """
    return ControlConnection(url).request("GET", "/health", dict[str, str], timeout_seconds=HEALTH_TIMEOUT)

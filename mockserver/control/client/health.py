"""The health check of a server."""

from typing import Any

from mockserver.control.client.connection import ControlConnection
from mockserver.control.client.errors import NoServerError

HEALTH_TIMEOUT = 5.0
"""Real seconds that a healthy server may take to answer."""


def fetch_health(url: str, timeout_seconds: float = HEALTH_TIMEOUT) -> dict[str, Any]:
    """Return the health document of the server at a URL.

    Args:
        timeout_seconds: the time-out in real seconds.

    Raises:
        ControlError: if no mock answers there.
    """
    return ControlConnection(url).request("GET", "/health", dict[str, Any], timeout_seconds=timeout_seconds)


def fetch_version(url: str, timeout_seconds: float = HEALTH_TIMEOUT) -> str:
    """Return the version of the server at a URL.

    Args:
        timeout_seconds: the time-out in real seconds.

    Raises:
        ControlError: if no mock answers there.
    """
    version = fetch_health(url, timeout_seconds).get("version")
    if not isinstance(version, str):  # another server has such a path too
        raise NoServerError(f"expected a recmock server at {url}, found something else.")
    return version

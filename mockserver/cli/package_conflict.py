"""Detects another distribution whose package is called `mockserver` too."""

from pathlib import Path


def find_package_conflict() -> str | None:
    """Return an error message if the distribution `mockserver-client` is installed, else None."""
    beside = Path(__file__).parent.parent.parent
    if next(beside.glob("mockserver_client-*.dist-info"), None) is None:
        return None
    return (
        "mockserver-client is installed in this environment, and its package `mockserver` overwrites that of recmock. "
        "Install twilio-recordings-mock in a separate environment."
    )

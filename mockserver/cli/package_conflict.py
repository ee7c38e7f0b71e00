"""Another distribution whose package has the name of ours."""

from pathlib import Path


def find_package_conflict() -> str | None:
    """Say so where `mockserver-client` is installed beside us; None where it is not."""
    beside = Path(__file__).parent.parent.parent
    if next(beside.glob("mockserver_client-*.dist-info"), None) is None:
        return None
    return (
        "mockserver-client is installed in this environment, and its package `mockserver` overwrites ours. "
        "Install twilio-recordings-mock into an environment of its own."
    )

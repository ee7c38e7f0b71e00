"""A check for another installed distribution that has a package named `mockserver`."""

from pathlib import Path


def find_package_conflict() -> str | None:
    """Return an error message if the distribution `mockserver-client` is installed, else None."""
    site_packages = Path(__file__).parent.parent.parent
    if next(site_packages.glob("mockserver_client-*.dist-info"), None) is None:
        return None
    return (
        "mockserver-client is installed in this environment, and its package `mockserver` overwrites ours. "
        "Install twilio-recordings-mock in a separate environment."
    )

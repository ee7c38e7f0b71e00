"""`recmock ready`: does a server answer? The health check of the container."""

from mockserver.commands.errors import CommandError
from mockserver.commands.remote import ask
from mockserver.settings import Settings


def ready(settings: Settings, url: str | None) -> int:
    """Print whether a server answers, and return 0 where it does, 1 where it does not.

    Args:
        url: where; the address of the settings where it is None.
    """
    where = url or f"http://{settings.listen.reachable()}"
    try:
        health = ask(where, "/_mock/health")
    except CommandError as wrong:
        print(f"not ready: {wrong}")
        return 1
    print(f"ready: recmock {health['version']} at {where}")
    return 0

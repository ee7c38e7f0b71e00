"""What a server needs to listen: its sockets, and a token for the control API beyond loopback."""

from collections.abc import Callable

from mockserver.cli.errors import CommandError
from mockserver.server.listening_sockets import ListenError, ListeningSockets
from mockserver.settings.parsing import Address
from mockserver.settings.settings import Settings

_PROBE_TIMEOUT = 2.0
"""Real seconds in which a recmock that has the port may answer."""


def bind_or_explain(address: Address, bind: Callable[[Address], ListeningSockets]) -> ListeningSockets:
    """Return the listening sockets of an address.

    Raises:
        CommandError: if the server cannot listen there.
    """
    try:
        return bind(address)
    except ListenError as error:
        raise CommandError(f"--listen: {error}{_describe_other_server(error)}") from None


def choose_control_token(settings: Settings) -> str | None:
    """Return the token of the control API: a new one if the settings have none, and None on loopback."""
    if settings.listen.is_loopback:
        return None
    import secrets  # most servers listen on loopback

    return settings.control_token or secrets.token_urlsafe(24)


def _describe_other_server(error: ListenError) -> str:
    """Return a sentence about the server that has the port, or an empty text if no other server is the reason."""
    if error.address is None or not error.is_port_taken:
        return ""
    from mockserver.control.client.errors import ControlError  # not needed otherwise
    from mockserver.control.client.health import fetch_version

    try:
        version = fetch_version(error.address.to_url(), _PROBE_TIMEOUT)
    except ControlError:
        return " No recmock answers there."
    return f" A recmock {version} answers there already: use it, or stop it."

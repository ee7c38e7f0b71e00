"""`recmock open`: print the address of a running server's dashboard, and open it in a browser."""

import sys
from collections.abc import Mapping

from mockserver.cli.argument_parser import Parser
from mockserver.cli.banner import PAGE_PATH
from mockserver.cli.command import Command, Invocation
from mockserver.cli.errors import CommandError
from mockserver.cli.options import REMOTE_SETTINGS, add_server
from mockserver.cli.running_server import find_server_url
from mockserver.control.client.errors import ControlError
from mockserver.control.client.health import fetch_version

_DISPLAY_VARIABLES = ("DISPLAY", "WAYLAND_DISPLAY")


def has_display(environment: Mapping[str, str], platform: str = sys.platform) -> bool:
    """Return True if a browser can show a window."""
    return platform in ("darwin", "win32") or any(environment.get(name) for name in _DISPLAY_VARIABLES)


def may_open_browser(invocation: Invocation) -> bool:
    """Return True unless the user forbids it, or there is no display."""
    return not invocation.options.no_open and has_display(invocation.environment)


def open_page(url: str) -> None:
    """Open the dashboard of the server at a URL in the user's browser."""
    import webbrowser  # few commands open one

    webbrowser.open(f"{url}{PAGE_PATH}")


def open_dashboard(url: str, *, opens_browser: bool) -> int:
    """Print the address of the dashboard of the server at a URL, and open it.

    Raises:
        CommandError: if no mock answers there.
    """
    try:
        fetch_version(url)
    except ControlError as error:
        raise CommandError(str(error)) from None
    print(f"{url}{PAGE_PATH}", flush=True)
    if opens_browser:
        open_page(url)
    return 0


def _add_arguments(parser: Parser) -> None:
    parser.add_argument("--no-open", action="store_true", help="Print the address only, as without a display.")
    add_server(parser)


def _run(invocation: Invocation) -> int:
    return open_dashboard(find_server_url(invocation), opens_browser=may_open_browser(invocation))


COMMAND = Command(_run, _add_arguments, settings=REMOTE_SETTINGS)

"""`recmock doctor`: report bad habits of the client of a running server.

The server finds them in its journal of requests.
"""

from mockserver.cli.command import Command, Invocation
from mockserver.cli.options import REMOTE_SETTINGS, add_remote
from mockserver.cli.output import print_value
from mockserver.cli.running_server import connect_account


def _run(invocation: Invocation) -> int:
    """Print the report, and return 1 if it has findings, else 0."""
    report = connect_account(invocation).doctor.examine()
    print_value(report, str, as_json=invocation.options.json)
    return int(not report.is_clean)


COMMAND = Command(_run, add_remote, settings=REMOTE_SETTINGS)

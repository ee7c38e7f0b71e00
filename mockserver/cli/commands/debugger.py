"""`recmock debugger`: list the errors and warnings of calls and their apps on a running server."""

from mockserver.cli import argument_types
from mockserver.cli.argument_parser import Parser
from mockserver.cli.command import Command, Invocation
from mockserver.cli.options import REMOTE_SETTINGS, add_remote
from mockserver.cli.output import print_value
from mockserver.cli.running_server import connect_account


def _add_arguments(parser: Parser) -> None:
    parser.add_argument(
        "--since", type=argument_types.whole_number, default=0, metavar="N", help="The serial number of the first one."
    )
    add_remote(parser)


def _run(invocation: Invocation) -> int:
    """Print the events, and return 1 if one is an error, else 0."""
    from mockserver.control.views.call_text import describe_debugger_events  # slow to import

    events = connect_account(invocation).debugger.list(invocation.options.since)
    print_value(events, describe_debugger_events, as_json=invocation.options.json)
    return int(any(event.level == "error" for event in events))


COMMAND = Command(_run, _add_arguments, settings=REMOTE_SETTINGS)

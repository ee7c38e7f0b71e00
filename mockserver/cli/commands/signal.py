"""`recmock signal`: send a signal to timelines on a running server."""

from mockserver.cli import argument_types
from mockserver.cli.argument_parser import Parser
from mockserver.cli.command import Command, Invocation
from mockserver.cli.options import REMOTE_SETTINGS, add_remote
from mockserver.cli.output import print_value
from mockserver.cli.running_server import connect_account
from mockserver.control.text import describe_events


def _add_arguments(parser: Parser) -> None:
    parser.add_argument("name", metavar="NAME", type=argument_types.signal, help="The signal that timelines wait for.")
    parser.add_argument(
        "recording",
        nargs="?",
        metavar="HANDLE_PATTERN|SID",
        type=argument_types.recording,
        help="The recording that gets the signal. Default: all recordings.",
    )
    add_remote(parser)


def _run(invocation: Invocation) -> int:
    """Send the signal, and print the events that it caused."""
    options = invocation.options
    events = connect_account(invocation).scenario.signal(options.name, options.recording)
    return print_value(events, describe_events, as_json=options.json)


COMMAND = Command(_run, _add_arguments, settings=REMOTE_SETTINGS)

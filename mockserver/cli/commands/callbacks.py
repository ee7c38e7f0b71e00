"""`recmock callbacks`: list the callbacks of an account on a running server, or deliver one again."""

from mockserver.cli import argument_types
from mockserver.cli.argument_parser import Parser, add_command, add_optional_actions
from mockserver.cli.command import Command, Invocation
from mockserver.cli.options import REMOTE_SETTINGS, add_remote
from mockserver.cli.output import print_value
from mockserver.cli.running_server import connect_account
from mockserver.control.text import describe_callbacks


def _add_arguments(parser: Parser) -> None:
    add_remote(parser)
    redeliver = add_command(add_optional_actions(parser, "list them"), "redeliver", "deliver one again")
    redeliver.add_argument("number", type=argument_types.number, metavar="N", help="The number in the list.")
    add_remote(redeliver, is_action=True)


def _run(invocation: Invocation) -> int:
    callbacks, options = connect_account(invocation).callbacks, invocation.options
    listed = (callbacks.redeliver(options.number),) if options.action == "redeliver" else callbacks.list()
    return print_value(listed, describe_callbacks, as_json=options.json)


COMMAND = Command(_run, _add_arguments, settings=REMOTE_SETTINGS)

"""`recmock callbacks`: list the callbacks of an account on a running server, send one by hand, or deliver one again."""

from mockserver.cli import argument_types
from mockserver.cli.argument_parser import Parser, add_command, add_optional_actions
from mockserver.cli.command import Command, Invocation
from mockserver.cli.options import REMOTE_SETTINGS, add_remote
from mockserver.cli.output import print_value
from mockserver.cli.running_server import connect_account
from mockserver.control.text import describe_callbacks
from scenarios.statuses import CallbackEvent


def _add_arguments(parser: Parser) -> None:
    add_remote(parser)
    actions = add_optional_actions(parser, "list them")
    send = add_command(actions, "send", "send one by hand, rightly signed")
    send.add_argument("--event", choices=tuple(CallbackEvent), default="completed", help="Default: completed.")
    send.add_argument("--to", required=True, metavar="URL", help="The receiver. It need not have subscribed.")
    send.add_argument("--method", choices=("GET", "POST"), default="POST", help="Default: POST.")
    send.add_argument(
        "--recording", metavar="HANDLE|SID", help="What it is about. Default: the newest recording that had the event."
    )
    add_remote(send, is_action=True)
    redeliver = add_command(actions, "redeliver", "deliver one again")
    redeliver.add_argument("number", type=argument_types.number, metavar="N", help="The number in the list.")
    add_remote(redeliver, is_action=True)


def _run(invocation: Invocation) -> int:
    callbacks, options = connect_account(invocation).callbacks, invocation.options
    if options.action == "send":
        sent = callbacks.send(options.event, options.to, method=options.method, recording=options.recording)
        return print_value((sent,), describe_callbacks, as_json=options.json)
    listed = (callbacks.redeliver(options.number),) if options.action == "redeliver" else callbacks.list()
    return print_value(listed, describe_callbacks, as_json=options.json)


COMMAND = Command(_run, _add_arguments, settings=REMOTE_SETTINGS)

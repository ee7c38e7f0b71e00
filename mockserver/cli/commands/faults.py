"""`recmock faults`: list, add or remove faults of an account on a running server."""

from typing import Any

import msgspec

from mockserver.cli import argument_types
from mockserver.cli.argument_parser import Parser, add_command, add_optional_actions
from mockserver.cli.command import Command, Invocation
from mockserver.cli.errors import CommandError
from mockserver.cli.options import REMOTE_SETTINGS, add_remote
from mockserver.cli.output import print_value
from mockserver.cli.running_server import connect_account
from mockserver.control.text import describe_rules


def _add_arguments(parser: Parser) -> None:
    add_remote(parser)
    actions = add_optional_actions(parser, "list the faults, active or used up")
    add = add_command(actions, "add", "add a fault or a sequence")
    add.add_argument("fault", metavar="JSON", help='As in a scenario: {"when": {...}, "then": {"status": 500}}.')
    remove = add_command(actions, "remove", "remove one, or all")
    remove.add_argument(
        "number", nargs="?", type=argument_types.number, metavar="N", help="The number in the list. Default: all."
    )
    for action in (add, remove):
        add_remote(action, is_action=True)


def _run(invocation: Invocation) -> int:
    """Add or remove faults, and print the list afterwards."""
    faults, options = connect_account(invocation).faults, invocation.options
    match options.action:
        case "add":
            rule = _parse_object(options.fault)
            if "answers" in rule:
                faults.arm(sequences=[rule])
            else:
                faults.arm(faults=[rule])
        case "remove":
            faults.disarm(options.number)
    return print_value(faults.list(), describe_rules, as_json=options.json)


def _parse_object(text: str) -> dict[str, Any]:
    try:
        return msgspec.json.decode(text, type=dict[str, Any])
    except msgspec.DecodeError as error:
        reason = f": {str(error).rstrip('.')}"
    except RecursionError:
        reason = ", and too deep"
    raise CommandError(f"expected a fault or a sequence as a JSON object, found {text[:60]!r}{reason}.")


COMMAND = Command(_run, _add_arguments, settings=REMOTE_SETTINGS)

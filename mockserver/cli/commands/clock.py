"""`recmock clock`: show or move the time of an account on a running server."""

from mockserver.cli import argument_types
from mockserver.cli.argument_parser import Parser, add_command, add_optional_actions
from mockserver.cli.command import Command, Invocation
from mockserver.cli.options import REMOTE_SETTINGS, add_remote
from mockserver.cli.output import print_value
from mockserver.cli.running_server import connect_account
from mockserver.control.text import describe_clock, describe_events


def _add_arguments(parser: Parser) -> None:
    add_remote(parser)
    actions = add_optional_actions(parser, "show the time")
    advance = add_command(actions, "advance", "move the time forward, and show what happens")
    advance.add_argument("by", metavar="DURATION", type=argument_types.duration, help="Such as 30s or 1m30s.")
    move_to = add_command(actions, "move-to", "move the time forward to an instant, and show what happens")
    move_to.add_argument(
        "instant", metavar="INSTANT", type=argument_types.instant, help="Such as 2026-03-01T09:00:00Z."
    )
    freeze = add_command(actions, "freeze", "stop the time")
    run = add_command(actions, "run", "let the time pass")
    run.add_argument(
        "rate",
        nargs="?",
        type=argument_types.rate,
        default=1.0,
        metavar="RATE",
        help="Seconds of the clock per real second. Default: 1.",
    )
    for action in (advance, move_to, freeze, run):
        add_remote(action, is_action=True)


def _run(invocation: Invocation) -> int:
    """Show or move the time, and print the events if it moved."""
    clock, options = connect_account(invocation).clock, invocation.options
    match options.action:
        case "advance":
            return print_value(clock.advance(options.by), describe_events, as_json=options.json)
        case "move-to":
            return print_value(clock.move_to(options.instant), describe_events, as_json=options.json)
        case "freeze":
            clock.freeze()
        case "run":
            clock.run(options.rate)
    return print_value(clock.show(), describe_clock, as_json=options.json)


COMMAND = Command(_run, _add_arguments, settings=REMOTE_SETTINGS)

"""Commands with actions, and the arguments of each action."""

from collections.abc import Collection, Mapping
from typing import Any

from mockserver.cli import argument_types as words
from mockserver.cli.options import Parser, add_command, add_json, add_remote, add_settings

_EITHER = "NAME|FILE"
_SCENARIO = "A bundled scenario's name, or a file."
_RECORDING = "HANDLE|SID"


def add_scenario(parser: Parser, settings: Collection[str], defaults: Mapping[str, str]) -> None:
    """Add the actions of `recmock scenario`.

    Args:
        settings: the settings of the server that runs around a program.
        defaults: values that replace their defaults, by name.
    """
    parser.usage = "recmock scenario ACTION [arguments and flags of the action]"
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION", prog=parser.prog)
    add_json(add_command(actions, "list", "list the bundled scenarios"))
    add_command(actions, "show", "print a scenario's file").add_argument("scenario", metavar=_EITHER, help=_SCENARIO)
    validate = add_command(actions, "validate", "print the problems of scenarios")
    validate.add_argument("scenarios", nargs="+", metavar=_EITHER, help=_SCENARIO)
    add_json(validate)
    explain = add_command(actions, "explain", "print what a scenario will play")
    explain.add_argument("scenario", metavar=_EITHER, help=_SCENARIO)
    add_json(explain)
    run = add_command(actions, "run", "play a scenario around a program, and check its expectations")
    run.usage = "recmock scenario run [settings] NAME|FILE -- COMMAND [ARGUMENT ...]"
    run.add_argument("scenario", metavar=_EITHER, help=_SCENARIO)
    add_settings(run, settings, defaults)
    arm = add_command(actions, "arm", "play a scenario in an account of a running server")
    arm.add_argument("scenario", metavar=_EITHER, help=_SCENARIO)
    add_remote(arm)
    add_remote(add_command(actions, "next", "print what an account's timelines wait for"))
    step = add_command(actions, "step", "run the next step of a recording's timeline now")
    step.add_argument("recording", metavar=_RECORDING, type=words.recording, help="Whose timeline.")
    add_remote(step)


def add_clock(parser: Parser) -> None:
    """Add the actions of `recmock clock`. Without an action, it shows the time."""
    actions = _add_optional_actions(parser, "tell the time")
    advance = add_command(actions, "advance", "move the clock forward, and print the events")
    advance.add_argument("by", metavar="DURATION", type=words.duration, help="The duration, such as 30s or 1m30s.")
    move = add_command(actions, "move-to", "move the clock to an instant, and print the events")
    move.add_argument("instant", metavar="INSTANT", type=words.instant, help="Such as 2026-03-01T09:00:00Z.")
    freeze = add_command(actions, "freeze", "stop the clock")
    run = add_command(actions, "run", "start the clock")
    run.add_argument(
        "rate",
        nargs="?",
        type=words.rate,
        default=1.0,
        metavar="RATE",
        help="Account seconds per real second; by default 1.",
    )
    for action in (advance, move, freeze, run):
        add_remote(action, is_action=True)


def add_signal(parser: Parser) -> None:
    """Add the arguments of `recmock signal`."""
    parser.add_argument("name", metavar="NAME", type=words.signal, help="The signal that timelines wait for.")
    parser.add_argument(
        "recording", nargs="?", metavar=_RECORDING, type=words.recording, help="The recording; by default all."
    )
    add_remote(parser)


def add_faults(parser: Parser) -> None:
    """Add the actions of `recmock faults`. Without an action, it lists the rules."""
    actions = _add_optional_actions(parser, "list the rules")
    add = add_command(actions, "add", "add a fault or a sequence")
    add.add_argument("fault", metavar="JSON", help='A rule as in a scenario: {"when": {...}, "then": {"status": 500}}.')
    remove = add_command(actions, "remove", "remove one, or all")
    remove.add_argument("number", nargs="?", type=words.number, metavar="N", help="The rule's number; by default all.")
    for action in (add, remove):
        add_remote(action, is_action=True)


def add_callbacks(parser: Parser) -> None:
    """Add the actions of `recmock callbacks`. Without an action, it lists the callbacks."""
    redeliver = add_command(_add_optional_actions(parser, "list them"), "redeliver", "deliver one again")
    redeliver.add_argument("number", type=words.number, metavar="N", help="Which.")
    add_remote(redeliver, is_action=True)


def _add_optional_actions(parser: Parser, otherwise: str) -> Any:
    add_remote(parser)
    parser.description = f"{parser.description} Without an action: {otherwise}."
    return parser.add_subparsers(dest="action", metavar="[ACTION]")

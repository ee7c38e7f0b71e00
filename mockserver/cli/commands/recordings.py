"""`recmock recordings`: add, show or change recordings of an account on a running server."""

from collections.abc import Callable, Collection
from pathlib import Path
from typing import Any, NamedTuple

from mockserver.cli import argument_types
from mockserver.cli.argument_parser import Parser, add_command
from mockserver.cli.command import Command, Invocation
from mockserver.cli.errors import CommandError
from mockserver.cli.options import REMOTE_SETTINGS, add_remote
from mockserver.cli.output import print_value
from mockserver.cli.running_server import connect_account
from mockserver.control.text import describe_events, describe_recording


def _to_absolute(text: str) -> str:
    """Return the path of a file for a server that may have another working directory."""
    return str(Path(text).absolute())


class _Flag(NamedTuple):
    """A flag for one field of a scenario's `recordings`."""

    metavar: str
    help: str
    parse: Callable[[str], Any] = str


_FIELD_FLAGS = {
    "duration": _Flag("SECONDS", "Its duration.", argument_types.whole_number),
    "source": _Flag("SOURCE", "What started it, such as DialVerb."),
    "channels": _Flag("N", "1 or 2 channels.", argument_types.whole_number),
    "track": _Flag("TRACK", "The recorded side: inbound, outbound or both."),
    "price": _Flag("AMOUNT", "Its price, such as -0.00250. Write --price=-0.00250."),
    "error_code": _Flag("CODE", "The code of what went wrong.", argument_types.whole_number),
}
"""Flags of fields that `add` and `transition` set."""
_ADD_FLAGS = {
    "id": _Flag("HANDLE", "Its handle, which other commands take."),
    "status": _Flag("STATUS", "Its status. Default: completed."),
    **_FIELD_FLAGS,
    "call_sid": _Flag("CA...", "Its CallSid."),
    "date_created": _Flag("DATE", "Its date, or a duration from now. Write --date-created=-2d. Default: now."),
    "transcript": _Flag("TEXT", "The text that is spoken in it."),
    "media": _Flag("FILE", "A WAV or MP3 file with its media.", _to_absolute),
}


def _add_arguments(parser: Parser) -> None:
    parser.usage = "recmock recordings ACTION [arguments and flags of the action]"
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION", prog=parser.prog)
    add = add_command(actions, "add", "add a recording, the newest one")
    _add_flags(add, _ADD_FLAGS)
    add.add_argument("--callback", metavar="URL", help="The URL that receives its callbacks.")
    _add_event_flag(add, "An event that sends a callback to --callback.")
    get = add_command(actions, "get", "show a recording")
    transition = add_command(actions, "transition", "change a recording now, and send its callbacks")
    for action in (get, transition):
        action.add_argument("recording", metavar="HANDLE|SID", type=argument_types.recording, help="The recording.")
    transition.add_argument("status", nargs="?", metavar="STATUS", help="The new status. Default: the present one.")
    _add_flags(transition, _FIELD_FLAGS)
    _add_event_flag(transition, "An event to send. Default: those that the recording subscribes to.")
    for action in (add, get, transition):
        add_remote(action)


def _add_flags(parser: Parser, flags: dict[str, _Flag]) -> None:
    for name, flag in flags.items():
        parser.add_argument(f"--{name.replace('_', '-')}", metavar=flag.metavar, type=flag.parse, help=flag.help)


def _add_event_flag(parser: Parser, help_text: str) -> None:
    parser.add_argument(
        "--callback-event",
        action="append",
        metavar="EVENT",
        help=f"{help_text} Repeatable: in-progress, completed, ...",
    )


def _add(invocation: Invocation) -> int:
    """Add a recording, and print it.

    Raises:
        CommandError: if events are there without a URL.
    """
    options, fields = invocation.options, _collect_fields(invocation, _ADD_FLAGS)
    if options.callback_event:
        if options.callback is None:
            raise CommandError("expected --callback URL beside --callback-event, found none.")
        fields["status_callback_event"] = options.callback_event
    recording = connect_account(invocation).recordings.add(callback=options.callback, **fields)
    return print_value(recording, describe_recording, as_json=options.json)


def _get(invocation: Invocation) -> int:
    recording = connect_account(invocation).recordings.get(invocation.options.recording)
    return print_value(recording, describe_recording, as_json=invocation.options.json)


def _transition(invocation: Invocation) -> int:
    options, fields = invocation.options, _collect_fields(invocation, _FIELD_FLAGS)
    if options.status is None and not fields and not options.callback_event:
        raise CommandError("expected a change, such as a status or --duration 12, found none.")
    recordings = connect_account(invocation).recordings
    events = recordings.transition(options.recording, options.status, callback=options.callback_event, **fields)
    return print_value(events, describe_events, as_json=options.json)


def _collect_fields(invocation: Invocation, names: Collection[str]) -> dict[str, Any]:
    """Return the fields whose flags are there."""
    values = {name: getattr(invocation.options, name) for name in names}
    return {name: value for name, value in values.items() if value is not None}


_ACTIONS: dict[str, Callable[[Invocation], int]] = {"add": _add, "get": _get, "transition": _transition}


def _run(invocation: Invocation) -> int:
    return _ACTIONS[invocation.options.action](invocation)


COMMAND = Command(_run, _add_arguments, settings=REMOTE_SETTINGS)

"""`recmock faults`: list, add or remove faults of an account on a running server."""

import argparse
from collections.abc import Callable
from typing import Any, NamedTuple

import msgspec

from generators.suggestion import suggest
from mockserver.cli import argument_types
from mockserver.cli.argument_parser import Parser, add_command, add_optional_actions
from mockserver.cli.command import Command, Invocation
from mockserver.cli.errors import CommandError
from mockserver.cli.options import REMOTE_SETTINGS, add_remote
from mockserver.cli.output import print_value
from mockserver.cli.running_server import connect_account
from mockserver.control.client.faults import FaultsClient
from mockserver.control.text import describe_rules


class _Flag(NamedTuple):
    """A flag of `add`, for one field of a scenario's `faults`."""

    section: str
    """The mapping of the field: `when`, `then`, or nothing for the fault itself."""
    metavar: str
    help: str
    parse: Callable[[str], Any] = str


_FLAGS = {
    "path": _Flag("when", "PATTERN", "Only paths that match this shell pattern, such as '*.mp3'."),
    "sid": _Flag("when", "SID|HANDLE", "Only paths with this SID, or that of the recording with this handle."),
    "method": _Flag("when", "METHOD", "Only this HTTP method, such as POST."),
    "page": _Flag("when", "N", "Only this page of a list; the first is 0.", argument_types.whole_number),
    "every": _Flag("when", "N", "Only each n-th of the requests that match.", argument_types.whole_number),
    "status": _Flag("then", "STATUS", "Answer with this status, from 200 to 599.", argument_types.whole_number),
    "code": _Flag("then", "CODE", "Twilio's error code. Default: that of the status.", argument_types.whole_number),
    "message": _Flag("then", "TEXT", "The message, in place of Twilio's."),
    "body": _Flag("then", "TEXT", "The whole body, in place of Twilio's error or of none."),
    "media_type": _Flag("then", "TYPE", "The media type of --body. Default: text/html."),
    "retry_after": _Flag("then", "SECONDS", "The header Retry-After.", argument_types.whole_number),
    "fault": _Flag("then", "KIND", "Break the connection, such as connection_reset_by_peer or empty_response."),
    "delay": _Flag("then", "DURATION", "Answer later, in real time.", argument_types.duration),
    "times": _Flag("", "N", "How often it applies at most.", argument_types.whole_number),
    "after": _Flag("", "DURATION", "When it starts, on the account's clock. Default: now.", argument_types.duration),
    "ttl": _Flag("", "DURATION", "How long it applies, on the account's clock.", argument_types.duration),
    "probability": _Flag("", "SHARE", "The share of requests, from 0 to 1.", argument_types.share),
}
"""The flags of `add` by the name of the field."""
_EXAMPLE = "recmock faults add list_recordings --status 429 --retry-after 1 --times 1"


def _add_arguments(parser: Parser) -> None:
    add_remote(parser)
    actions = add_optional_actions(parser, "list the faults, active or used up")
    add = add_command(actions, "add", "add a fault or a sequence")
    add.add_argument(
        "fault_or_op",
        nargs="?",
        metavar="OPERATION|JSON",
        help="The operation, such as list_recordings (default: any), or a fault, sequence or limit as JSON.",
    )
    _add_fault_flags(add)
    remove = add_command(actions, "remove", "remove one, or all")
    remove.add_argument(
        "number", nargs="?", type=argument_types.number, metavar="N", help="The number in the list. Default: all."
    )
    for action in (add, remove):
        add_remote(action, is_action=True)


def _add_fault_flags(parser: Parser) -> None:
    group = parser.add_argument_group("fault", f"Such as: {_EXAMPLE}")
    for name, flag in _FLAGS.items():
        group.add_argument(f"--{name.replace('_', '-')}", metavar=flag.metavar, type=flag.parse, help=flag.help)
    group.add_argument(
        "--header",
        action="append",
        metavar="NAME:PATTERN",
        type=argument_types.header_pattern,
        help="Only requests with this header, such as 'User-Agent:twilio-*'. Repeatable.",
    )
    group.add_argument(
        "--enforce-retry-after",
        action="store_true",
        default=None,
        help="Refuse the same request again until --retry-after is over.",
    )


def _run(invocation: Invocation) -> int:
    """Add or remove faults, and print the list afterwards."""
    faults, options = connect_account(invocation).faults, invocation.options
    match options.action:
        case "add":
            _add_fault(faults, options)
        case "remove":
            faults.disarm(options.number)
    return print_value(faults.list(), describe_rules, as_json=options.json)


def _add_fault(faults: FaultsClient, options: argparse.Namespace) -> None:
    """Add the fault that the flags describe, or the rule in JSON.

    Raises:
        CommandError: if both are there, or the flags have no effect.
    """
    rule: Any = _build_fault(options)  # the server checks its fields
    text = options.fault_or_op
    if text is not None and text.lstrip().startswith(("{", "[")):
        if rule != {"when": {}, "then": {}}:
            raise CommandError("expected a fault as JSON or as flags, found both.")
        rule = _parse_object(text)
    elif not rule["then"]:
        found = "no flag" if text is None else repr(text[:60])
        if text is not None:
            _check_operation(text)
        raise CommandError(
            f"expected an effect, such as --status 429, --delay 2s or --fault, found {found}: {_EXAMPLE}."
        )
    elif text is not None:
        _check_operation(text)
        rule["when"]["op"] = text
    if "answers" in rule:
        faults.arm(sequences=[rule])
    elif "requests" in rule or "concurrent" in rule:
        faults.arm(limits=[rule])
    else:
        faults.arm(faults=[rule])


def _build_fault(options: argparse.Namespace) -> dict[str, Any]:
    """Return the fault that the flags describe."""
    fault: dict[str, Any] = {"when": {}, "then": {}}
    for name, flag in _FLAGS.items():
        value = getattr(options, name)
        if value is not None:
            (fault[flag.section] if flag.section else fault)[name] = value
    if options.header:
        fault["when"]["header"] = dict(options.header)
    if options.enforce_retry_after:
        fault["then"]["enforce_retry_after"] = True
    return fault


def _check_operation(text: str) -> None:
    from scenarios.operations import Operation

    if text not in list(Operation):
        expected = "an operation such as list_recordings, or a fault or a sequence as a JSON object"
        raise CommandError(f"expected {expected}, found {text[:60]!r}.{suggest(text, Operation)}")


def _parse_object(text: str) -> dict[str, Any]:
    try:
        return msgspec.json.decode(text, type=dict[str, Any])
    except msgspec.DecodeError as error:
        reason = f": {str(error).rstrip('.')}"
    except RecursionError:
        reason = ", and too deep"
    raise CommandError(f"expected a fault or a sequence as a JSON object, found {text[:60]!r}{reason}.")


COMMAND = Command(_run, _add_arguments, settings=REMOTE_SETTINGS)

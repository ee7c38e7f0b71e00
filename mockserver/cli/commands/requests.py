"""`recmock requests`: list the requests of an account on a running server, or follow them."""

import sys
from argparse import ArgumentTypeError
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

from mockserver.cli import argument_types
from mockserver.cli.argument_parser import Parser
from mockserver.cli.command import Command, Invocation
from mockserver.cli.options import REMOTE_SETTINGS, add_remote
from mockserver.cli.running_server import connect_account
from mockserver.settings.colors import shows_color

if TYPE_CHECKING:
    from mockserver.control.views.requests import RequestView

_GROUPS = ("header", "query", "form")
_PATTERN_HELP = (
    "Only requests with this operation, such as list_recordings, or with this value of method, path (a shell pattern), "
    "sid, status, header.NAME (a shell pattern), query.NAME, form.NAME or body (a shell pattern). All must hold."
)
_ALL = 1_000_000


def _condition(text: str) -> tuple[str, str]:
    """Parse a condition: a name and a value, or the name of an operation."""
    name, equals, value = text.partition("=")
    if not equals:
        return "op", text
    group, dot, inner = name.partition(".")
    if not group or (dot and (group not in _GROUPS or not inner)):
        raise ArgumentTypeError(
            f"expected an operation, or a condition such as query.PageSize=50, found {text[:80]!r}."
        )
    return name, value


def _add_arguments(parser: Parser) -> None:
    parser.add_argument("pattern", nargs="*", type=_condition, metavar="OPERATION|NAME=VALUE", help=_PATTERN_HELP)
    parser.add_argument("--follow", action="store_true", help="Print each new request, too, until Ctrl-C.")
    parser.add_argument(
        "--last", type=argument_types.whole_number, default=_ALL, metavar="N", help="Of the requests so far, only N."
    )
    add_remote(parser)


def _build_pattern(conditions: Sequence[tuple[str, str]]) -> dict[str, Any]:
    """Return the pattern that the conditions make. Several values of one parameter must all be sent, in this order."""
    pattern: dict[str, Any] = {}
    for name, value in conditions:
        group, dot, inner = name.partition(".")
        if not dot:
            pattern[name] = int(value) if name == "status" and value.isdecimal() else value
            continue
        values = pattern.setdefault(group, {})
        earlier = values.get(inner)
        values[inner] = value if earlier is None else [*([earlier] if isinstance(earlier, str) else earlier), value]
    return pattern


def _run(invocation: Invocation) -> int:
    options, requests = invocation.options, connect_account(invocation).requests
    pattern, format_request = _build_pattern(options.pattern), _choose_format(invocation)
    if options.follow:
        return _print_each(map(format_request, requests.follow(last=options.last, **pattern)))
    lines = [format_request(request) for request in requests.find(limit=options.last, **pattern).requests]
    if options.json:
        lines = ["[", *(f"{line}," for line in lines[:-1]), *lines[-1:], "]"]
    print("\n".join(lines) or "no requests")
    return 0


def _print_each(lines: Iterable[str]) -> int:
    """Print lines as they come, and return exit code 0."""
    for line in lines:
        print(line, flush=True)
    return 0


def _choose_format(invocation: Invocation) -> "Callable[[RequestView], str]":
    """Return the function that formats a request."""
    from mockserver.journal.request_line import (  # slow to import
        COLORED,
        PLAIN,
        LineFormat,
        describe_outcome,
        encode_json_line,
        escape_control_characters,
    )

    if invocation.options.json:
        return encode_json_line
    is_colored = shows_color(is_terminal=sys.stdout.isatty(), environment=invocation.environment)
    line_format = LineFormat(COLORED if is_colored else PLAIN)

    def format_request(request: "RequestView") -> str:
        return line_format.format_line(
            request.at,
            request.status,
            request.seconds,
            str(request.number),
            escape_control_characters(f"{request.method} {request.target}"),
            request.operation,
            describe_outcome(request.rule, request.reason),
        )

    return format_request


COMMAND = Command(_run, _add_arguments, settings=REMOTE_SETTINGS)

"""`recmock call`: call a voice app as a person would, and print the conversation as it happens."""

import sys
from collections import Counter
from collections.abc import Mapping
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

from mockserver.cli import argument_types
from mockserver.cli.argument_parser import Parser
from mockserver.cli.banner import PLAIN, choose_style
from mockserver.cli.command import Command, Invocation
from mockserver.cli.options import REMOTE_SETTINGS, add_remote
from mockserver.cli.output import print_value
from mockserver.cli.running_server import connect_account
from mockserver.cli.temporary_server import TEMPORARY_SETTINGS, needs_temporary_server, serve_temporarily

if TYPE_CHECKING:
    from mockserver.control.client.account import AccountClient
    from mockserver.control.client.calls import CallsClient
    from mockserver.control.views.call_text import CallLine
    from mockserver.control.views.calls import CallView

_COLORS = {
    "person": "\x1b[36m",
    "other": "\x1b[35m",
    "app": "\x1b[32m",
    "request": "\x1b[2m",
    "warning": "\x1b[33m",
    "error": "\x1b[31m",
}
_OPTION_NAMES = ("speech", "digits", "from_", "hangs_up_after", "answers", "record", "status_callback", "method")
_INTERRUPTED = 130
_TEMPORARY_NOTE = "The server of this call has stopped. To keep the recordings, start one before: recmock serve"


def _add_arguments(parser: Parser) -> None:
    parser.add_argument("voice_url", metavar="URL", help="The voice URL of the app.")
    person = parser.add_argument_group("person")
    person.add_argument(
        "--speech", action="append", metavar="TEXT", help="What the person says when the app listens; repeatable."
    )
    person.add_argument("--digits", metavar="KEYS", help="All keys that the person presses, such as 1w23#; w waits.")
    person.add_argument("--from", dest="from_", metavar="NUMBER", help="The calling number.")
    person.add_argument("--to", metavar="NUMBER", help="Let the app call this number, instead of being called.")
    person.add_argument(
        "--hangs-up-after",
        type=argument_types.duration,
        metavar="DURATION",
        help="How long after the answer the person hangs up, such as 20s.",
    )
    person.add_argument(
        "--answers", choices=("machine", "busy", "no-answer", "failed"), help="What answers in place of a person."
    )
    call = parser.add_argument_group("call")
    call.add_argument("--method", choices=("GET", "POST"), help="The method of the first request. Default: POST.")
    call.add_argument("--record", choices=("mono", "dual"), help="Record the whole call, with 1 or 2 channels.")
    call.add_argument(
        "--status-callback", metavar="URL", help="The URL that receives the status callback at the end of the call."
    )
    add_remote(parser)


def _run(invocation: Invocation) -> int:
    """Play a call, and return 1 if the app made an error, else 0."""
    with ExitStack() as stack:
        is_temporary = needs_temporary_server(invocation)
        if is_temporary:
            invocation.options.url = stack.enter_context(serve_temporarily(invocation))
        account = connect_account(invocation)
        code = _Conversation(account, invocation).play()
    if is_temporary and not invocation.options.json:
        print(_TEMPORARY_NOTE)
    return code


class _Conversation:
    """One call, and what of it is printed so far."""

    def __init__(self, account: "AccountClient", invocation: Invocation) -> None:
        self._calls: CallsClient = account.calls
        self._options = invocation.options
        style = choose_style(is_terminal=sys.stdout.isatty(), environment=invocation.environment)
        self._colors: Mapping[str, str] = {} if style is PLAIN else _COLORS
        self._end = style.end
        self._printed: Counter[tuple[str, str, str]] = Counter()

    def play(self) -> int:
        """Play the call to its end, print it, and return the exit code."""
        call, code = self._place(), 0
        try:
            self._print_new(call)
            while not call.is_played:
                call = self._calls.play_on(call)
                self._print_new(call)
        except KeyboardInterrupt:  # the person hangs up
            call, code = self._hang_up(call), _INTERRUPTED
            self._print_new(call)
        children = [self._calls.get(child) for child in self._calls.list() if child.parent_call_sid == call.sid]
        self._print_end(call, children)
        return code or int(any(one.errors for one in (call, *children)))

    def _place(self) -> "CallView":
        options: dict[str, Any] = {name: getattr(self._options, name) for name in _OPTION_NAMES}
        given = {name: value for name, value in options.items() if value is not None}
        if self._options.to is None:
            return self._calls.incoming(self._options.voice_url, wait=False, **given)
        return self._calls.outgoing(self._options.to, self._options.voice_url, wait=False, **given)

    def _hang_up(self, call: "CallView") -> "CallView":
        present = self._calls.get(call)
        return present if present.is_over else self._calls.hang_up(call)

    def _print_new(self, call: "CallView") -> None:
        """Print what has happened since the last time."""
        if self._options.json:
            return
        from mockserver.control.views.call_text import list_lines  # slow to import

        self._print_lines(list_lines(call))

    def _print_lines(self, lines: "list[CallLine]") -> None:
        seen: Counter[tuple[str, str, str]] = Counter()
        for line in lines:
            key = (line.at, line.kind, line.text)
            seen[key] += 1
            if seen[key] > self._printed[key]:
                self._printed[key] = seen[key]
                print(line.format(self._colors.get(line.kind, ""), self._end), flush=True)

    def _print_end(self, call: "CallView", children: "list[CallView]") -> None:
        from mockserver.control.views.call_text import describe_end, list_debugger_lines

        if self._options.json:
            print_value(call, str, as_json=True)
            return
        for child in children:
            self._print_lines(list_debugger_lines(child))
        for text in describe_end(call):
            print(text)


COMMAND = Command(_run, _add_arguments, settings=(*REMOTE_SETTINGS, *TEMPORARY_SETTINGS))

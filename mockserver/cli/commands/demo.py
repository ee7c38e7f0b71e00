"""`recmock demo`: serve an account that lives, for an audience."""

from argparse import ArgumentTypeError

from mockserver.cli import argument_types
from mockserver.cli.argument_parser import Parser
from mockserver.cli.command import Command, Invocation
from mockserver.cli.commands.open import may_open_browser, open_page
from mockserver.cli.options import add_settings
from mockserver.settings.loading import get_all_settings

_SETTINGS = [name for name in get_all_settings() if name not in ("clock", "workers")]
_DEFAULTS = {"scenario": "living-account"}
_SLOWEST, _FASTEST = 0.1, 100


def _parse_pace(text: str) -> float:
    pace = argument_types.rate(text)
    if not _SLOWEST <= pace <= _FASTEST:
        raise ArgumentTypeError(f"expected a pace from {_SLOWEST} to {_FASTEST}, such as 5 or 5x, found {text[:80]!r}.")
    return pace


def _add_arguments(parser: Parser) -> None:
    parser.add_argument(
        "--pace",
        type=_parse_pace,
        default=1.0,
        metavar="RATE",
        help="How fast time passes, such as 5x, unless the scenario says it. Default: 1x.",
    )
    parser.add_argument("--no-open", action="store_true", help="Open no browser, as without a display.")
    add_settings(parser, _SETTINGS, _DEFAULTS, starts_server=True)


def _run(invocation: Invocation) -> int:
    from mockserver.cli.demo_server import serve_demo  # slow to import, and --help does not need it

    open_or_not = open_page if may_open_browser(invocation) else lambda url: None
    return serve_demo(invocation.settings, invocation.environment, invocation.options.pace, open_or_not)


COMMAND = Command(_run, _add_arguments, settings=_SETTINGS, defaults=_DEFAULTS, is_server=True)

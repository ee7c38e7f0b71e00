"""`recmock serve`: serve the mock in the foreground."""

from mockserver.cli.argument_parser import Parser
from mockserver.cli.command import Command, Invocation
from mockserver.cli.options import add_settings
from mockserver.settings.loading import get_all_settings


def _add_arguments(parser: Parser) -> None:
    add_settings(parser, get_all_settings(), starts_server=True)


def _run(invocation: Invocation) -> int:
    from mockserver.cli.foreground_server import serve  # slow to import, and --help does not need it

    return serve(invocation.settings, invocation.environment)


COMMAND = Command(_run, _add_arguments, settings=[*get_all_settings()], is_server=True)

"""`recmock exec`: run an unmodified program against a temporary server.

The program can send its requests to https://api.twilio.com. The proxy passes them to the server.
"""

from mockserver.cli.argument_parser import Parser
from mockserver.cli.command import Command, Invocation
from mockserver.cli.options import PROGRAM_DEFAULTS, PROGRAM_SETTINGS, add_settings


def _add_arguments(parser: Parser) -> None:
    parser.usage = "recmock exec [settings] -- COMMAND [ARGUMENT ...]"
    add_settings(parser, PROGRAM_SETTINGS, PROGRAM_DEFAULTS)


def _run(invocation: Invocation) -> int:
    from mockserver.cli.mock_setup import load_scenarios  # slow to import, and --help needs none of these
    from mockserver.cli.program_server import check_program, run_program, serve_mock

    settings, program = invocation.settings, invocation.options.program
    check_program(program, "recmock exec")
    with serve_mock(settings, invocation.environment, load_scenarios(settings.scenario)) as served:
        return run_program(program, served.environment)


COMMAND = Command(_run, _add_arguments, settings=PROGRAM_SETTINGS, defaults=PROGRAM_DEFAULTS)

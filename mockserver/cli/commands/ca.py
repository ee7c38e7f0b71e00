"""`recmock ca`: print the local CA, for programs whose trust store the user configures by hand."""

from mockserver.cli.argument_parser import Parser
from mockserver.cli.command import Command, Invocation
from mockserver.cli.options import add_settings
from mockserver.cli.trust import prepare_trust_files

_SETTINGS = ("data_dir",)


def _add_arguments(parser: Parser) -> None:
    add_settings(parser, _SETTINGS)
    printed = parser.add_mutually_exclusive_group()
    printed.add_argument("--pem", action="store_true", help="Print the certificate itself.")
    printed.add_argument("--bundle", action="store_true", help="Print the path of a file with it and all trusted CAs.")


def _run(invocation: Invocation) -> int:
    options = invocation.options
    files = prepare_trust_files(invocation.settings.data_dir, invocation.environment)
    if options.pem:
        print(files.certificate.read_text(encoding="ascii"), end="")
    else:
        print(files.bundle if options.bundle else files.certificate)
    return 0


COMMAND = Command(_run, _add_arguments, settings=_SETTINGS)

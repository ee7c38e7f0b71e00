"""`recmock export`: write an account of a running server, or of a store, as lines of JSON.

`recmock serve --replay` serves them.
"""

import sys

from mockserver.cli import argument_types
from mockserver.cli.argument_parser import Parser
from mockserver.cli.command import Command, Invocation
from mockserver.cli.errors import CommandError
from mockserver.cli.named_account import connect_named_account
from mockserver.cli.options import REMOTE_SETTINGS, add_server
from mockserver.settings.store_url import StoreUrl


def _add_arguments(parser: Parser) -> None:
    parser.add_argument(
        "account_name",
        nargs="?",
        default="demo",
        metavar="ACCOUNT",
        help="An AccountSid, a name, or demo (the default).",
    )
    parser.add_argument(
        "--scrub", action="store_true", help="Also replace the texts and phone numbers of imported recordings."
    )
    parser.add_argument(
        "--store",
        dest="from_store",
        type=argument_types.store,
        metavar="sqlite:FILE|redis://...",
        help="Read a store that no server uses, instead of a running server.",
    )
    add_server(parser)


def _run(invocation: Invocation) -> int:
    options = invocation.options
    name, is_scrubbed = options.account_name, options.scrub
    if options.from_store is None:
        text = connect_named_account(invocation, name).export(scrub=is_scrubbed)
    else:
        text = _export_from_store(options.from_store, name, is_scrubbed=is_scrubbed)
    sys.stdout.write(text)
    return 0


def _export_from_store(store: StoreUrl, name: str, *, is_scrubbed: bool) -> str:
    from mockserver.account.export.writing import ExportWriter  # slow to import, like the others
    from mockserver.account.gradual import run_at_once
    from mockserver.account.storage.exporting import read_export_source
    from mockserver.account.storage.store_error import StoreError, StoreInUseError

    if store.is_memory:
        raise CommandError("--store: expected sqlite:FILE or redis://HOST:PORT, found memory: leave --store out.")
    try:
        source = read_export_source(store, name)
    except StoreInUseError:
        raise CommandError(
            f"--store: expected that no server uses {store}, found one. Leave --store out, and give its --url."
        ) from None
    except StoreError as error:
        raise CommandError(f"--store: {error}") from None
    return run_at_once(ExportWriter(source, is_scrubbed=is_scrubbed).write()).decode()


COMMAND = Command(_run, _add_arguments, settings=REMOTE_SETTINGS)

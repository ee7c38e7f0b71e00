"""`recmock store`: what a server keeps of accounts outside its memory."""

from mockserver.cli import argument_types
from mockserver.cli.argument_parser import Parser, add_command
from mockserver.cli.command import Command, Invocation
from mockserver.cli.errors import CommandError


def _add_arguments(parser: Parser) -> None:
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION", prog=parser.prog)
    reset = add_command(actions, "reset", "remove all accounts of a store: the next server begins them again")
    reset.add_argument("store", type=argument_types.store, metavar="sqlite:FILE|redis://...", help="The store.")


def _run(invocation: Invocation) -> int:
    from mockserver.account.storage.erasing import erase_store  # slow to import
    from mockserver.account.storage.store_error import StoreError

    store = invocation.options.store
    if store.is_memory:
        raise CommandError("expected sqlite:FILE or redis://HOST:PORT, found memory: a server's memory ends with it.")
    try:
        erase_store(store)
    except StoreError as error:
        raise CommandError(str(error)) from None
    print(f"{store} is empty. The next server begins all accounts again.")
    return 0


COMMAND = Command(_run, _add_arguments)

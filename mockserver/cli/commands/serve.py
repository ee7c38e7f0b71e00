"""`recmock serve`: serve the mock in the foreground."""

from mockserver.cli import argument_types
from mockserver.cli.argument_parser import Parser
from mockserver.cli.command import Command, Invocation
from mockserver.cli.errors import CommandError
from mockserver.cli.options import add_settings
from mockserver.settings.loading import get_all_settings


def _add_arguments(parser: Parser) -> None:
    group = parser.add_argument_group("replay", "An account as recmock export wrote it.")
    group.add_argument("--replay", metavar="FILE", help="Serve the account of this file. Nothing is sent.")
    group.add_argument(
        "--until", type=argument_types.whole_number, metavar="N", help="With --replay: stop before command N."
    )
    add_settings(parser, get_all_settings(), starts_server=True)


def _run(invocation: Invocation) -> int:
    options, pipes = invocation.options, None
    if invocation.settings.workers > 1:
        from mockserver.cli.worker_pipes import WorkerPipes  # most servers are one process

        pipes = WorkerPipes.find(invocation.environment)
        if pipes is None:
            if options.replay is not None:
                raise CommandError(f"--workers: expected 1 with --replay, found {invocation.settings.workers}.")
            from mockserver.cli.worker_processes import run_workers

            return run_workers(invocation.settings, invocation.environment)
    from mockserver.cli.foreground_server import serve  # slow to import, and --help does not need it

    if options.replay is None:
        if options.until is not None:
            raise CommandError("--until: expected with --replay FILE only, found without it.")
        return serve(invocation.settings, invocation.environment, pipes=pipes)
    from mockserver.cli.replayed_account import load_export, refuse_other_settings

    refuse_other_settings(vars(options), invocation.environment)
    export = load_export(options.replay, options.until)
    return serve(invocation.settings, invocation.environment, export=export)


COMMAND = Command(_run, _add_arguments, settings=[*get_all_settings()], is_server=True)

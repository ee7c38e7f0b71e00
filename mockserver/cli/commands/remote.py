"""Commands that ask a running server: what is played, its time, faults and callbacks, and how its client does."""

from argparse import ArgumentTypeError, Namespace
from collections.abc import Mapping
from typing import Any

import msgspec

from mockserver.cli import argument_types as words
from mockserver.cli import output as printing
from mockserver.cli.errors import CommandError
from mockserver.cli.output import print_value
from mockserver.control.client.account import AccountClient
from mockserver.control.client.connection import Line
from mockserver.settings.settings import Settings


def scenario(account: AccountClient, options: Namespace) -> int:
    """Arm a scenario, tell what comes next, or take a step."""
    match options.action:
        case "arm":
            return print_value(account.scenario.arm(options.scenario), printing.events, as_json=options.json)
        case "step":
            return print_value(account.recordings.step(options.recording), printing.events, as_json=options.json)
        case _:
            return print_value(account.state().timelines, printing.timelines, as_json=options.json)


def clock(account: AccountClient, options: Namespace) -> int:
    """Tell or move the time, and print what happened meanwhile."""
    its = account.clock
    match options.action:
        case "advance":
            return print_value(its.advance(options.by), printing.events, as_json=options.json)
        case "move-to":
            return print_value(its.move_to(options.instant), printing.events, as_json=options.json)
        case "freeze":
            its.freeze()
        case "run":
            its.run(options.rate)
    return print_value(its.show(), printing.clock, as_json=options.json)


def signal(account: AccountClient, options: Namespace) -> int:
    """Send a signal, and print what happened."""
    happened = account.scenario.signal(options.name, options.recording)
    return print_value(happened, printing.events, as_json=options.json)


def faults(account: AccountClient, options: Namespace) -> int:
    """Add or remove faults, and print those that are armed then."""
    its = account.faults
    match options.action:
        case "add":
            rule = _object(options.fault)
            kind = "sequences" if "answers" in rule else "faults"
            its.arm(**{kind: [rule]})
        case "remove":
            its.disarm(options.number)
    return print_value(its.list(), printing.rules, as_json=options.json)


def callbacks(account: AccountClient, options: Namespace) -> int:
    """Print the log of callbacks; deliver one again."""
    its = account.callbacks
    if options.action == "redeliver":
        return print_value((its.redeliver(options.number),), printing.callbacks, as_json=options.json)
    return print_value(its.list(), printing.callbacks, as_json=options.json)


def doctor(account: AccountClient, options: Namespace) -> int:
    """Print what the requests say of their client, and return 1 where anything was found."""
    report = account.doctor.examine()
    print_value(report, str, as_json=options.json)
    return int(not report.is_clean)


def account_of(settings: Settings, options: Namespace, environment: Mapping[str, str]) -> AccountClient:
    """Return the account that is meant, on the server that is meant: the nearest word counts.

    Raises:
        CommandError: where the environment names no server that can be.
    """
    url = options.url
    if url is None and options.listen is None and "RECMOCK_URL" in environment:  # as `recmock exec` and `env` set it
        try:
            url = words.url(environment["RECMOCK_URL"])
        except ArgumentTypeError as wrong:
            raise CommandError(f"RECMOCK_URL: {wrong}") from None
    url = url or f"http://{settings.listen.reachable()}"
    return AccountClient(Line(url, settings.control_token), options.of_account or "demo")


def _object(text: str) -> dict[str, Any]:
    try:
        return msgspec.json.decode(text, type=dict[str, Any])
    except msgspec.DecodeError as wrong:
        why = f": {str(wrong).rstrip('.')}"
    except RecursionError:
        why = ", and too deep"
    raise CommandError(f"expected a fault or a sequence as a JSON object, found {text[:60]!r}{why}.")

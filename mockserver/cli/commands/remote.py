"""Commands for a running server: its scenario, clock, faults and callbacks, and the doctor."""

from argparse import ArgumentTypeError, Namespace
from collections.abc import Mapping
from typing import Any

import msgspec

from mockserver.cli import argument_types as words
from mockserver.cli import output as printing
from mockserver.cli.errors import CommandError
from mockserver.cli.output import print_value
from mockserver.control.client.account import AccountClient
from mockserver.control.client.connection import ControlConnection
from mockserver.settings.settings import Settings


def run_scenario(account: AccountClient, options: Namespace) -> int:
    """Set up a scenario, show the next steps, or run a step."""
    match options.action:
        case "arm":
            return print_value(account.scenario.arm(options.scenario), printing.format_events, as_json=options.json)
        case "step":
            return print_value(account.recordings.step(options.recording), printing.format_events, as_json=options.json)
        case _:
            return print_value(account.state().timelines, printing.format_timelines, as_json=options.json)


def run_clock(account: AccountClient, options: Namespace) -> int:
    """Show or move the clock, and print the events."""
    its = account.clock
    match options.action:
        case "advance":
            return print_value(its.advance(options.by), printing.format_events, as_json=options.json)
        case "move-to":
            return print_value(its.move_to(options.instant), printing.format_events, as_json=options.json)
        case "freeze":
            its.freeze()
        case "run":
            its.run(options.rate)
    return print_value(its.show(), printing.format_clock, as_json=options.json)


def run_signal(account: AccountClient, options: Namespace) -> int:
    """Send a signal, and print the events."""
    happened = account.scenario.signal(options.name, options.recording)
    return print_value(happened, printing.format_events, as_json=options.json)


def run_faults(account: AccountClient, options: Namespace) -> int:
    """Add or remove faults, and print the remaining rules."""
    its = account.faults
    match options.action:
        case "add":
            rule = _parse_object(options.fault)
            kind = "sequences" if "answers" in rule else "faults"
            its.arm(**{kind: [rule]})
        case "remove":
            its.disarm(options.number)
    return print_value(its.list(), printing.format_rules, as_json=options.json)


def run_callbacks(account: AccountClient, options: Namespace) -> int:
    """Print the callback log, or deliver a callback again."""
    its = account.callbacks
    if options.action == "redeliver":
        return print_value((its.redeliver(options.number),), printing.format_callbacks, as_json=options.json)
    return print_value(its.list(), printing.format_callbacks, as_json=options.json)


def run_doctor(account: AccountClient, options: Namespace) -> int:
    """Print the doctor's report. Return 1 if it has findings."""
    report = account.doctor.examine()
    print_value(report, str, as_json=options.json)
    return int(not report.is_clean)


def find_account(settings: Settings, options: Namespace, environment: Mapping[str, str]) -> AccountClient:
    """Return the account on the server that the options select. A flag wins over the environment.

    Raises:
        CommandError: if the environment holds an invalid server URL.
    """
    url = options.url
    if url is None and options.listen is None and "RECMOCK_URL" in environment:  # as `recmock exec` and `env` set it
        try:
            url = words.url(environment["RECMOCK_URL"])
        except ArgumentTypeError as wrong:
            raise CommandError(f"RECMOCK_URL: {wrong}") from None
    url = url or f"http://{settings.listen.reachable()}"
    return AccountClient(ControlConnection(url, settings.control_token), options.of_account or "demo")


def _parse_object(text: str) -> dict[str, Any]:
    try:
        return msgspec.json.decode(text, type=dict[str, Any])
    except msgspec.DecodeError as wrong:
        why = f": {str(wrong).rstrip('.')}"
    except RecursionError:
        why = ", and too deep"
    raise CommandError(f"expected a fault or a sequence as a JSON object, found {text[:60]!r}{why}.")

"""Commands that ask a running server: its scenario, clock, signals, faults and callbacks."""

from argparse import Namespace
from typing import Any

import msgspec

from mockserver.client.account import AccountClient
from mockserver.client.line import Line
from mockserver.commands import printing
from mockserver.commands.errors import CommandError
from mockserver.commands.printing import say
from mockserver.settings import Settings


def scenario(settings: Settings, options: Namespace) -> int:
    """Arm a scenario, tell what comes next, or take a step."""
    account = account_of(settings, options)
    match options.action:
        case "arm":
            return say(account.scenario.arm(options.scenario_file), printing.events, as_json=options.json)
        case "step":
            return say(account.recordings.step(options.recording), printing.events, as_json=options.json)
        case _:
            return say(account.state().timelines, printing.timelines, as_json=options.json)


def clock(settings: Settings, options: Namespace) -> int:
    """Tell or move the time, and print what happened meanwhile."""
    its = account_of(settings, options).clock
    match options.action:
        case "advance":
            return say(its.advance(options.by), printing.events, as_json=options.json)
        case "move-to":
            try:
                return say(its.move_to(options.instant), printing.events, as_json=options.json)
            except ValueError:
                expected = "an instant such as 2026-03-01T09:00:00Z"
                raise CommandError(f"move-to: expected {expected}, found {options.instant!r}.") from None
        case "freeze":
            its.freeze()
        case "run":
            its.run(options.rate)
    return say(its.show(), printing.clock, as_json=options.json)


def signal(settings: Settings, options: Namespace) -> int:
    """Send a signal, and print what happened."""
    happened = account_of(settings, options).scenario.signal(options.name, options.recording)
    return say(happened, printing.events, as_json=options.json)


def faults(settings: Settings, options: Namespace) -> int:
    """Add or remove faults, and print those that are armed then."""
    its = account_of(settings, options).faults
    match options.action:
        case "add":
            its.arm(faults=[_object(options.fault)])
        case "remove":
            its.disarm(options.number)
    return say(its.list(), printing.rules, as_json=options.json)


def callbacks(settings: Settings, options: Namespace) -> int:
    """Print the log of callbacks; deliver one again."""
    its = account_of(settings, options).callbacks
    if options.action == "redeliver":
        return say((its.redeliver(options.number),), printing.callbacks, as_json=options.json)
    return say(its.list(), printing.callbacks, as_json=options.json)


def account_of(settings: Settings, options: Namespace) -> AccountClient:
    """Return the account that is meant, on the server that is meant."""
    url = options.url or f"http://{settings.listen.reachable()}"
    return AccountClient(Line(url, settings.control_token), options.of_account or "demo")


def _object(text: str) -> dict[str, Any]:
    try:
        return msgspec.json.decode(text, type=dict[str, Any])
    except msgspec.DecodeError as wrong:
        raise CommandError(f"expected a fault as a JSON object, found {text[:60]!r}: {wrong}.") from None

"""What is played in an account: its scenario, signals to it, what happened, and what is expected."""

from typing import Annotated, Any

import msgspec
from msgspec import Meta

from generators.corpus.weekly_rhythm import SpanTooShortError
from generators.setup_error import MockSetupError
from mockserver.control import serializers as portraits
from mockserver.control import views
from mockserver.control.endpoints.changes import given, settled
from mockserver.control.endpoints.endpoint import Endpoint, Path, account_of, read, refused
from mockserver.journal.expectations import verdicts
from mockserver.server.exchange import Exchange


class ScenarioCommand(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Play a scenario: a bundled one by name, or one that is given whole."""

    name: str | None = None
    scenario: dict[str, Any] | None = None


class SignalCommand(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Send a signal, to one recording or to all."""

    name: Annotated[str, Meta(min_length=1, max_length=64)]
    recording: str | None = None


async def arm(exchange: Exchange, path: Path) -> views.Happened:
    sid, command = account_of(exchange, path).sid, read(exchange, ScenarioCommand)
    from scenarios.loading.scenario_input import load_any_scenario  # brings YAML: not before the first scenario
    from scenarios.loading.sources import bundled

    if (command.name is None) == (command.scenario is None):
        raise refused("expected the name of a bundled scenario, or a scenario, found neither or both")
    if command.name is not None and command.name not in bundled():
        known = ", ".join(bundled())
        raise refused(f"name: expected a bundled scenario ({known}), found {command.name[:60]!r}")
    try:
        name, values = command.name, command.scenario or {}
        scenario = given(exchange, values) if name is None else load_any_scenario(name)
        account = exchange.mock.arm(sid, scenario, exchange.base_url)
    except SpanTooShortError as wrong:
        raise refused(f"corpus: expected {wrong}") from None
    except MockSetupError as wrong:
        raise refused(str(wrong)) from None
    return await settled(exchange, account, 0)


async def disarm(exchange: Exchange, path: Path) -> views.AccountView:
    return portraits.account(exchange.mock.arm(account_of(exchange, path).sid, None))


async def show_scenario(exchange: Exchange, path: Path) -> dict[str, Any]:
    scenario = account_of(exchange, path).scenario
    return {} if scenario is None else msgspec.to_builtins(scenario)


async def list_events(exchange: Exchange, path: Path) -> list[views.EventView]:
    since = exchange.query.integer("since", default=0, minimum=0)
    return [portraits.event(each) for each in account_of(exchange, path).events.since(since)]


async def list_expectations(exchange: Exchange, path: Path) -> list[views.ExpectationView]:
    account = account_of(exchange, path)
    expected = () if account.scenario is None else account.scenario.expect
    return [portraits.expectation(each) for each in verdicts(expected, account.journal, account.sid_behind)]


async def signal(exchange: Exchange, path: Path) -> views.Happened:
    account, command = account_of(exchange, path), read(exchange, SignalCommand)
    first = account.events.serial
    index = None if command.recording is None else account.play.find(command.recording)
    if index is not None and index not in account.state.playing:
        raise refused(f"expected a recording whose timeline goes on, found {command.recording}, whose does not")
    account.play.signal(command.name, index)
    return await settled(exchange, account, first)


SCRIPTS = {
    "/scenario": Endpoint(GET=show_scenario, PUT=arm, DELETE=disarm),
    "/events": Endpoint(GET=list_events),
    "/expectations": Endpoint(GET=list_expectations),
    "/signals": Endpoint(POST=signal),
}

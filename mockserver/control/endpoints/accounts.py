"""Endpoints for an account: its state, clock, snapshots and overrides."""

from typing import Annotated

import msgspec
from msgspec import Meta

from generators.corpus.corpus import CorpusSpec
from generators.instants import SECOND, to_microseconds
from mockserver.account.account import Account
from mockserver.account.commands.timelines import SetClockRate
from mockserver.account.overrides import AccountOverrides
from mockserver.account.setup_error import ScenarioSetupError
from mockserver.account.time.first_events import FirstEvents
from mockserver.control.endpoints.endpoint import (
    Endpoint,
    PathParams,
    find_account_sid,
    get_account,
    make_invalid_command_error,
    read_command,
)
from mockserver.control.views.accounts import (
    AccountSummary,
    AccountView,
    ChangeResult,
    ForgottenView,
    SnapshotView,
    build_change_result,
    serialize_account,
    serialize_snapshot,
    summarize_account,
)
from mockserver.control.views.clock import ClockView, serialize_clock
from mockserver.control.views.instants import serialize_instant
from mockserver.control.views.scenario import MAX_EVENTS
from mockserver.rest.errors import TwilioError
from mockserver.server.exchange import Exchange
from mockserver.settings.clock_rate import ClockRate
from scenarios.clock_mode import ClockMode
from scenarios.durations import normalize_duration, parse_duration
from scenarios.triggers import Instant


class ClockCommand(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Move a clock, or change its rate."""

    advance: str | None = None
    """A duration, such as 30s."""
    move_to: Instant | None = None
    mode: ClockMode | None = None
    rate: Annotated[float, Meta(gt=0, le=1e6)] | None = None


_LATEST_INSTANT = 221_845_392_000 * SECOND
"""The year 9000: calendars end a thousand years later, and timers need room."""


class SnapshotCommand(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The name of a snapshot."""

    name: Annotated[str, Meta(min_length=1, max_length=64)] = "latest"


async def show_account(exchange: Exchange, path: PathParams) -> AccountView:
    return serialize_account(get_account(exchange, path))


async def forget(exchange: Exchange, path: PathParams) -> ForgottenView:
    sid = find_account_sid(exchange, path)
    exchange.mock.forget(sid)
    return ForgottenView(account_sid=sid)


async def reset(exchange: Exchange, path: PathParams) -> AccountSummary:
    sid = find_account_sid(exchange, path)
    return summarize_account(await exchange.mock.reset_gradually(sid, exchange.base_url))


async def show_clock(exchange: Exchange, path: PathParams) -> ClockView:
    return serialize_clock(get_account(exchange, path))


async def move_clock(exchange: Exchange, path: PathParams) -> ChangeResult:
    account, command = get_account(exchange, path), read_command(exchange, ClockCommand)
    events = FirstEvents(account.events, MAX_EVENTS)
    rate, target = _parse_rate(command), _parse_target_instant(command, account)
    if rate is not None:
        account.apply(SetClockRate(rate=rate))
    await exchange.mock.worker.advance(account, target, events)
    events.collect()
    return build_change_result(account, events.first_serial, events.events)


def _parse_rate(command: ClockCommand) -> float | None:
    """Return the requested rate, or None if it stays unchanged."""
    if command.mode is not None and command.mode != "scaled":
        if command.rate is not None:
            raise make_invalid_command_error(f"rate: expected with mode scaled only, found with {command.mode}")
        return ClockRate.from_mode(command.mode).rate
    if command.mode is not None and command.rate is None:
        raise make_invalid_command_error("rate: expected because of mode scaled, found none")
    return command.rate


def _parse_target_instant(command: ClockCommand, account: Account) -> int:
    """Return the instant to move to. Concurrent advances add up."""
    now = account.clock.now()
    moves = [move for move in (command.advance, command.move_to) if move is not None]
    if len(moves) > 1 or not (moves or command.mode or command.rate):
        raise make_invalid_command_error("expected advance, such as 30s, or move_to, or a mode")
    if command.move_to is not None and to_microseconds(command.move_to) < now:
        earliest = serialize_instant(now)
        raise make_invalid_command_error(
            f"move_to: expected {earliest} or later, found an earlier instant: time does not go back"
        )
    target = now if command.move_to is None else to_microseconds(command.move_to)
    if command.advance is not None:
        target = account.clock_moves.final_instant + _parse_duration(command.advance)
    if target >= _LATEST_INSTANT:
        raise make_invalid_command_error(
            f"expected an instant before {serialize_instant(_LATEST_INSTANT)}, found a later one"
        )
    return target


def _parse_duration(text: str) -> int:
    try:
        return parse_duration(normalize_duration(text, default_unit="s"))
    except ValueError as error:
        raise make_invalid_command_error(f"advance: {error}") from None


async def take_snapshot(exchange: Exchange, path: PathParams) -> SnapshotView:
    account, command = get_account(exchange, path), read_command(exchange, SnapshotCommand)
    return serialize_snapshot(command.name, exchange.mock.snapshots.take(account, command.name))


async def list_snapshots(exchange: Exchange, path: PathParams) -> list[SnapshotView]:
    snapshots = exchange.mock.snapshots.list_named(get_account(exchange, path).sid)
    return [serialize_snapshot(name, snapshot) for name, snapshot in snapshots]


async def roll_back(exchange: Exchange, path: PathParams) -> AccountSummary:
    account, command = get_account(exchange, path), read_command(exchange, SnapshotCommand)
    snapshot = exchange.mock.snapshots.find(account.sid, command.name)
    if snapshot is None:
        raise TwilioError(20404, f"This account has no snapshot {command.name!r}.")
    return summarize_account(await exchange.mock.roll_back_gradually(account.sid, snapshot.state, snapshot.scenario))


async def show_corpus(exchange: Exchange, path: PathParams) -> CorpusSpec:
    return get_account(exchange, path).corpus.spec


async def show_overrides(exchange: Exchange, path: PathParams) -> AccountOverrides:
    return exchange.mock.overrides.get(get_account(exchange, path).sid.lower(), AccountOverrides())


async def set_overrides(exchange: Exchange, path: PathParams) -> AccountOverrides:
    overrides = read_command(exchange, AccountOverrides)
    if overrides.routes and exchange.refuses_urls("routes"):
        overrides = msgspec.structs.replace(overrides, routes=None)
    try:
        exchange.mock.configure(get_account(exchange, path).sid, overrides)
    except ScenarioSetupError as error:
        raise make_invalid_command_error(str(error)) from None
    return overrides


ACCOUNTS = {
    "": Endpoint(GET=show_account, DELETE=forget),
    "/corpus": Endpoint(GET=show_corpus),
    "/overrides": Endpoint(GET=show_overrides, PUT=set_overrides),
    "/reset": Endpoint(POST=reset),
    "/clock": Endpoint(GET=show_clock, POST=move_clock),
    "/snapshots": Endpoint(GET=list_snapshots, POST=take_snapshot),
    "/rollback": Endpoint(POST=roll_back),
}

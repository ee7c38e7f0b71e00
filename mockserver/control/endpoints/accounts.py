"""An account as a whole: its state, its clock, and going back to where it was."""

from typing import Annotated

import msgspec
from msgspec import Meta

from generators.corpus.corpus import CorpusSpec
from generators.corpus.weekly_rhythm import SECOND
from mockserver.account.overrides import AccountOverrides
from mockserver.control import serializers as portraits
from mockserver.control import views
from mockserver.control.endpoints.changes import happened
from mockserver.control.endpoints.endpoint import Endpoint, Path, account_of, read, refused
from mockserver.rest.errors import TwilioError
from mockserver.server.exchange import Exchange
from mockserver.settings.clock_rate import ClockRate
from scenarios.clock_mode import ClockMode
from scenarios.durations import microseconds
from scenarios.model import Instant
from scenarios.timeline import instant_of


class ClockCommand(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Move a clock on, or let it run otherwise."""

    advance: str | None = None
    """A length of time, such as 30s."""
    move_to: Instant | None = None
    mode: ClockMode | None = None
    rate: Annotated[float, Meta(gt=0, le=1e6)] | None = None


_LATEST = 221_845_392_000 * SECOND
"""The year 9000: calendars end a thousand years later, and timers need room."""


class SnapshotCommand(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Keep the state under a name."""

    name: Annotated[str, Meta(min_length=1, max_length=64)] = "latest"


async def show(exchange: Exchange, path: Path) -> views.AccountView:
    return portraits.account(account_of(exchange, path))


async def reset(exchange: Exchange, path: Path) -> views.AccountView:
    return portraits.account(exchange.mock.reset(account_of(exchange, path).sid, exchange.base_url))


async def show_clock(exchange: Exchange, path: Path) -> views.ClockView:
    return portraits.clock(account_of(exchange, path))


async def move_clock(exchange: Exchange, path: Path) -> views.Happened:
    account, command = account_of(exchange, path), read(exchange, ClockCommand)
    first = account.events.serial
    rate, target = _rate(command), _target(command, account.clock.now())
    if rate is not None:
        account.passage.set_rate(rate)
    await exchange.mock.timekeeper.advance(account, target)
    return happened(account, first)


def _rate(command: ClockCommand) -> float | None:
    """Return at which rate time is to pass; None where that stays as it is."""
    if command.mode is not None and command.mode != "scaled":
        if command.rate is not None:
            raise refused(f"rate: expected one with mode scaled only, found it with {command.mode}")
        return ClockRate.from_mode(command.mode).rate
    if command.mode is not None and command.rate is None:
        raise refused("rate: expected one, which mode scaled needs, found none")
    return command.rate


def _target(command: ClockCommand, now: int) -> int:
    """Return the instant to move on to."""
    moves = [each for each in (command.advance, command.move_to) if each is not None]
    if len(moves) > 1 or not (moves or command.mode or command.rate):
        raise refused("expected advance, such as 30s, or move_to, or a mode")
    if command.move_to is not None and instant_of(command.move_to) < now:
        raise refused(
            f"move_to: expected an instant from {portraits.moment(now)} on, found an earlier one: time does not go back"
        )
    target = now if command.move_to is None else instant_of(command.move_to)
    if command.advance is not None:
        target += _length(command.advance)
    if target >= _LATEST:
        raise refused(f"expected an instant before {portraits.moment(_LATEST)}, found a later one")
    return target


def _length(text: str) -> int:
    try:
        return microseconds(text)
    except ValueError as wrong:
        raise refused(f"advance: {wrong}") from None


async def take_snapshot(exchange: Exchange, path: Path) -> views.SnapshotView:
    account, command = account_of(exchange, path), read(exchange, SnapshotCommand)
    exchange.mock.snapshots.take(account, command.name)
    return views.SnapshotView(name=command.name, at=portraits.moment(account.clock.now()))


async def roll_back(exchange: Exchange, path: Path) -> views.AccountView:
    account, command = account_of(exchange, path), read(exchange, SnapshotCommand)
    kept = exchange.mock.snapshots.find(account.sid, command.name)
    if kept is None:
        raise TwilioError(20404, f"This account has no snapshot {command.name!r}.")
    return portraits.account(exchange.mock.restore(account.sid, kept.state, kept.scenario))


async def show_corpus(exchange: Exchange, path: Path) -> CorpusSpec:
    return account_of(exchange, path).corpus.spec


async def show_overrides(exchange: Exchange, path: Path) -> AccountOverrides:
    return exchange.mock.overrides.get(account_of(exchange, path).sid.lower(), AccountOverrides())


async def set_overrides(exchange: Exchange, path: Path) -> AccountOverrides:
    key, overrides = account_of(exchange, path).sid.lower(), read(exchange, AccountOverrides)
    if overrides == AccountOverrides():
        exchange.mock.overrides.pop(key, None)
    else:
        exchange.mock.overrides[key] = overrides
    return overrides


ACCOUNTS = {
    "": Endpoint(GET=show),
    "/corpus": Endpoint(GET=show_corpus),
    "/overrides": Endpoint(GET=show_overrides, PUT=set_overrides),
    "/reset": Endpoint(POST=reset),
    "/clock": Endpoint(GET=show_clock, POST=move_clock),
    "/snapshots": Endpoint(POST=take_snapshot),
    "/rollback": Endpoint(POST=roll_back),
}

"""An account as a whole: its state, its clock, and going back to where it was."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from mockserver.control import portraits, views
from mockserver.control.changes import happened
from mockserver.control.endpoint import Endpoint, Path, account_of, read, refused
from mockserver.errors import TwilioError
from mockserver.exchange import Exchange
from scenarios.durations import Duration, microseconds
from scenarios.model import Instant
from scenarios.timeline import instant_of


class ClockCommand(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Move a clock on, or let it run otherwise."""

    advance: Duration | None = None
    move_to: Instant | None = None
    mode: Literal["real", "frozen", "scaled"] | None = None
    rate: Annotated[float, Meta(gt=0, le=1e6)] | None = None


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
    moves = [each for each in (command.advance, command.move_to) if each is not None]
    if len(moves) > 1 or not (moves or command.mode or command.rate):
        raise refused("expected advance, such as 30s, or move_to, or a mode")
    if command.mode is not None or command.rate is not None:
        account.set_rate(_rate(command))
    target = account.clock.now()
    if command.advance is not None:
        target += microseconds(command.advance)
    elif command.move_to is not None:
        target = instant_of(command.move_to)
        if target < account.clock.now():
            now = portraits.moment(account.clock.now())
            raise refused(f"move_to: expected an instant from {now} on, found an earlier one: time does not go back")
    await exchange.mock.timekeeper.advance(account, target)
    return happened(account, first)


def _rate(command: ClockCommand) -> float:
    if command.mode == "frozen":
        return 0.0
    return command.rate or 1.0


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


ACCOUNTS = {
    "": Endpoint(GET=show),
    "/reset": Endpoint(POST=reset),
    "/clock": Endpoint(GET=show_clock, POST=move_clock),
    "/snapshots": Endpoint(POST=take_snapshot),
    "/rollback": Endpoint(POST=roll_back),
}

"""Reads and moves an account's clock."""

import math
from datetime import UTC, datetime, timedelta

from mockserver.control.client.changes import AccountChanges
from mockserver.control.client.connection import ControlConnection
from mockserver.control.client.event_loops import run_in_thread
from mockserver.control.views.clock import ClockView
from mockserver.control.views.scenario import EventView
from scenarios.durations import format_duration

__tracebackhide__ = True
DurationLike = str | float | timedelta
"""A duration: text such as `30s`, a number of seconds, or a timedelta."""


class ClockClient:
    """The clock of an account.

    Args:
        account_path: the account's path below `/_mock`.
    """

    def __init__(self, connection: ControlConnection, account_path: str) -> None:
        self._connection = connection
        self._changes = AccountChanges(connection, account_path)
        self._path = f"{account_path}/clock"

    def show(self) -> ClockView:
        """Return the time, the mode and the rate."""
        return self._connection.request("GET", self._path, ClockView)

    def now(self) -> datetime:
        """Return the present instant, in UTC."""
        return datetime.fromisoformat(self.show().now)

    def advance(self, by: DurationLike) -> tuple[EventView, ...]:
        """Move the clock forward, and return the events on the way, in order. Callbacks are delivered or have failed.

        A receiver on the caller's own event loop cannot answer meanwhile: use `advance_async`.
        """
        return self._change({"advance": to_duration_text(by)}, twin="advance_async")

    async def advance_async(self, by: DurationLike) -> tuple[EventView, ...]:
        """Move the clock like `advance`, without blocking the event loop that a receiver may run on."""
        return await run_in_thread(self.advance, by)

    def move_to(self, instant: datetime | str) -> tuple[EventView, ...]:
        """Move the clock to an instant, and return the events on the way. Without a zone, the instant is in UTC."""
        try:
            moment = datetime.fromisoformat(instant) if isinstance(instant, str) else instant
        except ValueError:
            raise ValueError(f"expected an instant such as 2026-03-01T09:00:00Z, found {instant!r}") from None
        zoned = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        return self._change({"move_to": zoned.isoformat()}, twin="move_to_async")

    async def move_to_async(self, instant: datetime | str) -> tuple[EventView, ...]:
        """Move the clock like `move_to`, without blocking the event loop that a receiver may run on."""
        return await run_in_thread(self.move_to, instant)

    def freeze(self) -> None:
        """Stop the clock."""
        self._change({"mode": "frozen"}, twin="freeze_async")

    async def freeze_async(self) -> None:
        """Stop the clock like `freeze`, without blocking the event loop that a receiver may run on."""
        await run_in_thread(self.freeze)

    def run(self, rate: float = 1.0) -> None:
        """Let the clock run at a rate: account seconds per real second."""
        self._change({"mode": "scaled", "rate": rate}, twin="run_async")

    async def run_async(self, rate: float = 1.0) -> None:
        """Let the clock run like `run`, without blocking the event loop that a receiver may run on."""
        await run_in_thread(self.run, rate)

    def _change(self, command: dict[str, object], *, twin: str) -> tuple[EventView, ...]:
        return self._changes.send_for_events("/clock", command, twin=twin)


def to_duration_text(duration: DurationLike) -> str:
    """Return a duration as the control API takes it.

    Raises:
        ValueError: if it is negative or infinite.
    """
    if isinstance(duration, str):
        return duration
    seconds = duration.total_seconds() if isinstance(duration, timedelta) else duration
    if not 0 <= seconds < math.inf:
        raise ValueError(f"expected a duration of at least 0, found {duration}: time does not go back")
    return format_duration(round(seconds * 1_000_000))

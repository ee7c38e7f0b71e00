"""Reads and moves an account's clock."""

import asyncio
import math
from datetime import UTC, datetime, timedelta

from mockserver.control.client.connection import ControlConnection
from mockserver.control.client.events import collect_events
from mockserver.control.views.accounts import ChangeResult
from mockserver.control.views.clock import ClockView
from mockserver.control.views.scenario import EventView
from scenarios.durations import format_duration

DurationLike = str | float | timedelta
"""A duration: text such as `30s`, a number of seconds, or a timedelta."""


class ClockClient:
    """The clock of an account.

    Args:
        account_path: the account's path below `/_mock`.
    """

    def __init__(self, connection: ControlConnection, account_path: str) -> None:
        self._connection = connection
        self._account_path = account_path
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
        return self._change({"advance": _format_duration(by)})

    async def advance_async(self, by: DurationLike) -> tuple[EventView, ...]:
        """Move the clock like `advance`, without blocking the event loop that a receiver may run on."""
        return await asyncio.to_thread(self.advance, by)

    def move_to(self, instant: datetime | str) -> tuple[EventView, ...]:
        """Move the clock to an instant, and return the events on the way. Without a zone, the instant is in UTC."""
        moment = datetime.fromisoformat(instant) if isinstance(instant, str) else instant
        zoned = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        return self._change({"move_to": zoned.isoformat()})

    def freeze(self) -> None:
        """Stop the clock."""
        self._change({"mode": "frozen"})

    def run(self, rate: float = 1.0) -> None:
        """Let the clock run at a rate: account seconds per real second."""
        self._change({"mode": "scaled", "rate": rate})

    def _change(self, command: dict[str, object]) -> tuple[EventView, ...]:
        result = self._connection.request("POST", self._path, ChangeResult, command)
        return collect_events(self._connection, self._account_path, result)


def _format_duration(duration: DurationLike) -> str:
    if isinstance(duration, str):
        return duration
    seconds = duration.total_seconds() if isinstance(duration, timedelta) else duration
    if not 0 <= seconds < math.inf:
        raise ValueError(f"expected a duration of at least 0, found {duration}: time does not go back")
    return format_duration(round(seconds * 1_000_000))

"""Scripted timelines, and the events that they must cause: each step once, at its own instant."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from random import Random
from typing import Any, NamedTuple

from tests.acceptance.connection import Connection, send_until_answered

_PAGE = 1000


class Timeline(NamedTuple):
    """A recording that starts, is processed and is completed."""

    handle: str
    processing_after: int
    """Milliseconds after the start."""
    completed_after: int
    """Milliseconds after the step before."""

    def describe(self) -> dict[str, Any]:
        """Return the recording as a scenario writes it."""
        steps = (("processing", self.processing_after), ("completed", self.completed_after))
        timeline = [{"after": {"time": f"{delay}ms"}, "status": status} for status, delay in steps]
        return {"id": self.handle, "status": "in-progress", "timeline": timeline}

    def list_steps(self, start: datetime) -> list[tuple[str, datetime]]:
        """Return the steps with their instants."""
        processing = start + timedelta(milliseconds=self.processing_after)
        completed = processing + timedelta(milliseconds=self.completed_after)
        return [("in-progress", start), ("processing", processing), ("completed", completed)]


def make_timelines(count: int, seconds: float) -> list[Timeline]:
    """Return timelines that end within some seconds."""
    random, half = Random(count), int(seconds * 500)
    return [Timeline(f"r{number}", random.randint(1, half), random.randint(1, half)) for number in range(count)]


async def set_up_timelines(connection: Connection, timelines: Sequence[Timeline], clock: str = "real") -> None:
    """Let the account play timelines, from now on, on a clock of its own."""
    recordings = [timeline.describe() for timeline in timelines]
    scenario = {"version": 1, "name": "timelines", "clock": {"mode": clock}, "recordings": recordings}
    await connection.call_control("PUT", "/scenario", {"scenario": scenario})


async def read_events(connection: Connection) -> list[dict[str, Any]]:
    """Return all events of the account."""
    events: list[dict[str, Any]] = []
    while True:
        since = events[-1]["serial"] + 1 if events else 0
        page = await send_until_answered(connection, "GET", f"/events?since={since}&limit={_PAGE}")
        events += page
        if len(page) < _PAGE:
            return events


def check_steps(events: Sequence[dict[str, Any]], timelines: Sequence[Timeline]) -> None:
    """Raise AssertionError unless each step happened once, at its instant, and the events are in order."""
    found: dict[str, list[tuple[str, datetime]]] = {timeline.handle: [] for timeline in timelines}
    for event in events:
        if event["kind"] == "step" and event["subject"] in found:
            found[event["subject"]].append((event["what"], datetime.fromisoformat(event["at"])))
    assert all(found.values()), f"timelines without any step: {[handle for handle in found if not found[handle]]}"
    start = min(at for steps in found.values() for _, at in steps)
    for timeline in timelines:
        expected = timeline.list_steps(start)
        assert found[timeline.handle] == expected, f"{timeline}: expected {expected}, found {found[timeline.handle]}"
    late = [
        (one, other)
        for one, other in pairwise(events)
        if datetime.fromisoformat(one["at"]) > datetime.fromisoformat(other["at"])
    ]
    assert not late, f"events are not in the order of their instants: {late[:3]}"
    assert [event["serial"] for event in events] == [*range(len(events))], "an event is missing"

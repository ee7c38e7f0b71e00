"""Checks of what happens by itself: timers, callbacks, and moves of the clock."""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from mockserver.testing.sink import Received, Sink
from tests.acceptance.connection import Connection, send_until_answered
from tests.acceptance.deployment import Deployment
from tests.acceptance.effort import Effort
from tests.acceptance.events import Timeline, check_steps, make_timelines, read_events, set_up_timelines
from tests.acceptance.load import Load, connect_clients
from tests.linearizability.call_model import check_calls

_MOVE_SECONDS = 0.05
_MAX_LOAD_SECONDS = 30.0
"""A longer load has more events than an account keeps."""
_LAST_MOVE_SECONDS = 20.0
"""Longer than all timelines."""
_ROUNDING_SECONDS = 1e-6
_WAIT_SECONDS = 60.0
_POLL_SECONDS = 0.05
_MAX_UNDER_WAY = 100
"""The callbacks that a worker sends at once, at most. If it is killed, they are sent again."""
_RECEIVER_SHARE = 0.05
"""The time that the receiver takes, as a share of the test's: workers are killed between a request and its answer."""


async def check_timers(deployment: Deployment, effort: Effort) -> str:
    """Each step of each timeline happens once, at its instant, and every worker shows the same events."""
    account = deployment.make_account()
    timelines = make_timelines(effort.timelines, effort.due_seconds)
    first, *others = deployment.connect(account)
    await set_up_timelines(first, timelines)
    async with deployment.kill_each(effort.kill_each_while_due):
        await _wait_until(first, lambda state: state["timeline_count"] == 0)
    events = await read_events(first)
    check_steps(events, timelines)
    for connection in others:
        assert await read_events(connection) == events, "two workers show other events"
    return f"{len(timelines):,} timelines, {len(events):,} events"


async def check_callbacks(deployment: Deployment, effort: Effort) -> str:
    """Every callback arrives, in the order of its recording, and only those under way at a kill arrive twice."""
    account, kills = deployment.make_account(), deployment.kills
    first, *others = deployment.connect(account)
    with Sink() as sink:
        sink.delay(effort.due_seconds * _RECEIVER_SHARE)
        timelines = make_timelines(effort.callbacks // 2, effort.due_seconds)
        scenario = _make_callback_scenario(sink.url, timelines)
        # Its answer waits for callbacks, so it may be lost in a kill. The change itself has happened before.
        setup = asyncio.create_task(
            deployment.connect(account)[0].send_control("PUT", "/scenario", {"scenario": scenario})
        )
        await _wait_until(first, lambda state: state["scenario"] == scenario["name"])
        async with deployment.kill_each(effort.kill_each_while_due):
            await _wait_until(first, lambda state: not state["timeline_count"] and not _count_open(state))
        await asyncio.gather(setup, return_exceptions=True)
        if not deployment.always_serves:
            await _redeliver_missed(first)
        received = sink.received
    logged = await send_until_answered(first, "GET", "/callbacks")
    for connection in others:
        assert await send_until_answered(connection, "GET", "/callbacks") == logged, "two workers show other attempts"
    repeats = _check_received(received, logged, effort.callbacks // 2)
    bound = (deployment.kills - kills) * _MAX_UNDER_WAY
    assert repeats <= bound, f"expected at most {bound} repeated callbacks, found {repeats}"
    return f"{len(logged):,} callbacks, {repeats} of them again"


def _make_callback_scenario(url: str, timelines: Sequence[Timeline]) -> dict[str, Any]:
    """Return a scenario with two callbacks about each recording."""
    subscription = {"status_callback": url, "status_callback_event": ["in-progress", "completed"]}
    recordings = [timeline.describe() | subscription for timeline in timelines]
    return {"version": 1, "name": "callbacks", "recordings": recordings}


def _count_open(state: dict[str, Any]) -> int:
    return sum(count for name, count in state["callbacks"].items() if name not in ("delivered", "failed", "missed"))


async def _redeliver_missed(connection: Connection) -> None:
    """Send the callbacks that came due while no process served."""
    for callback in await send_until_answered(connection, "GET", "/callbacks"):
        if callback["state"] == "missed":
            await connection.call_control("POST", f"/callbacks/{callback['number']}/redeliver")
    await _wait_until(connection, lambda state: not _count_open(state))


def _check_received(received: list[Received], logged: list[dict[str, Any]], recordings: int) -> int:
    """Return the number of callbacks that arrived again."""
    arrived = Counter(callback.headers["I-Twilio-Idempotency-Token"] for callback in received)
    tokens = {callback["idempotency_token"] for callback in logged}
    assert len(tokens) == len(logged) == 2 * recordings, f"expected {2 * recordings} callbacks, found {len(logged)}"
    assert {callback["state"] for callback in logged} == {"delivered"}, Counter(map(_describe_end, logged))
    assert arrived.keys() == tokens, f"{len(tokens - arrived.keys())} callbacks did not arrive"
    first_arrivals: dict[str, list[str]] = defaultdict(list)
    for callback in received:
        order = first_arrivals[callback.parameters["RecordingSid"]]
        if (status := callback.parameters["RecordingStatus"]) not in order:
            order.append(status)
    assert len(first_arrivals) == recordings
    assert {tuple(order) for order in first_arrivals.values()} == {("in-progress", "completed")}
    return len(received) - len(tokens)


def _describe_end(callback: dict[str, Any]) -> str:
    return f"{callback['state']} after {len(callback['attempts'])} attempts: {callback['attempts'][-1:]}"


async def check_moves_under_load(deployment: Deployment, effort: Effort) -> str:
    """Moves of the clock on one worker let each step happen once, while clients change recordings on the others."""
    account = deployment.make_account()
    first, *others = deployment.connect(account)
    timelines = make_timelines(effort.timelines, effort.due_seconds)
    await set_up_timelines(first, timelines, clock="frozen")
    start = await _read_now(first)
    load = Load(deployment.connect(account), connect_clients(deployment, account, first_worker=1 if others else 0))
    running, moves = asyncio.create_task(load.run(min(effort.seconds, _MAX_LOAD_SECONDS))), 0
    while not running.done():
        await first.call_control("POST", "/clock", {"advance": f"{_MOVE_SECONDS}s"})
        moves += 1
    await running
    await first.call_control("POST", "/clock", {"advance": f"{_LAST_MOVE_SECONDS}s"})
    events = await read_events(first)
    check_steps(events, timelines)
    check_calls(load.history)
    for connection in (first, *others):
        passed = (await _read_now(connection) - start).total_seconds()
        expected = moves * _MOVE_SECONDS + _LAST_MOVE_SECONDS
        assert abs(passed - expected) < _ROUNDING_SECONDS, f"expected {expected} s after {moves} moves, found {passed}"
        assert await read_events(connection) == events, "two workers show other events"
    return f"{moves:,} moves, {len(events):,} events, {len(load.history):,} operations"


async def _read_now(connection: Connection) -> datetime:
    clock = await connection.call_control("GET", "/clock")
    return datetime.fromisoformat(clock["now"])


async def _wait_until(connection: Connection, condition: Callable[[dict[str, Any]], bool]) -> None:
    """Wait until a condition holds for the account's state."""
    async with asyncio.timeout(_WAIT_SECONDS):
        while not condition(await send_until_answered(connection, "GET", "")):  # noqa: ASYNC110  # in another process
            await asyncio.sleep(_POLL_SECONDS)

"""Checks of what clients see while they change the same recordings: linearizable, nothing lost, own writes read."""

import asyncio
from collections import Counter
from random import Random

from tests.acceptance.connection import Connection
from tests.acceptance.deployment import Deployment
from tests.acceptance.effort import Effort
from tests.acceptance.load import CLIENTS, READER, Load, run_load
from tests.linearizability.call_model import check_calls
from tests.linearizability.history import Action, Operation

_RATE = {"mode": "scaled", "rate": 20}
"""A stopped recording is completed after 2 s of its account, which are 0.1 s then."""


async def check_linearizability(deployment: Deployment, effort: Effort) -> str:
    """Each client sees the recordings as if there were one server, and one request at a time."""
    load = await _run(deployment, effort)
    calls = check_calls(load.history)
    return f"{len(load.history):,} operations on {calls:,} calls"


async def check_nothing_is_lost(deployment: Deployment, effort: Effort) -> str:
    """Every acknowledged create is found through every worker, and every other one exists once or not at all."""
    load = await _run(deployment, effort)
    creates = [operation for operation in load.history if operation.action is Action.CREATE]
    acknowledged = [
        (sid, operation.call) for operation in creates if operation.code == 201 for sid, _ in operation.seen
    ]
    repeated = [sid for sid, count in Counter(sid for sid, _ in acknowledged).items() if count > 1]
    assert not repeated, f"two creates were answered with the same SID: {repeated}"
    maybe_deleted = {
        operation.sid
        for operation in load.history
        if operation.action is Action.DELETE and operation.code in (204, None)
    }
    lists = [operation for operation in load.history if operation.client == READER]
    assert lists, "no call was read"
    for final in lists:
        listed = {sid for sid, _ in final.seen}
        lost = {sid for sid, call in acknowledged if call == final.call} - maybe_deleted - listed
        assert not lost, f"acknowledged recordings are missing: {lost} in {final}"
    _check_unacknowledged(creates, lists, {sid for sid, _ in acknowledged})
    return f"{len(acknowledged):,} acknowledged creates, {_count_unknown(creates)} without an answer"


def _check_unacknowledged(creates: list[Operation], lists: list[Operation], acknowledged: set[str]) -> None:
    lost_answers = Counter(operation.call for operation in creates if operation.code is None)
    for call in {final.call for final in lists}:
        found = {sid for final in lists if final.call == call for sid, _ in final.seen} - acknowledged
        assert len(found) <= lost_answers[call], f"{call} has recordings that no client created: {found}"


def _count_unknown(operations: list[Operation]) -> int:
    return sum(operation.code is None for operation in operations)


async def check_journal_counts(deployment: Deployment, effort: Effort) -> str:
    """Without kills, every worker counts exactly the requests that the clients sent."""
    account = deployment.make_account()
    load = await run_load(deployment, account, min(effort.seconds, 1.0))
    assert not _count_unknown(load.history), "a request was not answered"
    creates = sum(operation.action is Action.CREATE for operation in load.history)
    for connection in deployment.connect(account):
        state = await connection.call_control("GET", "")
        assert state["requests"] == load.requests, f"{load.requests} requests were sent, found {state['requests']}"
        command = {"pattern": {"op": "create_call_recording"}, "exactly": creates}
        verdict = await connection.call_control("POST", "/requests/verify", command)
        assert verdict["is_met"] or verdict["dropped"], verdict["why"]
        assert verdict["is_certain"] == (not verdict["dropped"]), verdict
    return f"{load.requests:,} requests, {creates:,} creates"


async def check_own_writes_are_read(deployment: Deployment, effort: Effort) -> str:
    """What was written on one worker is read, verified and waited for on another, at once."""
    account = deployment.make_account()
    await asyncio.gather(
        *(_write_and_read(deployment, account, lane, range(lane, effort.writes, CLIENTS)) for lane in range(CLIENTS))
    )
    return f"{effort.writes:,} writes"


async def _write_and_read(deployment: Deployment, account: str, lane: int, numbers: range) -> None:
    random, connections, since = Random(lane), deployment.connect(account), 0
    waiting_connections = deployment.connect(account)
    places = range(len(connections))
    for number in numbers:
        writer, reader = random.sample(places, 2) if len(places) > 1 else (0, 0)
        call = f"CA{number:032x}"
        pattern = {"op": "create_call_recording", "path": f"*/{call}/*"}
        command = {"pattern": pattern, "count": 1, "timeout": "20s", "since": since}
        waiting = asyncio.create_task(waiting_connections[reader].call_control("POST", "/requests/wait", command))
        created = await connections[writer].call_api("POST", f"/Calls/{call}/Recordings.json")
        assert created.status == 201, created
        since = await _read_write(connections[reader], call, created.parse()["sid"], pattern, since)
        assert (await waiting)["is_met"], f"a client that waited for {pattern} was not told"


async def _read_write(reader: Connection, call: str, sid: str, pattern: dict[str, str], since: int) -> int:
    """Check that a recording is there, and return the number of its request in the journal."""
    fetched = await reader.call_api("GET", f"/Recordings/{sid}.json")
    assert fetched.status == 200, f"{sid} was created, but not found: {fetched}"
    listed = (await reader.call_api("GET", f"/Recordings.json?CallSid={call}")).parse()["recordings"]
    assert [recording["sid"] for recording in listed] == [sid], f"{sid} was created, listed were {listed}"
    command = {"pattern": pattern, "exactly": 1, "since": since}
    verdict = await reader.call_control("POST", "/requests/verify", command)
    assert verdict["is_met"], verdict["why"]
    number: int = verdict["requests"][0]
    return number


async def _run(deployment: Deployment, effort: Effort) -> Load:
    account = deployment.make_account()
    await deployment.connect(account)[0].call_control("POST", "/clock", _RATE)
    return await run_load(deployment, account, effort.seconds, effort.kill_each)

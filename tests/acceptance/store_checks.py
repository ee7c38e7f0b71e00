"""Checks of what is kept: through an outage of the store, the loss of its data, a restart, and in an export."""

import asyncio
import itertools
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from tests.acceptance.connection import Answer, Connection
from tests.acceptance.deployment import Deployment, ServerProcess, make_process
from tests.acceptance.effort import Effort
from tests.acceptance.events import make_timelines, read_events, set_up_timelines
from tests.acceptance.load import run_load
from tests.linearizability.call_model import check_calls
from tests.linearizability.history import Operation

_OUTAGE_SECONDS = 5.0
_LOAD_SECONDS = 5.0
_MAX_ANSWER_SECONDS = 2.0
_EXPORT_SECONDS = 60.0
_MAX_SHOWN = 1000
_STATE_PATHS = ("", "/clock", "/overrides", "/scenario", "/faults", "/arrivals", "/callbacks", "/calls", "/requests")
_UNSTABLE_HEADERS = (b"date", b"twilio-request-id", b"twilio-request-duration")
_SECRETS = ("auth_token",)
"""An export has stand-ins for them."""


async def check_outage(deployment: Deployment, effort: Effort) -> str:
    """While the store is stopped, each request is answered with 503 in time. Then all goes on, and nothing is lost."""
    deployment.require(deployment.store.can_stop, "there is no store that can stop")
    account, outage_seconds = deployment.make_account(), min(effort.seconds / 3, _OUTAGE_SECONDS)
    load = asyncio.create_task(run_load(deployment, account, outage_seconds * 3))
    await asyncio.sleep(outage_seconds)
    await asyncio.to_thread(deployment.store.stop)
    try:
        connections, latest = deployment.connect(account), _MAX_ANSWER_SECONDS + effort.slack_seconds
        probes = await asyncio.gather(*(_probe(connection, outage_seconds, latest) for connection in connections))
    finally:
        await asyncio.to_thread(deployment.store.start)
    history = (await load).history
    check_calls(history)
    return f"{len(history):,} operations, {sum(probes):,} refusals"


async def _probe(connection: Connection, seconds: float, max_answer_seconds: float) -> int:
    """Return how many requests were refused."""
    deadline = time.monotonic() + seconds
    for number in itertools.count():
        start = time.monotonic()
        if start >= deadline:
            return number
        answer = await connection.call_api("GET", "/Recordings.json")
        waited = time.monotonic() - start
        assert waited <= max_answer_seconds, f"expected an answer in {max_answer_seconds:g} s, found {waited:.2f} s"
        _check_refusal(answer)
    raise AssertionError


def _check_refusal(answer: Answer) -> None:
    assert answer.status == 503, answer
    assert b"\r\nx-mock-reason: " in answer.head.lower(), answer
    assert answer.parse().keys() >= {"code", "message", "more_info", "status"}, answer


async def check_loss_is_told(deployment: Deployment, effort: Effort) -> str:
    """After the store was emptied, every worker says so, and no new recording has the SID of a lost one."""
    deployment.require(deployment.store.can_be_emptied, "there is no store that can be emptied")
    account = deployment.make_account()
    history = (await run_load(deployment, account, min(effort.seconds, _LOAD_SECONDS))).history
    known = {sid for operation in history for sid, _ in operation.seen}
    connections = deployment.connect(account)
    epoch = (await _read_health(connections[0]))["epoch"]
    await asyncio.to_thread(deployment.store.empty)
    for number, connection in enumerate(connections):
        created = await connection.call_api("POST", f"/Calls/CA{number:031x}f/Recordings.json")
        assert created.status == 201, created
        assert created.parse()["sid"] not in known, f"a lost SID is used again: {created}"
    for connection in connections:
        health = await _read_health(connection)
        assert health["epoch"] != epoch, health
        assert health["lost"], health
    return f"{len(known):,} SIDs not used again"


async def _read_health(connection: Connection) -> dict[str, Any]:
    health: dict[str, Any] = (await connection.send("GET", "/_mock/health")).parse()
    return health


async def check_restart(deployment: Deployment, effort: Effort) -> str:
    """All processes are killed and started again: the state is the same."""
    deployment.require(deployment.store.survives_kills, "the state does not survive its process")
    account = deployment.make_account()
    history = await _fill(deployment, account, effort)
    before = await _read_state(deployment.connect(account)[0])
    await asyncio.to_thread(deployment.kill_all)
    await asyncio.to_thread(deployment.start_all)
    for connection in deployment.connect(account):
        _compare(before, await _read_state(connection))
    return f"{len(history):,} operations"


async def check_replay(deployment: Deployment, effort: Effort) -> str:
    """An export is played again with another hash seed: the state is the same, and so are all bytes of the answers."""
    deployment.require(deployment.store.can_export, "the history of an account is not kept")
    account = deployment.make_account()
    history = await _fill(deployment, account, effort)
    sids = sorted({sid for operation in history for sid, _ in operation.seen})
    origin = deployment.connect(account)[0]
    with tempfile.TemporaryDirectory() as folder:
        replay = await asyncio.to_thread(_start_replay, origin.base_url, account, Path(folder, "export.jsonl"))
        copy = Connection(replay.base_url, account, host=origin.host)
        try:
            _compare(await _read_state(origin, secrets=False), await _read_state(copy, secrets=False))
            for path in ("/Recordings.json?PageSize=1000", *(f"/Recordings/{sid}.json" for sid in sids)):
                expected, found = await origin.call_api("GET", path), await copy.call_api("GET", path)
                assert _get_stable_bytes(found) == _get_stable_bytes(expected), path
        finally:
            await copy.close()
            await asyncio.to_thread(replay.kill)
    return f"{len(history):,} operations, {len(sids):,} recordings"


def _start_replay(base_url: str, account: str, export: Path) -> ServerProcess:
    """Export an account, and start a process that plays it again with another hash seed."""
    command = [sys.executable, "-m", "mockserver", "export", account, "--url", base_url]
    export.write_bytes(subprocess.check_output(command, timeout=_EXPORT_SECONDS))
    replay = make_process("--replay", str(export), variables={"PYTHONHASHSEED": "1234"})
    replay.launch()
    replay.wait_until_ready()
    return replay


async def _fill(deployment: Deployment, account: str, effort: Effort) -> list[Operation]:
    """Change an account in many ways. Its clock is frozen, so that its state stays as it is then."""
    first = deployment.connect(account)[0]
    await set_up_timelines(first, make_timelines(effort.timelines, effort.due_seconds), clock="frozen")
    await first.call_control("POST", "/arrivals", {"every": "5m", "count": 50, "duration": "30s"})
    limit = {"faults": [{"when": {"op": "list_calls"}, "then": {"status": 429}, "times": 3}]}
    await first.call_control("POST", "/faults", limit)
    history = (await run_load(deployment, account, min(effort.seconds, _LOAD_SECONDS))).history
    await first.call_api("GET", "/Calls.json")
    await first.call_control("POST", "/clock", {"advance": "1h"})
    return history


async def _read_state(connection: Connection, *, secrets: bool = True) -> dict[str, Any]:
    """Return everything that the control API shows of an account."""
    state = {path: await connection.call_control("GET", path) for path in _STATE_PATHS}
    state["/events"] = await read_events(connection)
    if not secrets:
        state[""] = {name: value for name, value in state[""].items() if name not in _SECRETS}
    return state


def _compare(expected: dict[str, Any], found: dict[str, Any]) -> None:
    different = [path or "/" for path in expected if found[path] != expected[path]]
    assert not different, f"other answers of {different}: {_find_difference(expected, found)}"


def _find_difference(expected: Any, found: Any, path: str = "") -> str:
    """Return the first values that differ, with the names and numbers that lead to them: answers have megabytes."""
    key: Any
    pairs: list[tuple[Any, Any, Any]] = []
    if isinstance(expected, dict) and isinstance(found, dict):
        pairs = [(key, expected.get(key), found.get(key)) for key in {**expected, **found}]
    elif isinstance(expected, list) and isinstance(found, list) and len(expected) == len(found):
        pairs = [(number, *pair) for number, pair in enumerate(zip(expected, found, strict=True))]
    for key, one, other in pairs:
        if one != other:
            return _find_difference(one, other, f"{path}/{key}")
    return f"{path}: expected {str(expected)[:_MAX_SHOWN]}, found {str(found)[:_MAX_SHOWN]}"


def _get_stable_bytes(answer: Answer) -> tuple[int, list[bytes], bytes]:
    lines = answer.head.split(b"\r\n")
    return answer.status, [line for line in lines if line.lower().split(b":")[0] not in _UNSTABLE_HEADERS], answer.body

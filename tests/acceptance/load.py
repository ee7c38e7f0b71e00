"""Clients that create, change and read the recordings of the same calls, and the history of what they saw."""

import asyncio
import math
import time
from collections.abc import Sequence
from contextlib import suppress
from random import Random
from typing import Any, NamedTuple

from tests.acceptance.connection import Answer, Connection, NoAnswer, NoConnection, UnexpectedAnswer
from tests.acceptance.deployment import Deployment
from tests.linearizability.history import READS, Action, Operation, Seen

CLIENTS = 16
"""The clients of each worker."""
READER = -1
"""The client that reads every call in the end."""
_OPERATIONS_PER_CALL = 40
_CLIENTS_PER_CALL = 4
_RETRY_SECONDS = 0.02
_LOST = 503
"""The status code if the store does not answer. A change with this answer may still happen."""
_STATUSES = ("paused", "paused", "in-progress", "in-progress", "stopped")
_ACTIONS = (
    *(Action.CREATE, Action.DELETE, Action.DELETE),
    *(Action.UPDATE,) * 5,
    *(Action.FETCH,) * 3,
    *(Action.INSPECT,) * 2,
    *(Action.LIST,) * 2,
)


class _Request(NamedTuple):
    """What a client asks."""

    call: str
    action: Action
    sid: str | None = None
    status: str | None = None


class _Call:
    """A call that several clients use at the same time."""

    def __init__(self, sid: str) -> None:
        self.sid = sid
        self.recordings: list[str] = []
        """The recordings that any client has seen, oldest first."""
        self.operations = 0

    def choose(self, random: Random) -> _Request:
        """Return what a client does next."""
        self.operations += 1
        action = random.choice(_ACTIONS)
        if not self.recordings:
            return _Request(self.sid, Action.LIST if action is Action.LIST else Action.CREATE)
        if action in (Action.CREATE, Action.LIST):
            return _Request(self.sid, action)
        sid = random.choice(self.recordings[-2:])
        return _Request(self.sid, action, sid, random.choice(_STATUSES) if action is Action.UPDATE else None)

    def learn(self, seen: Seen) -> None:
        """Remember the recordings in an answer."""
        self.recordings += sorted({sid for sid, _ in seen}.difference(self.recordings))


class Load:
    """The load on an account, and its history.

    Args:
        readers: a connection to each worker, which reads every call in the end.
        clients: the connections of the clients.
    """

    def __init__(self, readers: Sequence[Connection], clients: Sequence[Connection]) -> None:
        self.history: list[Operation] = []
        self.requests = 0
        """The requests to the API that were answered."""
        self._readers = readers
        self._clients = clients
        self._count = 0
        self._calls: list[_Call] = [self._begin_call() for _ in range(-(-len(self._clients) // _CLIENTS_PER_CALL))]

    def _begin_call(self) -> _Call:
        self._count += 1
        return _Call(f"CA{self._count:032x}")

    async def run(self, seconds: float) -> None:
        """Send requests for some seconds, then read every call through every worker."""
        deadline = time.monotonic() + seconds
        await asyncio.gather(*(self._run_client(number, deadline) for number in range(len(self._clients))))
        calls = sorted({operation.call for operation in self.history})
        await asyncio.gather(*(self._read_all(reader, calls) for reader in self._readers))

    async def _run_client(self, number: int, deadline: float) -> None:
        random, connection = Random(number), self._clients[number]
        while time.monotonic() < deadline:
            place = random.randrange(len(self._calls))
            call = self._calls[place]
            if call.operations >= _OPERATIONS_PER_CALL:
                call = self._calls[place] = self._begin_call()
            with suppress(NoConnection):
                operation = await self._perform(number, connection, call.choose(random))
                call.learn(operation.seen)
                if operation.code is not None:
                    continue
            await asyncio.sleep(_RETRY_SECONDS)

    async def _read_all(self, reader: Connection, calls: list[str]) -> None:
        for call in calls:
            while True:
                with suppress(NoConnection):
                    operation = await self._perform(READER, reader, _Request(call, Action.LIST))
                    if operation.code is not None:
                        break
                await asyncio.sleep(_RETRY_SECONDS)

    async def _perform(self, client: int, connection: Connection, request: _Request) -> Operation:
        """Send a request, and record it with what is known of its outcome.

        Raises:
            NoConnection: if the request did not happen.
        """
        invoked, returned = time.monotonic(), math.inf
        code, seen = None, frozenset[tuple[str, str]]()
        with suppress(NoAnswer):
            answer = await _send(connection, request)
            self.requests += request.action is not Action.INSPECT  # the journal has no control requests
            if answer.status != _LOST:
                code, seen, returned = answer.status, _read_recordings(request, answer), time.monotonic()
        operation = Operation(
            call=request.call,
            action=request.action,
            sid=request.sid,
            status=request.status,
            code=code,
            seen=seen,
            client=client,
            invoked=invoked,
            returned=returned,
        )
        if code is not None or request.action not in READS:
            self.history.append(operation)
        return operation


def connect_clients(deployment: Deployment, account: str, first_worker: int = 0) -> list[Connection]:
    """Return the connections of all clients, to all workers from one on."""
    return [connection for _ in range(CLIENTS) for connection in deployment.connect(account)[first_worker:]]


async def run_load(deployment: Deployment, account: str, seconds: float, kill_each: float | None = None) -> Load:
    """Return a load that was on all workers while some of them were killed."""
    load = Load(deployment.connect(account), connect_clients(deployment, account))
    async with deployment.kill_each(kill_each):
        await load.run(seconds)
    return load


async def _send(connection: Connection, request: _Request) -> Answer:
    nested = f"/Calls/{request.call}/Recordings"
    match request.action:
        case Action.CREATE:
            return await connection.call_api("POST", f"{nested}.json", RecordingChannels="dual")
        case Action.UPDATE:
            return await connection.call_api("POST", f"{nested}/{request.sid}.json", Status=request.status or "")
        case Action.DELETE:
            return await connection.call_api("DELETE", f"/Recordings/{request.sid}.json")
        case Action.FETCH:
            return await connection.call_api("GET", f"/Recordings/{request.sid}.json")
        case Action.INSPECT:
            return await connection.send_control("GET", f"/recordings/{request.sid}")
        case _:
            return await connection.call_api("GET", f"/Recordings.json?CallSid={request.call}")


def _read_recordings(request: _Request, answer: Answer) -> Seen:
    """Return the recordings in an answer.

    Raises:
        UnexpectedAnswer: if the server failed.
    """
    if answer.status >= 500:
        raise UnexpectedAnswer(f"{request}: {answer.head.decode()}{answer.body.decode()}")
    if answer.status not in (200, 201):
        return frozenset()
    found: dict[str, Any] = answer.parse()
    if request.action is Action.INSPECT:
        return frozenset({(found["sid"], found["in_flight"] or found["status"])})
    return frozenset((recording["sid"], recording["status"]) for recording in found.get("recordings", [found]))

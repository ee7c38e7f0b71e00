"""The cost of a store: list, fetch and scripted poll with each one, paired with the memory."""

import asyncio
import tempfile
import time
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from statistics import median
from typing import NamedTuple

import msgspec

from generators.model import InFlight
from generators.sids import Kind
from mockserver.account.commands.recordings import UpdateRecording
from mockserver.account.resources.parent import Parent
from mockserver.app import create_app
from mockserver.mock import Mock
from mockserver.settings.settings import Settings
from mockserver.settings.store_url import StoreUrl
from tests import asgi_client
from tests.benchmarks.load import measure_load
from tests.benchmarks.servers import MeasuredServer, run_mock, wait_for_first_response
from tests.harness import T0
from tests.redis_process import NO_REDIS, RedisProcess

_COMMANDS = 100_000
FindPath = Callable[[MeasuredServer], str]


class _Cost(NamedTuple):
    """What requests cost."""

    rate: float
    """Requests per second."""
    cpu: float
    """Microseconds of a request."""


def print_store_costs(
    find_paths: dict[str, FindPath], flags: tuple[str, ...], auth: tuple[str, str], rounds: int, seconds: float
) -> None:
    """Print what each store costs, as requests per second and as CPU of a request, against the memory.

    The ratio of the requests per second says something only if both servers use a whole core. If they do not, the load
    generator is slower than they are; then that of the CPU counts.

    Args:
        find_paths: returns the path of each request, by its name.
        flags: further flags of all servers.
    """
    with ExitStack() as stack:
        memory = stack.enter_context(run_mock("--log", "off", *flags))
        for kind, url in _run_stores(stack):
            server = stack.enter_context(run_mock("--log", "off", *flags, "--store", url))
            for name, find_path in find_paths.items():
                costs: dict[str, list[_Cost]] = {"memory": [], kind: []}
                servers = [("memory", memory), (kind, server)]
                for number in range(rounds):
                    for own, measured in servers if number % 2 else reversed(servers):
                        costs[own].append(_measure(measured, find_path, auth, seconds))
                _print_costs(f"{name} with {kind}", costs[kind], costs["memory"])


def _run_stores(stack: ExitStack) -> Iterator[tuple[str, str]]:
    """Yield the kind and the URL of each store. Redis is left out if it is not installed."""
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
    yield "sqlite", f"sqlite:{folder / 'store.db'}"
    if NO_REDIS is None:
        yield "redis", stack.enter_context(RedisProcess(folder)).url


def _measure(server: MeasuredServer, find_path: FindPath, auth: tuple[str, str], seconds: float) -> _Cost:
    wait_for_first_response(server, "/_mock/health", auth)  # the account may not be set up yet
    path = find_path(server)
    before = server.get_cpu_seconds()
    rate, total = measure_load(server.base_url, path, auth, seconds)
    return _Cost(rate, (server.get_cpu_seconds() - before) / total * 1e6)


def _print_costs(name: str, stored: list[_Cost], memory: list[_Cost]) -> None:
    pairs = [*zip(stored, memory, strict=True)]
    cores = [median(cost.rate * cost.cpu / 1e6 for cost in costs) for costs in (stored, memory)]
    print(
        f"{name}: by CPU {median(other.cpu / own.cpu for own, other in pairs):.2f} of the memory "
        f"({median(cost.cpu for cost in stored):.0f} against {median(cost.cpu for cost in memory):.0f} us a request); "
        f"{median(own.rate / other.rate for own, other in pairs):.2f} of its requests/s, "
        f"at {cores[0]:.2f} and {cores[1]:.2f} of a core"
    )


def print_append_cost(path: str, auth: tuple[str, str], count: int = 2000) -> None:
    """Print what it takes to append one request to each store, in a batch of its own."""
    with ExitStack() as stack:
        for kind, url in _run_stores(stack):
            mock = _open(StoreUrl.parse(url))
            saver, account = mock.saver, mock.account(mock.demo.sid)
            assert saver is not None
            app, seconds = create_app(mock), []
            headers = {"authorization": "Basic " + b64encode(":".join(auth).encode()).decode()}
            asyncio.run(asgi_client.send(app, "GET", path, headers, b"", None))
            (entry,) = account.journal
            for number in range(1, count):
                account.journal.add(msgspec.structs.replace(entry, number=number))
                saver.mark(account)
                start = time.perf_counter()
                saver.save()
                seconds.append(time.perf_counter() - start)
            mock.close_store()
            print(f"append of a request to {kind}: {median(seconds) * 1e6:.0f} us, at most {max(seconds) * 1e3:.1f} ms")


def print_store_start(path: str, auth: tuple[str, str], rounds: int) -> None:
    """Print how long a start takes with an account that had 100,000 commands.

    Its log begins again with a snapshot now and then, less often with very many recordings.
    """
    for recordings in (1_000, 49_900):
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "store.db"
            commands, kept = _fill(file, recordings)
            seconds = []
            for _ in range(rounds):
                with run_mock("--log", "off", "--store", f"sqlite:{file}") as server:
                    seconds.append(wait_for_first_response(server, path, auth))
        print(
            f"start with sqlite after {commands:,} commands, {kept:,} of them in the file, {recordings:,} recordings: "
            f"{median(seconds):.2f} s to the first page"
        )


def _fill(file: Path, recordings: int) -> tuple[int, int]:
    """Apply commands to an account in a new file. Return their number, and how many of them its log has."""
    mock = _open(StoreUrl(file))
    account = mock.account(mock.demo.sid)
    changes = (InFlight.PAUSED, InFlight.IN_PROGRESS) * (_COMMANDS // recordings // 2)
    changes = changes[1:] if len(changes) > 2 else changes[:1]
    for number in range(recordings):
        sid = account.recordings.get_in_flight(account.start_recording(f"CA{number:032x}")).sid
        call = Parent(Kind.CALL, f"CA{number:032x}")
        for status in changes:
            account.apply(UpdateRecording(sid=sid, parent=call, status=status))
    kept = len(account.log.entries)
    mock.close_store()
    return recordings * (1 + len(changes)), kept


def _open(store: StoreUrl) -> Mock:
    """Return a mock with a store, as that of `run_mock`."""
    mock = Mock(Settings(now=T0, store=store))
    mock.open_store()
    return mock

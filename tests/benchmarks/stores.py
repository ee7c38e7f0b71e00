"""The cost of a store: list, fetch and scripted poll with each one, paired with the memory."""

import asyncio
import tempfile
import time
from base64 import b64encode
from collections.abc import Callable
from pathlib import Path
from statistics import median

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

_COMMANDS = 100_000
_RECORDINGS = 1000
FindPath = Callable[[MeasuredServer], str]


def print_store_costs(
    find_paths: dict[str, FindPath], flags: tuple[str, ...], auth: tuple[str, str], rounds: int, seconds: float
) -> None:
    """Print what a SQLite file costs, as requests per second and as CPU of a request, against the memory.

    Args:
        find_paths: returns the path of each request, by its name.
        flags: further flags of both servers.
    """
    with (
        tempfile.TemporaryDirectory() as folder,
        run_mock("--log", "off", *flags) as memory,
        run_mock("--log", "off", *flags, "--store", f"sqlite:{Path(folder) / 'store.db'}") as sqlite,
    ):
        for name, find_path in find_paths.items():
            costs: dict[str, list[tuple[float, float]]] = {"memory": [], "sqlite": []}
            for _ in range(rounds):
                for kind, server in (("memory", memory), ("sqlite", sqlite)):
                    path = find_path(server)
                    wait_for_first_response(server, path, auth)
                    before = server.get_cpu_seconds()
                    rate, total = measure_load(server.base_url, path, auth, seconds)
                    costs[kind].append((rate, (server.get_cpu_seconds() - before) / total * 1e6))
            pairs = [*zip(costs["sqlite"], costs["memory"], strict=True)]
            print(
                f"{name} with sqlite: {median(own[0] / other[0] for own, other in pairs):.2f} of the memory's "
                f"requests/s, CPU {median(own[1] for own, _ in pairs):.0f} against "
                f"{median(other[1] for _, other in pairs):.0f} us a request"
            )


def print_append_cost(path: str, auth: tuple[str, str], count: int = 2000) -> None:
    """Print what it takes to append one request to a SQLite file, in a transaction of its own."""
    with tempfile.TemporaryDirectory() as folder:
        mock = _open(Path(folder) / "store.db")
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
    print(f"append of a request to sqlite: {median(seconds) * 1e6:.0f} us, and at most {max(seconds) * 1e3:.1f} ms")


def print_store_start(path: str, auth: tuple[str, str], rounds: int) -> None:
    """Print how long a start takes with an account that had 100,000 commands."""
    seconds: dict[str, list[float]] = {"memory": [], "sqlite": []}
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "store.db"
        mock = _open(file)
        account = mock.account(mock.demo.sid)
        for number in range(_RECORDINGS):
            sid = account.recordings.get_in_flight(account.start_recording(f"CA{number:032x}")).sid
            call = Parent(Kind.CALL, f"CA{number:032x}")
            for _ in range(_COMMANDS // _RECORDINGS // 2):
                account.apply(UpdateRecording(sid=sid, parent=call, status=InFlight.PAUSED))
                account.apply(UpdateRecording(sid=sid, parent=call, status=InFlight.IN_PROGRESS))
        mock.close_store()
        for _ in range(rounds):
            for kind, flags in (("memory", ()), ("sqlite", ("--store", f"sqlite:{file}"))):
                with run_mock("--log", "off", *flags) as server:
                    seconds[kind].append(wait_for_first_response(server, path, auth))
    print(
        f"start with a log of {_COMMANDS:,} commands in sqlite: {median(seconds['sqlite']):.2f} s "
        f"to the first page, against {median(seconds['memory']):.2f} s with memory"
    )


def _open(file: Path) -> Mock:
    """Return a mock with a file, as that of `run_mock`."""
    mock = Mock(Settings(now=T0, store=StoreUrl(file)))
    mock.open_store()
    return mock

"""The memory and the descriptors of a server process under mixed requests."""

import os
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from generators.seeds import derive_auth_token, derive_demo_account_sid
from mockserver.testing.sink import Sink
from tests.benchmarks.servers import MeasuredServer, run_mock, wait_for_first_response
from tests.soak.traffic import Traffic

_CLIENTS = 8
_REPORTS = 12
_WARM_UP_REPORTS = 4
"""The caches, the journals and the allocator of Python are full after a third of the requests, if these are 180,000.

With 60,000 the figures still differ by more than the bound.
"""
_MAX_GROWTH_MB = 4.0
_MAX_MORE_DESCRIPTORS = 16
_FLAGS = ("--journal-memory", "8MB", "--clock", "60x", "--count", "20000")


def measure_server(total: int) -> bool:
    """Send requests, print figures, and return True if they stay flat after the warm-up."""
    with run_mock(*_FLAGS) as server, Sink() as sink:
        sid = derive_demo_account_sid("0")
        path = f"/2010-04-01/Accounts/{sid}/Recordings.json"
        wait_for_first_response(server, path, (sid, derive_auth_token("0", sid)))
        clients = [Traffic(server.base_url, sink.url, seed) for seed in range(_CLIENTS)]
        figures = []
        for number in range(1, _REPORTS + 1):
            start = time.perf_counter()
            _send_requests(clients, total // _REPORTS)
            rate = total // _REPORTS / (time.perf_counter() - start)
            sink.clear()
            figures.append((server.get_resident_mb(), count_descriptors(server)))
            print(
                f"{number * total // _REPORTS:>7,} requests: {figures[-1][0]:.1f} MB, {figures[-1][1]} descriptors, "
                f"{rate:,.0f}/s",
                flush=True,
            )
        for client in clients:
            client.close()
    memory, descriptors = zip(*figures[_WARM_UP_REPORTS:], strict=True)
    half = len(memory) // 2
    # Each figure includes what just then waits for the garbage collector, so the least one of several is compared.
    growth, more = min(memory[half:]) - min(memory[:half]), max(descriptors[half:]) - max(descriptors[:half])
    is_flat: bool = growth < _MAX_GROWTH_MB and more < _MAX_MORE_DESCRIPTORS
    print(f"server after the warm-up: {growth:+.1f} MB, {more:+} descriptors: {'flat' if is_flat else 'IT GROWS'}")
    return is_flat


def count_descriptors(server: MeasuredServer) -> int:
    """Return the number of open descriptors, or 0 if the system does not report it."""
    folder = Path(f"/proc/{server.process.pid}/fd")
    return len(os.listdir(folder)) if folder.exists() else 0


def _send_requests(clients: list[Traffic], count: int) -> None:
    """Let all clients send at once, until together they have sent a number of requests."""
    places = threading.Semaphore(count)

    def send(client: Traffic) -> None:
        while places.acquire(blocking=False):
            client.send_next()

    with ThreadPoolExecutor(len(clients)) as pool:
        for future in [pool.submit(send, client) for client in clients]:
            future.result()

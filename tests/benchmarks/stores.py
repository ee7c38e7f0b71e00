"""The cost of a store: list, fetch and scripted poll with each one, paired with the memory."""

import tempfile
from collections.abc import Callable
from pathlib import Path
from statistics import median

from tests.benchmarks.load import measure_load
from tests.benchmarks.servers import MeasuredServer, run_mock, wait_for_first_response

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

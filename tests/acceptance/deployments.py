"""The deployments that the checks know by name. A new store is one entry more."""

import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

from tests.acceptance.deployment import Deployment, Memory, ServerProcess, Store, run_deployment, run_processes
from tests.benchmarks.servers import find_free_port

_RELAYS = 3


class OneProcess(Store):
    """A process behind workers that may be killed."""

    can_export = False


def run_memory() -> AbstractContextManager[Deployment]:
    """Run one process without a store."""
    return run_deployment("memory", Memory())


@contextmanager
def run_relays() -> Iterator[Deployment]:
    """Run relays of one process: the workers can be killed, and the process is their store."""
    with run_memory() as memory:
        target = memory.base_urls[0].rpartition(":")[2]
        ports = [find_free_port() for _ in range(_RELAYS)]
        commands = [[sys.executable, "-m", "tests.acceptance.relay", str(port), target] for port in ports]
        relays = [ServerProcess(command, port) for command, port in zip(commands, ports, strict=True)]
        with run_processes("relays", relays, OneProcess()) as deployment:
            yield deployment


DEPLOYMENTS: dict[str, Callable[[], AbstractContextManager[Deployment]]] = {
    "memory": run_memory,
    "relays": run_relays,
}

"""The deployments that the checks know by name. A new store is one entry more."""

from collections.abc import Callable
from contextlib import AbstractContextManager

from tests.acceptance.deployment import Deployment, Memory, run_deployment


def run_memory() -> AbstractContextManager[Deployment]:
    """Run one process without a store."""
    return run_deployment("memory", Memory())


DEPLOYMENTS: dict[str, Callable[[], AbstractContextManager[Deployment]]] = {"memory": run_memory}

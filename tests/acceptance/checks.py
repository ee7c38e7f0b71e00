"""The checks that every store must pass."""

import asyncio
from collections.abc import Awaitable, Callable

from tests.acceptance.deployment import Deployment
from tests.acceptance.effort import Effort
from tests.acceptance.history_checks import (
    check_journal_counts,
    check_linearizability,
    check_nothing_is_lost,
    check_own_writes_are_read,
)
from tests.acceptance.store_checks import check_loss_is_told, check_outage, check_replay, check_restart
from tests.acceptance.time_checks import check_callbacks, check_moves_under_load, check_timers

CHECKS: dict[str, Callable[[Deployment, Effort], Awaitable[str]]] = {
    "linearizability": check_linearizability,
    "nothing-lost": check_nothing_is_lost,
    "journal-counts": check_journal_counts,
    "own-writes": check_own_writes_are_read,
    "timers": check_timers,
    "callbacks": check_callbacks,
    "moves": check_moves_under_load,
    "outage": check_outage,
    "loss": check_loss_is_told,
    "restart": check_restart,
    "replay": check_replay,
}
"""Each returns what it did. It raises AssertionError if it fails, and CheckSkipped if it does not apply."""


async def run_check(name: str, deployment: Deployment, effort: Effort) -> str:
    """Return what a check did, without kills if the deployment's state does not survive them."""
    if not deployment.store.survives_kills:
        effort = effort._replace(kill_each=None)
    try:
        return await CHECKS[name](deployment, effort)
    finally:
        clients = asyncio.all_tasks() - {asyncio.current_task()}
        for client in clients:  # of a check that failed
            client.cancel()
        await asyncio.gather(*clients, return_exceptions=True)
        await deployment.disconnect()

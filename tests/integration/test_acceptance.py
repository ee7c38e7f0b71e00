"""The checks of `tests/acceptance` for some seconds each, and what they notice in deployments that are wrong."""

import asyncio
from collections.abc import Iterator

import pytest

from tests.acceptance.checks import CHECKS, run_check
from tests.acceptance.deployment import CheckSkipped, Deployment, Memory, Store, run_deployment
from tests.acceptance.deployments import DEPLOYMENTS
from tests.acceptance.effort import QUICK, Effort

SHARED = Effort(seconds=5.0, kill_each=1.0, writes=300, timelines=200, callbacks=100, slack_seconds=2.0)
EFFORTS = {
    "memory": QUICK,
    "relays": QUICK,
    "sqlite": QUICK,
    "redis": QUICK,
    "sqlite-workers": SHARED,
    "redis-processes": SHARED,
}
"""How much the checks do in each deployment."""
TRIED_ONCE = ("relays", "sqlite-workers", "redis-processes")
"""Deployments that test the checks, or that need much time: no other event loop and no other Python runs them."""


@pytest.fixture(
    scope="module",
    params=[pytest.param(name, marks=() if name in TRIED_ONCE else pytest.mark.variant) for name in EFFORTS],
)
def deployment(request: pytest.FixtureRequest) -> Iterator[Deployment]:
    try:
        with DEPLOYMENTS[request.param]() as deployment:
            yield deployment
    except CheckSkipped as skipped:
        pytest.skip(str(skipped))


@pytest.mark.parametrize("check", CHECKS)
def test_deployment_passes(deployment: Deployment, check: str) -> None:
    try:
        asyncio.run(run_check(check, deployment, EFFORTS[deployment.name]))
    except CheckSkipped as skipped:
        pytest.skip(str(skipped))


@pytest.fixture(scope="module")
def separate_memories() -> Iterator[Deployment]:
    """Yield two processes that share no state."""
    with run_deployment("separate memories", Memory(), processes=2) as deployment:
        yield deployment


NOT_SHARED = {
    "linearizability": "no order explains these",
    "nothing-lost": "acknowledged recordings are missing|two creates were answered with the same SID",
    "journal-counts": "requests were sent, found",
    "own-writes": "was created, but not found|was created, listed were",
    "timers": "two workers show other events",
    "callbacks": "two workers show other attempts",
    "moves": "no order explains these",
}


@pytest.mark.parametrize("check", NOT_SHARED)
def test_check_notices_state_that_is_not_shared(separate_memories: Deployment, check: str) -> None:
    with pytest.raises(AssertionError, match=NOT_SHARED[check]):
        asyncio.run(run_check(check, separate_memories, QUICK))


class Forgetful(Store):
    """A store that keeps nothing and never stops, but says that it does."""

    can_stop = True

    def stop(self) -> None:
        """Do nothing."""

    def start(self) -> None:
        """Do nothing."""


@pytest.fixture(scope="module")
def forgetful() -> Iterator[Deployment]:
    with run_deployment("forgetful", Forgetful()) as deployment:
        yield deployment


BROKEN_PROMISES = {
    "linearizability": "no order explains these",
    "nothing-lost": "acknowledged recordings are missing|two creates were answered with the same SID",
    "outage": "Answer\\(status=200",
    "restart": "other answers of",
}


@pytest.mark.parametrize("check", BROKEN_PROMISES)
def test_check_notices_store_that_breaks_its_promises(forgetful: Deployment, check: str) -> None:
    with pytest.raises(AssertionError, match=BROKEN_PROMISES[check]):
        asyncio.run(run_check(check, forgetful, QUICK))

"""Fixtures of all tests. No two tests that change something share it."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, settings

from mockserver.account.history import list_commands
from mockserver.settings.store_url import StoreUrl
from mockserver.testing.sink import Sink
from tests.harness import MEMORY, Api, make_settings
from tests.linked_apps import link_apps
from tests.redis_process import NO_REDIS, RedisProcess
from tests.stored_mocks import keep_accounts_in

os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # else each of the many processes would compile the project again

settings.register_profile("recmock", deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("mutants", settings.get_profile("recmock"), phases=set(Phase) - {Phase.shrink, Phase.explain})
settings.load_profile("recmock")

list_commands()  # else pytester, which forgets what a test imports, would leave commands of which there are two

if "RECMOCK_TEST_STORES" in os.environ:
    keep_accounts_in(os.environ["RECMOCK_TEST_STORES"])

if "RECMOCK_TEST_LINKS" in os.environ:
    link_apps()


@pytest.fixture
def api() -> Iterator[Api]:
    with Api() as api:
        yield api


@pytest.fixture
def api_in_memory() -> Iterator[Api]:
    """Yield a mock that forgets what its memory does, also in a run with SQLite files."""
    with Api(make_settings(store=MEMORY)) as api:
        yield api


@pytest.fixture
def sink() -> Iterator[Sink]:
    with Sink() as sink:
        yield sink


@pytest.fixture
def store(tmp_path: Path) -> StoreUrl:
    """Return a SQLite file that is not there yet."""
    return StoreUrl(tmp_path / "store.db")


@pytest.fixture(params=["sqlite", "redis"])
def any_store(request: pytest.FixtureRequest, store: StoreUrl, tmp_path: Path) -> Iterator[StoreUrl]:
    """Yield a store of each kind."""
    if request.param == "sqlite":
        yield store
        return
    if NO_REDIS is not None:
        pytest.skip(NO_REDIS)
    with RedisProcess(tmp_path) as redis:
        yield StoreUrl.parse(redis.url)

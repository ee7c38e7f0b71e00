"""Fixtures of all tests. No two tests that change something share it."""

import os
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, Phase, settings

from mockserver.testing.sink import Sink
from tests.harness import Api

os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # else each of the many processes would compile the project again

settings.register_profile("recmock", deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("mutants", settings.get_profile("recmock"), phases=set(Phase) - {Phase.shrink, Phase.explain})
settings.load_profile("recmock")


@pytest.fixture
def api() -> Iterator[Api]:
    with Api() as api:
        yield api


@pytest.fixture
def sink() -> Iterator[Sink]:
    with Sink() as sink:
        yield sink

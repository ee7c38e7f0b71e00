"""Fixtures of tests with sockets."""

import logging
from collections.abc import Iterator

import pytest


@pytest.fixture
def clean_log(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Fail the test if the mock or asyncio logs a warning."""
    caplog.set_level(logging.WARNING)
    yield
    assert caplog.messages == []

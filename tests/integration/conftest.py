"""Fixtures of tests with sockets."""

import logging
from collections.abc import Iterator

import pytest


@pytest.fixture
def nothing_is_complained_of(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Let the test fail where anything of ours, or asyncio, logs a warning."""
    caplog.set_level(logging.WARNING)
    yield
    assert caplog.messages == []

"""Fixtures of tests with sockets."""

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from mockserver.app import create_app
from mockserver.mock import Mock
from mockserver.proxy.proxy import Proxy
from mockserver.server.listener import BackgroundServer
from mockserver.settings.settings import Settings


@pytest.fixture
def clean_log(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Fail the test if the mock or asyncio logs a warning."""
    caplog.set_level(logging.WARNING)
    yield
    assert caplog.messages == []


@pytest.fixture
def data_dir(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a new data folder, which the test's processes use too."""
    folder = tmp_path_factory.mktemp("data")
    monkeypatch.setenv("RECMOCK_DATA_DIR", str(folder))
    return folder


@pytest.fixture
def external_url(data_dir: Path) -> Iterator[str]:
    """Yield the URL of a server with its own settings."""
    settings = Settings(count=7, mix="completed=1", span=3600)
    with BackgroundServer(create_app(Mock(settings)), proxy=Proxy(data_dir)) as server:
        yield server.base_url

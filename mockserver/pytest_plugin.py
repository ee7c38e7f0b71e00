"""The pytest plugin: fixtures, a marker and settings. It imports nothing until a test asks for a fixture."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from mockserver.testing import MockServer, MockTwilio

_OPTIONS = {
    "corpus": "how many generated recordings every test's account has",
    "scenario": "what is played in every test's account: a bundled scenario's name, or a file below the root folder",
    "clock": "how its time passes: frozen (the default), real, or a pace such as 60x",
    "wire": "rendering: twilio (the default), schema, or auto by who asks",
    "auth": "whose credentials pass: any (the default), strict, off",
    "seed": "any text: the same seed gives the same accounts and recordings",
    "url": "a server that runs elsewhere, instead of one for this session",
    "doctor": "whether bad habits of a test's client are told of: off (the default), warn, error",
    "token": "what that server's control API asks for, beyond loopback",
}
"""Flags `--recmock-...` and ini options `recmock_...`."""
_OF_TESTS = ("corpus", "scenario", "clock", "wire", "auth")
"""What the marker takes too."""
_HANDLE = pytest.StashKey["MockTwilio"]()
_USED = pytest.StashKey[set[str]]()


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("recmock", "a mock of Twilio's Recordings API")
    for name, about in _OPTIONS.items():
        group.addoption(f"--recmock-{name}", metavar=name.upper(), help=about)
        parser.addini(f"recmock_{name}", about)


def pytest_configure(config: pytest.Config) -> None:
    arguments = ", ".join(f"{name}=..." for name in _OF_TESTS)
    config.addinivalue_line("markers", f"recmock({arguments}): what the account of a test's recmock fixture is like")


@pytest.fixture(scope="session")
def recmock_server(request: pytest.FixtureRequest) -> "Iterator[MockServer]":
    """A server for the session, or the one that `--recmock-url` names; under xdist each worker has its own."""
    from mockserver.plugin import start

    request.config.stash[_USED] = set()
    with start(_given(request.config), request.config.rootpath) as server:
        yield server


@pytest.fixture
def recmock(recmock_server: "MockServer", request: pytest.FixtureRequest) -> "Iterator[MockTwilio]":
    """An account of its own for this test: the same SID, token and recordings in every run, alone or not."""
    from mockserver.plugin import account_of

    used, given = request.config.stash[_USED], _given(request.config)
    is_used = request.node.nodeid in used
    handle = account_of(recmock_server, request.node, _marked(request), given, is_used=is_used)
    used.add(request.node.nodeid)
    request.node.stash[_HANDLE] = handle
    with handle:
        yield handle
        if given["doctor"] not in (None, "off"):
            from mockserver.plugin import examine

            examine(handle, given["doctor"])


@pytest.fixture
def recmock_env(recmock: "MockTwilio", monkeypatch: pytest.MonkeyPatch) -> "MockTwilio":
    """The test's account, to which the environment leads every client that is made meanwhile."""
    import os

    from mockserver.plugin import lead

    lead(recmock, os.environ, monkeypatch)
    return recmock


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    outcome: Any = yield
    handle = item.stash.get(_HANDLE, None)
    if handle is None:
        return
    from mockserver.plugin import report_on

    report_on(handle, outcome.get_result())


def _given(config: pytest.Config) -> dict[str, Any]:
    """Return what flags say, else ini options; None for what neither does."""
    return {
        name: config.getoption(f"--recmock-{name}") or config.getini(f"recmock_{name}") or None for name in _OPTIONS
    }


def _marked(request: pytest.FixtureRequest) -> dict[str, Any]:
    """Return what the markers say, the nearest standing above the others."""
    said: dict[str, Any] = {}
    for mark in reversed(list(request.node.iter_markers("recmock"))):
        if mark.args or not set(mark.kwargs) <= set(_OF_TESTS):
            found = ", ".join([*map(repr, mark.args), *(name for name in mark.kwargs if name not in _OF_TESTS)])
            pytest.fail(f"@pytest.mark.recmock: expected any of {', '.join(_OF_TESTS)}, found {found}.", pytrace=False)
        said |= mark.kwargs
    return said

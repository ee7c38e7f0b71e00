"""The pytest plugin: fixtures, a marker and options. It imports nothing until a test asks for a fixture."""

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.machinery import ModuleSpec, PathFinder
from types import ModuleType
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from mockserver.testing.handles import MockServer, MockTwilio
    from mockserver.testing.pytest_options import OptionValue

_OPTIONS = {
    "corpus": "how many generated recordings every test's account has",
    "scenario": "what is played in every test's account: a bundled scenario's name, or a file below the root folder",
    "clock": "how its time passes: frozen (the default), real, or a pace such as 60x",
    "wire": "rendering: twilio (the default), schema, or auto by who asks",
    "auth": "whose credentials pass: any (the default), strict, off",
    "seed": "any text: the same seed gives the same accounts and recordings",
    "url": "a server that runs elsewhere, instead of one for this session",
    "token": "what that server's control API asks for, beyond loopback",
    "doctor": "whether bad habits of a test's client are told of: off (the default), warn, error",
}
"""Flags `--recmock-...` and ini options `recmock_...`."""
_OUR_PACKAGES = frozenset({"mockserver", "generators", "scenarios"})
_HANDLE = pytest.StashKey["MockTwilio"]()


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("recmock", "a mock of Twilio's Recordings API")
    for name, about in _OPTIONS.items():
        group.addoption(f"--recmock-{name}", metavar=name.upper(), help=about)
        parser.addini(f"recmock_{name}", about)


def pytest_configure(config: pytest.Config) -> None:
    arguments = "corpus=..., scenario=..., clock=..., wire=..., auth=..."
    config.addinivalue_line("markers", f"recmock({arguments}): what the account of a test's recmock fixture is like")


@pytest.fixture(scope="session")
def recmock_server(request: pytest.FixtureRequest) -> "Iterator[MockServer]":
    """A server for the session, or the one that `--recmock-url` names; under xdist each worker has its own."""
    with without_assertion_rewriting():
        from mockserver.testing.pytest_fixtures import start_server

        with start_server(request.config, _options(request.config)) as server:
            yield server


@pytest.fixture
def recmock(recmock_server: "MockServer", request: pytest.FixtureRequest) -> "Iterator[MockTwilio]":
    """An account of its own for this test: the same SID, token and recordings in every run, alone or not."""
    from mockserver.testing.pytest_fixtures import prepared_account

    with prepared_account(recmock_server, request.node) as handle:
        request.node.stash[_HANDLE] = handle
        yield handle
        del request.node.stash[_HANDLE]


@pytest.fixture
def recmock_env(recmock: "MockTwilio") -> "Iterator[MockTwilio]":
    """The test's account, to which the environment leads every client that is made meanwhile."""
    from mockserver.testing.pytest_fixtures import patched_environment

    with patched_environment(recmock):
        yield recmock


class _PlainFinder:
    @staticmethod
    def find_spec(
        fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        return PathFinder.find_spec(fullname, path, target) if fullname.partition(".")[0] in _OUR_PACKAGES else None


@contextmanager
def without_assertion_rewriting() -> Iterator[None]:
    """Import our own modules without pytest's assertion rewriting while this context is active.

    pytest rewrites the assertions of every module that comes with a plugin. This takes three times as long as
    the import itself, in every session that cannot write the compiled files beside the package.
    """
    sys.meta_path.insert(0, _PlainFinder)
    try:
        yield
    finally:
        sys.meta_path.remove(_PlainFinder)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    outcome: Any = yield
    handle = item.stash.get(_HANDLE, None)
    report: pytest.TestReport = outcome.get_result()
    if handle is None or not report.failed:
        return
    from mockserver.testing.pytest_fixtures import add_report_section

    add_report_section(handle, report)


def _options(config: pytest.Config) -> "dict[str, OptionValue]":
    """Return what flags say, else ini options."""
    from mockserver.testing.pytest_options import OptionValue

    said: dict[str, OptionValue] = {}
    for name in _OPTIONS:
        for value, source in (
            (config.getoption(f"--recmock-{name}"), f"--recmock-{name}"),
            (config.getini(f"recmock_{name}"), f"recmock_{name}"),
        ):
            if value and name not in said:
                said[name] = OptionValue(value, source)
    return said

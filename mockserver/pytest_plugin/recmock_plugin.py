"""The pytest plugin: fixtures, a marker and options. It imports nothing until a test uses a fixture.

It is beside the packages, under a name of its own: a test project may have a package `mockserver` too.
"""

import gc
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from importlib.machinery import ModuleSpec, PathFinder
from types import ModuleType
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from recmock_entry import OUR_PACKAGES, find_hidden_package

if TYPE_CHECKING:
    from pathlib import Path

    from mockserver.testing.handles import MockServer, MockTwilio
    from mockserver.testing.pytest_options import OptionValue


class PytestOption(NamedTuple):
    """A flag `--recmock-...` and ini option `recmock_...`, and perhaps an argument of the marker `recmock`."""

    help: str
    setting: str | None = None
    """The setting of `recmock serve` that it sets."""
    is_marker_argument: bool = False
    choices: tuple[str, ...] = ()
    """The allowed values; empty if the setting checks the value, or if any text is allowed."""


_OPTIONS = {
    "corpus": PytestOption(
        "number of generated recordings that a list shows in the account of each test",
        setting="count",
        is_marker_argument=True,
    ),
    "scenario": PytestOption(
        "scenario of each test's account: a bundled name, or a file below the root folder", is_marker_argument=True
    ),
    "clock": PytestOption(
        "how the time of the account passes: frozen (the default), real, or a rate such as 60x",
        setting="clock",
        is_marker_argument=True,
    ),
    "now": PytestOption(
        "start of the account's time, where the recordings end: a date or an instant (2026-01-01 by default), today",
        setting="now",
        is_marker_argument=True,
    ),
    "wire": PytestOption(
        "rendering: twilio (the default), schema, or auto, which decides by the client",
        setting="wire",
        is_marker_argument=True,
    ),
    "auth": PytestOption(
        "accepted credentials: any (the default), strict, off", setting="auth", is_marker_argument=True
    ),
    "seed": PytestOption("any text: the same seed gives the same accounts and recordings", setting="seed"),
    "url": PytestOption("URL of an external server, which replaces the server of this session"),
    "token": PytestOption("control token of the external server, which needs one beyond loopback"),
    "doctor": PytestOption(
        "report bad habits of a test's client: off (the default), warn, error", choices=("off", "warn", "error")
    ),
    "export": PytestOption("folder that keeps the account of each failing test, for recmock serve --replay"),
}
"""Everything that the user of the plugin can choose."""
_HANDLE = pytest.StashKey["MockTwilio"]()
_ENVIRONMENT = pytest.StashKey[dict[str, str | None]]()
"""The values of the variables that a fixture of the test has changed."""


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("recmock", "a mock of Twilio's Recordings API")
    for name, option in _OPTIONS.items():
        group.addoption(f"--recmock-{name}", metavar=name.upper(), help=option.help)
        parser.addini(f"recmock_{name}", option.help)


def pytest_configure(config: pytest.Config) -> None:
    arguments = ", ".join(f"{name}=..." for name, option in _OPTIONS.items() if option.is_marker_argument)
    config.addinivalue_line("markers", f"recmock({arguments}): properties of the account in the recmock fixture")


@pytest.fixture(scope="session")
def recmock_server(request: pytest.FixtureRequest) -> "Iterator[MockServer]":
    """The server of the session, or the external server of `--recmock-url`.

    Each xdist worker has a separate server.
    """
    with without_assertion_rewriting(), ExitStack() as stack:
        with without_garbage_collection():
            hidden = find_hidden_package()
            if hidden is not None:
                pytest.fail(f"recmock: {hidden}", pytrace=False)
            from mockserver.testing.pytest_fixtures import start_server

            marker_arguments = {name: option.setting for name, option in _OPTIONS.items() if option.is_marker_argument}
            options = _read_options(request.config)
            server = stack.enter_context(start_server(request.config, options, marker_arguments))
        yield server


@pytest.fixture
def recmock(recmock_server: "MockServer", request: pytest.FixtureRequest) -> "Iterator[MockTwilio]":
    """The account of this test.

    It has the same SID, token and recordings in every run, in any order of tests.
    """
    from mockserver.testing.pytest_fixtures import bypass_proxies, prepare_account

    with prepare_account(recmock_server, request.node) as handle:
        request.node.stash[_ENVIRONMENT] = bypass_proxies(handle)
        request.node.stash[_HANDLE] = handle
        yield handle
        del request.node.stash[_HANDLE]


@pytest.fixture
def recmock_env(recmock: "MockTwilio") -> "Iterator[MockTwilio]":
    """The account of this test; environment variables point every client that the test creates at it."""
    from mockserver.testing.pytest_fixtures import patched_environment

    with patched_environment(recmock):
        yield recmock


class _PlainFinder:
    @staticmethod
    def find_spec(
        fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        return PathFinder.find_spec(fullname, path, target) if fullname.partition(".")[0] in OUR_PACKAGES else None


@contextmanager
def without_assertion_rewriting() -> Iterator[None]:
    """Import our own modules without pytest's assertion rewriting while this context is active.

    pytest rewrites the assertions of every module in the distribution of a plugin. That takes three times as long as
    the import itself, in every session that cannot write compiled files into the package.
    """
    sys.meta_path.insert(0, _PlainFinder)
    try:
        yield
    finally:
        sys.meta_path.remove(_PlainFinder)


@contextmanager
def without_garbage_collection() -> Iterator[None]:
    """Pause the garbage collector while modules are imported: their objects stay, and it visits all others too."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_teardown(item: pytest.Item) -> Iterator[None]:
    """Restore the environment after all fixtures, because some of them restore what they found."""
    yield
    changed = item.stash.get(_ENVIRONMENT, None)
    if changed is not None:
        from mockserver.testing.pytest_fixtures import restore_environment

        del item.stash[_ENVIRONMENT]
        restore_environment(changed)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    outcome: Any = yield
    handle = item.stash.get(_HANDLE, None)
    report: pytest.TestReport = outcome.get_result()
    if handle is None or not report.failed:
        return
    try:  # what the test has replaced, such as `socket.socket`, is still replaced here
        from mockserver.testing.failure_report import describe_account

        body = describe_account(handle, _choose_export(item))
    except (Exception, pytest.fail.Exception, pytest.skip.Exception, pytest.exit.Exception) as error:
        body = f"cannot be shown: {type(error).__name__}: {str(error).partition(chr(10))[0]}"
    report.sections.append((f"recmock account {handle.account_sid}", body))


def _choose_export(item: pytest.Item) -> "Path | None":
    """Return the file that keeps the account of a test, or None if the user has not asked for it."""
    folder = item.config.getoption("--recmock-export") or item.config.getini("recmock_export")
    if not folder:
        return None
    from mockserver.testing.failure_report import to_file_name

    file: Path = item.config.invocation_params.dir / folder / f"{to_file_name(item.nodeid)}.jsonl"
    return file


def _read_options(config: pytest.Config) -> "dict[str, OptionValue]":
    """Return the options that the user has set, by name. A flag overrides an ini option."""
    from mockserver.testing.pytest_options import OptionValue

    values: dict[str, OptionValue] = {}
    for name, option in _OPTIONS.items():
        flag, ini = f"--recmock-{name}", f"recmock_{name}"
        for value, source in ((config.getoption(flag), flag), (config.getini(ini), ini)):
            if value and name not in values:
                values[name] = OptionValue(value, source, option.setting, option.choices)
    return values

"""The time of the fixture's accounts: `now` in marker, flag and ini option, and real time."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from mockserver.app import create_app
from mockserver.mock import Mock
from mockserver.proxy.proxy import Proxy
from mockserver.server.listener import BackgroundServer
from mockserver.settings.settings import Settings
from mockserver.testing import MockTwilio

pytest_plugins = ["pytester"]

MARKER_TESTS = """
import datetime, time, pytest

def show(recmock):
    clock = recmock.clock.show()
    assert clock.t0 == clock.now[:19] + "Z" or clock.mode == "real"
    return clock.t0, clock.mode

def assert_is_real_time(recmock):
    # Real time starts at the real now, unless an option sets another.
    start = datetime.datetime.fromisoformat(DEFAULT[0]).timestamp() if IS_SET else time.time()
    assert abs(recmock.clock.now().timestamp() - start) < 30
    assert show(recmock)[1] == "real"

def test_default(recmock):
    assert show(recmock) == DEFAULT

@pytest.mark.recmock(now="2026-03-01T09:00:00Z")
def test_instant(recmock):
    assert show(recmock) == ("2026-03-01T09:00:00Z", "frozen")
    (newest,) = recmock.client().recordings.list(limit=1)
    assert datetime.timedelta(0) < recmock.clock.now() - newest.date_created < datetime.timedelta(days=1)

@pytest.mark.recmock(now=datetime.date(2026, 3, 1), clock="60x")
def test_date(recmock):
    assert recmock.clock.show().t0 == "2026-03-01T00:00:00Z"

@pytest.mark.recmock(now=datetime.datetime(2026, 3, 1, 10, tzinfo=datetime.UTC))
def test_datetime(recmock):
    assert show(recmock) == ("2026-03-01T10:00:00Z", "frozen")

@pytest.mark.recmock(now="today")
def test_today(recmock):
    assert 0 <= time.time() - recmock.clock.now().timestamp() < 2 * 86400
    assert show(recmock)[0].endswith("T00:00:00Z")

@pytest.mark.recmock(now="now")
def test_now(recmock):
    assert 0 <= time.time() - recmock.clock.now().timestamp() < 60

@pytest.mark.recmock(clock="real")
def test_real_time(recmock):
    assert_is_real_time(recmock)

@pytest.mark.recmock(clock="real", scenario={"corpus": {"count": 3}})
def test_real_time_of_scenario(recmock):
    assert_is_real_time(recmock)

@pytest.mark.recmock(clock="real", now="2026-03-01")
def test_real_time_elsewhere(recmock):
    assert show(recmock) == ("2026-03-01T00:00:00Z", "real")

@pytest.mark.recmock(clock="real", scenario={"clock": {"start": "2026-03-02T00:00:00Z"}})
def test_start_of_scenario(recmock):
    assert show(recmock) == ("2026-03-02T00:00:00Z", "real")

@pytest.mark.recmock(now="2026-03-01", scenario={"clock": {"start": "2026-03-02T00:00:00Z"}})
def test_marker_before_scenario(recmock):
    assert show(recmock) == ("2026-03-01T00:00:00Z", "frozen")
"""


pytestmark = pytest.mark.usefixtures("data_dir")


def run_marker_tests(pytester: pytest.Pytester, default: tuple[str, str], *arguments: str) -> None:
    pytester.makepyfile(f"DEFAULT = {default!r}\nIS_SET = {default != DEFAULT}\n{MARKER_TESTS}")
    flags = ("-p", "no:cacheprovider", "-W", "error", "-W", "ignore::DeprecationWarning")
    pytester.runpytest_inprocess(*flags, *arguments).assert_outcomes(passed=11)


DEFAULT = ("2026-01-01T00:00:00Z", "frozen")


def test_marker_sets_the_time(pytester: pytest.Pytester) -> None:
    run_marker_tests(pytester, DEFAULT)


def test_flag_overrides_ini_option(pytester: pytest.Pytester) -> None:
    pytester.makeini("[pytest]\nrecmock_now = 2026-05-05")
    run_marker_tests(pytester, ("2026-05-05T00:00:00Z", "frozen"))
    run_marker_tests(pytester, ("2026-05-06T12:00:00Z", "frozen"), "--recmock-now", "2026-05-06T12:00:00Z")


def test_time_is_the_same_on_external_server(pytester: pytest.Pytester, data_dir: Path) -> None:
    with BackgroundServer(create_app(Mock(Settings(count=7))), proxy=Proxy(data_dir)) as server:
        run_marker_tests(pytester, DEFAULT, "--recmock-url", server.base_url)
        now = ("2026-05-06T00:00:00Z", "frozen")
        run_marker_tests(pytester, now, "--recmock-url", server.base_url, "--recmock-now", "2026-05-06")


def test_flag_for_real_time_starts_at_the_real_now(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        import time, pytest

        @pytest.mark.parametrize("number", range(2))
        def test_one(recmock, number):
            assert abs(recmock.clock.now().timestamp() - time.time()) < 30

        @pytest.mark.recmock(clock="frozen")
        def test_frozen(recmock):
            assert 0 <= time.time() - recmock.clock.now().timestamp() < 60
        """
    )
    pytester.runpytest_inprocess("-p", "no:cacheprovider", "--recmock-clock", "real").assert_outcomes(passed=3)


@pytest.mark.parametrize("argument", ["--recmock-now=someday", "-orecmock_now=someday"])
def test_invalid_time_names_its_source(pytester: pytest.Pytester, argument: str) -> None:
    pytester.makepyfile("def test_one(recmock): ...")
    result = pytester.runpytest_inprocess("-p", "no:cacheprovider", argument)
    result.assert_outcomes(errors=1)
    source = argument.removeprefix("-o").partition("=")[0]
    assert f"{source}: expected a date or an instant such as 2026-03-01T09:00:00Z" in result.stdout.str()


def test_handle_takes_a_date_and_real_time() -> None:
    for now in ("2026-03-01", date(2026, 3, 1), datetime(2026, 3, 1, tzinfo=UTC)):
        with MockTwilio(now=now, count=1) as mock:
            assert mock.clock.now() == datetime(2026, 3, 1, tzinfo=UTC)
    with MockTwilio(clock="real", count=1) as mock:
        assert abs((mock.clock.now() - datetime.now(UTC)).total_seconds()) < 30

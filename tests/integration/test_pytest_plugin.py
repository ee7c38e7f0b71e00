"""The plugin as users see it: small test files, run by pytest."""

import json
import os
import sys
import tempfile
from importlib import import_module
from pathlib import Path

import pytest

import mockserver.testing.pytest_fixtures
from mockserver.account.export.reading import read_export
from mockserver.account.history import list_commands
from mockserver.app import create_app
from mockserver.mock import Mock
from mockserver.server.listener import BackgroundServer
from mockserver.settings.settings import Settings
from tests.harness import FIVE_LINE_TEST

pytest_plugins = ["pytester"]

for _name in (
    "cryptography.hazmat.primitives.serialization.pkcs12",
    "mockserver.testing.sink",
    "mockserver.control.client.proxy_check",
    "mockserver.control.text",
    "mockserver.testing.failure_report",
    "mockserver.proxy.environment",
    "scenarios.loading.load",
    "twilio.http.async_http_client",
    "twilio.rest",
):
    import_module(_name)  # pytester forgets modules that a run imports first, which would create their classes twice

list_commands()  # it imports the commands
FIRST_PAGE_CONFTEST = """
import json, pathlib, pytest

@pytest.fixture(autouse=True)
def seen(request, recmock):
    page = recmock.client().recordings.page(page_size=5)
    file = pathlib.Path("seen") / request.node.name.partition("@")[0].replace("/", "-")
    file.parent.mkdir(exist_ok=True)
    file.write_text(json.dumps([recmock.account_sid, [recording.sid for recording in page]]))
"""


pytestmark = pytest.mark.usefixtures("data_dir")


def run_pytest(pytester: pytest.Pytester, *arguments: str) -> pytest.RunResult:
    flags = ("-W", "error", "-W", "ignore::DeprecationWarning")  # aiohttp, which twilio-python uses, causes some
    return pytester.runpytest_inprocess("-p", "no:cacheprovider", *flags, *arguments)


def run_and_assert_outcomes(pytester: pytest.Pytester, *arguments: str, **counts: int) -> str:
    """Run the test files, and return the output."""
    result = run_pytest(pytester, *arguments)
    result.assert_outcomes(**counts)
    return result.stdout.str()


def test_five_line_test_passes(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(FIVE_LINE_TEST)
    assert "recmock account" not in run_and_assert_outcomes(pytester, "-rA", passed=1)


def test_mock_modules_are_loaded_without_assertion_rewriting(pytester: pytest.Pytester) -> None:
    """In a separate process, because they are imported here already."""
    pytester.makepyfile("""
        import sys

        def test_how_modules_were_loaded(recmock):
            assert recmock.client().recordings.list(limit=1)
            first = {"mockserver", "mockserver.pytest_plugin"}  # where the plugin is named so
            loaders = {
                type(module.__spec__.loader).__name__
                for name, module in sys.modules.items()
                if name.partition(".")[0] in ("mockserver", "generators", "scenarios") and name not in first
            }
            assert loaders == {"SourceFileLoader"}
        """)
    pytester.runpytest_subprocess("-p", "no:cacheprovider").assert_outcomes(passed=1)


def take_seen_pages(pytester: pytest.Pytester) -> dict[str, object]:
    """Return what each test of the last run recorded, and clear it."""
    found = {}
    for file in (pytester.path / "seen").iterdir():
        found[file.name] = json.loads(file.read_text())
        file.unlink()
    return found


def test_account_data_is_equal_alone_shuffled_and_on_workers(pytester: pytest.Pytester) -> None:
    pytester.makeconftest(FIRST_PAGE_CONFTEST)
    pytester.makepyfile(
        test_many="""
        import pytest

        @pytest.mark.parametrize("number", range(30))
        def test_function(number): ...

        class TestClass:
            @pytest.mark.parametrize("text", ["a b", "ü", "x@y", "[z]"])
            def test_method(self, text): ...

        @pytest.mark.xdist_group("one")
        def test_of_a_group(): ...

        @pytest.mark.xdist_group("one")
        @pytest.mark.xdist_group("two")
        def test_of_two_groups(): ...
        """
    )
    run_and_assert_outcomes(pytester, "-p", "no:randomly", passed=36)
    pages = take_seen_pages(pytester)
    assert len({str(page) for page in pages.values()}) == 36
    for arguments in (("-p", "randomly", "-p", "no:xdist"), ("-n", "2", "--dist", "loadgroup")):
        run_and_assert_outcomes(pytester, *arguments, passed=36)
        assert pages == take_seen_pages(pytester)
    run_and_assert_outcomes(pytester, "test_many.py::test_function[7]", passed=1)
    assert {"test_function[7]": pages["test_function[7]"]} == take_seen_pages(pytester)


def test_seed_option_changes_accounts_and_recordings(pytester: pytest.Pytester) -> None:
    pytester.makeconftest(FIRST_PAGE_CONFTEST)
    pytester.makepyfile("def test_one(): ...")
    run_and_assert_outcomes(pytester, passed=1)
    default_pages = take_seen_pages(pytester)
    run_and_assert_outcomes(pytester, "--recmock-seed", "mine", passed=1)
    assert default_pages != take_seen_pages(pytester)


OPTION_TESTS = """
import pytest
from scenarios.model import Scenario

def length(recmock):
    return len(recmock.client().recordings.list(page_size=1000))

def test_none_marked(recmock):
    assert [recmock.state().corpus, recmock.clock.show().mode, recmock.state().scenario] == EXPECTED

@pytest.mark.recmock(corpus=3)
class TestClass:
    def test_a_class_is_marked(self, recmock):
        assert recmock.state().corpus == 3

    @pytest.mark.recmock(corpus={"count": 4, "mix": {"completed": 1, "conference": 0}}, clock="60x")
    def test_a_method_stands_above_its_class(self, recmock):
        assert (recmock.state().corpus, recmock.clock.show().rate) == (4, 60)
        assert length(recmock) == 4 + recmock.state().created

    @pytest.mark.recmock(clock="real")
    def test_markers_are_merged(self, recmock):
        assert (recmock.state().corpus, recmock.clock.show().mode) == (3, "real")

@pytest.mark.recmock(clock={"start": "2025-05-05T00:00:00Z"})
def test_a_clock_starts_elsewhere(recmock):
    assert recmock.clock.show().t0 == "2025-05-05T00:00:00Z"

@pytest.mark.recmock(scenario="late-webhook")
def test_a_bundled_scenario(recmock):
    assert recmock.state().corpus == 500
    assert recmock.recordings.get("late").status == "processing"

@pytest.mark.recmock(scenario="late-webhook", corpus=8)
def test_a_corpus_stands_above_the_scenarios(recmock):
    assert (recmock.state().corpus, recmock.state().scenario) == (8, "late-webhook")

@pytest.mark.recmock(scenario="beside.yaml")
def test_a_file_beside_the_test(recmock):
    assert recmock.recordings.get("mine").status == "completed"
    assert recmock.client().recordings(recmock.recordings.get("mine").sid).fetch().duration == "12"

@pytest.mark.recmock(scenario={"recordings": [{"id": "mine", "status": "completed", "media": "mine.wav"}]})
def test_a_mapping(recmock):
    import requests
    answer = requests.get(f"{recmock.url}/Recordings/{recmock.recordings.get('mine').sid}.wav", auth=recmock.auth)
    assert answer.content == b"RIFF"

@pytest.mark.recmock(scenario=Scenario(name="object", corpus={"profile": "empty"}))
def test_a_scenario_that_is_an_object(recmock):
    assert length(recmock) == 0

@pytest.mark.recmock(scenario={"corpus": {"profile": "empty"}}, corpus=5)
def test_recordings_are_wished_for_in_an_empty_scenario(recmock):
    assert recmock.state().corpus == 5

@pytest.mark.recmock(wire="schema")
def test_a_wire(recmock):
    import requests
    page = requests.get(f"{recmock.url}/Recordings.json?PageSize=1", auth=recmock.auth).json()
    assert page["recordings"][0]["date_created"].endswith("Z")

@pytest.mark.recmock(auth="strict")
def test_credentials(recmock):
    import requests
    url = f"{recmock.url}/Recordings.json"
    assert requests.get(url, auth=recmock.auth).status_code == 200
    assert requests.get(url, auth=(recmock.account_sid, "other")).status_code == 401

@pytest.mark.recmock(auth="off")
def test_no_credentials(recmock):
    import requests
    answer = requests.get(f"{recmock.url}/Recordings.json?PageSize=1")
    assert answer.headers["X-Mock-Wire"] == WIRE
"""


def make_option_tests(pytester: pytest.Pytester, expected: object, wire: str = "twilio") -> None:
    pytester.makefile(".wav", mine="RIFF")
    pytester.makefile(
        ".yaml",
        beside="""
        recordings: [{id: mine, timeline: [{status: completed, set: {duration: 12}}]}]
        """,
    )
    (pytester.path / "mine.wav").write_bytes(b"RIFF")
    pytester.makepyfile(f"WIRE = {wire!r}\nEXPECTED = {expected!r}\n{OPTION_TESTS}")


DEFAULT_STATE = [1000, "frozen", None]


def test_markers_configure_the_account(pytester: pytest.Pytester) -> None:
    make_option_tests(pytester, DEFAULT_STATE)
    run_and_assert_outcomes(pytester, passed=14)


def test_marker_overrides_flag_and_flag_overrides_ini_option(pytester: pytest.Pytester) -> None:
    make_option_tests(pytester, [5, "real", None], wire="schema")
    pytester.makeini("[pytest]\nrecmock_corpus = 6\nrecmock_clock = real\nrecmock_wire = schema")
    run_and_assert_outcomes(pytester, "--recmock-corpus", "5", passed=14)


def test_scenario_option_applies_to_tests_without_scenario_marker(pytester: pytest.Pytester) -> None:
    make_option_tests(pytester, [9, "frozen", "beside"])
    run_and_assert_outcomes(pytester, "--recmock-scenario", "beside.yaml", "--recmock-corpus", "9", passed=14)


def test_option_tests_pass_on_external_server(pytester: pytest.Pytester, external_url: str) -> None:
    make_option_tests(pytester, [*DEFAULT_STATE[:2], "pytest"])
    for _ in range(2):
        run_and_assert_outcomes(pytester, "--recmock-url", external_url, passed=14)


def test_options_apply_on_external_server(pytester: pytest.Pytester, external_url: str) -> None:
    make_option_tests(pytester, [5, "scaled", "beside"], wire="schema")
    options = ("--recmock-corpus=5", "--recmock-clock=3x", "--recmock-scenario=beside.yaml", "--recmock-wire=schema")
    run_and_assert_outcomes(pytester, *options, "--recmock-url", external_url, passed=14)
    run_and_assert_outcomes(pytester, *options, passed=14)


def test_account_data_is_equal_on_external_server(pytester: pytest.Pytester, external_url: str) -> None:
    pytester.makeconftest(FIRST_PAGE_CONFTEST)
    pytester.makepyfile(
        """
        import pytest
        def test_plain(): ...
        @pytest.mark.recmock(scenario="late-webhook")
        def test_scenario(): ...
        @pytest.mark.recmock(corpus=100)
        def test_marked(recmock):
            recmock.client().recordings.list(limit=1)[0].delete()
            recmock.configure(auth="off")
            assert len(recmock.requests) == 3
        """
    )
    run_and_assert_outcomes(pytester, passed=3)
    pages = take_seen_pages(pytester)
    for _ in range(2):
        run_and_assert_outcomes(pytester, "--recmock-url", external_url, passed=3)
        assert pages == take_seen_pages(pytester)


@pytest.mark.parametrize(
    ("argument", "fault_count"),
    [
        ("corpus={'count': 5, 'mix': {'completed': 1}}", 0),
        ("wire='schema'", 0),
        ("scenario='late-webhook'", 2),
        ("", 0),
    ],
)
def test_rerun_starts_with_fresh_account(pytester: pytest.Pytester, argument: str, fault_count: int) -> None:
    """pytest-rerunfailures and pytest-repeat run the same item again."""
    pytester.makeconftest(
        """
        import pytest
        from _pytest.runner import runtestprotocol

        @pytest.hookimpl(tryfirst=True)
        def pytest_runtest_protocol(item, nextitem):
            for _ in range(3):
                item.ihook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
                for report in runtestprotocol(item, nextitem=nextitem, log=False):
                    item.ihook.pytest_runtest_logreport(report=report)
            return True
        """
    )
    pytester.makepyfile(
        f"""
        import pytest, requests

        @pytest.mark.recmock({argument})
        def test_one(recmock):
            assert requests.get(f"{{recmock.url}}/Recordings.json").status_code == 401
            assert len(recmock.requests) == 1
            assert len(recmock.faults.list()) == {fault_count}
            recmock.faults("delete_recording", status=500)
            recordings = recmock.client().recordings.list(page_size=5, limit=5)
            assert len(recordings) == 5
            recmock.configure(auth="off", wire="schema")
            recmock.clock.advance("1h")

        def test_two(recmock):
            assert len(recmock.requests) == 0
        """
    )
    run_and_assert_outcomes(pytester, "-p", "no:randomly", passed=6)


INVALID_MARKERS = {
    "corpus='many'": "(corpus=...): expected a whole number from 0 to 1_000_000_000_000, found 'many'",
    "corpus=-1": "found '-1'",
    "corpus={'cout': 3}": "@pytest.mark.recmock: corpus.cout: expected a known key, found 'cout'. Did you mean count?",
    "corpus={'mix': {'done': 1}}": "@pytest.mark.recmock: corpus.mix: expected one of processing, completed",
    "corpus={'count': 10**9, 'span': '1s'}": "expected a span of at least 20834 seconds for 104167",
    "clock='fast'": "@pytest.mark.recmock(clock=...): expected real, frozen, or a rate",
    "clock={'mode': 'fast'}": "@pytest.mark.recmock: clock.mode: expected one of real, frozen, scaled, found 'fast'",
    "wire='xml'": "@pytest.mark.recmock(wire=...): expected one of auto, twilio, schema, found 'xml'",
    "auth='none'": "@pytest.mark.recmock(auth=...): expected one of any, strict, off, found 'none'",
    "scenario='late-webhok'": "@pytest.mark.recmock(scenario=...): late-webhok: expected a file or one of the bundled",
    "scenario=5": "expected a bundled scenario's name, a path, a mapping or a Scenario, found 5",
    "scenario={'recordings': [{'status': 'done'}]}": "@pytest.mark.recmock(scenario=...): ",
    "scenario={'pick': [{'id': 'x', 'count': 9, 'timeline': [{'status': 'absent'}]}]}, corpus=2": (
        "pick x: expected 9 recordings"
    ),
    "scenari='late-webhook'": "clock=, now=, wire=, auth=, found scenari. Did you mean scenario?",
    "10": "expected any of corpus=, scenario=, clock=, now=, wire=, auth=, found 10.",
}


def test_invalid_markers_print_one_line_message(pytester: pytest.Pytester) -> None:
    tests = [
        f"@pytest.mark.recmock({arguments})\ndef test_{number}(recmock): ...\n"
        for number, arguments in enumerate(INVALID_MARKERS)
    ]
    pytester.makepyfile("import pytest\n\n" + "\n".join(tests))
    output = run_and_assert_outcomes(pytester, "-p", "no:randomly", errors=len(INVALID_MARKERS))
    messages = [line for line in output.splitlines() if line.startswith(("recmock: ", "E   recmock"))]
    assert len(INVALID_MARKERS) == len(messages), output
    for expected, line in zip(INVALID_MARKERS.values(), messages, strict=True):
        assert expected.lower() in line.lower()
    assert "Traceback" not in output
    assert "plugin.py" not in output


INVALID_OPTIONS = [
    (["--recmock-corpus=many"], "--recmock-corpus: expected a whole number"),
    (["--recmock-clock=fast"], "--recmock-clock: expected real, frozen, or a rate"),
    (["--recmock-wire=xml"], "--recmock-wire: expected one of auto, twilio, schema, found 'xml'."),
    (["--recmock-scenario=nowhere.yaml"], "--recmock-scenario: nowhere.yaml: expected a file or one of the bundled"),
    (["--recmock-doctor=loud"], "--recmock-doctor: expected one of off, warn, error, found 'loud'."),
    (["-o", "recmock_auth=none"], "recmock_auth: expected one of any, strict, off, found 'none'."),
    (["--recmock-corpus=999_999_999_999", "--recmock-scenario=x.yaml"], "recmock: "),
    (["--recmock-url=http://127.0.0.1:1"], "expected a recmock server at http://127.0.0.1:1, found none: Conn"),
    (["--recmock-url=nonsense"], "expected a recmock server at nonsense, found none"),
]


@pytest.mark.parametrize(("options", "expected"), INVALID_OPTIONS)
def test_invalid_options_print_one_line_message(pytester: pytest.Pytester, options: list[str], expected: str) -> None:
    pytester.makefile(".yaml", x="corpus: {span: 1s}")
    pytester.makepyfile("def test_one(recmock): ...")
    output = run_and_assert_outcomes(pytester, *options, errors=1)
    assert expected in output
    assert "Traceback" not in output
    assert "plugin.py" not in output


def test_external_server_must_have_the_same_seed(pytester: pytest.Pytester, external_url: str) -> None:
    pytester.makepyfile("def test_one(recmock): ...")
    output = run_and_assert_outcomes(pytester, "--recmock-url", external_url, "--recmock-seed", "mine", errors=1)
    assert "--recmock-url: expected a server with the seed 'mine', found '0'" in output


def test_external_server_can_require_control_token(pytester: pytest.Pytester) -> None:
    pytester.makepyfile("def test_one(recmock): assert recmock.client().recordings.list(limit=1)")
    with BackgroundServer(create_app(Mock(Settings(), control_token="secret"))) as server:
        server_options = ("--recmock-url", server.base_url)
        run_and_assert_outcomes(pytester, *server_options, "--recmock-token", "secret", passed=1)
        assert "bearer token" in run_and_assert_outcomes(
            pytester, *server_options, "--recmock-token", "other", errors=1
        )


BAD_PAGING_TESTS = """
import requests
def test_one(recmock):
    url = f"{recmock.url}/Recordings.json"
    requests.get(url, params={"Page": 1}, auth=recmock.auth)
def test_other(recmock):
    requests.get(f"{recmock.url}/Recordings.json?PageSize=1", auth=recmock.auth)
"""


def test_doctor_option_warns_or_fails_tests(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(BAD_PAGING_TESTS)
    run_and_assert_outcomes(pytester, "-W", "default", passed=2)
    run_and_assert_outcomes(pytester, "--recmock-doctor=off", passed=2)
    output = run_and_assert_outcomes(pytester, "--recmock-doctor=warn", "-W", "default", passed=2, warnings=1)
    assert "recmock doctor:" in output
    output = run_and_assert_outcomes(pytester, "--recmock-doctor=error", passed=2, errors=1)
    assert "Page=1 without a PageToken" in output
    assert "plugin.py" not in output


FAILING_TESTS = """
import pytest, requests

@pytest.fixture
def broken(recmock):
    raise OSError("mine")

def test_body(recmock):
    recmock.clock.advance("5s")
    recmock.client().recordings.list(limit=5)
    recmock.recordings.add(id="slow", timeline=[{"after": {"time": "9s"}, "status": "completed"}])
    recmock.recordings.add(id="told", status="completed", callback="http://127.0.0.1:1/")
    assert not "this fails"

def test_set_up(broken): ...

def test_passing(recmock):
    recmock.client().recordings.list(limit=5)

def test_without_fixture():
    assert not "this fails too"

def test_gone(recmock):
    recmock.server.connection.server_url = "http://127.0.0.1:1"
    assert not "here too"
"""


def test_report_of_failed_test_shows_account_state(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(FAILING_TESTS)
    output = run_and_assert_outcomes(pytester, "-p", "no:randomly", "-rA", failed=3, passed=1, errors=1)
    assert output.count("recmock account AC") == 3
    for expected in (
        "clock: 2026-01-01T00:00:05Z frozen",
        "Recordings.json?PageSize=5 200",
        "slow: step 2 of 2, 9s later: completed",
        "2026-01-01T00:00:14Z the next step of slow",
        "callbacks not delivered:\n0: told completed pending, POST http://127.0.0.1:1/",
        "the server: expected a recmock server at http://127.0.0.1:1, found none",
    ):
        assert expected in output


def test_fixture_works_in_every_kind_of_test(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        import asyncio, unittest, pytest

        class OfUnittest(unittest.TestCase):
            @pytest.fixture(autouse=True)
            def account(self, recmock):
                self.recmock = recmock

            @pytest.mark.recmock(corpus=3)
            def test_one(self):
                self.assertEqual(self.recmock.state().corpus, 3)

        def test_async(recmock):
            async def main():
                async with recmock.async_client() as client:
                    return await client.recordings.list_async(limit=5)
            assert len(asyncio.run(main())) == 5

        @pytest.mark.parametrize("text", ["a/b", "[x]", "ü"])
        def test_parametrized(recmock, text):
            assert recmock.client().recordings.list(limit=1)

        def test_its_clients_are_not_led_away(recmock, monkeypatch):
            monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
            monkeypatch.setenv("NO_PROXY", "")
            assert recmock.client().recordings.list(limit=1)
            assert recmock.state().requests == 1
        """
    )
    run_and_assert_outcomes(pytester, passed=6)


ENVIRONMENT_TESTS = """
import os, requests, pytest
from twilio.rest import Client

BEFORE = dict(os.environ)

def test_led(recmock_env, recmock, monkeypatch):
    monkeypatch.setenv("MINE", "x")
    monkeypatch.undo()
    assert recmock_env is recmock
    assert (os.environ["TWILIO_ACCOUNT_SID"], os.environ["TWILIO_AUTH_TOKEN"]) == recmock.auth
    assert os.environ["RECMOCK_URL"] == recmock.base_url
    assert "TWILIO_REGION" not in os.environ
    assert len(Client().recordings.list(limit=3)) == 3
    url = f"https://api.twilio.com/2010-04-01/Accounts/{recmock.account_sid}/Recordings.json"
    assert requests.get(url, auth=recmock.auth).status_code == 200
    recmock.requests.assert_called("list_recordings", exactly=2)
    with pytest.raises(requests.RequestException):
        requests.get("https://example.com/")

def test_not_led():
    assert {name: value for name, value in os.environ.items() if name != "PYTEST_CURRENT_TEST"} == BEFORE
"""


def test_recmock_env_patches_environment_and_restores_it(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, external_url: str
) -> None:
    monkeypatch.setenv("TWILIO_REGION", "ie1")
    monkeypatch.delenv("PYTEST_CURRENT_TEST")
    pytester.makepyfile(ENVIRONMENT_TESTS)
    run_and_assert_outcomes(pytester, "-p", "no:randomly", passed=2)
    run_and_assert_outcomes(pytester, "-p", "no:randomly", "--recmock-url", external_url, passed=2)


HOME_TESTS = """
import os, pytest, requests
from twilio.rest import Client

@pytest.fixture(autouse=True, params=["file", "first", "second"])
def own_home(request, monkeypatch, tmp_path):
    monkeypatch.setenv("HOME", f"{HOME}/{request.param}")
    request.getfixturevalue("recmock_env")

@pytest.mark.parametrize("number", [1, 2])
def test_list(number):
    assert len(Client().recordings.list(limit=3)) == 3
"""


@pytest.mark.parametrize("home", ["file/unwritable", "writable"])
def test_recmock_env_works_with_unwritable_or_changing_home(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, home: str
) -> None:
    for name in ("RECMOCK_DATA_DIR", "XDG_DATA_HOME"):
        monkeypatch.delenv(name, raising=False)
    (pytester.path / "file").touch()
    (pytester.path / "temporary").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(pytester.path / "temporary"))
    pytester.makepyfile(f"HOME = {str(pytester.path / home)!r}\n{HOME_TESTS}")
    run_and_assert_outcomes(pytester, passed=6)
    assert (pytester.path / "temporary" / f"recmock-{os.getuid()}").exists() is home.startswith("file")


def test_recmock_env_requires_ca_of_the_server(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, external_url: str, data_dir: Path
) -> None:
    pytester.makepyfile("def test_led(recmock_env): ...")
    monkeypatch.setenv("RECMOCK_DATA_DIR", str(data_dir / "other"))
    output = run_and_assert_outcomes(pytester, "--recmock-url", external_url, errors=1)
    assert f"recmock: expected the server at {external_url} to have the CA of" in output
    (data_dir / "broken").mkdir()
    (data_dir / "broken" / "ca-key.pem").write_text("nonsense")
    monkeypatch.setenv("RECMOCK_DATA_DIR", str(data_dir / "broken"))
    output = run_and_assert_outcomes(pytester, errors=1)
    assert "recmock: expected the key and certificate of recmock's own CA in" in output
    assert "plugin.py" not in output


def test_conflicting_package_fails_fixture_with_message(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mockserver.testing.pytest_fixtures, "find_package_conflict", lambda: "there is another")
    pytester.makepyfile("def test_one(recmock): ...")
    assert "there is another" in run_and_assert_outcomes(pytester, errors=1)


def test_options_and_marker_are_documented(pytester: pytest.Pytester) -> None:
    output = run_pytest(pytester, "--help").stdout.str()
    for name in ("corpus", "scenario", "clock", "now", "wire", "auth", "seed", "url", "token", "doctor"):
        assert f"--recmock-{name}=" in output
        assert f"recmock_{name} (string)" in output
    assert (
        "@pytest.mark.recmock(corpus=..., scenario=..., clock=..., now=..., wire=..., auth=...):"
        in run_pytest(pytester, "--markers").stdout.str()
    )


PRINT_IMPORTS_PROGRAM = """
import sys, pytest

OURS = {"mockserver.testing.pytest_fixtures", "mockserver.testing.handles"}
HEAVY = OURS | {"msgspec", "starlette", "requests", "yaml", "twilio", "uvloop"}

class Watch:
    def pytest_unconfigure(self):
        print("imported:", sorted(HEAVY & set(sys.modules)), "recmock_plugin" in sys.modules)

others = ("randomly", "xdist", "hypothesispytest", "cacheprovider", "schemathesis")
pytest.main(["-q", *(f"-pno:{name}" for name in others)], plugins=[Watch()])
"""


def test_plugin_imports_nothing_when_fixture_is_unused(pytester: pytest.Pytester) -> None:
    pytester.makepyfile("def test_one(): ...\ndef test_two(): assert 0")
    result = pytester.run(sys.executable, "-c", PRINT_IMPORTS_PROGRAM)
    result.stdout.fnmatch_lines(["*1 failed, 1 passed*", "imported: [[]] True"])


def test_account_is_dropped_at_the_end_of_its_test(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        import pytest

        @pytest.mark.recmock(scenario="happy-path")
        @pytest.mark.parametrize("number", range(5))
        def test_one(recmock, recmock_server, number):
            recmock.recordings.add(id="own")
            accounts = recmock_server._mock.list_accounts_in_memory()
            assert [account.sid for account in accounts if account.state.created] == [recmock.account_sid]
        """
    )
    pytester.runpytest_subprocess("-q").assert_outcomes(passed=5)


def test_failing_test_keeps_its_export(pytester: pytest.Pytester) -> None:
    pytester.makepyfile("""
        import pytest

        @pytest.mark.parametrize("what", ["a/b", "A/b"])
        def test_bad(recmock, what):
            recmock.recordings.add(id="mine", status="completed")
            assert recmock.client().recordings.list(limit=1) == []

        def test_good(recmock):
            assert recmock.client().recordings.list(limit=1)

        def test_other():
            assert False
        """)
    output = run_and_assert_outcomes(pytester, "--recmock-export", "kept/bugs", failed=3, passed=1)
    files = sorted((pytester.path / "kept" / "bugs").iterdir())
    assert len({file.name.lower() for file in files}) == 2
    for file in files:
        assert file.name.startswith("test_failing_test_keeps_its_export.py_test_bad_")
        assert f"export: {file} (recmock serve --replay {file})" in output
        export = read_export(file.read_text())
        assert export.header.requests == 1
        assert export.commands[1].entry.command.__class__.__name__ == "AddRecording"


def test_export_that_cannot_be_written_is_said(pytester: pytest.Pytester) -> None:
    pytester.makeini("[pytest]\nrecmock_export = taken\n")
    pytester.makepyfile("def test_bad(recmock): assert recmock is None")
    (pytester.path / "taken").write_text("")
    output = run_and_assert_outcomes(pytester, failed=1)
    assert "export: cannot write " in output

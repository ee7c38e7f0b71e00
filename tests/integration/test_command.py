import asyncio
import errno
import gc
import json
import os
import signal
import subprocess
import sys
import webbrowser
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import requests

from generators.contract import find_violations
from generators.seeds import derive_demo_account_sid
from mockserver import __version__
from mockserver.app import create_app
from mockserver.cli.foreground_server import serve
from mockserver.mock import Mock
from mockserver.server.listener import BackgroundServer
from mockserver.server.listening_sockets import ListeningSockets, bind, get_bound_address
from mockserver.settings.parsing import Address
from mockserver.settings.settings import Settings
from tests.commands import TimeLimitExceeded, main
from tests.harness import make_settings
from tests.sockets import needs_ipv6

DEMO_SID = derive_demo_account_sid("0")


class ServeProcess:
    """`recmock serve` as a process."""

    def __init__(self, *flags: str, environment: dict[str, str] | None = None) -> None:
        command = [sys.executable, "-m", "mockserver", *flags]
        self.process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment
        )
        assert self.process.stdout is not None
        self.first_line = self.process.stdout.readline().strip()
        self.base_url = self.first_line.rpartition(" ")[2]

    def stop(self, number: signal.Signals = signal.SIGTERM) -> tuple[int, str, str]:
        self.process.send_signal(number)
        assert self.process.stdout is not None
        assert self.process.stderr is not None
        with self.process.stdout as out, self.process.stderr as err:  # not communicate(): a line was read already
            return self.process.wait(timeout=30), out.read(), err.read()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_serve_prints_address_and_stops_on_signal(tmp_path: Path, number: signal.Signals) -> None:
    server_process = ServeProcess(
        "serve", "--listen", "127.0.0.1:0", "--port-file", str(tmp_path / "port"), "--now", "2026-01-01"
    )
    assert server_process.first_line == f"recmock {__version__} listening on {server_process.base_url}"
    assert server_process.base_url == f"http://127.0.0.1:{(tmp_path / 'port').read_text().strip()}"
    answer = requests.get(
        f"{server_process.base_url}/2010-04-01/Accounts/{DEMO_SID}/Recordings.json", auth=(DEMO_SID, "x"), timeout=10
    )
    assert len(answer.json()["recordings"]) == 50
    code, out, err = server_process.stop(number)
    assert (code, err) == (0, "")
    assert DEMO_SID in out
    assert f'client.api.base_url = "{server_process.base_url}"' in out
    assert f'client.api.baseUrl = "{server_process.base_url}"' in out
    assert f"curl -u {DEMO_SID}:" in out


def test_flags_without_command_serve_and_environment_is_read() -> None:
    environment = {"RECMOCK_COUNT": "3", "RECMOCK_SEED": "mine", "RECMOCK_LISTEN": "127.0.0.1:0"}
    server_process = ServeProcess("--seed", "0", "--mix", "deleted=0", environment=environment)
    answer = requests.get(
        f"{server_process.base_url}/2010-04-01/Accounts/{DEMO_SID}/Recordings.json", auth=(DEMO_SID, "x"), timeout=10
    )
    assert len(answer.json()["recordings"]) == 3
    assert server_process.stop()[0] == 0


@needs_ipv6
def test_localhost_serves_both_loopbacks_without_token() -> None:
    server_process = ServeProcess("--listen", "localhost:0")
    port = int(server_process.base_url.removeprefix("http://127.0.0.1:"))
    for host in ("127.0.0.1", "[::1]", "localhost"):
        answer = requests.get(f"http://{host}:{port}/_mock/accounts/demo", timeout=10)
        assert answer.json()["account_sid"] == DEMO_SID
    code, out, err = server_process.stop()
    assert (code, err, "Bearer" in out) == (0, "", False)


@needs_ipv6
def test_busy_loopback_of_localhost_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    with bind(Address("::1", 0)) as busy_socket:
        port = get_bound_address(busy_socket).port
        assert main(["--listen", f"localhost:{port}"]) == 2
    assert f"recmock: --listen: cannot listen on [::1]:{port}: Address already in use." in capsys.readouterr().err


def test_default_address_is_both_loopbacks() -> None:
    assert str(Settings().listen) == "localhost:4010"


def test_control_token_is_printed_when_listening_beyond_loopback() -> None:
    server_process = ServeProcess("--listen", "0.0.0.0:0")
    port = server_process.base_url.rpartition(":")[2]
    assert requests.get(f"http://127.0.0.1:{port}/_mock/sids/RE1", timeout=10).json()["code"] == 20003
    _, out, _ = server_process.stop()
    token = next(line.split()[-1] for line in out.splitlines() if "Bearer" in line)
    assert len(token) > 20


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--count", "abc"], "--count: expected a whole number from 0 to 1_000_000_000_000, found 'abc'."),
        (["--count", "-1"], "--count: expected a whole number"),
        (["--count", "9999999999999"], "--count: expected a whole number"),
        (["--span", "0d"], "--span: expected a duration such as 90d, 12h, 30m or 45s"),
        (["--span", "long"], "--span: expected a duration"),
        (
            ["--span", "1s", "--count", "1000000"],
            "--span: expected a span of at least 21 seconds for 10416",
        ),
        (["--now", "someday"], "--now: expected a date or an instant such as 2026-03-01T09:00:00Z, found 'someday'."),
        (["--now", "1066-10-14"], "--now: expected a date between 1970 and 9000"),
        (["--profile", "surreal"], "--profile: expected one of realistic, adversarial, empty, found 'surreal'."),
        (["--mix", "delted=1"], "--mix: expected one of processing, completed,"),
        (["--wire", "barbed"], "--wire: expected one of auto, twilio, schema, found 'barbed'."),
        (["--auth", "none"], "--auth: expected one of any, strict, off, found 'none'."),
        (["--account", "AC1:x"], "--account: expected AC...:TOKEN or AC...:TOKEN@AC..."),
        (["--account", f"{DEMO_SID}:x@AC1"], "--account: expected AC...:TOKEN"),
        (["--account", DEMO_SID], "--account: expected AC...:TOKEN"),
        (["--listen", "host"], "--listen: expected HOST:PORT such as 127.0.0.1:4010 or [::1]:0, found 'host'."),
        (["--listen", "65536"], "--listen: expected HOST:PORT"),
        (["--port", "65536"], "--port: expected a port from 0 to 65535, found '65536'."),
        (["--port", "http"], "--port: expected a port from 0 to 65535, found 'http'."),
        (["--host", "a/b", "--port", "0"], "--host: expected a host such as 127.0.0.1, localhost or ::1, found 'a/b'."),
        (["--host", ""], "--host: expected a host"),
        (["--listen", ":0", "--port", "0"], "--listen: expected either --listen or --port, found both."),
        (
            ["clock", "--listen", ":0", "--host", "::1", "--port", "0"],
            "--listen: expected either --listen or --host and --port, found both.",
        ),
        (["--listen", "127.0.0.1:65536"], "--listen: expected HOST:PORT"),
        (["--media-redirect", "yes"], "--media-redirect: expected one of off, on, cdn, found 'yes'."),
        (["--public-url", "localhost"], "--public-url: expected a URL of scheme and host"),
        (["--port-file", ""], "--port-file: expected the path of a file, found ''."),
        (
            ["--listen", ":0", "--port-file", "{missing}/port"],
            "--port-file: cannot write {missing}/port: No such",
        ),
        (["sid"], "expected a SID or --index N, found neither."),
        (["sid", "--index", "1000", "--mix", "deleted=0"], "--index: expected an index from 0 to 999, found 1000."),
        (["sid", "--index", "1", "--url", "http://127.0.0.1:1"], "--index works without a server"),
        (["sid", "RE1", "--url", "http://127.0.0.1:1"], "expected a recmock server at http://127.0.0.1:1, found none"),
        (["check", "{missing}"], "expected a file of JSON (a recording, an array of them, or a list body)"),
        (["generate", "--output", "{missing}/x.jsonl"], "--output: cannot write {missing}/x.jsonl: No such file"),
    ],
)
def test_invalid_values_print_one_line_message(
    arguments: list[str], message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    missing = str(tmp_path / "missing")
    assert main([argument.replace("{missing}", missing) for argument in arguments]) == 2
    out, err = capsys.readouterr()
    assert err.startswith(f"recmock: {message.replace('{missing}', missing)}")
    assert err.count("\n") == 1
    assert out == ""


@pytest.mark.parametrize(
    ("arguments", "start", "end"),
    [
        (
            ["sevre"],
            "recmock: argument COMMAND: invalid choice: 'sevre' (",
            "). Did you mean serve? See recmock --help.",
        ),
        (["bogus"], "recmock: argument COMMAND: invalid choice: 'bogus' (", "). See recmock --help."),
        (
            ["clock", "advnce"],
            "recmock clock: argument [ACTION]: invalid choice: 'advnce' (",
            "). Did you mean advance? See recmock clock --help.",
        ),
        (["generate", "--format", "xml"], "recmock generate: argument --format: invalid choice: 'xml'", " --help."),
        (["check"], "recmock check: the following arguments are required: FILE. ", "See recmock check --help."),
        (
            ["sid", "--account", "AC1"],
            "recmock sid: argument --account: expected AC and 32 ",
            "found 'AC1'. See recmock sid --help.",
        ),
        (
            ["sid", "--index", "-1"],
            "recmock sid: argument --index: expected an index from 0, ",
            "found '-1'. See recmock sid --help.",
        ),
        (["--cuont=5"], "recmock serve: does not take --cuont=5. ", "Did you mean --count? See recmock serve --help."),
        (["serve", "5"], "recmock serve: does not take 5. ", "See recmock serve --help."),
        (
            ["--port-fil", "x"],
            "recmock serve: does not take --port-fil x. ",
            "Did you mean --port-file? See recmock serve --help.",
        ),
        (["exec", "--cou", "5"], "recmock exec: does not take --cou 5. ", "See recmock exec --help."),
        (
            ["clock", "advance", "5s", "--jso"],
            "recmock clock advance: does not take --jso. ",
            "Did you mean --json? See recmock clock advance --help.",
        ),
        (
            ["clock", "freeze", "--jsn"],
            "recmock clock freeze: does not take --jsn. ",
            "Did you mean --json? See recmock clock freeze --help.",
        ),
        (
            ["scenario", "run", "--bogus", "x"],
            "recmock scenario run: does not take --bogus. ",
            "The syntax is: recmock scenario run [settings] NAME|FILE -- COMMAND [ARGUMENT ...]. "
            "See recmock scenario run --help.",
        ),
    ],
)
def test_unknown_arguments_print_one_line_message(
    arguments: list[str], start: str, end: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as exc_info:
        main(arguments)
    message = capsys.readouterr().err
    assert exc_info.value.code == 2
    assert (message.startswith(start), message.endswith(f"{end}\n"), message.count("\n")) == (True, True, 1), message


def test_invalid_environment_value_names_the_variable(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("RECMOCK_COUNT", "many")
    assert main([]) == 2
    assert capsys.readouterr().err.startswith("recmock: RECMOCK_COUNT: expected a whole number")


def test_command_that_serves_instead_of_refusing_is_ended() -> None:
    with pytest.raises(TimeLimitExceeded, match=r"recmock --listen 127\.0\.0\.1:0 did not end within 0\.5 s"):
        main(["--listen", "127.0.0.1:0"], time_limit=0.5)


@pytest.mark.parametrize("name", ["RECMOCK_COUNT", "RECMOCK_ACCOUNT", "RECMOCK_URL", "RECMOCK_LISTEN"])
def test_empty_variable_counts_as_not_set(
    name: str, server: BackgroundServer, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(name, "")
    assert main(["sid", "--index", "999"]) == 0
    assert main(["clock", "--port", str(server.address.port)]) == 0
    assert capsys.readouterr().err == ""


def test_unknown_variable_is_a_warning_with_the_nearest_name(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("RECMOCK_CUONT", "3")
    assert main(["sid", "--index", "999"]) == 0
    assert capsys.readouterr().err == (
        "recmock: RECMOCK_CUONT is not a setting, and was ignored. Did you mean RECMOCK_COUNT?\n"
    )


def test_port_in_use_names_the_flag(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mockserver.cli.listening._PROBE_TIMEOUT", 0.01)  # the socket never answers
    with bind(Address("127.0.0.1", 0)) as busy_socket:
        assert main(["--listen", str(get_bound_address(busy_socket))]) == 2
    message = capsys.readouterr().err
    assert "recmock: --listen: cannot listen on 127.0.0.1:" in message
    assert message.endswith(" No recmock answers there.\n")


@pytest.mark.parametrize("address", ["192.0.2.1:0", "host.invalid:0"])
def test_address_that_is_not_of_this_machine_blames_no_server(address: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--listen", address]) == 2
    message = capsys.readouterr().err
    assert message.startswith("recmock: --listen: ")
    assert "server" not in message
    assert "recmock " not in message


def test_port_of_a_running_recmock_names_its_version(
    server: BackgroundServer, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--host", "127.0.0.1", "--port", str(server.address.port)]) == 2
    assert f" A recmock {__version__} answers there already: use it, or stop it.\n" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("flags", "variable", "url"),
    [
        (["--port", "0"], "", "http://127.0.0.1:"),
        (["--host", "0.0.0.0", "--port", "0"], "", "http://127.0.0.1:"),
        (["--host", "127.0.0.2"], "127.0.0.1:0", "http://127.0.0.2:"),
        (["--port=0"], "127.0.0.2:1", "http://127.0.0.2:"),
        (["--listen", "0"], "", "http://127.0.0.1:"),
        pytest.param(["--host", "::1", "--port", "0"], "", "http://[::1]:", marks=needs_ipv6),
        pytest.param(["--host", "[::1]", "--port", "0"], "", "http://[::1]:", marks=needs_ipv6),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else value,
)
def test_host_and_port_are_parts_of_the_address(flags: list[str], variable: str, url: str) -> None:
    server_process = ServeProcess("serve", *flags, environment=os.environ | {"RECMOCK_LISTEN": variable})
    assert server_process.base_url.startswith(url)
    assert requests.get(f"{server_process.base_url}/_mock/health", timeout=10).json()["version"] == __version__
    assert server_process.stop()[::2] == (0, "")


def test_another_package_named_mockserver_is_explained(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "mockserver_client-5.15.dist-info").mkdir()
    monkeypatch.setattr(
        "mockserver.settings.package_conflict.__file__",
        str(tmp_path / "mockserver" / "settings" / "package_conflict.py"),
    )
    assert main(["--version"]) == 2
    assert "mockserver-client is installed in this environment" in capsys.readouterr().err


@pytest.mark.parametrize("form", ["jsonl", "json", "csv"])
def test_generate_writes_valid_recordings_in_each_format(tmp_path: Path, form: str) -> None:
    file = tmp_path / f"recordings.{form}"
    settings = ["--count", "70", "--now", "2026-01-01", "--mix", "encrypted=0.5,deleted=0"]
    assert main(["generate", "--output", str(file), *settings]) == 0
    assert list(tmp_path.iterdir()) == [file]
    text = file.read_text()
    if form == "csv":
        assert len(text.splitlines()) == 71
        assert text.startswith("account_sid,api_version,call_sid,")
        return
    found = json.loads(text) if form == "json" else [json.loads(line) for line in text.splitlines()]
    assert len(found) == 70
    assert [violation for recording in found for violation in find_violations(recording)] == []
    assert main(["check", str(file)]) == 0


def test_generate_leaves_no_file_when_it_fails(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    assert main(["generate", "--count", "2", "--output", str(folder)]) == 2
    assert capsys.readouterr().err.startswith(f"recmock: --output: cannot write {folder}: Is a directory.")
    assert list(tmp_path.rglob("*")) == [folder]


def test_generate_leaves_no_partial_file_when_it_fails(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse_to_replace(source: Path, target: Path) -> None:
        raise PermissionError(errno.EPERM, os.strerror(errno.EPERM), source, None, target)

    monkeypatch.setattr("os.replace", refuse_to_replace)
    file = tmp_path / "recordings.jsonl"
    assert main(["generate", "--count", "2", "--output", str(file)]) == 2
    assert capsys.readouterr().err.startswith(f"recmock: --output: cannot write {file}: Operation not permitted.")
    assert list(tmp_path.iterdir()) == []


def test_generate_writes_to_standard_output_by_default(capsys: pytest.CaptureFixture[str]) -> None:
    account_sid = "AC" + "1" * 32
    assert main(["generate", "--count", "2", "--account", account_sid, "--wire", "twilio", "--now", "2026-01-01"]) == 0
    found = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [recording["account_sid"] for recording in found] == [account_sid, account_sid]
    assert found[0]["date_created"].endswith("+0000")
    assert main(["generate", "--count", "0", "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out) == []


def test_generate_ends_quietly_when_pipe_is_closed() -> None:
    command = f"{sys.executable} -m mockserver generate --count 20000 | head -n 1"
    result = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False, timeout=60)
    assert result.stderr == ""
    assert json.loads(result.stdout)["sid"].startswith("RE")


def test_adversarial_generation_leaves_no_files_in_working_directory(tmp_path: Path) -> None:
    command = [
        sys.executable,
        "-m",
        "mockserver",
        "generate",
        "--profile",
        "adversarial",
        "--count",
        "5",
        "--mix",
        "deleted=0",
    ]
    result = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True, timeout=100)
    assert len(result.stdout.splitlines()) == 5
    assert list(tmp_path.iterdir()) == []


VALID_RECORDING = {
    "sid": "RE" + "0" * 32,
    "account_sid": "AC" + "0" * 32,
    "call_sid": "CA" + "0" * 32,
    "status": "completed",
}


@pytest.mark.parametrize(
    ("text", "code", "output"),
    [
        (json.dumps(VALID_RECORDING), 0, "1 of 1 recordings conform to the contract."),
        (json.dumps([VALID_RECORDING, VALID_RECORDING]), 0, "2 of 2 recordings"),
        (json.dumps({"recordings": [VALID_RECORDING]}), 0, "1 of 1 recordings"),
        (f"{json.dumps(VALID_RECORDING)}\n\n{json.dumps(VALID_RECORDING)}\n", 0, "2 of 2 recordings"),
        ("[]", 0, "0 of 0 recordings"),
        (
            json.dumps([VALID_RECORDING, VALID_RECORDING | {"status": "paused"}]),
            1,
            f"recording 2 {VALID_RECORDING['sid']}\n  status: expected one of",
        ),
        (json.dumps([1]), 1, "recording 1\n  the recording: expected object, found 1"),
        (json.dumps(VALID_RECORDING | {"date_created": "Fri, 14 Oct 2016 21:56:34 +0000"}), 1, "X-Mock-Wire: schema"),
        (json.dumps([{}] * 30), 1, "... and 10 more\n0 of 30 recordings"),
    ],
)
def test_check_prints_violations_per_recording(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, code: int, output: str
) -> None:
    file = tmp_path / "recordings"
    file.write_text(text)
    assert main(["check", str(file)]) == code
    assert output in capsys.readouterr().out


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        (b"\xff\xfe", "in UTF-8, found an invalid byte at 0"),
        (b"hello", "found invalid JSON in line 1"),
        (b'{"sid": 1}\nhello', "found invalid JSON in line 2"),
        (b"3", "found 3."),
        (b"[" * 100_000, "found values that are nested too deeply."),
        (b"{}\n" + b"[" * 100_000, "found values that are nested too deeply."),
    ],
)
def test_check_explains_unreadable_input(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], raw: bytes, message: str
) -> None:
    file = tmp_path / "recordings"
    file.write_bytes(raw)
    assert main(["check", str(file)]) == 2
    assert message in capsys.readouterr().err


def test_check_reads_standard_input() -> None:
    result = subprocess.run(
        [sys.executable, "-m", "mockserver", "check", "-"],
        input=json.dumps(VALID_RECORDING),
        capture_output=True,
        text=True,
        check=False,
        timeout=100,
    )
    assert (result.returncode, result.stdout) == (0, "1 of 1 recordings conform to the contract.\n")


@pytest.mark.parametrize(
    ("command", "defaults"),
    [
        (["serve"], ["Default: 1000.", "Default: 90d.", "Default: off.", "Default: 15s.", "Default: auto."]),
        (["exec"], ["Default: twilio.", "Default: tunnel."]),
        (["scenario", "run"], ["Default: twilio.", "Default: tunnel."]),
    ],
    ids=" ".join,
)
def test_help_shows_defaults(command: list[str], defaults: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main([*command, "--help"])
    output = " ".join(capsys.readouterr().out.split())
    assert [default for default in defaults if default not in output] == []


def test_sid_command_converts_index_and_sid(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["sid", "--index", "7"]) == 0
    sid = capsys.readouterr().out.splitlines()[0]
    assert main(["sid", sid]) == 0
    assert capsys.readouterr().out.splitlines() == [
        sid,
        "  kind     recording",
        f"  account  {DEMO_SID}",
        "  index    7",
        "  why      Recording 8 of 1042, counted from the oldest.",
    ]
    assert main(["sid", "--index", "999"]) == 0
    assert capsys.readouterr().out.endswith("  why      Recording 1000 of 1042, counted from the oldest.\n")
    corpus = Mock(make_settings()).account(DEMO_SID).corpus
    call_run = next(run for run in map(corpus.layout.get_run, range(corpus.count)) if len(run) > 1)
    assert main(["sid", corpus.generate_recording(call_run.start).call_sid, "--seed", "0"]) == 0
    assert f"\n  index    {call_run.start} to {call_run.stop - 1}\n" in capsys.readouterr().out
    assert main(["sid", sid, "--account", "AC" + "1" * 32, "--profile", "adversarial"]) == 1
    out = capsys.readouterr().out
    assert "Not from this account and seed" in out
    assert "The bodies of adversarial recordings depend on the version of Hypothesis, here " in out


@pytest.fixture
def server() -> Iterator[BackgroundServer]:
    with BackgroundServer(create_app(Mock(make_settings()))) as server:
        yield server


def test_sid_command_queries_server_when_url_is_given(
    server: BackgroundServer, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["sid", "--index", "7"]) == 0
    output = capsys.readouterr().out
    assert main(["sid", "--url", server.base_url, output.splitlines()[0]]) == 0
    assert capsys.readouterr().out == output
    assert main(["sid", "--url", server.base_url, "--account", "AC" + "1" * 32, output.splitlines()[0]]) == 1


def test_sid_command_explains_server_error(server: BackgroundServer, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["sid", "--url", f"{server.base_url}/nothing", "RE1"]) == 2
    assert "answered 404: Not emulated" in capsys.readouterr().err


def test_open_prints_the_address_of_the_dashboard_and_opens_it(
    server: BackgroundServer, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []
    monkeypatch.setattr(webbrowser, "open", opened.append)
    monkeypatch.setenv("DISPLAY", ":0")
    address = f"{server.base_url}/_mock/"
    assert main(["open", "--url", server.base_url, "--no-open"]) == 0
    assert (capsys.readouterr().out, opened) == (f"{address}\n", [])
    assert main(["open", "--url", server.base_url]) == 0
    assert (capsys.readouterr().out, opened) == (f"{address}\n", [address])
    assert main(["open", "--url", "http://127.0.0.1:1"]) == 2


def test_ready_reports_whether_server_responds(server: BackgroundServer, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["ready", "--url", server.base_url]) == 0
    assert capsys.readouterr().out == f"ready: recmock {__version__} at {server.base_url}\n"
    assert main(["ready", "--listen", f"0.0.0.0:{server.address.port}"]) == 0
    assert main(["ready", "--url", "http://127.0.0.1:1"]) == 1
    assert "not ready: expected a recmock server" in capsys.readouterr().out
    assert main(["ready", "--port", str(server.address.port)]) == 0
    assert main(["ready", "--url", f"127.0.0.1:{server.address.port}"]) == 0


def test_other_server_with_the_path_of_the_health_check_is_not_ready(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("mockserver.control.client.connection.ControlConnection.request", lambda *_, **__: {"a": "b"})
    assert main(["ready"]) == 1
    assert "found something else." in capsys.readouterr().out


def test_keys_command_prints_key_pair(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["keys"]) == 0
    output = capsys.readouterr().out
    assert output.startswith("-----BEGIN PRIVATE KEY-----")
    assert output.rstrip().endswith("-----END PUBLIC KEY-----")


def test_keyboard_interrupt_exits_with_130(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_: object) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr("mockserver.cli.commands.ready.check_ready", interrupt)
    assert main(["ready"]) == 130


def test_garbage_collector_is_paused_until_the_server_is_ready(monkeypatch: pytest.MonkeyPatch) -> None:
    states: list[tuple[bool, bool]] = []

    async def start(announce_ready: Callable[[], None]) -> None:
        states.append((gc.isenabled(), gc.get_freeze_count() > 0))
        announce_ready()
        states.append((gc.isenabled(), gc.get_freeze_count() > 0))

    def run(app: object, listening: ListeningSockets, announce_ready: Callable[[], None], proxy: object) -> None:
        listening.close()
        asyncio.run(start(announce_ready))

    monkeypatch.setattr("mockserver.cli.foreground_server.run", run)
    assert main(["serve", "--listen", "127.0.0.1:0"]) == 0
    assert states == [(False, False), (True, True)]
    assert (gc.isenabled(), gc.get_freeze_count()) == (True, 0)


def test_garbage_collector_runs_during_other_commands(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mockserver.cli.commands.ready.check_ready", lambda *_: int(gc.isenabled()))
    assert main(["ready"]) == 1


def test_serve_requires_control_token_only_beyond_loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    mocks: list[Mock] = []
    monkeypatch.setattr("mockserver.cli.foreground_server.run", lambda app, listening, ready, proxy: listening.close())
    monkeypatch.setattr("mockserver.cli.foreground_server.create_app", mocks.append)
    for host in ("localhost", "127.0.0.1", "0.0.0.0"):
        assert serve(make_settings(listen=Address(host, 0))) == 0
    assert [mock.control_token is None for mock in mocks] == [True, True, False]

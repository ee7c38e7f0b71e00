"""`recmock exec`, `env` and `ca` as commands: exit codes, signals, formats and mistakes."""

import json
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
import requests

from generators.seeds import derive_auth_token, derive_demo_account_sid
from mockserver.app import create_app
from mockserver.control.client.account import AccountClient
from mockserver.control.client.errors import ControlError
from mockserver.mock import Mock
from mockserver.proxy.environment import VARIABLES
from mockserver.proxy.proxy import Proxy
from mockserver.rest.auth import DeclaredAccount
from mockserver.server.listener import BackgroundServer
from tests.commands import main
from tests.harness import make_settings

EXEC_COMMAND = [sys.executable, "-m", "mockserver", "exec"]


@pytest.fixture(autouse=True)
def data_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "it's data"
    monkeypatch.setenv("RECMOCK_DATA_DIR", str(folder))
    return folder


@pytest.fixture
def server(data_dir: Path) -> Iterator[BackgroundServer]:
    with BackgroundServer(create_app(Mock(make_settings())), proxy=Proxy(data_dir)) as server:
        yield server


@pytest.mark.parametrize(("script", "code"), [("exit 7", 7), ("exit 0", 0), ("kill -9 $$", 137)])
def test_exec_returns_exit_code_of_program(script: str, code: int) -> None:
    assert main(["exec", "--", "sh", "-c", script]) == code


def test_exec_passes_arguments_unchanged(capfd: pytest.CaptureFixture[str]) -> None:
    program = "import sys; print(sys.argv[1:])"
    arguments = ["--count", "--", "-h", "--seed=1"]
    assert main(["exec", "--count", "5", "--", sys.executable, "-c", program, *arguments]) == 0
    assert capfd.readouterr().out == f"{arguments}\n"


def test_exec_serves_mock_with_given_settings(capfd: pytest.CaptureFixture[str]) -> None:
    program = "from twilio.rest import Client; print(len(Client().recordings.list()))"
    mix = "completed=1,conference=0"
    assert main(["exec", "--count", "5", "--seed", "mine", "--mix", mix, "--", sys.executable, "-c", program]) == 0
    assert capfd.readouterr().out == "5\n"


def test_exec_keeps_other_environment_variables(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MINE", "kept")
    monkeypatch.setenv("TWILIO_EDGE", "dublin")
    before = dict(os.environ)
    program = "import os; print(os.environ['MINE'], 'TWILIO_EDGE' in os.environ)"
    assert main(["exec", "--", sys.executable, "-c", program]) == 0
    assert capfd.readouterr().out == "kept False\n"
    assert before == dict(os.environ)


@pytest.mark.parametrize(
    ("mode", "code", "message"), [(None, 127, "No such file or directory"), (0o644, 126, "Permission")]
)
def test_exec_prints_one_line_when_program_cannot_run(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], mode: int | None, code: int, message: str
) -> None:
    file = tmp_path / "program"
    if mode is not None:
        file.touch(mode)
    assert main(["exec", "--", str(file)]) == code
    err = capsys.readouterr().err
    assert err.startswith(f"recmock: cannot run {file}: {message}")
    assert err.count("\n") == 1


@pytest.mark.parametrize("arguments", [["exec"], ["exec", "--"], ["exec", "--count", "5", "--"]])
def test_exec_without_program_explains_usage(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(arguments) == 2
    assert "expected a command after --, such as recmock exec -- python app.py" in capsys.readouterr().err


def test_exec_refuses_unknown_hosts_with_proxy_unknown_refuse(capfd: pytest.CaptureFixture[str]) -> None:
    program = "import requests; print(requests.get('http://example.invalid/').status_code)"  # the proxy itself responds
    assert main(["exec", "--proxy-unknown", "refuse", "--", sys.executable, "-c", program]) == 0
    assert capfd.readouterr().out == "403\n"


SIGNAL_COUNTER_PROGRAM = """
import signal, sys, time
count = []
for number in (signal.SIGINT, signal.SIGTERM):
    signal.signal(number, lambda number, frame: count.append(int(number)))
print("ready", flush=True)
while not count:
    time.sleep(0.01)
time.sleep(0.2)  # for a second one, were there any
print(count, flush=True)
sys.exit(3)
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_exec_forwards_signal_to_program_once(number: signal.Signals) -> None:
    command = [*EXEC_COMMAND, "--", sys.executable, "-c", SIGNAL_COUNTER_PROGRAM]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, start_new_session=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        process.send_signal(number)
        assert process.stdout.readline() == f"[{int(number)}]\n"
        assert process.wait(30) == 3


def test_terminal_interrupt_reaches_program_once() -> None:
    """A terminal sends the signal to the program itself. A second one would mean "at once"."""
    controller, terminal = os.openpty()
    script = 'exec "$@" <"$0" >"$0" 2>&1'  # the first terminal that a new session opens becomes its own
    command = [
        "sh",
        "-c",
        script,
        os.ttyname(terminal),
        *EXEC_COMMAND,
        "--",
        sys.executable,
        "-c",
        SIGNAL_COUNTER_PROGRAM,
    ]
    with subprocess.Popen(command, start_new_session=True) as process, open(controller, "r+b", buffering=0) as screen:
        output = b""
        while b"ready" not in output:
            output += screen.read(100)
        screen.write(b"\x03")
        while b"]" not in output:
            output += screen.read(100)
        assert process.wait(30) == 3
    os.close(terminal)
    assert b"[2]" in output


def test_signal_before_program_start_is_forwarded(monkeypatch: pytest.MonkeyPatch) -> None:
    start = subprocess.Popen

    def start_with_signal(*arguments: object, **options: object) -> "subprocess.Popen[bytes]":
        signal.raise_signal(signal.SIGTERM)
        return start(*arguments, **options)  # type: ignore[call-overload,no-any-return]

    monkeypatch.setattr(subprocess, "Popen", start_with_signal)
    assert main(["exec", "--", "sleep", "60"]) == 128 + signal.SIGTERM


PRINT_ENVIRONMENT_PROGRAM = "import json, os; print(json.dumps(dict(os.environ)))"


def test_env_output_for_shell_sets_variables_of_exec(server: BackgroundServer) -> None:
    recmock = f"{sys.executable} -m mockserver"
    set_variables = f'export TWILIO_EDGE=x; eval "$({recmock} env --url {server.base_url})"'
    script = f"{set_variables}; {sys.executable} -c '{PRINT_ENVIRONMENT_PROGRAM}'"
    result = subprocess.run(["sh", "-ec", script], capture_output=True, text=True, check=True, timeout=100)
    found = json.loads(result.stdout)
    answer = requests.get(
        "https://api.twilio.com/_mock/health",
        proxies={"https": found["HTTPS_PROXY"]},
        verify=found["REQUESTS_CA_BUNDLE"],
        timeout=10,
    )
    assert answer.json()["status"] == "ok"
    assert "TWILIO_EDGE" not in found
    assert found["RECMOCK_URL"] == server.base_url
    assert (found["TWILIO_ACCOUNT_SID"], found["TWILIO_AUTH_TOKEN"]) == (
        derive_demo_account_sid("0"),
        derive_auth_token("0", derive_demo_account_sid("0")),
    )
    assert "it's data" in found["SSL_CERT_FILE"]


def test_env_formats_have_equal_values(server: BackgroundServer, capsys: pytest.CaptureFixture[str]) -> None:
    def get_env_output(form: str) -> str:
        assert main(["env", "--listen", str(server.address), "--format", form]) == 0
        out, err = capsys.readouterr()
        assert err == ""
        return out

    values = json.loads(get_env_output("json"))
    assert values["TWILIO_REGION"] is None
    variables = {name: value for name, value in values.items() if value is not None}
    assert variables == dict(line.split("=", 1) for line in get_env_output("github").splitlines())
    dotenv = dict(line.split("=", 1) for line in get_env_output("dotenv").splitlines())
    assert variables.keys() == dotenv.keys()
    assert dotenv["HTTPS_PROXY"] == f"'{server.base_url}'"
    assert dotenv["JAVA_TOOL_OPTIONS"].startswith('"-Dhttps.proxyHost=127.0.0.1 ')
    assert '\\"-Djavax.net.ssl.trustStore=' in dotenv["JAVA_TOOL_OPTIONS"]
    lines = get_env_output("powershell").splitlines()
    assert f"$env:HTTPS_PROXY = '{server.base_url}'" in lines
    assert any("it''s data" in line for line in lines)
    assert "Remove-Item Env:TWILIO_EDGE -ErrorAction SilentlyContinue" in lines


@pytest.mark.parametrize("form", ["dotenv", "github"])
def test_env_warns_when_format_cannot_unset_variable(
    server: BackgroundServer, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, form: str
) -> None:
    monkeypatch.setenv("TWILIO_REGION", "ie1")
    assert main(["env", "--url", server.base_url, "--format", form]) == 0
    out, err = capsys.readouterr()
    assert err == "recmock: TWILIO_REGION is set, and this format cannot unset it. Unset it yourself.\n"
    assert "TWILIO_REGION" not in out


def test_env_unset_undoes_variables_in_shell(server: BackgroundServer) -> None:
    recmock = f"{sys.executable} -m mockserver"
    before = "export NODE_OPTIONS=--no-warnings JAVA_TOOL_OPTIONS=; unset PHP_INI_SCAN_DIR HTTPS_PROXY"
    script = (
        f'{before}; eval "$({recmock} env --url {server.base_url} --control-token x)"; '
        f"eval \"$({recmock} env --unset)\"; {sys.executable} -c '{PRINT_ENVIRONMENT_PROGRAM}'"
    )
    result = subprocess.run(["sh", "-ec", script], capture_output=True, text=True, check=True, timeout=100)
    found = json.loads(result.stdout)
    set_names = {name for row in VARIABLES if row.value is not None for name in row.names} | {"RECMOCK_CONTROL_TOKEN"}
    assert found.keys() & set_names == {"NODE_OPTIONS"}
    assert found["NODE_OPTIONS"] == "--no-warnings"


def test_env_unset_needs_no_server_and_has_formats_that_unset(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RECMOCK_URL", "http://127.0.0.1:1")
    assert main(["env", "--unset", "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["HTTPS_PROXY"] is None
    assert main(["env", "--unset", "--format", "powershell"]) == 0
    assert "Remove-Item Env:HTTPS_PROXY -ErrorAction SilentlyContinue" in capsys.readouterr().out.splitlines()
    for form in ("dotenv", "github"):
        assert main(["env", "--unset", "--format", form]) == 2
        assert capsys.readouterr() == (
            "",
            f"recmock: --unset: expected a format that can unset variables (sh, json, powershell), found '{form}'.\n",
        )


def test_env_requires_running_server(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["env", "--url", "http://127.0.0.1:1"]) == 2
    assert "expected a recmock server at http://127.0.0.1:1, found none" in capsys.readouterr().err


def test_env_requires_ca_of_the_server(
    server: BackgroundServer, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["env", "--url", server.base_url, "--data-dir", str(tmp_path / "other")]) == 2
    out, err = capsys.readouterr()
    assert "found another: use the --data-dir of the server here too." in err
    assert out == ""


def test_env_requires_proxy(
    server: BackgroundServer, data_dir: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mockserver.control.client.connection.ControlConnection.request", lambda *_, **__: {})
    assert main(["env", "--url", "http://127.0.0.1:1"]) == 2
    assert "expected a proxy at http://127.0.0.1:1, found none: ProxyError." in capsys.readouterr().err


def get_env_values(capsys: pytest.CaptureFixture[str], *flags: str) -> tuple[dict[str, str], str]:
    """Return the variables of `recmock env`, and what it printed on the standard error output."""
    capsys.readouterr()
    assert main(["env", "--format", "json", *flags]) == 0
    out, err = capsys.readouterr()
    return json.loads(out), err


def test_env_has_account_of_running_server(data_dir: Path, capsys: pytest.CaptureFixture[str]) -> None:
    sid = derive_demo_account_sid("mine")
    mock = Mock(make_settings(seed="mine", account=(DeclaredAccount(sid=sid, token="chosen"),)))
    with BackgroundServer(create_app(mock), proxy=Proxy(data_dir)) as server:
        values, err = get_env_values(capsys, "--url", server.base_url)
        assert (values["TWILIO_ACCOUNT_SID"], values["TWILIO_AUTH_TOKEN"], err) == (sid, "chosen", "")
        seeded, _ = get_env_values(capsys, "--url", server.base_url, "--seed", "other")
        assert seeded["TWILIO_ACCOUNT_SID"] == derive_demo_account_sid("other")
        account = f"{derive_demo_account_sid('0')}:declared"
        declared, _ = get_env_values(capsys, "--url", server.base_url, "--account", account)
        assert declared["TWILIO_AUTH_TOKEN"] == "declared"


def test_env_of_server_with_control_token(
    data_dir: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    mock = Mock(make_settings(seed="mine"), control_token="secret")
    with BackgroundServer(create_app(mock), proxy=Proxy(data_dir)) as server:
        values, err = get_env_values(capsys, "--url", server.base_url, "--control-token", "secret")
        assert values["TWILIO_ACCOUNT_SID"] == derive_demo_account_sid("mine")
        assert (values["RECMOCK_CONTROL_TOKEN"], err) == ("secret", "")
        values, err = get_env_values(capsys, "--url", server.base_url)
        assert values["TWILIO_ACCOUNT_SID"] == derive_demo_account_sid("0")
        assert "RECMOCK_CONTROL_TOKEN" not in values
        assert err.startswith("recmock: the server does not show its account, so the variables have that of --seed")
        assert "401: Beyond loopback" in err
        monkeypatch.setenv("RECMOCK_CONTROL_TOKEN", "secret")
        values, err = get_env_values(capsys, "--url", server.base_url)
        assert (values["TWILIO_ACCOUNT_SID"], err) == (derive_demo_account_sid("mine"), "")


def test_env_reports_other_errors_of_server(
    server: BackgroundServer, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_: AccountClient) -> None:
        raise ControlError("the account is broken", 500)

    monkeypatch.setattr(AccountClient, "state", fail)
    assert main(["env", "--url", server.base_url]) == 2
    assert capsys.readouterr() == ("", "recmock: the account is broken\n")


def test_ca_command_prints_path_or_pem(data_dir: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["ca"]) == 0
    file = Path(capsys.readouterr().out.strip())
    assert file == data_dir / "ca.pem"
    assert main(["ca", "--pem"]) == 0
    assert capsys.readouterr().out == file.read_text()
    assert main(["ca", "--bundle"]) == 0
    assert file.read_text() in Path(capsys.readouterr().out.strip()).read_text()


HEALTH_PROGRAM = "import requests; print(requests.get('https://api.twilio.com/_mock/health').status_code)"


@pytest.mark.parametrize("home", [None, "file", "relative"])
def test_exec_env_and_ca_work_without_home_to_write_to(
    home: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "temporary").mkdir()
    for name in ("RECMOCK_DATA_DIR", "XDG_DATA_HOME", "HOME"):
        monkeypatch.delenv(name, raising=False)
    if home is not None:
        monkeypatch.setenv("HOME", str(tmp_path / home) if home == "file" else home)
    monkeypatch.setattr(pwd, "getpwuid", lambda _: SimpleNamespace(pw_dir=str(tmp_path / "file")))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    assert main(["exec", "--", sys.executable, "-c", HEALTH_PROGRAM]) == 0
    assert capfd.readouterr().out == "200\n"
    assert main(["ca"]) == 0
    folder = Path(capfd.readouterr().out.strip()).parent
    assert folder == tmp_path / "temporary" / f"recmock-{os.getuid()}"
    with BackgroundServer(create_app(Mock(make_settings())), proxy=Proxy()) as server:
        assert main(["env", "--url", server.base_url]) == 0
    assert f"export SSL_CERT_FILE={folder}/bundle-" in capfd.readouterr().out


@pytest.mark.parametrize("command", [["ca"], ["exec", "--", "true"], ["env", "--url", "URL"]])
def test_broken_ca_file_prints_one_line_message(
    server: BackgroundServer, data_dir: Path, capsys: pytest.CaptureFixture[str], command: list[str]
) -> None:
    data_dir.mkdir()
    (data_dir / "ca-key.pem").write_text("nonsense")
    assert main([server.base_url if argument == "URL" else argument for argument in command]) == 2
    err = capsys.readouterr().err
    assert err.startswith("recmock: expected the key and certificate of recmock's own CA in ")
    assert err.count("\n") == 1


def test_serve_allows_tunnels_only_on_loopback(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--listen", "0.0.0.0:0", "--proxy-unknown", "tunnel"]) == 2
    assert capsys.readouterr().err.startswith(
        "recmock: --proxy-unknown: expected refuse because other machines can connect to 0.0.0.0:0, found 'tunnel'."
    )


@pytest.mark.skipif(shutil.which("pwsh") is None, reason="no PowerShell")
def test_powershell_evaluates_env_output(server: BackgroundServer) -> None:
    command = f"& {sys.executable} -m mockserver env --format powershell --url {server.base_url} | Out-String | iex"
    result = subprocess.run(
        ["pwsh", "-c", f"{command}; $env:SSL_CERT_FILE"], capture_output=True, text=True, check=True, timeout=100
    )
    assert "it's data" in result.stdout


def test_exec_refuses_store_that_cannot_be_used(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    store = tmp_path / "missing" / "recmock.db"
    assert main(["exec", "--store", f"sqlite:{store}", "--", "true"]) == 2
    assert capsys.readouterr().err == (
        f"recmock: --store: expected a file that can be written, found {store}: No such file or directory.\n"
    )

"""Commands for a running server, such as `clock`, `recordings` and `faults`, and some of `scenario`."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import requests

from generators.seeds import derive_demo_account_sid
from mockserver.app import create_app
from mockserver.control.client.account import AccountClient
from mockserver.control.client.connection import ControlConnection
from mockserver.mock import Mock
from mockserver.server.listener import BackgroundServer
from mockserver.testing.sink import Sink
from scenarios.loading.load import load
from tests.commands import main
from tests.harness import make_settings

DEMO_SID = derive_demo_account_sid("0")
OTHER_SID = "AC" + "1" * 32
START_HOUR = "2026-03-01T09:00"
FAULT = '{"when": {"op": "list_recordings"}, "then": {"status": 500}}'
COMMANDS = [
    ["clock"],
    ["clock", "advance", "1s"],
    ["clock", "move-to", "2100-01-01"],
    ["clock", "freeze"],
    ["clock", "run"],
    ["signal", "finish"],
    ["recordings", "add"],
    ["recordings", "get", "late"],
    ["recordings", "transition", "late", "completed"],
    ["faults"],
    ["faults", "add", FAULT],
    ["faults", "remove"],
    ["callbacks"],
    ["callbacks", "send", "--to", "http://127.0.0.1:1/"],
    ["callbacks", "redeliver", "0"],
    ["debugger"],
    ["doctor"],
    ["scenario", "next"],
    ["scenario", "step", "late"],
    ["scenario", "arm", "late-webhook"],
    ["scenario", "capture", "demo"],
]

RunCommand = Callable[..., str]


@pytest.fixture(autouse=True)
def _clear_server_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("RECMOCK_URL", "RECMOCK_LISTEN", "RECMOCK_CONTROL_TOKEN"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def mock() -> Mock:
    return Mock(make_settings(), scenario=load("late-webhook"))


@pytest.fixture
def server(mock: Mock) -> Iterator[BackgroundServer]:
    with BackgroundServer(create_app(mock)) as server:
        yield server


@pytest.fixture
def account(server: BackgroundServer) -> AccountClient:
    return AccountClient(ControlConnection(server.base_url))


@pytest.fixture
def run_command(server: BackgroundServer, capsys: pytest.CaptureFixture[str]) -> RunCommand:
    def run(*arguments: str, code: int = 0) -> str:
        assert main([*arguments, "--url", server.base_url]) == code
        out, err = capsys.readouterr()
        assert err == ""
        return out

    return run


def get_error_message(capsys: pytest.CaptureFixture[str], arguments: list[str], code: int = 2) -> str:
    """Return the one-sentence error of a command."""
    assert main(arguments) == code
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("recmock: ")
    assert err.count("\n") == 1
    return err.removeprefix("recmock: ").strip()


def get_usage_error(capsys: pytest.CaptureFixture[str], arguments: list[str]) -> str:
    """Return the usage error of a command."""
    with pytest.raises(SystemExit) as exc_info:
        main(arguments)
    assert exc_info.value.code == 2
    return capsys.readouterr().err.strip().rpartition("\n")[2]


def test_clock_command_shows_and_changes_time(run_command: RunCommand) -> None:
    assert run_command("clock") == f"{START_HOUR}:00Z frozen\n"
    assert run_command("clock", "advance", "12s") == f"{START_HOUR}:12Z late: processing\n"
    assert run_command("clock", "advance", "1s") == "nothing happened\n"
    events = run_command("clock", "move-to", "2026-03-01T09:05:00+00:00").splitlines()
    assert events[0].startswith(f"{START_HOUR}:42Z late: completed (duration 12, price -0.00250)")
    assert run_command("clock", "move-to", "2026-03-02") == "nothing happened\n"
    assert run_command("clock", "run", "60x").endswith("scaled at 60x\n")
    assert run_command("clock", "run", "0.5").endswith("scaled at 0.5x\n")
    assert run_command("clock", "run").endswith("real\n")
    assert run_command("clock", "freeze").endswith("frozen\n")


def test_signal_command_targets_one_recording_or_all(run_command: RunCommand) -> None:
    run_command("clock", "advance", "12s")
    assert run_command("signal", "nothing") == f"{START_HOUR}:12Z late: signal nothing\n"
    assert run_command("signal", "finish", "late").splitlines()[:2] == [
        f"{START_HOUR}:12Z late: signal finish",
        f"{START_HOUR}:12Z late: completed (duration 12, price -0.00250), callback completed",
    ]
    assert run_command("signal", "finish") == "nothing happened\n"


def test_faults_are_listed_added_and_removed(run_command: RunCommand, server: BackgroundServer) -> None:
    before = run_command("faults").splitlines()
    assert [line.partition(":")[0] for line in before] == ["0", "1"]
    assert before[0].endswith("applied to 0 of 0")
    lines = run_command("faults", "add", '{"when": {"op": "fetch_account"}, "then": {"status": 503}}').splitlines()
    assert lines[:2] == before
    assert lines[2].startswith("2: ")
    sequence = '{"when": {"op": "list_transcriptions"}, "answers": [500, "ok"]}'
    assert '"answers":[500,"ok"]' in run_command("faults", "add", sequence).splitlines()[3]
    for limit in ('{"requests": 900, "per": "1s"}', '{"concurrent": 9}'):
        assert f"{limit[1:8]}" in run_command("faults", "add", limit).splitlines()[-1]
    url = f"{server.base_url}/2010-04-01/Accounts/{DEMO_SID}.json"
    assert requests.get(url, auth=(DEMO_SID, "x"), timeout=10).status_code == 503
    assert run_command("faults").splitlines()[2].endswith("applied to 1 of 1")
    assert len(run_command("faults", "remove", "2").splitlines()) == 5
    assert requests.get(url, auth=(DEMO_SID, "x"), timeout=10).status_code == 200
    assert run_command("faults", "remove") == "no faults\n"


def test_fault_is_added_from_flags(run_command: RunCommand, server: BackgroundServer) -> None:
    run_command("faults", "remove")
    flags = ["--status", "429", "--retry-after", "1", "--times", "1"]
    (line,) = run_command("faults", "add", "list_recordings", *flags).splitlines()
    fault = '{"when":{"op":"list_recordings"},"then":{"status":429,"retry_after":1},"times":1}'
    assert line.partition(" ")[2] == f"{fault} applied to 0 of 0"
    url = f"{server.base_url}/2010-04-01/Accounts/{DEMO_SID}/Recordings.json"
    answers = [requests.get(url, auth=(DEMO_SID, "x"), timeout=10) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [429, 200]
    assert answers[0].headers["retry-after"] == "1"
    more = ["--header", "User-Agent: x*", "--path", "*.mp3", "--fault", "empty_response", "--probability", "0.5"]
    fault = '{"when":{"path":"*.mp3","header":{"User-Agent":"x*"}},"then":{"fault":"empty_response"},"probability":0.5}'
    assert fault in run_command("faults", "add", *more)
    throttled = ["--status", "503", "--retry-after", "2", "--enforce-retry-after", "--delay", "1ms", "--ttl", "1h"]
    found = json.loads(run_command("faults", "add", "list_calls", *throttled, "--json"))[-1]["fault"]
    assert found["then"] == {"status": 503, "retry_after": 2, "enforce_retry_after": True, "delay": "1ms"}
    assert found["ttl"] == "1h"


def test_recordings_are_added_shown_and_changed(run_command: RunCommand, account: AccountClient) -> None:
    with Sink(account.state().auth_token) as sink:
        added = run_command("recordings", "add", "--id", "one", "--status", "in-progress", "--callback", sink.url)
        sid = account.recordings.get("one").sid
        assert added == f"one {sid} in-progress, shown as processing\n"
        events = run_command("recordings", "transition", "one", "completed", "--duration", "12")
        assert events.splitlines()[0] == f"{START_HOUR}:00Z one: completed (duration 12), callback completed"
        assert sink.wait_for(1)[-1].parameters["RecordingSid"] == sid
        event_flags = ["--callback", sink.url, "--callback-event", "in-progress", "--callback-event", "completed"]
        found = json.loads(run_command("recordings", "add", "--status", "completed", *event_flags, "--json"))
    assert (found["status"], found["document"]["channels"]) == ("completed", 1)
    assert run_command("recordings", "get", "one") == f"one {sid} completed\n"
    assert account.recordings.get("one").document["duration"] == "12"
    assert run_command("recordings", "add", "--channels", "2").endswith(" completed\n")
    assert "callback completed" in run_command("recordings", "transition", "one", "--callback-event", "completed")


def test_callbacks_are_listed_and_redelivered(run_command: RunCommand, account: AccountClient) -> None:
    assert run_command("callbacks") == "no callbacks\n"
    with Sink(account.state().auth_token) as sink:
        account.recordings.add(id="told", callback=sink.url, timeline=[{"status": "completed"}])
        account.recordings.add(id="lost", callback="http://127.0.0.1:1/", timeline=[{"status": "completed"}])
        listed = run_command("callbacks").splitlines()
        assert listed[0] == f"0: told completed delivered, POST {sink.url}"
        assert listed[1].endswith(" 204")
        assert listed[2].startswith("     signed with ")
        assert sink.url in listed[2]
        assert listed[3].startswith("1: lost completed ")
        redelivery = run_command("callbacks", "redeliver", "0").splitlines()
        assert redelivery[0] == listed[0]
        assert redelivery[-2].endswith(" 204")
        assert len(sink.wait_for(2)) == 2


def test_callback_is_sent_by_hand(run_command: RunCommand, account: AccountClient) -> None:
    with Sink(account.state().auth_token) as sink:
        sent = run_command("callbacks", "send", "--event", "completed", "--to", sink.url).splitlines()
        assert sent[0].endswith(f" completed delivered, POST {sink.url}")
        (callback,) = sink.wait_for(1)
        assert callback.signature_ok
        assert callback.parameters["RecordingStatus"] == "completed"
    lost = run_command("callbacks", "send", "--to", "http://127.0.0.1:1/", "--method", "GET").splitlines()
    assert "GET http://127.0.0.1:1/" in lost[0]
    assert run_command("callbacks").splitlines() == [*sent, *lost]


def test_doctor_command_exits_with_1_when_it_finds_problems(run_command: RunCommand, server: BackgroundServer) -> None:
    assert run_command("doctor") == "No findings. Requests examined: 0.\n"
    assert json.loads(run_command("doctor", "--json"))["is_clean"] is True
    url = f"{server.base_url}/2010-04-01/Accounts/{DEMO_SID}/Recordings.json"
    for page in (0, 1, 2):
        requests.get(url, auth=(DEMO_SID, "x"), params={"Page": page, "PageSize": 5}, timeout=10)
    assert run_command("doctor", code=1) != ""
    assert json.loads(run_command("doctor", "--json", code=1))["is_clean"] is False


def test_captured_account_plays_again(
    run_command: RunCommand, account: AccountClient, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run_command("clock", "advance", "20s")
    run_command("signal", "finish", "late")
    file = tmp_path / "captured.yaml"
    file.write_text(run_command("scenario", "capture", "demo"))
    captured = account.scenario.capture()
    assert main(["scenario", "validate", str(file)]) == 0
    assert main(["scenario", "explain", str(file)]) == 0
    assert "  3. 8s later: completed (duration 12, price -0.00250)" in capsys.readouterr().out
    as_json = json.loads(run_command("scenario", "capture", "demo", "--json"))
    assert as_json == {"scenario": captured.scenario, "notes": [*captured.notes]}
    assert any("the signal finish was sent to late" in note for note in captured.notes)
    run_command("scenario", "arm", str(file), "--account", OTHER_SID)
    steps = run_command("clock", "advance", "20s", "--account", OTHER_SID).splitlines()
    assert [line.partition(" (")[0] for line in steps[:2]] == [
        f"{START_HOUR}:12Z late: processing",
        f"{START_HOUR}:20Z late: completed",
    ]


def test_capture_of_account_without_anything_has_no_comments(run_command: RunCommand, account: AccountClient) -> None:
    account.scenario.disarm()
    assert "#" not in run_command("scenario", "capture", "demo")


def test_scenario_command_arms_and_steps_scenario(run_command: RunCommand, tmp_path: Any) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text(
        "recordings: [{id: a, timeline: [{status: in-progress}, {after: {fetches: 9}, status: completed}]}]"
    )
    assert run_command("scenario", "arm", str(file)).endswith(" a: in-progress\n")
    assert run_command("scenario", "next") == "a: step 2 of 2, after 9 fetches: completed\n"
    assert run_command("scenario", "step", "a").endswith(" a: completed\n")
    assert run_command("scenario", "next") == "no timeline is waiting\n"
    assert run_command("scenario", "arm", "happy-path").endswith(" happy: in-progress\n")


@pytest.mark.parametrize("arguments", COMMANDS, ids=" ".join)
def test_json_flag_prints_json(arguments: list[str], run_command: RunCommand, account: AccountClient) -> None:
    account.recordings.add(id="told", callback="http://127.0.0.1:1/", timeline=[{"status": "completed"}])
    is_one = arguments in (["doctor"], ["clock"], ["clock", "freeze"], ["clock", "run"])
    is_one = is_one or arguments[:2] in (["recordings", "add"], ["recordings", "get"], ["scenario", "capture"])
    assert isinstance(json.loads(run_command(*arguments, "--json")), dict if is_one else list)


@pytest.mark.parametrize(
    "arguments",
    [command for command in COMMANDS if command[0] in ("clock", "faults", "callbacks") and len(command) > 1],
    ids=" ".join,
)
def test_flags_before_action_apply_to_action(
    arguments: list[str], server: BackgroundServer, account: AccountClient, capsys: pytest.CaptureFixture[str]
) -> None:
    AccountClient(ControlConnection(server.base_url), OTHER_SID).recordings.add(
        id="told", callback="http://127.0.0.1:1/", timeline=[{"status": "completed"}]
    )
    before = account.state()
    command, *action = arguments
    addresses = (["--url", server.base_url], ["--listen", str(server.address)])
    for flags in addresses:
        assert main([command, *flags, "--account", OTHER_SID, "--json", *action]) == 0
        assert json.loads(capsys.readouterr().out) is not None
    assert account.state() == before
    assert main([command, "--url", "http://127.0.0.1:1", *action, *addresses[0], "--account", OTHER_SID]) == 0


@pytest.mark.parametrize("arguments", COMMANDS, ids=" ".join)
def test_missing_server_prints_hint(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    message = get_error_message(capsys, [*arguments, "--url", "http://127.0.0.1:1/"])
    assert message.startswith("expected a recmock server at http://127.0.0.1:1, found none: ConnectionError.")
    assert message.endswith("Start a server with recmock serve, or give its address with --url.")


def test_https_address_of_http_server_prints_what_helps(
    server: BackgroundServer, capsys: pytest.CaptureFixture[str]
) -> None:
    message = get_error_message(capsys, ["clock", "--url", server.base_url.replace("http:", "https:")])
    assert "found none: SSLError. The other side may not use TLS: try http instead of https." in message


def test_server_address_prefers_flag_over_environment(
    server: BackgroundServer, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("RECMOCK_LISTEN", str(server.address))
    assert main(["clock"]) == 0
    monkeypatch.setenv("RECMOCK_URL", "http://127.0.0.1:1")
    assert "at http://127.0.0.1:1, found none" in discard_output_and_get_error_message(capsys, ["clock"])
    assert main(["clock", "--listen", str(server.address)]) == 0
    assert main(["clock", "--url", server.base_url, "--listen", "127.0.0.1:1"]) == 0
    monkeypatch.setenv("RECMOCK_LISTEN", "127.0.0.1:1")
    monkeypatch.setenv("RECMOCK_URL", server.base_url)
    assert main(["clock"]) == 0
    monkeypatch.setenv("RECMOCK_URL", "localhost")
    assert discard_output_and_get_error_message(capsys, ["clock"]).startswith(
        "RECMOCK_URL: expected a URL such as http://127.0.0.1:4010"
    )


def test_server_and_account_are_taken_in_short_forms(
    server: BackgroundServer, account: AccountClient, capsys: pytest.CaptureFixture[str]
) -> None:
    port, before = server.address.port, account.clock.now()
    for url in (f"127.0.0.1:{port}", f"localhost:{port}", f":{port}", str(port), f"{port}/"):
        assert main(["clock", "--url", url, "--account", "demo", "advance", "5"]) == 0
    assert main(["clock", "--port", str(port), "advance", "5min"]) == 0
    assert main(["clock", "--account", OTHER_SID, "advance", "1 hour", "--account", "Demo", "--port", str(port)]) == 0
    assert main(["sid", "--url", str(port), "--account", "demo", DEMO_SID]) == 0
    assert account.clock.now() - before == timedelta(hours=1, minutes=5, seconds=25)
    assert capsys.readouterr().err == ""


def discard_output_and_get_error_message(capsys: pytest.CaptureFixture[str], arguments: list[str]) -> str:
    capsys.readouterr()
    return get_error_message(capsys, arguments)


def test_clock_command_inside_exec_uses_server_of_exec(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RECMOCK_DATA_DIR", str(tmp_path))
    recmock = [sys.executable, "-m", "mockserver"]
    command = [*recmock, "exec", "--scenario", "late-webhook", "--", *recmock, "clock", "advance", "12s"]
    result = subprocess.run(command, capture_output=True, text=True, check=True, timeout=100)
    assert result.stdout == f"{START_HOUR}:12Z late: processing\n"


@pytest.mark.parametrize("command", ["ready", f"sid {DEMO_SID}", "clock", "doctor", "faults"])
def test_every_command_finds_server_by_the_same_rules(
    command: str, server: BackgroundServer, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    address, stale = str(server.address), "http://127.0.0.1:1"
    monkeypatch.setenv("RECMOCK_URL", server.base_url)
    monkeypatch.setenv("RECMOCK_LISTEN", "127.0.0.1:1")
    assert main(command.split()) == 0
    monkeypatch.setenv("RECMOCK_URL", stale)
    assert main([*command.split(), "--listen", address]) == 0
    assert main([*command.split(), "--url", server.base_url, "--listen", "127.0.0.1:1", "--control-token", "x"]) == 0
    capsys.readouterr()
    assert main(command.split()) == (1 if command == "ready" else 2)
    assert f"expected a recmock server at {stale}, found none" in "".join(capsys.readouterr())
    monkeypatch.setenv("RECMOCK_URL", "")
    monkeypatch.setenv("RECMOCK_LISTEN", address)
    assert main(command.split()) == 0
    monkeypatch.setenv("RECMOCK_URL", "ftp://x")
    assert discard_output_and_get_error_message(capsys, command.split()).startswith("RECMOCK_URL: expected a URL")


def test_error_says_that_variable_names_missing_server(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("RECMOCK_URL", "http://127.0.0.1:1/")
    assert "found none: ConnectionError. RECMOCK_URL names this one. Start a " in get_error_message(capsys, ["clock"])
    assert "RECMOCK_URL" not in get_error_message(capsys, ["clock", "--url", "http://127.0.0.1:9"])


def test_commands_inside_exec_use_server_of_exec(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RECMOCK_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("RECMOCK_LISTEN", "127.0.0.1:1")
    recmock = f"{sys.executable} -m mockserver"
    first_sid = f"{recmock} sid --seed mine --count 7 --index 0 | head -n 1"
    script = f"{recmock} ready && {recmock} sid $({first_sid}) && {recmock} env && {recmock} doctor"
    command = [*recmock.split(), "exec", "--seed", "mine", "--count", "7", "--", "sh", "-c", script]
    result = subprocess.run(command, capture_output=True, text=True, check=True, timeout=100)
    assert result.stdout.startswith("ready: recmock ")
    assert "  index    0\n" in result.stdout
    assert f"export TWILIO_ACCOUNT_SID={derive_demo_account_sid('mine')}\n" in result.stdout


def test_control_token_is_read_from_flag_or_environment(
    server: BackgroundServer, mock: Mock, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    mock.control_token = "secret"
    address_flags = ["--url", server.base_url]
    hint = "Set --control-token or RECMOCK_CONTROL_TOKEN."
    assert get_error_message(capsys, ["clock", *address_flags]).endswith(hint)
    assert get_error_message(capsys, ["clock", *address_flags, "--control-token", "other"]).endswith(hint)
    assert "of ASCII characters, found other characters." in get_error_message(
        capsys, ["clock", *address_flags, "--control-token", "gehéim"]
    )
    assert main(["clock", *address_flags, "--control-token", "secret"]) == 0
    assert main(["clock", "--control-token", "secret", "freeze", *address_flags]) == 0
    monkeypatch.setenv("RECMOCK_CONTROL_TOKEN", "secret")
    for command in ("clock", "faults", "callbacks", "doctor"):
        assert main([command, *address_flags]) == 0
    assert main(["sid", DEMO_SID, *address_flags]) == 0


def test_sid_command_explains_recording_created_on_server(
    server: BackgroundServer, capsys: pytest.CaptureFixture[str]
) -> None:
    recording = AccountClient(ControlConnection(server.base_url)).recordings.add(id="new")
    assert main(["sid", recording.sid, "--url", server.base_url]) == 0
    assert f"Recording 'new' ({recording.sid}), which was created here." in capsys.readouterr().out
    assert main(["sid", recording.sid]) == 1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["signal", "finish", "nobody"], "Expected a RecordingSid or a handle (here: late), found 'nobody'."),
        (["scenario", "step", "RE" + "0" * 32], "answered 404: "),
        (["faults", "remove", "99"], "This account has no rule 99."),
        (["callbacks", "redeliver", "99"], "This account has no callback 99."),
        (["clock", "move-to", "2020-01-01"], "time does not go back"),
        (["faults", "add", "nonsense", "--status", "429"], "or a sequence as a JSON object, found 'nonsense'."),
        (["faults", "add", "list_recording"], "expected an operation such as list_recordings, or a fault or"),
        (["faults", "add", "list_recording", "--status", "429"], "Did you mean list_recordings?"),
        (["faults", "add", "list_recordings"], "expected an effect, such as --status 429, --delay 2s or --fault,"),
        (["faults", "add", "--times", "1"], "429, --delay 2s or --fault, found no flag: recmock faults add"),
        (["faults", "add", FAULT, "--times", "1"], "expected a fault as JSON or as flags, found both."),
        (["faults", "add", "--status", "199"], "then.status: expected an HTTP status from 200 to 599, found 199."),
        (["faults", "add", "{nonsense"], "expected a fault or a sequence as a JSON object, found '{nonsense': JSON is"),
        (["recordings", "add", "--status", "done"], "recordings[0].status: expected one of in-progress, paused,"),
        (["recordings", "add", "--media", "no.wav"], "/no.wav'."),
        (["recordings", "add", "--callback-event", "completed"], "expected --callback URL beside --callback-event"),
        (["recordings", "get", "nobody"], "Expected a RecordingSid or a handle (here: late), found 'nobody'."),
        (["recordings", "transition", "late"], "expected a change, such as a status or --duration 12, found none."),
        (["faults", "add", "[1]"], "expected a fault or a sequence as a JSON object, found '[1]': Expected `object`"),
        (["faults", "add", '{"a":' * 9999], "and too deep."),
        (["faults", "add", "{}"], "faults[0]: expected the key 'then', found none."),
        (["faults", "add", '{"when": {"op": "lst"}, "then": {"status": 500}}'], "expected one of list_recordings,"),
        (["faults", "add", "\udcff"], "or a fault or a sequence as a JSON object, found '\\udcff'."),
        (["signal", "\udcff"], "expected text, found '\\udcff': surrogates not allowed."),
        (["scenario", "arm", "nothing"], "nothing: expected a file or one of the bundled scenarios ("),
    ],
)
def test_rejected_command_prints_one_line_message(
    arguments: list[str], message: str, server: BackgroundServer, capsys: pytest.CaptureFixture[str]
) -> None:
    assert message in get_error_message(capsys, [*arguments, "--url", server.base_url])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["clock", "advance", "soon"], "expected a duration such as 30s, 250ms or 1m30s, found 'soon'."),
        (["clock", "advance", ""], "expected a duration"),
        (["clock", "advance"], "the following arguments are required: DURATION"),
        (["clock", "move-to", "yesterday"], "expected a date or an instant such as 2026-03-01T09:00:00Z, found"),
        (["clock", "move-to", "9999-12-31"], "expected a date between 1970 and 9000, found '9999-12-31'."),
        (["clock", "run", "nan"], "expected a rate from 0.001 to 1000000, such as 60 or 60x, found 'nan'."),
        (["clock", "run", "-5"], "expected a rate"),
        (["clock", "run", "0"], "expected a rate"),
        (["clock", "run", "1e9"], "expected a rate"),
        (["clock", "stop"], "invalid choice: 'stop'"),
        (["clock", "--account", "AC1"], "expected AC and 32 hexadecimal digits, found 'AC1'."),
        (["clock", "--url", "localhost"], "expected a URL such as http://127.0.0.1:4010, found 'localhost'."),
        (["clock", "--url", "localhost:65536"], "expected a URL"),
        (["clock", "--url", "http://"], "expected a URL"),
        (["clock", "--url", "http://localhost:x"], "expected a URL"),
        (["signal", ""], "expected a name of 1 to 64 characters, found ''."),
        (["signal", "finish", "../x"], "expected a handle of the scenario or a RecordingSid, found '../x'."),
        (["scenario", "step", "late?x"], "expected a handle of the scenario or a RecordingSid, found 'late?x'."),
        (["faults", "remove", "-1"], "expected the number of a listed row, found '-1'."),
        (["faults", "add", "--status", "x"], "argument --status: expected a whole number, found 'x'."),
        (["faults", "add", "--probability", "2"], "expected a number from 0 to 1, found '2'."),
        (["faults", "add", "--probability", "x"], "expected a number from 0 to 1, found 'x'."),
        (["faults", "add", "--header", "x"], "expected a header and a shell pattern, such as User-Agent:twilio-*"),
        (["recordings"], "the following arguments are required: ACTION"),
        (["recordings", "get", "../x"], "expected a handle of the scenario or a RecordingSid, found '../x'."),
        (["callbacks", "redeliver", "all"], "expected the number of a listed row, found 'all'."),
        (["scenario"], "the following arguments are required: ACTION"),
    ],
)
def test_malformed_arguments_are_rejected_without_request(
    arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert message in get_usage_error(capsys, arguments)


def test_flags_before_scenario_action_are_rejected_with_usage(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["scenario", "--url", "http://127.0.0.1:1", "next"])
    form = "The syntax is: recmock scenario ACTION [arguments and flags of the action]."
    assert capsys.readouterr().err.endswith(f" {form} See recmock scenario --help.\n")


def test_server_that_is_not_recmock_is_reported(server: BackgroundServer, capsys: pytest.CaptureFixture[str]) -> None:
    with Sink("secret") as sink:
        assert "expected a recmock server at" in get_error_message(capsys, ["clock", "--url", sink.url])
    assert "answered 404: " in get_error_message(capsys, ["clock", "--url", f"{server.base_url}/else"])

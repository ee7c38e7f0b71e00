"""`recmock call` and `recmock debugger`: a voice app is called from the terminal."""

import json
from argparse import Namespace
from collections.abc import Callable, Iterator

import pytest

from mockserver.app import create_app
from mockserver.cli import temporary_server
from mockserver.cli.banner import COLORED
from mockserver.cli.command import Invocation
from mockserver.control.client.calls import CallsClient
from mockserver.control.views.calls import CallView
from mockserver.mock import Mock
from mockserver.server.listener import BackgroundServer
from mockserver.settings.settings import Settings
from tests.commands import main
from tests.harness import make_settings
from tests.voice_apps import VOICEMAIL, VoiceApp, serve_voice_app

MESSAGE = "Hi, this is Ann. Please call me back."
TEN_SECONDS = {"/voice": '<Say>One</Say><Pause length="10"/><Say>Two</Say>'}

RunCommand = Callable[..., str]


@pytest.fixture(autouse=True)
def _clear_server_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("RECMOCK_URL", "RECMOCK_LISTEN", "RECMOCK_CONTROL_TOKEN"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def server() -> Iterator[BackgroundServer]:
    with BackgroundServer(create_app(Mock(make_settings()))) as server:
        yield server


@pytest.fixture
def run_command(server: BackgroundServer, capsys: pytest.CaptureFixture[str]) -> RunCommand:
    def run(*arguments: str, code: int = 0) -> str:
        assert main([*arguments, "--url", server.base_url]) == code
        out, err = capsys.readouterr()
        assert err == ""
        return out

    return run


def test_call_prints_the_conversation_and_the_recordings(run_command: RunCommand) -> None:
    with serve_voice_app(VoiceApp(VOICEMAIL)) as origin:
        *lines, call, recording, url = run_command(
            "call", f"{origin}/voice", "--speech", MESSAGE, "--digits", "#", "--from", "+14155550100"
        ).splitlines()
    assert [line[9:] for line in lines] == [
        f"request  voice URL: POST {origin}/voice 200",
        'app      "Leave a message."',
        f'person   "{MESSAGE}"',
        f"request  action: POST {origin}/thanks 200",
        'app      "Thank you."',
    ]
    assert call.endswith(": completed after 7 s")
    assert "+14155550100 to +15005550006" in call
    assert recording.endswith(" RecordVerb completed, 3 s, 1 channel")
    assert url.strip().endswith(f"/Recordings/{recording.split()[0]}.wav")


def test_outgoing_call_is_placed(run_command: RunCommand) -> None:
    with serve_voice_app(VoiceApp(TEN_SECONDS)) as origin:
        flags = ["--to", "+15005550009", "--hangs-up-after", "5", "--record", "dual", "--method", "GET"]
        call = json.loads(run_command("call", f"{origin}/voice", *flags, "--json"))
        busy = json.loads(run_command("call", f"{origin}/voice", "--to", "+1", "--answers", "busy", "--json"))
    assert (call["to"], call["duration"], call["requests"][0]["method"]) == ("+15005550009", 5, "GET")
    assert [recording["channels"] for recording in call["recordings"]] == [2]
    assert busy["status"] == "busy"


def test_error_of_the_app_gives_exit_code_1(run_command: RunCommand) -> None:
    with serve_voice_app(VoiceApp({"/voice": "<Say>"})) as origin:
        out = run_command("call", f"{origin}/voice", code=1)
    assert "error    12100: " in out
    assert "error 12100: " in run_command("debugger", code=1)
    assert run_command("debugger", "--since", "1") == "no debugger events\n"
    assert [event["code"] for event in json.loads(run_command("debugger", "--json", code=1))] == [12100]


def test_error_of_a_callee_is_one_of_the_call(run_command: RunCommand) -> None:
    documents = {"/voice": '<Dial><Number url="/screen">+15005550009</Number></Dial>', "/screen": "<Say>"}
    with serve_voice_app(VoiceApp(documents)) as origin:
        out = run_command("call", f"{origin}/voice", code=1)
    assert "error    12100: " in out


def test_control_characters_of_the_app_are_escapes(run_command: RunCommand) -> None:
    with serve_voice_app(VoiceApp({"/voice": "<Say>&#x9b;2J</Say>"})) as origin:
        out = run_command("call", f"{origin}/voice")
    assert r'app      "\x9b2J"' in out


def test_words_are_coloured_on_a_terminal(run_command: RunCommand, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mockserver.cli.commands.call.choose_style", lambda **_: COLORED)
    with serve_voice_app(VoiceApp(TEN_SECONDS)) as origin:
        out = run_command("call", f"{origin}/voice")
    assert '\x1b[32mapp      \x1b[0m"One"' in out


@pytest.mark.parametrize("is_over", [False, True])
def test_interrupt_hangs_up(run_command: RunCommand, monkeypatch: pytest.MonkeyPatch, is_over: bool) -> None:
    play_on = CallsClient.play_on

    def interrupt(calls: CallsClient, call: CallView) -> CallView:
        played = play_on(calls, call)
        while is_over and not played.is_over:
            played = play_on(calls, call)
        if not played.conversation:
            return played
        raise KeyboardInterrupt

    monkeypatch.setattr(CallsClient, "play_on", interrupt)
    with serve_voice_app(VoiceApp(TEN_SECONDS)) as origin:
        out = run_command("call", f"{origin}/voice", code=130)
    assert ('"Two"' in out) is is_over
    assert ": completed after " in out.splitlines()[-1]


def test_call_without_a_server_starts_a_temporary_one(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(temporary_server, "find_server_url", lambda _: "http://127.0.0.1:1")
    with serve_voice_app(VoiceApp(TEN_SECONDS)) as origin:
        assert main(["call", f"{origin}/voice"]) == 0
        *lines, note = capsys.readouterr().out.splitlines()
        assert lines[-1].endswith(": completed after 12 s")
        assert note == "The server of this call has stopped. To keep the recordings, start one before: recmock serve"
        assert main(["call", f"{origin}/voice", "--json"]) == 0
        assert json.loads(capsys.readouterr().out)["status"] == "completed"


def test_temporary_server_has_the_settings_of_the_environment(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(temporary_server, "find_server_url", lambda _: "http://127.0.0.1:1")
    app = VoiceApp({"/voice": '<Record transcribeCallback="/transcribed"/>'})
    with serve_voice_app(app) as origin:
        monkeypatch.setenv("RECMOCK_ROUTE", f"https://app.example.com={origin}")
        monkeypatch.setenv("RECMOCK_TRANSCRIBE_CALLBACK", "alone")
        assert main(["call", "https://app.example.com/voice", "--speech", MESSAGE, "--hangs-up-after", "9"]) == 0
    assert "13617" not in capsys.readouterr().out
    assert app.get_form("/transcribed")["TranscriptionText"] == MESSAGE


@pytest.mark.parametrize(
    ("options", "environment"),
    [
        ({"url": "http://127.0.0.1:1"}, {}),
        ({"listen": "127.0.0.1:1"}, {}),
        ({}, {"RECMOCK_URL": "http://127.0.0.1:1"}),
        ({}, {"RECMOCK_LISTEN": "127.0.0.1:1"}),
    ],
)
def test_named_server_is_never_replaced(options: dict[str, str], environment: dict[str, str]) -> None:
    namespace = Namespace(**{"url": None, "listen": None} | options)
    assert not temporary_server.needs_temporary_server(Invocation(Settings(), namespace, environment))


def test_missing_server_is_explained(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["call", "http://127.0.0.1:1/voice", "--url", "http://127.0.0.1:1"]) == 2
    assert "Start a server with recmock serve, or give its address with --url." in capsys.readouterr().err


def test_running_server_is_not_replaced(server: BackgroundServer) -> None:
    namespace = Namespace(url=None, listen=None)
    invocation = Invocation(make_settings(listen=server.address), namespace, {})
    assert not temporary_server.needs_temporary_server(invocation)

"""Voice apps in PHP and Express, as separate programs: their sessions and cookies are those of a call."""

import os
import shutil
import socket
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import httpx
import pytest

from generators.model import Recording
from scenarios.callers import Caller
from tests.accounts import make_scenario
from tests.calls import AGENT, Line, get_seconds, list_heard
from tests.node_sdk import find_node_modules

SURVEY = """<?php
session_start();
header('Content-Type: text/xml');
$questions = ['What is your name?', 'How old are you?', 'Press 1 for yes.', 'Anything else?'];
$by_speech = [true, false, false, true];
$step = $_SESSION['step'] ?? 0;
if (isset($_POST['SpeechResult']) || isset($_POST['Digits'])) {
    $_SESSION['answers'][] = $_POST['SpeechResult'] ?? $_POST['Digits'];
    $_SESSION['step'] = ++$step;
}
echo '<Response>';
if ($step == count($questions)) {
    echo '<Say>You said: ' . htmlspecialchars(implode(', ', $_SESSION['answers'])) . '</Say>';
} else {
    $input = $by_speech[$step] ? 'speech' : 'dtmf';
    echo "<Gather input='$input' action='survey.php' finishOnKey='#'><Say>{$questions[$step]}</Say></Gather>";
    echo '<Redirect>survey.php</Redirect>';
}
echo '</Response>';
"""
CALL_RECORDER = """<?php
if (isset($_POST['DialCallStatus'])) {
    echo '<Response><Say>It was ' . $_POST['DialCallStatus'] . '</Say></Response>';
    return;
}
header('Location: record.php?to=' . urlencode('+15005550008'), true, 302);
if (isset($_GET['to'])) {
    http_response_code(200);
    header_remove('Location');
    $start = '<Start><Recording channels="mono" trim="do-not-trim"/></Start>';
    $dial = '<Dial record="record-from-answer-dual" action="record.php">' . $_GET['to'] . '</Dial>';
    echo '<?xml version="1.0"?><Response>' . $start . $dial . '</Response>';
}
"""
MENU = Path(__file__).with_name("express_menu.js")


@contextmanager
def run_program(
    arguments: list[str], folder: Path, variables: Mapping[str, str] | None = None
) -> Iterator[subprocess.Popen[str]]:
    """Yield a program that runs with further environment variables. The test is skipped if it is not there."""
    if shutil.which(arguments[0]) is None:
        pytest.skip(f"{arguments[0]} is not there")
    pipe, environment = subprocess.PIPE, os.environ | dict(variables or {})
    with subprocess.Popen(arguments, cwd=folder, stdout=pipe, stderr=pipe, text=True, env=environment) as process:
        try:
            yield process
        finally:
            process.kill()


def read_line(stream: IO[str] | None) -> str:
    """Return the first line that a program prints: it listens by then."""
    assert stream is not None
    return stream.readline().strip()


@contextmanager
def run_php(folder: Path, name: str, source: str) -> Iterator[str]:
    """Yield the URL of a PHP page."""
    (folder / name).write_text(source)
    (folder / "sessions").mkdir()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    command = ["php", "-d", f"session.save_path={folder / 'sessions'}", "-S", f"127.0.0.1:{port}"]
    with run_program(command, folder) as process:
        assert "started" in read_line(process.stderr)
        yield f"http://127.0.0.1:{port}/{name}"


@contextmanager
def run_express(script: Path, token: str) -> Iterator[str]:
    """Yield the origin of an Express app that knows the auth token and prints its port."""
    variables = {"NODE_PATH": str(find_node_modules("express", "twilio")), "TWILIO_AUTH_TOKEN": token}
    with run_program(["node", str(script)], script.parent, variables) as process:
        yield f"http://127.0.0.1:{read_line(process.stdout)}"


def open_line(**scenario: object) -> Line:
    """Return a line whose requests go over the network."""
    line = Line({}, make_scenario(**scenario))
    line.mock.worker.receivers.clear()
    return line


def describe(recordings: list[Recording]) -> list[tuple[str, int, int | None]]:
    """Return source, channels and duration of recordings."""
    return [(recording.source.value, recording.channels, recording.duration) for recording in recordings]


def test_php_survey_keeps_its_state_in_a_session(tmp_path: Path) -> None:
    person = Caller(speech=("Ann", "No"), digits="42#1#")
    with run_php(tmp_path, "survey.php", SURVEY) as url, open_line() as line:
        for _ in range(2):  # each call has a session of its own
            assert list_heard(line.play(url, caller=person))[-1] == "You said: Ann, 42, 1, No"
        assert line.codes == []


def test_php_call_recorder_redirects_and_records_twice(tmp_path: Path) -> None:
    callee = {"to": AGENT, "speech": ["Bob speaking."]}
    with run_php(tmp_path, "record.php", CALL_RECORDER) as url, open_line(callers=[callee]) as line:
        call = line.play(url, caller=Caller(speech=("Hello Bob.",)))
        assert (line.codes, list_heard(call)[-1]) == ([], "It was completed")
        assert describe(line.recordings) == [
            ("StartCallRecordingAPI", 1, get_seconds(call)),
            ("DialVerb", 2, int(get_seconds(line.calls[1]))),
        ]


GREETING = "For sales, press 1. For a joke, press 2."
ASKED_TWICE = [GREETING, "3", "Sorry, there are no jokes today.", GREETING, "1"]


@pytest.mark.parametrize(
    ("keys", "recordings", "heard"),
    [
        ("9", [], ["Bob speaking.", "Hello Bob."]),
        (
            "",
            [("RecordVerb", 1, 2)],
            [
                "Nobody is here. Please leave a message.",
                "Hello Bob.",
                "sales gets your message of 7 seconds. It is in-progress.",
            ],
        ),
    ],
)
def test_express_menu_lets_the_callee_accept_by_a_key(
    keys: str, recordings: list[tuple[str, int, int]], heard: list[str]
) -> None:
    callee = {"to": AGENT, "digits": keys, "speech": ["Bob speaking."]}
    with open_line(callers=[callee]) as line, run_express(MENU, line.account.token) as origin:
        call = line.play(f"{origin}/voice", caller=Caller(digits="31", speech=("Hello Bob.",)))
        assert (line.codes, line.calls[1].from_) == ([], call.to)
        assert (list_heard(call), describe(line.recordings)) == ([*ASKED_TWICE, *heard], recordings)
        assert httpx.post(f"{origin}/voice", data={"CallSid": call.sid}).status_code == 400  # nothing is signed

"""Voice apps in PHP and Node, as separate programs: their sessions and cookies are those of a call."""

import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import pytest

from generators.model import Recording
from scenarios.callers import Caller
from tests.accounts import make_scenario
from tests.calls import AGENT, Line, get_seconds, list_heard

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
MENU = """
const http = require('http');
const documents = {
  '/voice': () => '<Response><Gather numDigits="1" action="/menu"><Say>Press 1</Say></Gather></Response>',
  '/menu': (form) => form.get('Digits') === '1'
    ? '<Response><Dial action="/dialed"><Number url="/screen">+15005550008</Number></Dial></Response>'
    : '<Response><Redirect>/voice</Redirect></Response>',
  '/screen': () => '<Response><Gather numDigits="1" action="/accept"><Say>Accept?</Say></Gather><Hangup/></Response>',
  '/accept': (form) => form.get('ParentCallSid') ? '<Response/>' : '<Response><Hangup/></Response>',
  '/dialed': (form) => form.get('DialBridged') === 'true'
    ? '<Response/>' : '<Response><Record action="/done" maxLength="20"/></Response>',
  '/done': (form) => `<Response><Say>${form.get('RecordingDuration')} seconds</Say></Response>`,
};
http.createServer((request, response) => {
  let body = '';
  request.on('data', (part) => { body += part; });
  request.on('end', () => {
    response.setHeader('content-type', 'text/html');
    response.end(documents[request.url](new URLSearchParams(body)));
  });
}).listen(0, '127.0.0.1', function () { console.log(this.address().port); });
"""


@contextmanager
def run_program(arguments: list[str], folder: Path) -> Iterator[subprocess.Popen[str]]:
    """Yield a program that runs. The test is skipped if it is not there."""
    if shutil.which(arguments[0]) is None:
        pytest.skip(f"{arguments[0]} is not there")
    pipe = subprocess.PIPE
    with subprocess.Popen(arguments, cwd=folder, stdout=pipe, stderr=pipe, text=True) as process:
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
def run_node(folder: Path, source: str) -> Iterator[str]:
    """Yield the origin of a Node program that prints its port."""
    (folder / "app.js").write_text(source)
    with run_program(["node", "app.js"], folder) as process:
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


@pytest.mark.parametrize(("keys", "heard"), [("9", "Hello Bob."), ("", "7 seconds")])
def test_node_menu_lets_the_callee_accept_by_a_key(tmp_path: Path, keys: str, heard: str) -> None:
    callee = {"to": AGENT, "digits": keys, "speech": ["Bob speaking."]}
    with run_node(tmp_path, MENU) as origin, open_line(callers=[callee]) as line:
        call = line.play(f"{origin}/voice", caller=Caller(digits="31", speech=("Hello Bob.",)))
        assert (line.codes, list_heard(call)[-1]) == ([], heard)

"""The receiver and the calls of `recmock demo`."""

import io
import os
import threading
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from mockserver.callbacks.signature import build_signed_text, compute_signature
from mockserver.cli.banner import COLORED
from mockserver.cli.demo_calls import DemoCalls
from mockserver.cli.demo_receiver import DemoReceiver, describe_request
from mockserver.cli.demo_server import _make_printer
from mockserver.control.client.errors import ControlError

SID = "RE" + "1" * 32
FORM = {"RecordingSid": SID, "RecordingStatus": "completed", "RecordingDuration": "12"}


@pytest.fixture
def lines() -> list[str]:
    return []


@pytest.fixture
def receiver(lines: list[str]) -> Iterator[DemoReceiver]:
    with DemoReceiver(lines.append) as receiver:
        receiver.token = "secret"
        yield receiver


def sign(url: str, form: dict[str, str]) -> dict[str, str]:
    return {"X-Twilio-Signature": compute_signature("secret", build_signed_text(url, [*form.items()]))}


def test_callback_is_shown_with_the_check_of_its_signature(receiver: DemoReceiver, lines: list[str]) -> None:
    url = f"{receiver.url}/callback"
    assert requests.post(url, FORM, headers=sign(url, FORM), timeout=10).status_code == 204
    assert requests.post(url, FORM, headers=sign(url, {}), timeout=10).status_code == 204
    assert requests.post(url, FORM, timeout=10).status_code == 204
    assert lines == [
        f"recording      completed    {SID}  12 s, signed",
        *[f"recording      completed    {SID}  12 s, signature not valid"] * 2,
    ]


def test_callback_by_get_is_shown(receiver: DemoReceiver, lines: list[str]) -> None:
    url = f"{receiver.url}/callback?RecordingSid={SID}&RecordingStatus=absent"
    requests.get(url, headers=sign(url, {}), timeout=10)
    assert lines == [f"recording      absent       {SID}  signed"]


def test_voice_app_answers_with_documents(receiver: DemoReceiver) -> None:
    for path, text in (("/voice", "<Record"), ("/goodbye", "<Say>Thank you. Goodbye.</Say>")):
        answer = requests.post(receiver.url + path, timeout=10)
        assert answer.headers["content-type"].startswith("text/xml")
        assert text in answer.text


@pytest.mark.parametrize(
    ("parameters", "line"),
    [
        (
            {"CallSid": "CA1", "CallStatus": "completed", "CallDuration": "14", "From": "+1\x1b[2J"},
            f"call           completed    {'CA1':<34}  from +1\\x1b[2J, 14 s, signed",
        ),
        (
            {"RecordingSid": SID, "TranscriptionStatus": "completed", "TranscriptionText": "word " * 20},
            f'transcription  completed    {SID}  "{("word " * 20)[:60]}...", signed',
        ),
        (
            {"RecordingSid": SID, "TranscriptionStatus": "failed", "CallStatus": "completed"},
            f'transcription  failed       {SID}  "", signed',
        ),
        ({"AnythingElse": "1"}, f"request        {'':<11}  {'':<34}  signed"),
    ],
)
def test_request_is_described_in_one_line(parameters: dict[str, str], line: str) -> None:
    assert describe_request(parameters, is_signed=True) == line


def test_subject_is_coloured() -> None:
    line = describe_request(FORM, is_signed=True, style=COLORED)
    assert line.startswith(f"{COLORED.name}recording    {COLORED.end}  completed")


def test_calls_go_on_after_a_refused_request() -> None:
    placed: list[dict[str, Any]] = []
    enough, opened = threading.Event(), threading.Event()

    class Calls:
        def incoming(self, url: str, **options: Any) -> None:
            placed.append({"url": url, **options})
            if len(placed) == 1:
                raise ControlError("refused")
            enough.set()

    with DemoCalls(Calls(), "http://app", 100.0, opened.set) as calls:  # type: ignore[arg-type]
        assert enough.wait(30)
        assert opened.is_set()
    assert not calls._thread.is_alive()
    assert {call["url"] for call in placed} == {"http://app/voice"}
    assert [call["from_"] for call in placed[:2]] == ["+14155550101", "+14155550102"]


def test_lines_of_a_reader_that_is_slow_or_gone_are_dropped() -> None:
    receiving, sending = os.pipe()
    with open(sending, "w", encoding="utf-8") as stream:
        show = _make_printer(stream)
        for _ in range(100):
            show("x" * 4095)
        first = os.read(receiving, 4096)
        os.close(receiving)
        show("line")
    assert first == b"x" * 4095 + b"\n"


def test_stream_without_a_descriptor_shows_nothing() -> None:
    stream = io.StringIO()
    _make_printer(stream)("line")
    assert stream.getvalue() == ""

"""`<Gather>`: what the person presses or says, and when."""

import pytest

from scenarios.callers import Caller
from tests.calls import SILENT, Line, get_seconds, list_heard, respond

WORDS = "I would like some cake"
"""It takes three seconds."""


def play(attributes: str, caller: Caller, prompts: str = "") -> tuple[Line, float]:
    """Play a call that asks one question, and return how long it lasted."""
    gather = f"<Gather action='/done' {attributes}>{prompts}</Gather><Say>Nothing</Say>"
    with Line({"/voice": respond(gather), "/done": respond()}) as line:
        call = line.play(caller=caller)
        line.heard = list_heard(call)  # type: ignore[attr-defined]
        return line, get_seconds(call)


@pytest.mark.parametrize(
    ("attributes", "script", "digits", "finish_key", "seconds"),
    [
        ("numDigits='1'", "1", "1", "", 1.2),
        ("numDigits='2'", "123", "12", "", 1.4),
        ("", "12#", "12", "#", 1.6),
        ("finishOnKey='*'", "12*", "12", "*", 1.6),
        ("finishOnKey=''", "12#", "12#", "", 6.6),
        ("timeout='3'", "12", "12", "", 4.4),
        ("numDigits='2'", "1w2", "12", "", 2.0),
        ("timeout='1'", "1WW2", "1", "", 2.2),
        ("input='dtmf speech' numDigits='1'", "1", "1", "", 1.2),
    ],
)
def test_keys_are_gathered(attributes: str, script: str, digits: str, finish_key: str, seconds: float) -> None:
    line, lasted = play(attributes, Caller(digits=script, speech=()))
    action = line.app.get("/done")
    assert (action["Digits"], action["FinishedOnKey"]) == (digits, finish_key)
    assert lasted == pytest.approx(seconds)


@pytest.mark.parametrize(("attributes", "wait"), [("", 1), ("speechTimeout='auto'", 1), ("speechTimeout='3'", 3)])
def test_speech_is_gathered(attributes: str, wait: int) -> None:
    line, lasted = play(f"input='speech' {attributes}", Caller(speech=(WORDS,)))
    action = line.app.get("/done")
    assert (action["SpeechResult"], action["Confidence"]) == (WORDS, "0.92")
    assert lasted == 1 + 3 + wait


@pytest.mark.parametrize(
    ("attributes", "caller"),
    [
        ("", SILENT),
        ("input='speech'", SILENT),
        ("", Caller(digits="ww")),
        ("timeout='1'", Caller(digits="WWW1")),
        ("", Caller(digits="#")),
    ],
)
def test_nothing_gathered_lets_the_next_verb_follow(attributes: str, caller: Caller) -> None:
    line, _ = play(attributes, caller)
    assert line.heard[-1:] == ["Nothing"]  # type: ignore[attr-defined]
    assert "/done" not in line.app.paths


@pytest.mark.parametrize(
    ("attributes", "name"), [("", "Digits"), ("input='speech'", "SpeechResult"), ("input='dtmf speech'", "Digits")]
)
def test_empty_result_is_sent_if_the_document_asks_for_it(attributes: str, name: str) -> None:
    line, lasted = play(f"{attributes} actionOnEmptyResult='true'", SILENT)
    assert (line.app.get("/done")[name], lasted) == ("", 5)


def test_prompts_are_heard_before_the_answer() -> None:
    prompts = "<Say>Press one</Say><Pause length='2'/><Play digits='9'/><Play>/beep.mp3</Play>"
    line, lasted = play("numDigits='1'", Caller(digits="1"), prompts)
    assert line.heard == ["Press one", "9", "", "1"]  # type: ignore[attr-defined]
    assert lasted == pytest.approx(2 + 2 + 0.2 + 5 + 1.2)


def test_each_question_takes_its_keys_from_one_stream() -> None:
    question = "<Gather numDigits='{}' action='{}'/>"
    answers = {
        "/voice": respond(question.format(1, "/b")),
        "/b": respond(question.format(2, "/c")),
        "/c": respond("<Record action='/d'/>"),
        "/d": respond(),
    }
    with Line(answers) as line:
        line.play(caller=Caller(digits="1w23#", speech=("Hello",)))
        assert [line.app.get(path)["Digits"] for path in ("/b", "/c", "/d")] == ["1", "23", "#"]


def test_question_without_an_action_asks_its_own_document() -> None:
    with Line() as line:
        line.app.answers["/voice"] = lambda received: respond("" if "Digits" in received.form else "<Gather/>")
        line.play(caller=Caller(digits="1"))
        assert line.app.paths == ["/voice", "/voice"]

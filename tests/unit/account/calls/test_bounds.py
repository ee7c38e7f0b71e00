"""However long documents and calls are, work and memory stay bounded."""

import pytest

from mockserver.account.calls import documents, new_calls
from mockserver.account.calls.talk import MAX_TEXT, MAX_UTTERANCES, add_utterance
from mockserver.account.commands.calls import PlaceCall
from mockserver.account.state.live_recordings import Side, Utterance
from mockserver.twiml.script import Script, read_script
from tests.calls import Line, get_seconds, respond


def test_talk_forgets_the_oldest_utterances() -> None:
    talk: list[Utterance] = []
    for number in range(MAX_UTTERANCES + 3):
        add_utterance(talk, Utterance(Side.OTHER, number, number + 1, "Hi"))
    assert (len(talk), talk[0].start) == (MAX_UTTERANCES, 3)


def test_talk_shortens_long_texts_but_keeps_their_time() -> None:
    talk: list[Utterance] = []
    add_utterance(talk, Utterance(Side.OTHER, 0, 9, "a" * (MAX_TEXT + 1)))
    assert (len(talk[0].text), talk[0].stop) == (MAX_TEXT, 9)


def test_long_document_that_is_spoken_a_thousand_times_takes_little_memory() -> None:
    content = f"<Say loop='0'>{'word ' * 12_000}</Say>"
    with Line({"/voice": respond(content)}) as line:
        call = line.play()
        assert (get_seconds(call), sum(len(utterance.text) for utterance in call.talk)) == (4 * 3600, MAX_TEXT)


def test_each_call_reads_its_document_once(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[bytes] = []

    def count_read(body: bytes, content_type: str | None) -> Script:
        read.append(body)
        return read_script(body, content_type)

    monkeypatch.setattr(documents, "_read_script", count_read)
    with Line({"/voice": respond("<Pause length='1'/>" * 500)}) as line:
        calls = [line.place() for _ in range(5)]
        line.finish(*calls)
        assert len(read) == len(calls)


def test_calls_set_few_timers_and_leave_none() -> None:
    with Line({"/voice": respond("<Say>Hi</Say><Redirect/>")}) as line:
        call = line.place()
        for _ in range(50):
            line.step()
            assert len(call.timers) == len(line.account.state.timers) <= 2
        line.app.answers["/voice"] = respond()
        line.finish(call)
        assert line.account.state.timers == []


def test_hundreds_of_calls_are_live_at_once() -> None:
    with Line({"/voice": respond("<Say>Hi</Say>")}) as line:
        for _ in range(300):
            line.account.apply(PlaceCall(call=line.make_call()))
        line.finish(*line.calls)
        assert {call.status for call in line.calls} == {"completed"}
        assert len(line.app.received) == 300


def test_oldest_calls_that_are_over_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(new_calls, "_MAX_FINISHED", 2)
    with Line({"/voice": respond("<Say>Hi</Say>")}) as line:
        first = line.place()
        for _ in range(3):
            line.finish(line.place())
        assert [call.number for call in line.calls] == [2, 3]
        assert first.is_over


def test_open_calls_are_not_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(new_calls, "_MAX_FINISHED", 1)
    with Line({"/voice": respond("<Say>Hi</Say>")}) as line:
        calls = [line.place() for _ in range(3)]
        assert line.calls == calls

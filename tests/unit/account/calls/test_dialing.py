"""`<Dial>`: who is called, who is connected, what both say, and what the action gets."""

from typing import Any

import pytest

from generators.instants import SECOND
from mockserver.account.commands.calls import DeleteCall, HangUpCall, UpdateCall
from mockserver.account.state.app_requests import VoiceDocument
from scenarios.callers import Caller
from scenarios.model import Scenario
from tests.accounts import make_scenario
from tests.calls import AGENT, ALL_EVENTS, APP, CALLER, NUMBER, Line, get_seconds, list_heard, respond

OTHER = "+15005550009"
ASKS = Caller(speech=("Is there any cake left?",))


def make_callee(**callee: Any) -> Scenario:
    """Return a scenario in which the agent answers like this."""
    return make_scenario(callers=[{"to": AGENT, "speech": ["Hello, this is the agent."], **callee}])


def dial(content: str = AGENT, **attributes: str) -> dict[str, Any]:
    """Return an app that dials, and notes the outcome."""
    written = "".join(f' {name}="{value}"' for name, value in attributes.items())
    voice = respond(f"<Dial action='/dialed'{written}>{content}</Dial><Say>Never</Say>")
    return {"/voice": voice, "/dialed": respond("<Say>Goodbye</Say>")}


def test_callee_is_called_and_both_talk() -> None:
    with Line(dial(), make_callee()) as line:
        parent = line.play(caller=ASKS)
        child = line.calls[1]
        assert (child.from_, child.to, child.direction, child.parent) == (CALLER, AGENT, "outbound-dial", parent.number)
        assert list_heard(parent) == ["Hello, this is the agent.", "Is there any cake left?", "Goodbye"]
        assert list_heard(child) == list_heard(parent)[:2]
        action = line.app.get("/dialed")
        assert (action["DialCallStatus"], action["DialCallSid"], action["DialBridged"]) == (
            "completed",
            child.sid,
            "true",
        )
        assert (action["DialCallDuration"], action["CallStatus"]) == (str(int(get_seconds(child))), "in-progress")


@pytest.mark.parametrize(
    ("callee", "status", "seconds"),
    [
        ({"answers": "busy", "speech": None}, "busy", 2),
        ({"answers": "failed", "speech": None}, "failed", 2),
        ({"answers": "no-answer", "speech": None}, "no-answer", 20),
        ({"rings": "25s"}, "no-answer", 20),
    ],
)
def test_action_gets_why_the_callee_was_not_reached(callee: dict[str, Any], status: str, seconds: int) -> None:
    given = {name: value for name, value in callee.items() if value is not None}
    scenario = make_scenario(callers=[{"to": AGENT, **given}])
    with Line(dial(timeout="20"), scenario) as line:
        parent = line.play()
        action = line.app.get("/dialed")
        assert (action["DialCallStatus"], action["DialBridged"], line.calls[1].status) == (status, "false", status)
        assert get_seconds(parent) == seconds + 1


@pytest.mark.parametrize(("answers", "status"), [(True, "in-progress"), ("busy", "ringing")])
def test_dial_may_answer_its_caller_when_it_connects(answers: Any, status: str) -> None:
    scenario = make_scenario(callers=[{"to": AGENT, "rings": "4s", "answers": answers}])
    with Line(dial(answerOnBridge="true"), scenario) as line:
        parent = line.play(events=ALL_EVENTS)
        action, child = line.app.get("/dialed"), line.calls[1]
        assert (action["CallStatus"], action["DialBridged"]) == (status, "true" if answers is True else "false")
        assert parent.answered_at == (child.answered_at if answers is True else child.ended_at)
        assert [sent["CallStatus"] for sent in line.app.list("/status")] == ["in-progress", "completed"]


def test_caller_who_is_never_connected_gives_up() -> None:
    """A callee who hangs up during the screening answers nobody, and the document dials the next one for ever."""
    number = f'<Number url="/screen">{AGENT}</Number>'
    voice = respond(f'<Dial action="/voice" answerOnBridge="true">{number}</Dial>')
    scenario = make_scenario(callers=[{"to": AGENT, "rings": "3s", "hangs_up_after": "0s"}])
    with Line({"/voice": voice, "/screen": respond('<Pause length="9"/>')}, scenario) as line:
        parent = line.play(time_limit=60)
        assert (parent.status, parent.answered_at) == ("no-answer", None)
        assert len(line.calls) == 1 + 20


def test_conference_answers_its_caller_at_once() -> None:
    content = "<Conference>room</Conference>"
    with Line(dial(content, answerOnBridge="true")) as line:
        assert line.place().status == "in-progress"


def test_machine_answers_like_a_person() -> None:
    with Line(dial(), make_callee(answers="machine")) as line:
        line.play()
        assert (line.app.get("/dialed")["DialCallStatus"], line.calls[1].answered_by) == ("completed", "machine_start")


def test_dial_without_an_action_goes_on_with_the_next_verb() -> None:
    with Line({"/voice": respond(f"<Dial>{AGENT}</Dial><Say>Next</Say>")}, make_callee()) as line:
        assert list_heard(line.play(caller=ASKS))[-1] == "Next"


@pytest.mark.parametrize(
    ("record", "channels", "rung"),
    [
        ("true", 1, 0),
        ("record-from-answer", 1, 0),
        ("record-from-answer-dual", 2, 0),
        ("record-from-ringing", 1, 2),
        ("record-from-ringing-dual", 2, 2),
    ],
)
def test_dial_is_recorded_from_its_answer_or_its_ringing(record: str, channels: int, rung: int) -> None:
    with Line(dial(record=record), make_callee()) as line:
        parent = line.play(caller=ASKS)
        (recording,) = line.recordings
        bridged = int(get_seconds(line.calls[1]))
        assert (recording.source, recording.channels, recording.call_sid) == ("DialVerb", channels, parent.sid)
        assert recording.duration == bridged + rung
        action = line.app.get("/dialed")
        assert (action["RecordingSid"], action["RecordingDuration"]) == (recording.sid, str(recording.duration))


@pytest.mark.parametrize("track", ["inbound", "outbound"])
def test_recording_of_one_track_has_one_channel(track: str) -> None:
    with Line(dial(record="record-from-answer-dual", recordingTrack=track), make_callee()) as line:
        line.play(caller=ASKS)
        assert [(recording.channels, recording.track) for recording in line.recordings] == [(1, track)]


@pytest.mark.parametrize(
    ("record", "rung"), [("record-from-answer", 0), ("record-from-ringing-dual", 2), ("do-not-record", None)]
)
def test_end_of_a_callee_names_the_recording_of_the_dial(record: str, rung: int | None) -> None:
    content = f"<Number statusCallback='/child' statusCallbackEvent='answered completed'>{AGENT}</Number>"
    with Line(dial(content, record=record), make_callee()) as line:
        line.play(caller=ASKS)
        answered, ended = line.app.list("/child")
        assert "RecordingSid" not in answered.form
        recorded = {name: ended.form[name] for name in ended.form if name.startswith("Recording")}
        action = {name: value for name, value in line.app.get("/dialed").form.items() if name.startswith("Recording")}
        assert recorded == action
        assert recorded.get("RecordingDuration") == (None if rung is None else str(int(ended["CallDuration"]) + rung))


@pytest.mark.parametrize("callee", [{"answers": "busy", "speech": None}, {"speech": []}])
def test_end_of_a_callee_names_no_recording_in_which_nothing_is_heard(callee: dict[str, Any]) -> None:
    content = f"<Number statusCallback='/child'>{AGENT}</Number>"
    given = {name: value for name, value in callee.items() if value is not None}
    scenario = make_scenario(callers=[{"to": AGENT, **given}])
    with Line(dial(content, record="record-from-ringing", trim="trim-silence"), scenario) as line:
        line.play(caller=Caller(speech=()))
        assert "RecordingUrl" not in line.app.get("/child").form


def test_callee_that_is_not_connected_names_no_recording() -> None:
    scenario = make_scenario(callers=[{"to": AGENT, "rings": "9s"}, {"to": OTHER, "rings": "1s"}])
    both = "".join(f"<Number statusCallback='/child'>{number}</Number>" for number in (AGENT, OTHER))
    with Line(dial(both, record="record-from-ringing"), scenario) as line:
        line.play(caller=ASKS)
        found = {sent["CallStatus"]: "RecordingSid" in sent.form for sent in line.app.list("/child")}
        assert found == {"canceled": False, "completed": True}


def test_trimmed_silent_dial_has_no_recording_for_its_action() -> None:
    with Line(dial(record="true", trim="trim-silence"), make_callee(speech=[])) as line:
        line.play(caller=Caller(speech=()))
        assert [recording.status for recording in line.recordings] == ["absent"]
        assert "RecordingUrl" not in line.app.get("/dialed").form


def test_hang_up_inside_a_connection_asks_the_action_once_more() -> None:
    with Line(dial(record="true"), make_callee()) as line:
        parent = line.play(caller=Caller(speech=("Bye",), hangs_up_after="3s"))
        action = line.app.get("/dialed")
        assert (action["CallStatus"], action["DialCallStatus"], line.calls[1].status) == (
            "completed",
            "completed",
            "completed",
        )
        assert (get_seconds(parent), list_heard(parent)[-1]) == (3, "Bye")


def test_hang_up_while_it_rings_cancels_the_callee() -> None:
    with Line(dial(), make_callee(rings="10s")) as line:
        line.play(caller=Caller(hangs_up_after="3s"))
        assert (line.app.get("/dialed")["DialCallStatus"], line.calls[1].status) == ("canceled", "canceled")


def test_first_callee_that_answers_is_connected_and_the_others_are_not() -> None:
    scenario = make_scenario(callers=[{"to": OTHER, "rings": "1s"}])
    with Line(dial(f"<Number>{AGENT}</Number><Number>{OTHER}</Number>"), scenario) as line:
        line.play()
        assert [(call.to, call.status) for call in line.calls[1:]] == [(AGENT, "canceled"), (OTHER, "completed")]
        assert line.app.get("/dialed")["DialCallSid"] == line.calls[2].sid


def test_sequential_dial_calls_one_after_the_other() -> None:
    content = f"<Number>{AGENT}</Number><Number>{OTHER}</Number>"
    with Line(dial(content, sequential="true"), make_scenario(callers=[{"to": AGENT, "answers": "busy"}])) as line:
        line.play()
        first, second = line.calls[1:]
        assert (first.status, second.status, second.created_at) == ("busy", "completed", first.ended_at)


def test_call_that_was_deleted_does_not_disturb_its_dial() -> None:
    content = f"<Number>{AGENT}</Number><Number>{OTHER}</Number>"
    with Line(dial(content, sequential="true"), make_scenario(callers=[{"to": AGENT, "answers": "busy"}])) as line:
        parent = line.place()
        while len(line.calls) < 3:
            line.step()
        line.account.apply(DeleteCall(number=line.calls[1].number))
        line.finish(parent)
        assert line.app.get("/dialed")["DialCallStatus"] == "completed"


def test_time_limit_of_a_dial_ends_the_connection() -> None:
    with Line(dial(timeLimit="2"), make_callee(speech=["word " * 100])) as line:
        line.play()
        assert get_seconds(line.calls[1]) == 2


@pytest.mark.parametrize(
    ("content", "to"),
    [("<Client>ann</Client>", "client:ann"), ("<Sip>sip:ann@example.com</Sip>", "sip:ann@example.com")],
)
def test_clients_and_sip_addresses_are_called(content: str, to: str) -> None:
    with Line(dial(content)) as line:
        line.play()
        assert line.calls[1].to == to


def test_caller_id_is_what_the_callee_sees() -> None:
    with Line(dial(callerId=NUMBER), make_callee()) as line:
        line.play()
        assert line.calls[1].from_ == NUMBER


@pytest.mark.parametrize(("tag", "target"), [("Number", AGENT), ("Client", "ann"), ("Sip", "sip:ann@example.com")])
def test_status_callbacks_of_a_callee_name_its_parent(tag: str, target: str) -> None:
    events = "initiated ringing answered completed"
    noun = f"<{tag} statusCallback='/child' statusCallbackEvent='{events}'>{target}</{tag}>"
    with Line(dial(noun), make_callee()) as line:
        parent = line.play()
        sent = line.app.list("/child")
        assert [received["CallStatus"] for received in sent] == ["initiated", "ringing", "in-progress", "completed"]
        assert {received["ParentCallSid"] for received in sent} == {parent.sid}
        assert [received["SequenceNumber"] for received in sent] == ["0", "1", "2", "3"]


def test_callee_without_a_status_callback_sends_none() -> None:
    with Line(dial(f"<Number statusCallbackEvent='answered completed'>{AGENT}</Number>"), make_callee()) as line:
        line.play()
        assert ([received.path for received in line.app.received], line.codes) == (["/voice", "/dialed"], [])


def screen(answer: str) -> dict[str, Any]:
    """Return an app that lets the callee accept the call by a key."""
    question = "<Gather numDigits='1' action='/accept'><Say>Press 1 to accept</Say></Gather><Hangup/>"
    accept = {"/accept": lambda received: respond("" if received["Digits"] == "1" else "<Hangup/>")}
    return dial(f"<Number url='{answer}'>{AGENT}</Number>") | {"/screen": respond(question)} | accept


@pytest.mark.parametrize(("digits", "bridged"), [("1", "true"), ("2", "false"), ("", "false")])
def test_callee_screens_the_call_by_a_key(digits: str, bridged: str) -> None:
    with Line(screen("/screen"), make_callee(digits=digits)) as line:
        parent = line.play(caller=ASKS)
        child, asked = line.calls[1], line.app.get("/screen")
        assert (asked["CallSid"], asked["ParentCallSid"], asked["Direction"], asked["From"]) == (
            child.sid,
            parent.sid,
            "outbound-dial",
            CALLER,
        )
        assert line.app.get("/dialed")["DialBridged"] == bridged
        assert list_heard(child)[0] == "Press 1 to accept"
        assert ("Is there any cake left?" in list_heard(child)) is (bridged == "true")


def test_document_of_the_callee_cannot_dial() -> None:
    answers = dial(f"<Number url='/screen'>{AGENT}</Number>")
    with Line(answers | {"/screen": respond("<Dial>+15005550001</Dial>")}, make_callee()) as line:
        line.play()
        assert (line.codes, len(line.calls), line.app.get("/dialed")["DialBridged"]) == ([13201], 2, "true")


@pytest.mark.parametrize(("url", "code"), [("ftp://a/", 11100), ("/gone", 11200)])
def test_document_of_the_callee_that_fails_ends_the_callee(url: str, code: int) -> None:
    with Line(dial(f"<Number url='{url}'>{AGENT}</Number>"), make_callee()) as line:
        line.play()
        assert (line.codes, line.app.get("/dialed")["DialBridged"]) == ([code], "false")


def test_redirect_of_the_caller_ends_the_callee_and_the_action_is_asked_before() -> None:
    with Line(dial(record="true") | {"/other": respond("<Say>Moved</Say>")}, make_callee()) as line:
        parent = line.place(caller=ASKS)
        line.advance(4)
        line.account.apply(UpdateCall(number=parent.number, voice=VoiceDocument(f"{APP}/other")))
        line.finish(parent)
        assert line.app.paths == ["/voice", "/dialed", "/other"]
        assert (line.calls[1].status, list_heard(parent)[-1]) == ("completed", "Moved")
        assert [recording.status for recording in line.recordings] == ["completed"]


def test_redirect_of_the_callee_lets_the_caller_go_on() -> None:
    documents = dial() | {"/other": respond("<Pause length='50'/><Say>Moved</Say>")}
    with Line(documents, make_callee(speech=["word " * 100])) as line:
        parent = line.place(caller=ASKS)
        line.advance(4)
        child = line.calls[1]
        line.account.apply(UpdateCall(number=child.number, voice=VoiceDocument(f"{APP}/other")))
        line.finish(parent, child)
        assert (line.app.get("/dialed")["DialCallStatus"], line.app.get("/dialed")["DialCallDuration"]) == (
            "completed",
            "2",
        )
        assert list_heard(parent)[-1] == "Goodbye"
        assert list_heard(child)[-1] == "Moved"


def test_callee_that_was_led_elsewhere_outlives_its_deleted_parent() -> None:
    number = f"<Number statusCallback='/child'>{AGENT}</Number>"
    elsewhere = {"/other": respond("<Pause length='50'/><Redirect>/end</Redirect>"), "/end": respond()}
    with Line(dial(number) | elsewhere, make_callee(speech=["word " * 100])) as line:
        parent = line.place(caller=ASKS)
        line.advance(4)
        child = line.calls[1]
        line.account.apply(UpdateCall(number=child.number, voice=VoiceDocument(f"{APP}/other")))
        line.finish(parent)
        line.account.apply(DeleteCall(number=parent.number))
        line.finish(child)
        named = [line.app.get(path)["ParentCallSid"] for path in ("/other", "/end", "/child")]
        assert named == [parent.sid] * 3
        line.account.apply(DeleteCall(number=child.number))
        assert line.account.state.live.deleted_calls == {}


def test_callee_hangs_up_by_command() -> None:
    with Line(dial(), make_callee(speech=["word " * 100])) as line:
        parent = line.place(caller=ASKS)
        line.advance(4)
        line.account.apply(HangUpCall(number=line.calls[1].number))
        line.finish(parent)
        assert get_seconds(parent) == 5


def test_callee_may_listen_longer_than_the_dial_rings() -> None:
    answers = dial(f"<Number url='/screen'>{AGENT}</Number>", timeout="5") | {
        "/screen": respond("<Pause length='30'/>")
    }
    with Line(answers, make_callee()) as line:
        line.play(caller=ASKS)
        assert line.app.get("/dialed")["DialBridged"] == "true"


def test_callee_that_is_led_elsewhere_before_it_is_connected_leaves_the_dial() -> None:
    answers = dial(f"<Number url='/screen'>{AGENT}</Number>") | {"/screen": respond("<Pause length='60'/>")}
    with Line(answers | {"/other": respond("<Say>Moved</Say>")}, make_callee()) as line:
        parent = line.place(caller=ASKS)
        line.advance(10)
        child = line.calls[1]
        line.account.apply(UpdateCall(number=child.number, voice=VoiceDocument(f"{APP}/other")))
        line.finish(parent, child)
        assert line.app.get("/dialed")["DialBridged"] == "false"
        assert list_heard(child) == ["Moved"]


def test_relative_status_callback_of_a_document_without_a_url_is_noted() -> None:
    number = f"<Number statusCallback='/child'>{AGENT}</Number>"
    conference = "<Conference statusCallback='/conference'>room</Conference>"
    with Line() as line:
        line.play(None, twiml=respond(f"<Dial>{number}</Dial><Dial>{conference}</Dial>"), time_limit=60)
        assert (line.codes, line.app.received) == ([15004, 15004], [])


@pytest.mark.parametrize(
    ("attribute", "digits", "heard", "seconds"),
    [
        ("true", "*", ["Hello, this is the agent.", "Hi", "*", "Goodbye"], 0.2),
        ("true", "w*", ["Hello, this is the agent.", "Hi", "*", "Goodbye"], 0.2),
        ("true", "1*", ["Hello, this is the agent.", "Hi", "Goodbye"], 1),
        ("false", "*", ["Hello, this is the agent.", "Hi", "Goodbye"], 1),
    ],
)
def test_star_of_the_caller_ends_the_connection(attribute: str, digits: str, heard: list[str], seconds: float) -> None:
    with Line(dial(hangupOnStar=attribute), make_callee()) as line:
        parent = line.play(caller=Caller(speech=("Hi",), digits=digits))
        assert list_heard(parent) == heard
        (spoken,) = [utterance for utterance in parent.talk if utterance.text == "Hi"]
        child = line.calls[1]
        assert (child.ended_at or 0) - spoken.stop == (1 + seconds) * SECOND
        action = line.app.get("/dialed")
        assert (action["DialCallStatus"], action["CallStatus"]) == ("completed", "in-progress")


def test_key_that_ended_a_connection_answers_no_later_question() -> None:
    app = dial(hangupOnStar="true") | {"/dialed": respond("<Gather numDigits='1' action='/key'/>"), "/key": respond()}
    with Line(app, make_callee()) as line:
        line.play(caller=Caller(speech=("Hi",), digits="*5"))
        assert line.app.get("/key")["Digits"] == "5"

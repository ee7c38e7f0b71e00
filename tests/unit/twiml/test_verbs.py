"""The verbs: defaults, bounds and the codes of bad values (WIRE-CALLS §3)."""

import pytest

from generators.model import Track
from mockserver.twiml.acts import (
    Enqueue,
    Gather,
    Hangup,
    Leave,
    Pause,
    Play,
    Record,
    RecordingCallback,
    Redirect,
    Reject,
    Say,
    StartRecording,
    StopRecording,
)
from tests.twiml_documents import read_act, read_codes, read_response

ACTS = [
    ("<Record/>", Record()),
    (
        '<Record action="/done?a=1&amp;b=2" method="get" timeout=" 10 " finishOnKey="#" maxLength="+030" '
        'playBeep="False" trim="do-not-trim" transcribeCallback="/text"/>',
        Record("/done?a=1&b=2", "GET", 10, "#", 30, False, False, None, False, "/text"),
    ),
    ('<Record action="" finishOnKey="" timeout="0"/>', Record(finish_on_key="", timeout=0)),
    ('<Record transcribe="TRUE"/>', Record(transcribe=True, max_length=120)),
    ('<Record transcribe="true" maxLength="60"/>', Record(transcribe=True, max_length=60)),
    (
        '<Record recordingStatusCallback="http://127.0.0.1/r" recordingStatusCallbackMethod="get" '
        'recordingStatusCallbackEvent="in-progress  completed absent"/>',
        Record(callback=RecordingCallback("http://127.0.0.1/r", "GET", ("in-progress", "completed", "absent"))),
    ),
    ('<Record recordingStatusCallback="/r"/>', Record(callback=RecordingCallback("/r"))),
    ('<Record recordingStatusCallback="" recordingStatusCallbackEvent=""/>', Record()),
    ("<Gather/>", Gather()),
    (
        '<Gather input="speech dtmf" action="/g" method="GET" timeout="3" numDigits="4" finishOnKey="*" '
        'actionOnEmptyResult="true" speechTimeout="2" hints="a, b" language="de-DE"/>',
        Gather("/g", "GET", 3, "*", 4, True, True, True, 2),
    ),
    ('<Gather input="speech" speechTimeout="auto"/>', Gather(takes_speech=True, takes_digits=False)),
    ('<Gather finishOnKey="" timeout="0"/>', Gather(finish_on_key="", timeout=0)),
    (
        '<Gather><Say loop="2">Hi</Say><Pause/><Play digits="1"/><Say>Bye</Say></Gather>',
        Gather(prompts=(Say("Hi", 2), Pause(), Play(digits="1"), Say("Bye"))),
    ),
    ("<Play>\n /a.mp3 </Play>", Play("/a.mp3")),
    ('<Play loop="3">/a.mp3</Play>', Play("/a.mp3", loop=3)),
    ('<Play loop="0">/a.mp3</Play>', Play("/a.mp3", loop=1000)),
    ('<Play digits="1ww2W#A"/>', Play(digits="1ww2W#A")),
    ("<Pause/>", Pause(1)),
    ('<Pause length="45"/>', Pause(45)),
    ('<Pause length="0"/>', Pause(0)),
    ("<Redirect>/next</Redirect>", Redirect("/next")),
    ('<Redirect method="GET"> # </Redirect>', Redirect("#", "GET")),
    ("<Redirect/>", Redirect("")),
    ("<Hangup/>", Hangup()),
    ('<Hangup><Parameter name="a" value="b"/></Hangup>', Hangup()),
    ("<Leave/>", Leave()),
    ("<Reject/>", Reject("rejected")),
    ('<Reject reason="Busy"/>', Reject("busy")),
    ("<Start><Recording/></Start>", StartRecording(None, 2, Track.BOTH, True, None)),
    (
        '<Start><Recording name="r" channels="mono" track="inbound" trim="do-not-trim" '
        'recordingStatusCallback="/r"/></Start>',
        StartRecording("r", 1, Track.INBOUND, False, RecordingCallback("/r")),
    ),
    ('<Stop><Recording name="r"/></Stop>', StopRecording("r")),
    ("<Enqueue>support</Enqueue>", Enqueue("support")),
    (
        '<Enqueue action="/q" method="get" waitUrl="" waitUrlMethod="GET">a</Enqueue>',
        Enqueue("a", "/q", "GET", "", "GET"),
    ),
    ('<Enqueue workflowSid="WW1"><Task priority="1">{"a": 1}</Task></Enqueue>', Enqueue("")),
]


@pytest.mark.parametrize(("content", "act"), ACTS)
def test_verb_becomes_an_act(content: str, act: object) -> None:
    assert act == read_act(content)


@pytest.mark.parametrize(
    ("content", "code", "act"),
    [
        ('<Record method="PUT"/>', 13610, Record()),
        ('<Record timeout="soon"/>', 13611, Record()),
        ('<Record timeout="-1"/>', 13611, Record()),
        ('<Record maxLength="0"/>', 13612, Record()),
        ('<Record maxLength="1.5"/>', 13612, Record()),
        ('<Record maxLength="99999"/>', 13612, Record(max_length=14400)),
        ('<Record finishOnKey="any"/>', 13613, Record()),
        ('<Record transcribe="yes"/>', 13614, Record()),
        ('<Record transcribe="true" maxLength="121"/>', 13615, Record(transcribe=True, max_length=121)),
        ('<Record playBeep="no"/>', 13616, Record()),
        ('<Record trim="true"/>', 13699, Record(trim=False)),
        ('<Record recordingStatusCallback="ftp://a/b"/>', 13256, Record()),
        ('<Record recordingStatusCallback="/r" recordingStatusCallbackMethod="PUT"/>', 12200, None),
        ('<Record transcribeCallback="mailto:a@b"/>', 13257, Record()),
        ('<Gather input="voice"/>', 13326, Gather()),
        ('<Gather method="PUT"/>', 13312, Gather()),
        ('<Gather timeout="x"/>', 13313, Gather()),
        ('<Gather numDigits="0"/>', 13314, Gather()),
        ('<Gather numDigits="999999999999999999999999"/>', 13314, Gather()),
        ('<Gather finishOnKey="x"/>', 13310, Gather()),
        ('<Gather finishOnKey="12"/>', 13311, Gather()),
        ('<Gather actionOnEmptyResult="1"/>', 13338, Gather()),
        ('<Gather speechTimeout="long"/>', 13327, Gather()),
        ('<Gather><Say loop="x">Hi</Say></Gather>', 13322, Gather(prompts=(Say("Hi"),))),
        ('<Say loop="x">Hi</Say>', 13510, Say("Hi")),
        ('<Say loop="1001">Hi</Say>', 13510, Say("Hi", 1000)),
        ('<Play loop="-1">/a</Play>', 13410, Play("/a")),
        ('<Play digits="x">/a</Play>', 13430, Play("/a")),
        ('<Play digits="x"/>', 13430, None),
        ("<Play/>", 11100, None),
        ('<Pause length="x"/>', 13910, Pause()),
        ('<Redirect method="PUT">/a</Redirect>', 13710, Redirect("/a")),
        ('<Reject reason="angry"/>', 13810, Reject()),
        ('<Start><Recording channels="2"/></Start>', 12200, StartRecording()),
        ('<Start><Recording track="left"/></Start>', 12200, StartRecording()),
        ('<Start><Recording trim="x"/></Start>', 12200, StartRecording()),
        ("<Enqueue/>", 14204, None),
        (f"<Enqueue>{'a' * 65}</Enqueue>", 14205, None),
        ('<Enqueue method="PUT">a</Enqueue>', 14201, Enqueue("a")),
        ('<Enqueue waitUrlMethod="PUT">a</Enqueue>', 14206, Enqueue("a")),
    ],
)
def test_bad_value_has_the_code_of_its_verb_and_the_default_counts(content: str, code: int, act: object) -> None:
    script = read_response(content)
    assert [code] == [problem.code for problem in script.problems]
    if act is not None:
        assert (act,) == script.acts


@pytest.mark.parametrize(
    ("content", "defaults"),
    [
        (
            "<Record/>",
            {
                **{"action": None, "method": "POST", "timeout": 5, "finish_on_key": "1234567890*#", "max_length": 3600},
                **{"play_beep": True, "trim": True, "callback": None, "transcribe": False, "transcribe_callback": None},
            },
        ),
        (
            "<Gather/>",
            {
                **{"action": None, "method": "POST", "timeout": 5, "finish_on_key": "#", "num_digits": None},
                **{"takes_digits": True, "takes_speech": False, "action_on_empty_result": False},
            },
        ),
        (
            "<Dial>911</Dial>",
            {
                **{"action": None, "method": "POST", "timeout": 30, "time_limit": 14400, "record": "do-not-record"},
                **{"trim": False, "track": "both", "hangup_on_star": False, "answer_on_bridge": False},
                **{"sequential": False, "caller_id": None, "callback": None},
            },
        ),
        ("<Redirect>/a</Redirect>", {"method": "POST"}),
        ("<Say>Hi</Say>", {"loop": 1}),
        ("<Play>/a</Play>", {"loop": 1, "digits": None}),
    ],
)
def test_default_is_that_of_twilio(content: str, defaults: dict[str, object]) -> None:
    act = read_act(content)
    assert defaults == {name: getattr(act, name) for name in defaults}


def test_list_of_events_rendered_by_python_is_13621() -> None:
    script = read_response(
        "<Record recordingStatusCallback=\"/r\" recordingStatusCallbackEvent=\"['in-progress', 'completed']\"/>"
    )
    assert (Record(callback=RecordingCallback("/r")),) == script.acts
    (problem,) = script.problems
    assert (problem.code, problem.level) == (13621, "error")
    assert "with blanks between them" in problem.text


def test_problem_names_element_attribute_line_and_value() -> None:
    (problem,) = read_response('\n<Record timeout="soon"/>').problems
    assert problem.text == "<Record timeout> (line 2): expected a whole number from 0 to 14400, found 'soon'"


def test_start_and_stop_may_hold_several_recordings() -> None:
    content = '<Start><Recording name="a"/><Recording name="b"/></Start><Stop><Recording name="a"/><Recording/></Stop>'
    acts = (StartRecording("a"), StartRecording("b"), StopRecording("a"), StopRecording(None))
    assert acts == read_response(content).acts


def test_acts_keep_the_order_of_the_document() -> None:
    content = "<Say>a</Say><Record/><Say>b</Say><Hangup/>"
    assert (Say("a"), Record(), Say("b"), Hangup()) == read_response(content).acts
    assert read_codes(content) == []

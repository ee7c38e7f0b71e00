"""Bad answers of apps: each gives what Twilio gives, ends by itself, and is explained in the debugger."""

from typing import NamedTuple

import pytest

from mockserver.account.calls import app_requests
from mockserver.callbacks.outcome import Failure
from scenarios.callers import Caller
from tests.calls import APP, SILENT, Answer, Line, answer, fail, get_seconds, list_heard, respond

APPLICATION_ERROR = "We are sorry, an application error has occurred. Goodbye."
ENTITY_BOMB = (
    '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;">]>'
    "<Response><Say>&c;</Say></Response>"
)
EXTERNAL_ENTITY = '<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]><Response><Say>&f;</Say></Response>'
HTML = "<!DOCTYPE html><html><head><title>Oops</title></head><body>It works!</body></html>"
TOO_LONG = respond(f"<Say>{'a' * 70_000}</Say>")
DEEP = respond("<Say>" * 100 + "</Say>" * 100)


class Bad(NamedTuple):
    """An answer that gives no document, with the code and a part of the text of its debugger event."""

    answer: Answer
    code: int
    text: str


NO_DOCUMENT = {
    "not XML": Bad(answer("Hello <world"), 12100, "Document parse failure: syntax error in line 1"),
    "broken XML": Bad(answer("<Response><Say>Hi</Response>"), 12100, "mismatched tag in line 1"),
    "HTML page": Bad(answer(HTML, "text/html"), 12100, "is the answer an HTML page?"),
    "HTML fragment": Bad(answer("<html><body>Hi</body></html>", "text/html"), 12102, "found html"),
    "entity bomb": Bad(answer(ENTITY_BOMB), 12100, "a document type declaration is not allowed"),
    "external entity": Bad(answer(EXTERNAL_ENTITY), 12100, "a document type declaration is not allowed"),
    "70 KB": Bad(answer(TOO_LONG), 11750, "expected at most 65536 bytes"),
    "100 levels": Bad(answer(DEEP), 12100, "elements are nested deeper than 64 levels"),
    "blank before the declaration": Bad(
        answer(' <?xml version="1.0"?><Response/>'), 12100, "Remove the white space before <?xml"
    ),
    "root in lower case": Bad(answer("<response/>"), 12102, "Did you mean Response?"),
    "verb as root": Bad(answer("<Say>Hi</Say>"), 12102, "found Say"),
    "JSON": Bad(answer('{"say": "Hi"}', "application/json"), 12300, "found application/json"),
    "no type": Bad(answer("<Response/>", None), 12300, "found none"),
    "empty": Bad(answer("", "text/html"), 11770, "Empty response body"),
    "404": Bad(answer("<h1>Not found</h1>", "text/html", 404), 11200, "the app answered 404"),
    "500": Bad(answer("Traceback", "text/plain", 500), 11200, "the app answered 500"),
    "500 with TwiML": Bad(answer(respond("<Say>Hi</Say>"), status=500), 11200, "the app answered 500"),
    "302 to itself": Bad(answer(status=302, location="/voice"), 11215, "more than 10 redirects"),
    "302 without a place": Bad(answer(status=302), 11200, "the app answered 302"),
    "no answer in time": Bad(fail(Failure.READ_TIMEOUT, "no answer within 15 s"), 11200, "no answer within 15 s"),
    "closed port": Bad(fail(Failure.CONNECTION, "connection refused"), 11205, "connection refused"),
    "foreign host": Bad(fail(Failure.REFUSED_HOST, "example.com is not allowed"), 11200, "--callback-hosts"),
    "unknown name": Bad(fail(Failure.CONNECTION, "no such host", 11210), 11210, "no such host"),
}


@pytest.mark.parametrize("name", NO_DOCUMENT)
def test_answer_without_a_document_ends_the_call_with_an_error_message(name: str) -> None:
    bad = NO_DOCUMENT[name]
    with Line({"/voice": bad.answer}) as line:
        call = line.play()
        assert (call.status, get_seconds(call), list_heard(call)) == ("completed", 4, [APPLICATION_ERROR])
        (event,) = line.debugger
        assert (event.level, event.code, event.call_sid) == ("error", bad.code, call.sid)
        assert bad.text in event.text
        assert event.url == f"{APP}/voice"
        assert line.recordings == []


def test_debugger_keeps_the_start_of_the_answer() -> None:
    with Line({"/voice": answer("x" * 10_000, "text/html", 500)}) as line:
        line.play()
        (event,) = line.debugger
        assert (event.status, event.method, event.body) == (500, "POST", "x" * 4096)


@pytest.mark.parametrize("name", NO_DOCUMENT)
def test_fallback_url_plays_instead_of_the_error_message(name: str) -> None:
    bad = NO_DOCUMENT[name]
    with Line({"/voice": bad.answer, "/fallback": respond("<Say>Sorry</Say>")}) as line:
        call = line.play(fallback="/fallback")
        assert list_heard(call) == ["Sorry"]
        assert line.app.get("/fallback")["ErrorCode"] == str(bad.code)
        assert line.app.get("/fallback")["ErrorUrl"] == f"{APP}/voice"
        standard = line.app.list("/voice")[0].form.keys()
        assert line.app.get("/fallback").form.keys() == standard | {"ErrorCode", "ErrorUrl"}


@pytest.mark.parametrize(
    ("fallback", "codes"),
    [
        (answer("no", "text/html", 500), [11200, 11200]),
        (answer("no XML"), [11200, 12100]),
        (respond("<Redirect>ftp://example.com/</Redirect>"), [11200, 11100]),
    ],
)
def test_fallback_url_that_fails_too_ends_the_call(fallback: Answer, codes: list[int]) -> None:
    with Line({"/voice": answer("no", "text/html", 500), "/fallback": fallback}) as line:
        call = line.play(fallback="/fallback")
        assert (line.codes, list_heard(call)) == (codes, [APPLICATION_ERROR])
        assert line.app.paths == ["/voice", "/fallback"]


def test_error_of_a_later_document_leads_to_the_fallback_url() -> None:
    documents = {"/voice": respond("<Say>Hi</Say><Redirect>/gone</Redirect>"), "/fallback": respond("<Say>Sorry</Say>")}
    with Line(documents) as line:
        call = line.play(fallback="/fallback")
        assert list_heard(call) == ["Hi", "Sorry"]
        assert line.app.get("/fallback")["ErrorUrl"] == f"{APP}/gone"


@pytest.mark.parametrize("content", ["<Redirect>ftp://a/</Redirect>", "<Record action='http://['/>"])
def test_url_that_cannot_be_asked_leads_to_the_fallback_url(content: str) -> None:
    with Line({"/voice": respond(content), "/fallback": respond("<Say>Sorry</Say>")}) as line:
        call = line.play(fallback="/fallback", caller=Caller(speech=("Hello",)))
        assert (line.codes, list_heard(call)[-1]) == ([11100], "Sorry")
        assert line.app.get("/fallback")["ErrorUrl"] == f"{APP}/voice"


WARNED = {
    "unknown verb": ("<Speak>Hi</Speak><Say>Hi</Say>", [12200], ["Hi"]),
    "verb in lower case": ("<say>No</say><Say>Hi</Say>", [12200], ["Hi"]),
    "unknown attribute": ("<Say speed='2'>Hi</Say>", [12200], ["Hi"]),
    "wrong nesting": ("<Gather timeout='1'><Record/></Gather><Say>Hi</Say>", [13320], ["Hi"]),
    "known verb that is not played": ("<Connect><Stream url='wss://a/'/></Connect><Say>Hi</Say>", [13750], ["Hi"]),
    "bad number of Dial": ("<Dial>nobody</Dial><Say>Hi</Say>", [13223], ["Hi"]),
    "Dial of nobody": ("<Dial></Dial><Say>Hi</Say>", [13223], ["Hi"]),
    "text between verbs": ("hello<Say>Hi</Say>", [12200], ["Hi"]),
}


@pytest.mark.parametrize("name", WARNED)
def test_part_of_a_document_that_is_wrong_is_skipped_with_a_warning(name: str) -> None:
    content, codes, heard = WARNED[name]
    with Line({"/voice": respond(content)}) as line:
        call = line.play(caller=SILENT)
        assert (call.status, line.codes, list_heard(call)) == ("completed", codes, heard)
        assert {event.level for event in line.debugger} == {"warning"}
        assert line.debugger[0].url == f"{APP}/voice"


def test_empty_dial_ends_at_once() -> None:
    with Line({"/voice": respond("<Dial action='/after'></Dial>"), "/after": respond()}) as line:
        assert get_seconds(line.play()) == 0
        assert line.app.get("/after")["DialCallStatus"] == "failed"
        assert "DialCallSid" not in line.app.get("/after").form


@pytest.mark.parametrize(
    ("played", "heard"),
    [
        (answer("", "application/json"), []),
        (answer("  \n", "application/json"), []),
        (respond(), []),
        (answer("Hello\n  world", "text/plain"), ["Hello world"]),
        (answer(respond("<Say>Hi</Say>"), "text/plain"), ["Hi"]),
        (answer(respond("<Say>Hi</Say>"), "text/html; charset=utf-8"), ["Hi"]),
        (answer(b"RIFF", "audio/wav"), [""]),
    ],
)
def test_unusual_answer_is_no_error(played: Answer, heard: list[str]) -> None:
    with Line({"/voice": played}) as line:
        call = line.play()
        assert (call.status, line.codes, list_heard(call)) == ("completed", [], heard)


def test_relative_urls_resolve_against_the_document() -> None:
    answers = {"/a/voice": respond("<Redirect>next</Redirect>"), "/a/next": respond("<Redirect>../b</Redirect>")}
    with Line(answers | {"/b": respond("<Redirect>?x=1</Redirect>")}) as line:
        line.app.answers["/b"] = lambda received: respond("" if "?" in received.path else "<Redirect>?x=1</Redirect>")
        line.play("/a/voice")
        assert (line.app.paths, line.codes) == (["/a/voice", "/a/next", "/b", "/b?x=1"], [])


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ("<Redirect>/next</Redirect>", 15004),
        ("<Record action='/next'/>", 15004),
        ("<Record/>", 11100),
        ("<Gather action='/next' input='speech'/>", 15004),
        ("<Dial action='/next'>+15005550008</Dial>", 15004),
    ],
)
def test_document_without_a_url_needs_absolute_actions(content: str, code: int) -> None:
    with Line() as line:
        call = line.play(None, twiml=respond(content))
        assert (line.codes, list_heard(call)[-1]) == ([code], APPLICATION_ERROR)
        assert line.app.received == []


def test_relative_callback_without_a_base_is_noted_and_the_recording_goes_on() -> None:
    content = "<Record action='http://127.0.0.1:5000/next' recordingStatusCallback='/rec'/>"
    with Line({"/next": respond()}) as line:
        line.play(None, twiml=respond(content))
        assert line.codes == [15004]
        assert [recording.status for recording in line.recordings] == ["completed"]


def test_redirect_loop_ends_after_a_thousand_documents() -> None:
    check_end_of_loop("<Redirect/>", 1000)


@pytest.mark.parametrize("content", ["<Redirect/>", "<Redirect>#</Redirect>", "<Pause length='0'/><Redirect/>"])
def test_every_redirect_loop_ends(monkeypatch: pytest.MonkeyPatch, content: str) -> None:
    monkeypatch.setattr(app_requests, "_MAX_DOCUMENTS", 40)
    check_end_of_loop(content, 40)


def check_end_of_loop(content: str, documents: int) -> None:
    with Line({"/voice": respond(content)}) as line:
        call = line.play()
        assert (call.status, len(line.app.received), list_heard(call)) == ("completed", documents, [APPLICATION_ERROR])
        (event,) = line.debugger
        assert (event.level, event.code) == ("error", 11215)
        assert f"after {documents} documents" in event.text


def test_redirect_loop_of_two_documents_ends_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app_requests, "_MAX_DOCUMENTS", 40)
    with Line({"/voice": respond("<Redirect>/b</Redirect>"), "/b": respond("<Redirect>/voice</Redirect>")}) as line:
        line.play()
        assert (len(line.app.received), line.codes) == (40, [11215])


def test_record_loop_ends_when_the_call_may_last_no_longer() -> None:
    with Line({"/voice": respond("<Record timeout='1'/>")}) as line:
        call = line.play(time_limit=60)
        assert (call.status, get_seconds(call), line.codes) == ("completed", 60, [])
        assert len(line.recordings) == len(line.app.paths) - 1 > 3


def test_record_loop_ends_when_nothing_more_is_said() -> None:
    with Line({"/voice": respond("<Record/>")}) as line:
        call = line.play(caller=Caller(speech=("One", "Two")))
        assert (call.status, len(line.app.paths)) == ("completed", 3)
        assert [recording.status for recording in line.recordings] == ["completed", "completed", "absent"]


@pytest.mark.parametrize("content", ["<Record/>", "<Say>Hi</Say><Record action='/voice'/>"])
def test_record_loop_is_explained_once_and_goes_on(content: str) -> None:
    with Line({"/voice": respond(content)}) as line:
        call = line.play(time_limit=900)
        assert (call.status, get_seconds(call), len(line.recordings) > 21) == ("completed", 900, True)
        (event,) = line.debugger
        assert (event.level, event.code, event.url) == ("error", 11215, f"{APP}/voice")
        assert "the document has recorded 20 times and follows itself" in event.text


def test_document_that_changes_or_only_waits_is_no_loop() -> None:
    numbers = iter(range(100))
    with Line({"/wait": respond("<Pause length='1'/><Redirect/>")}) as line:
        line.app.answers["/voice"] = lambda _: respond(f"<Say>Question {next(numbers)}</Say><Record/>")
        for path in ("/voice", "/wait"):
            line.play(path, time_limit=600)
        assert (len(line.app.list("/voice")) > 25, len(line.app.list("/wait")) > 25, line.codes) == (True, True, [])


def test_sound_that_is_looped_for_ever_ends_with_the_call() -> None:
    with Line({"/voice": respond("<Play loop='0'>/music.mp3</Play><Redirect/>")}) as line:
        assert get_seconds(line.play()) == 4 * 3600


def test_action_after_the_end_of_a_call_with_very_many_documents_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app_requests, "_MAX_DOCUMENTS", 1)
    with Line({"/voice": respond("<Record action='/done'/>")}) as line:
        call = line.play(caller=Caller(speech=("Hello",), hangs_up_after="500ms"))
        assert (call.status, line.codes, line.app.paths) == ("completed", [11215], ["/voice"])


@pytest.mark.parametrize("content", ["<Pause length='1'/>", "<Gather timeout='1'/>", "<Say>Please hold.</Say>"])
def test_loop_in_which_time_passes_ends_with_the_call(content: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app_requests, "_MAX_DOCUMENTS", 2)
    with Line({"/voice": respond(f"{content}<Redirect/>")}) as line:
        call = line.play(time_limit=60, caller=SILENT)
        assert (get_seconds(call), line.codes) == (60, [])
        assert len(line.app.paths) > 20

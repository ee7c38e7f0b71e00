"""The life of a call: how it is placed, answered, led elsewhere, and ended."""

from typing import Any

import pytest

from mockserver.account.commands.calls import DeleteCall, HangUpCall, UpdateCall
from mockserver.account.state.app_requests import VoiceDocument
from mockserver.account.state.live_calls import Direction
from mockserver.account.state.subscription import Signer, StatusSubscription
from mockserver.callbacks.signature import build_signed_text, compute_signature
from mockserver.rest.errors import TwilioError
from scenarios.callers import Caller
from tests.accounts import make_account
from tests.calls import ALL_EVENTS, APP, SILENT, Line, answer, get_seconds, list_heard, respond

OUTBOUND = Direction.OUTBOUND_API


def test_statuses_of_a_call_that_is_placed() -> None:
    with Line({"/voice": respond("<Say>Hi</Say>")}) as line:
        call = line.place(direction=OUTBOUND, events=ALL_EVENTS)
        assert (call.status, line.app.received) == ("queued", [])
        line.finish(call)
        sent = line.app.list("/status")
        assert [received["CallStatus"] for received in sent] == ["initiated", "ringing", "in-progress", "completed"]
        assert [received["SequenceNumber"] for received in sent] == ["0", "1", "2", "3"]
        assert (sent[-1]["CallDuration"], sent[-1]["Duration"], sent[-1]["SipResponseCode"]) == ("1", "1", "200")
        assert line.app.get("/voice")["CallStatus"] == "in-progress"


def test_incoming_call_rings_until_its_document_answers_it() -> None:
    with Line({"/voice": respond("<Pause length='3'/><Say>Hi</Say>")}) as line:
        call = line.play(events=ALL_EVENTS)
        assert line.app.get("/voice")["CallStatus"] == "ringing"
        assert call.answered_at == call.created_at + 3_000_000
        assert [received["CallStatus"] for received in line.app.list("/status")] == ["in-progress", "completed"]


@pytest.mark.parametrize(("reason", "status"), [("busy", "busy"), ("rejected", "no-answer")])
def test_rejected_call_is_not_answered(reason: str, status: str) -> None:
    with Line({"/voice": respond(f"<Reject reason='{reason}'/>")}) as line:
        call = line.play(events=("completed",))
        assert (call.status, call.answered_at, line.app.get("/status")["CallDuration"]) == (status, None, "0")


def test_reject_after_the_answer_ends_the_call() -> None:
    with Line({"/voice": respond("<Say>Hi</Say><Reject/>")}) as line:
        assert line.play().status == "completed"


@pytest.mark.parametrize(
    ("caller", "status", "code"),
    [
        ({"answers": "busy"}, "busy", "486"),
        ({"answers": "failed"}, "failed", "404"),
        ({"answers": "no-answer"}, "no-answer", "487"),
        ({"rings": "90s"}, "no-answer", "487"),
    ],
)
def test_person_who_does_not_answer(caller: dict[str, Any], status: str, code: str) -> None:
    with Line() as line:
        call = line.play(direction=OUTBOUND, caller=Caller(**caller), events=("completed",), record=None)
        assert (call.status, line.app.paths) == (status, [])
        assert line.app.get("/status")["SipResponseCode"] == code


def test_call_plays_the_document_that_was_given_with_it() -> None:
    with Line() as line:
        call = line.play(None, twiml=respond("<Say>Hi</Say>"), direction=OUTBOUND)
        assert (list_heard(call), line.app.received) == (["Hi"], [])


@pytest.mark.parametrize(
    ("url", "heard"),
    [
        ("https://demo.twilio.com/docs/voice.xml", ["Thanks for trying our documentation. Enjoy!", ""]),
        ("http://twimlets.com/echo?Twiml=%3CResponse%3E%3CSay%3EHi%3C%2FSay%3E%3C%2FResponse%3E", ["Hi"]),
        ("http://twimlets.com/holdmusic?Bucket=com.twilio.music.rock&Message=Please%20hold", ["Please hold", ""]),
    ],
)
def test_documents_of_twilio_are_built_in(url: str, heard: list[str]) -> None:
    with Line() as line:
        call = line.play(url, time_limit=8)
        assert (list_heard(call)[:2], line.app.received, line.codes) == (heard, [], [])


@pytest.mark.parametrize(
    ("url", "paths", "codes"),
    [
        ("http://twimlets.com/holdmusic?Bucket=com.twilio.music.rock", ["/voice"], []),
        ("https://a.test/wait", ["/voice", "/wait"], [11200]),
    ],
)
def test_document_of_those_who_wait_is_asked_or_built_in(url: str, paths: list[str], codes: list[int]) -> None:
    content = f"<Dial><Conference waitUrl='{url}' waitMethod='GET'>room</Conference></Dial>"
    with Line({"/voice": respond(content)}) as line:
        call = line.play(time_limit=20)
        assert (get_seconds(call), line.app.paths, line.codes) == (20, paths, codes)
        assert bool(call.talk) is not bool(codes)


def test_voice_url_and_redirects_take_get() -> None:
    with Line({"/voice": respond("<Redirect method='get'>/b?x=1</Redirect><Say>Never</Say>"), "/b": respond()}) as line:
        line.play(voice=VoiceDocument(f"{APP}/voice?lang=de", "GET"))
        assert [received.method for received in line.app.received] == ["GET", "GET"]
        assert [received.form.get("lang") for received in line.app.received] == ["de", None]
        assert (line.app.get("/voice")["CallStatus"], line.app.get("/b")["x"]) == ("ringing", "1")


def test_fallback_may_be_built_in() -> None:
    with Line({"/voice": answer(status=500)}) as line:
        voice = VoiceDocument(f"{APP}/voice", fallback_url="http://twimlets.com/echo?Twiml=nothing")
        call = line.play(voice=voice)
        assert (call.status, line.codes) == ("completed", [11200, 12100])


def test_cookies_belong_to_one_call() -> None:
    with Line() as line:
        line.app.answers["/voice"] = lambda _: answer(respond("<Redirect>/b</Redirect>"), set_cookie="state=1; Path=/")
        line.app.answers["/b"] = respond("<Say>Hi</Say>")
        for _ in range(2):
            line.play()
        assert [received.headers.get("cookie") for received in line.app.list("/voice")] == [None, None]
        assert [received.headers["cookie"] for received in line.app.list("/b")] == ["state=1"] * 2


def test_callbacks_carry_no_cookies() -> None:
    record = "<Record action='/done' transcribe='true' transcribeCallback='/text' recordingStatusCallback='/rec'/>"
    with Line({"/done": respond()}) as line:
        line.app.answers["/voice"] = lambda _: answer(respond(record), set_cookie="state=1; Path=/")
        line.play(events=ALL_EVENTS, caller=Caller(speech=("My bicycle has a flat tyre, please call me back.",)))
        assert line.app.get("/done").headers["cookie"] == "state=1"
        callbacks = [received for received in line.app.received if received.is_callback]
        assert {received.path for received in callbacks} == {"/status", "/rec", "/text"}
        assert not [received for received in callbacks if "cookie" in received.headers]


def test_time_limit_ends_a_call() -> None:
    with Line({"/voice": respond("<Say>Hi</Say><Pause length='100'/>")}) as line:
        assert get_seconds(line.play(time_limit=7)) == 7


def test_person_hangs_up() -> None:
    with Line({"/voice": respond("<Say>Hi</Say><Pause length='100'/>")}) as line:
        call = line.play(caller=Caller(hangs_up_after="7s"))
        assert (call.status, get_seconds(call)) == ("completed", 7)


def test_hang_up_while_the_app_is_asked_drops_its_answer() -> None:
    with Line() as line:
        line.app.answers["/voice"] = lambda _: line.account.apply(HangUpCall(number=0)) or respond("<Say>Hi</Say>")
        call = line.play()
        assert (call.status, list_heard(call), line.codes) == ("canceled", [], [])


def test_call_ends_once() -> None:
    with Line({"/voice": respond()}) as line:
        call = line.play(events=("completed",))
        line.account.apply(HangUpCall(number=call.number))
        assert len(line.app.list("/status")) == 1


@pytest.mark.parametrize("status", ["completed", "canceled"])
def test_api_ends_a_call(status: str) -> None:
    with Line({"/voice": respond("<Pause length='100'/>")}) as line:
        call = line.place(direction=OUTBOUND)
        line.account.apply(UpdateCall(number=call.number, status=status))
        assert call.status == "canceled"
        other = line.place(direction=OUTBOUND)
        line.advance(4)
        line.account.apply(UpdateCall(number=other.number, status=status))
        assert other.status == "completed"
        with pytest.raises(TwilioError, check=lambda error: error.code == 21220):
            line.account.apply(UpdateCall(number=other.number, status=status))


def test_api_leads_a_call_to_another_document() -> None:
    with Line({"/voice": respond("<Pause length='100'/>"), "/b": respond("<Say>Moved</Say>")}) as line:
        call = line.place(direction=OUTBOUND)
        with pytest.raises(TwilioError, check=lambda error: error.code == 21220):
            line.account.apply(UpdateCall(number=call.number, voice=VoiceDocument(f"{APP}/b")))
        line.advance(4)
        line.account.apply(UpdateCall(number=call.number, voice=VoiceDocument(f"{APP}/b")))
        line.finish(call)
        assert (list_heard(call), get_seconds(call)) == (["Moved"], 2)


def test_update_of_nothing_changes_nothing() -> None:
    with Line({"/voice": respond("<Pause length='100'/>")}) as line:
        call = line.place()
        line.account.apply(UpdateCall(number=call.number))
        assert call.status == "ringing"


def test_redirect_while_the_app_is_asked_drops_its_answer() -> None:
    with Line({"/other": respond("<Say>Moved</Say>")}) as line:
        update = UpdateCall(number=0, voice=VoiceDocument(f"{APP}/other"))
        line.app.answers["/voice"] = lambda _: line.account.apply(update) or respond("<Say>Never</Say>")
        call = line.play(direction=OUTBOUND)
        assert list_heard(call) == ["Moved"]


def test_deleted_call_is_gone_and_its_recordings_stay() -> None:
    with Line({"/voice": respond("<Record action='/done'/>"), "/done": respond()}) as line:
        call = line.play()
        line.account.apply(DeleteCall(number=call.number))
        assert line.account.live_calls.find(call.sid) is None
        assert [recording.call_sid for recording in line.recordings] == [call.sid]


def test_call_may_be_deleted_while_its_last_action_is_asked() -> None:
    with Line({"/voice": respond("<Record action='/done'/>")}) as line:
        line.app.answers["/done"] = lambda _: line.account.apply(DeleteCall(number=0)) or respond()
        line.play(caller=Caller(speech=("Hello",), hangs_up_after="2s"))
        assert (line.app.paths, line.calls, line.codes) == (["/voice", "/done"], [], [])


def test_action_after_the_end_that_fails_is_noted() -> None:
    with Line({"/voice": respond("<Record action='/done'/>"), "/fallback": respond()}) as line:
        call = line.play(caller=Caller(speech=("Hello",), hangs_up_after="2s"), fallback="/fallback")
        assert (call.status, line.codes, line.app.paths) == ("completed", [11200], ["/voice", "/done"])


def test_action_after_the_end_is_not_asked_of_built_in_documents() -> None:
    action = "http://twimlets.com/echo"
    with Line({"/voice": respond(f"<Record action='{action}'/>")}) as line:
        call = line.play(caller=Caller(speech=("Hello",), hangs_up_after="2s"))
        assert (call.status, line.codes) == ("completed", [])


def test_action_after_the_end_whose_url_is_bad_is_noted() -> None:
    with Line({"/voice": respond("<Record action='ftp://a/'/>")}) as line:
        line.play(caller=Caller(speech=("Hello",), hangs_up_after="2s"))
        assert line.codes == [11100]


@pytest.mark.parametrize(
    ("caller", "seconds", "status"), [(SILENT, 60, "completed"), (Caller(hangs_up_after="9s"), 9, "completed")]
)
def test_call_in_a_queue_waits_until_its_person_hangs_up(caller: Caller, seconds: int, status: str) -> None:
    with Line({"/voice": respond("<Enqueue action='/left'>support</Enqueue>")}) as line:
        call = line.play(caller=caller)
        left = line.app.get("/left")
        assert (get_seconds(call), left["QueueResult"], left["QueueTime"]) == (seconds, "hangup", str(seconds))
        assert (left["QueueSid"][:2], left["CallStatus"]) == ("QU", status)


def test_call_that_is_led_out_of_a_queue_says_so() -> None:
    with Line({"/voice": respond("<Enqueue action='/left'>support</Enqueue>"), "/b": respond()}) as line:
        call = line.place()
        line.advance(5)
        line.account.apply(UpdateCall(number=call.number, voice=VoiceDocument(f"{APP}/b")))
        line.finish(call)
        assert (line.app.get("/left")["QueueResult"], line.app.paths[-1]) == ("redirected", "/b")


def test_queue_without_an_action_requests_nothing() -> None:
    with Line({"/voice": respond("<Leave/><Enqueue>support</Enqueue>")}) as line:
        line.play()
        assert line.app.paths == ["/voice"]


def test_account_without_calls_has_none() -> None:
    account = make_account(count=0)
    assert (account.has_live_calls, account.has_app_requests) == (False, False)


def test_queue_has_one_sid_by_its_name() -> None:
    app = {f"/{name}": respond(f"<Enqueue action='/left'>{name}</Enqueue>") for name in ("support", "sales")}
    with Line(app) as line:
        for path in ("/support", "/support", "/sales"):
            line.play(path, caller=SILENT)
        first, second, other = (left["QueueSid"] for left in line.app.list("/left"))
        assert first == second != other


def test_timers_of_calls_are_counted() -> None:
    with Line({"/voice": respond("<Record transcribe='true' action='/bye'/>"), "/bye": respond()}) as line:
        call = line.place(caller=Caller(speech=("Hello there, this is a message.",)))
        line.place(twiml=respond("<Pause length='60'/>"), caller=SILENT)
        counts = []
        while not call.is_over:
            assert line.step()
            counts.append(line.account.scheduler.count_pending())
            assert counts[-1] == len([*line.account.scheduler.iter_pending()])
        assert max(counts) >= 2
        assert line.account.state.live.transcription_requests
        line.advance(120)
        assert line.account.scheduler.count_pending() == 0


def test_documents_and_callbacks_are_signed_by_the_token_of_the_call() -> None:
    signer = Signer("token-of-the-call", "a declared token", "http://localhost:4010")
    with Line({"/voice": respond()}) as line:
        line.play(signer=signer, events=("completed",))
        for path in ("/voice", "/status"):
            received = line.app.get(path)
            signed = build_signed_text(APP + path, tuple(received.form.items()))
            assert received.headers["x-twilio-signature"] == compute_signature(signer.token, signed)


def test_callbacks_of_one_call_are_sent_in_order() -> None:
    with Line({"/voice": respond("<Pause/>")}) as line:
        call, callbacks = line.place(), line.account.callbacks
        for event in ("answered", "completed"):
            receiver = StatusSubscription(f"{APP}/status")
            callbacks.enqueue_request(sid=call.sid, event=event, receiver=receiver, parameters=(), signer=call.signer)
        assert [delivery.event for delivery in callbacks.get_ready()] == ["answered"]

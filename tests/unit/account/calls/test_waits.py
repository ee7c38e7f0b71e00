"""What calls hear while they wait: the waitUrl of a queue or of a conference."""

from typing import Any

import pytest

from generators.sids import Kind
from mockserver.account.commands.calls import HangUpCall, UpdateCall
from mockserver.account.commands.conferences import AnnounceToConference, ParticipantChanges, UpdateParticipant
from mockserver.account.state.app_requests import RequestPurpose, VoiceDocument
from mockserver.account.state.live_calls import Direction, LiveCall
from mockserver.account.state.live_conferences import JoinOptions
from mockserver.callbacks.outcome import Failure
from scenarios.callers import Caller
from tests.calls import APP, SILENT, Answer, Line, answer, fail, get_seconds, list_heard, respond

LONG = Caller(speech=(), hangs_up_after="2h")
PATIENT_SECONDS = 60


def queue(wait: Answer, *, attributes: str = "", **others: Answer) -> dict[str, Answer]:
    """Return an app that lets its callers wait in a queue."""
    verbs = f"<Enqueue action='/left' waitUrl='/wait' {attributes}>support</Enqueue><Say>Never</Say>"
    return {"/voice": respond(verbs), "/wait": wait, "/left": respond("<Say>Goodbye</Say>")} | {
        f"/{name}": one for name, one in others.items()
    }


def conference(wait: Answer | None, attributes: str = "waitUrl='/wait'") -> dict[str, Answer]:
    """Return an app that leads its callers into a conference, with attributes of `<Conference>`."""
    verbs = f"<Dial action='/done' record='record-from-answer'><Conference {attributes}>room</Conference></Dial>"
    app: dict[str, Answer] = {"/voice": respond(verbs), "/done": respond()}
    return app if wait is None else app | {"/wait": wait}


def open_room(line: Line, *, count: int = 2) -> tuple[str, list[LiveCall]]:
    """Return the SID of a conference, and calls that have joined it."""
    calls = [line.place(caller=SILENT) for _ in range(count)]
    return line.account.live_calls.conferences.get(0).sid, calls


def change(line: Line, sid: str, call: LiveCall, **changes: Any) -> None:
    """Change a participant."""
    parsed = ParticipantChanges(**changes)
    line.account.apply(UpdateParticipant(conference_sid=sid, participant=call.sid, changes=parsed))
    line.settle()


def hang_up(line: Line, *calls: LiveCall) -> None:
    """Let persons hang up, and play to the end."""
    for call in calls:
        line.account.apply(HangUpCall(number=call.number))
    line.finish(*calls)


# -- queues ---------------------------------------------------------------------------------------


def test_queue_plays_its_document_again_and_again() -> None:
    with Line(queue(respond("<Say>Please wait</Say><Pause length='18'/>"))) as line:
        call = line.play(caller=SILENT)
        asked = line.app.list("/wait")
        assert [one["QueueTime"] for one in asked] == ["0", "20", "40"]
        assert {(one["QueuePosition"], one["CurrentQueueSize"], one["CallStatus"]) for one in asked} == {
            ("1", "1", "in-progress")
        }
        assert {one["QueueSid"] for one in asked} == {line.app.get("/left")["QueueSid"]}
        assert list_heard(call) == ["Please wait"] * 3
        assert (get_seconds(call), line.app.get("/left")["QueueResult"]) == (PATIENT_SECONDS, "hangup")
        assert [one.purpose for one in call.asked].count(RequestPurpose.WAIT) == 3


def test_wait_is_asked_by_its_own_method_and_says_the_place_in_the_queue() -> None:
    with Line(queue(respond("<Pause length='100'/>"), attributes="waitUrlMethod='GET'")) as line:
        calls = []
        for _ in range(2):
            calls.append(line.place(caller=LONG))
            line.advance(10)
        first, second = line.app.list("/wait")
        assert (first.method, second.method) == ("GET", "GET")
        assert (second["QueuePosition"], second["CurrentQueueSize"], second["AvgQueueTime"]) == ("2", "2", "5")
        hang_up(line, *calls)


def test_leave_lets_the_call_go_on_with_the_action() -> None:
    with Line(queue(respond("<Say>Bye</Say><Leave/><Say>Never</Say>"))) as line:
        call = line.play(caller=SILENT)
        assert line.app.get("/left")["QueueResult"] == "leave"
        assert list_heard(call) == ["Bye", "Goodbye"]
        assert line.app.get("/left")["CallStatus"] == "in-progress"


def test_leave_without_an_action_lets_the_next_verb_follow() -> None:
    verbs = "<Enqueue waitUrl='/wait'>support</Enqueue><Say>Next</Say>"
    with Line({"/voice": respond(verbs), "/wait": respond("<Leave/>")}) as line:
        assert list_heard(line.play(caller=SILENT)) == ["Next"]


def test_many_queues_that_are_left_at_once_are_played_one_after_the_other() -> None:
    echo = "http://twimlets.com/echo?Twiml=%3CResponse%3E%3CLeave/%3E%3C/Response%3E"
    verbs = f"<Enqueue waitUrl='{echo}'>support</Enqueue>" * 400 + "<Say>Next</Say>"
    with Line({"/voice": respond(verbs)}) as line:
        assert list_heard(line.play(caller=SILENT)) == ["Next"]


def test_hangup_in_a_queue_ends_the_call() -> None:
    with Line(queue(respond("<Pause length='3'/><Hangup/>"))) as line:
        call = line.play(caller=SILENT)
        assert (get_seconds(call), line.app.get("/left")["QueueResult"]) == (3, "hangup")


def test_gather_and_redirect_in_a_queue() -> None:
    wait = respond("<Gather numDigits='1' action='pressed'/><Redirect>again</Redirect>")
    app = queue(wait, pressed=respond("<Redirect method='GET'>/again</Redirect>"), again=respond("<Leave/>"))
    with Line(app) as line:
        line.play(caller=Caller(speech=(), digits="5"))
        assert line.app.paths == ["/voice", "/wait", "/pressed", "/again", "/left"]
        assert (line.app.get("/pressed")["Digits"], line.app.get("/pressed")["QueuePosition"]) == ("5", "1")


def test_verbs_that_a_queue_does_not_allow_are_skipped() -> None:
    with Line(queue(respond("<Record/><Say>Wait</Say><Leave/>"))) as line:
        assert list_heard(line.play(caller=SILENT)) == ["Wait", "Goodbye"]
        assert line.codes == [12200]


@pytest.mark.parametrize(
    ("wait", "code"),
    [
        (answer("gone", "text/html", 404), 11200),
        (fail(Failure.CONNECTION, "no such host", 11210), 11210),
        (answer("<Response"), 12100),
        (respond("<Redirect>ftp://host/</Redirect>"), 11100),
    ],
)
def test_wait_that_fails_is_silence_and_noted(wait: Answer, code: int) -> None:
    with Line(queue(wait)) as line:
        call = line.play(caller=SILENT, fallback="/fallback")
        assert (get_seconds(call), list_heard(call), line.codes) == (PATIENT_SECONDS, [], [code])
        assert [*dict.fromkeys(line.app.paths)] == ["/voice", "/wait", "/left"]


def test_relative_wait_url_of_a_document_without_a_url_is_noted() -> None:
    with Line() as line:
        call = line.play(twiml=respond("<Enqueue waitUrl='/wait'>support</Enqueue>"), caller=SILENT)
        assert (get_seconds(call), line.codes) == (PATIENT_SECONDS, [15004])


@pytest.mark.parametrize("wait", [answer(b"", "audio/mpeg"), answer("Please wait", "text/plain")])
def test_sound_or_text_does_not_end_the_call(wait: Answer) -> None:
    with Line(queue(wait)) as line:
        assert get_seconds(line.play(caller=SILENT)) == PATIENT_SECONDS
        assert line.codes == []


def test_empty_document_of_a_queue_is_asked_once() -> None:
    with Line(queue(respond())) as line:
        line.play(caller=SILENT)
        assert len(line.app.list("/wait")) == 1


@pytest.mark.parametrize("is_answered", [False, True])
def test_call_that_is_led_out_of_a_queue_hears_no_more(is_answered: bool) -> None:
    with Line(queue(respond("<Play>/music.mp3</Play>"), b=respond("<Say>Hello</Say>"))) as line:
        if is_answered:
            call = line.place(caller=SILENT)
            line.advance(2)
            line.account.apply(UpdateCall(number=call.number, voice=VoiceDocument(f"{APP}/b")))
        else:
            call = lead_away_while_it_asks(line)
        line.finish(call)
        assert call.waiting is None
        assert [(one.stop - one.start) / 1e6 for one in call.talk[:-1]] == ([2] if is_answered else [])
        assert (line.app.get("/left")["QueueResult"], list_heard(call)[-1]) == ("redirected", "Hello")


def lead_away_while_it_asks(line: Line) -> LiveCall:
    """Lead a call elsewhere while its waitUrl is asked."""
    placed: list[LiveCall] = []

    def lead_away(_: object) -> str:
        line.account.apply(UpdateCall(number=placed[0].number, voice=VoiceDocument(f"{APP}/b")))
        return respond("<Say>Late</Say>")

    line.app.answers |= {
        "/wait": lead_away,
        "/voice": respond("<Pause/><Enqueue action='/left' waitUrl='/wait'>a</Enqueue>"),
    }
    placed.append(line.place(caller=SILENT))
    line.advance(1)
    return placed[0]


def test_snapshot_while_a_call_waits_goes_on_with_what_it_hears() -> None:
    with Line(queue(respond("<Pause length='7'/><Say>Now</Say><Pause length='60'/>"))) as line:
        line.place(caller=SILENT)
        line.advance(5)
        line.restore(line.account.snapshot())
        (call,) = line.calls
        line.finish(call)
        assert (list_heard(call), len(line.app.list("/wait"))) == (["Now"], 1)


# -- conferences ----------------------------------------------------------------------------------


def test_participant_hears_the_document_until_the_second_one_joins() -> None:
    with Line(conference(respond("<Say>Wait</Say><Play>/music.mp3</Play><Redirect/>"))) as line:
        first = line.place(caller=SILENT)
        line.advance(21)
        asked = len(line.app.list("/wait"))
        assert asked > 2
        second = line.place(caller=SILENT)
        assert (first.waiting, second.waiting) == (None, None)
        assert first.talk[-1].stop <= line.account.clock.now()
        line.advance(100)
        assert len(line.app.list("/wait")) == asked
        assert not line.account.live_calls.conferences.get(0).talk
        hang_up(line, first, second)
        assert line.app.list("/done")[0]["DialCallStatus"] == "answered"


def test_document_of_a_conference_is_heard_once_and_only_speaks() -> None:
    with Line(conference(respond("<Gather/><Say>Wait</Say>"), "waitUrl='/wait' waitMethod='GET'")) as line:
        call = line.place(caller=SILENT)
        line.advance(600)
        assert line.app.get("/wait").method == "GET"
        assert (list_heard(call), line.codes) == (["Wait"], [13238])
        assert "QueueSid" not in line.app.get("/wait").form
        hang_up(line, call)


@pytest.mark.parametrize(
    "url", ["http://twimlets.com/holdmusic?Bucket=com.twilio.music.ambient", "http://media.example/music.mp3", ""]
)
def test_music_of_other_hosts_is_not_fetched(url: str) -> None:
    with Line(conference(None, f"waitUrl='{url}'")) as line:
        call = line.place(caller=SILENT)
        line.advance(20)
        hang_up(line, call)
        assert (line.app.paths, line.codes) == (["/voice", "/done"], [])
        assert [bool(one.media) for one in call.talk][:1] == ([True] if url else [])


@pytest.mark.parametrize("wait", ["/wait", "http://twimlets.com/holdmusic"])
def test_hours_of_music_cost_few_documents(wait: str) -> None:
    with Line(conference(respond("<Play>/music.mp3</Play><Redirect/>"), f"waitUrl='{wait}'")) as line:
        call = line.place(caller=SILENT)
        line.advance(3600)
        assert len(call.talk) == 100
        assert len(line.app.list("/wait")) == (100 if wait == "/wait" else 0)
        notes = [event.what for event in line.account.state.events if "100 documents" in event.what]
        assert len(notes) == 1
        hang_up(line, call)


def test_hang_up_of_one_who_waits_drops_what_they_hear() -> None:
    with Line(conference(respond("<Pause length='50'/>"))) as line:
        call = line.play(caller=Caller(speech=(), hangs_up_after="9s"))
        assert (get_seconds(call), call.waiting) == (9, None)


def test_participant_that_the_api_calls_hears_its_document() -> None:
    with Line({"/wait": respond("<Say>Wait</Say>")}) as line:
        signer = line.make_call().signer
        opened = line.account.live_calls.conferences.open("room", signer)
        options = JoinOptions(conference=opened.number, wait_url=f"{APP}/wait")
        call = line.place(None, direction=Direction.OUTBOUND_API, joins=options, caller=SILENT)
        line.advance(10)
        assert list_heard(call) == ["Wait"]
        assert opened.sid.startswith(Kind.CONFERENCE)
        hang_up(line, call)


# -- hold and announcements -----------------------------------------------------------------------

HOLD, NEWS = f"{APP}/hold", f"{APP}/news"
ROOM = conference(None, "") | {
    "/hold": respond("<Say>Hold the line</Say><Pause length='9'/><Redirect/>"),
    "/news": respond("<Say>News</Say>"),
}


def test_hold_plays_its_document_until_its_end() -> None:
    with Line(ROOM) as line:
        sid, (first, second) = open_room(line)
        change(line, sid, first, hold=True, hold_url=HOLD, hold_method="GET")
        line.advance(15)
        assert [one.method for one in line.app.list("/hold")] == ["GET", "POST"]
        change(line, sid, first, hold=False)
        line.advance(60)
        assert (list_heard(first), list_heard(second)) == (["Hold the line"] * 2, [])
        assert len(line.app.list("/hold")) == 2
        change(line, sid, first, hold_url=HOLD)  # no participant is on hold
        assert len(line.app.list("/hold")) == 2
        hang_up(line, first, second)


@pytest.mark.parametrize("is_ended", [False, True])
def test_announcement_is_heard_once_and_the_hold_goes_on_afterwards(is_ended: bool) -> None:
    with Line(ROOM) as line:
        sid, (first, second) = open_room(line)
        change(line, sid, first, hold=True, hold_url=HOLD)
        line.advance(2)
        for _ in range(2):
            change(line, sid, first, announce_url=NEWS)
        assert not line.account.live_calls.is_waiting_for_others(first)
        assert line.account.live_calls.is_waiting_for_others(second)
        if is_ended:
            change(line, sid, first, hold=False)
        line.advance(5)
        assert list_heard(first) == ["Hold the line", "News", *([] if is_ended else ["Hold the line"])]
        assert list_heard(second) == []
        hang_up(line, first, second)


@pytest.mark.parametrize(
    "url", [NEWS, "http://twimlets.com/echo?Twiml=%3CResponse%3E%3CSay%3ENews%3C%2FSay%3E%3C%2FResponse%3E"]
)
def test_announcement_to_a_conference_is_heard_by_all_and_asked_once(url: str) -> None:
    with Line(ROOM) as line:
        sid, calls = open_room(line, count=3)
        line.account.apply(AnnounceToConference(sid=sid, url=url, method="POST"))
        line.advance(5)
        assert [list_heard(call) for call in calls] == [["News"]] * 3
        assert len(line.app.list("/news")) == (url == NEWS)
        assert all(call.waiting is None and call.status == "in-progress" for call in calls)
        hang_up(line, *calls)


def test_announcement_that_fails_is_noted_and_delays_no_call() -> None:
    with Line(conference(None, "")) as line:
        sid, calls = open_room(line)
        line.account.apply(AnnounceToConference(sid=sid, url=NEWS, method="POST"))
        line.settle()
        assert {call.waiting for call in calls} == {None}
        assert line.codes == [11200]
        hang_up(line, *calls)


def test_announcement_while_the_conference_has_not_started() -> None:
    with Line(
        conference(respond("<Say>Wait</Say><Pause length='50'/>")) | {"/news": respond("<Pause length='9'/>")}
    ) as line:
        sid, (first,) = open_room(line, count=1)
        line.advance(3)
        change(line, sid, first, announce_url=NEWS)
        line.advance(3)
        second = line.place(caller=SILENT)
        line.advance(60)
        assert list_heard(first) == ["Wait"]
        assert (first.waiting, second.waiting) == (None, None)
        hang_up(line, first, second)


def test_hold_goes_on_when_the_conference_starts() -> None:
    with Line(ROOM) as line:
        sid, (first,) = open_room(line, count=1)
        change(line, sid, first, hold=True, hold_url=HOLD)
        line.advance(1)
        second = line.place(caller=SILENT)
        line.advance(13)
        assert list_heard(first) == ["Hold the line"] * 2
        hang_up(line, first, second)


def test_participant_that_left_before_the_answer_hears_no_announcement() -> None:
    with Line(conference(None, "")) as line:
        sid, calls = open_room(line, count=3)

        def leave(_: object) -> str:
            line.account.apply(HangUpCall(number=calls[1].number))
            return respond("<Say>News</Say>")

        line.app.answers["/news"] = leave
        line.account.apply(AnnounceToConference(sid=sid, url=NEWS, method="POST"))
        line.advance(5)
        assert [list_heard(call) for call in calls] == [["News"], [], ["News"]]
        hang_up(line, calls[0], calls[2])


def test_participant_who_has_not_joined_hears_no_document() -> None:
    with Line(ROOM) as line:
        signer = line.make_call().signer
        opened = line.account.live_calls.conferences.open("room", signer)
        options = JoinOptions(conference=opened.number)
        call = line.place(None, direction=Direction.OUTBOUND_API, joins=options, caller=SILENT)
        line.account.apply(AnnounceToConference(sid=opened.sid, url=NEWS, method="POST"))
        change(line, opened.sid, call, hold=True, hold_url=HOLD, announce_url=NEWS)
        line.advance(10)
        assert list_heard(call) == []
        hang_up(line, call)

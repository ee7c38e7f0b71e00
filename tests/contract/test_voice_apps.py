"""Apps as users of Starlette and twilio-python write them, each played on a frozen clock."""

from collections.abc import Callable
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response as HttpResponse
from twilio.request_validator import RequestValidator
from twilio.twiml.voice_response import Dial, Gather, VoiceResponse

from generators.model import InFlight, Recording
from generators.sids import Kind
from mockserver.account.commands.calls import HangUpCall
from mockserver.account.commands.recordings import UpdateRecording
from mockserver.account.resources.parent import Parent
from mockserver.account.state.in_progress import PauseBehavior
from mockserver.account.state.live_calls import Direction, LiveCall
from mockserver.account.state.live_recordings import RecordOptions
from mockserver.callbacks.outcome import Outcome
from mockserver.callbacks.request import CallbackRequest
from mockserver.callbacks.response import ReceivedResponse
from mockserver.testing.app_calls import call_asgi
from scenarios.callers import Caller
from tests.accounts import make_scenario
from tests.calls import AGENT, ALL_EVENTS, CALLER, Line, StandIn, get_seconds, list_heard

Handler = Callable[[dict[str, str], Request], Any]


class VoiceApp(StandIn):
    """A Starlette app whose routes return TwiML. It checks the signature of every request."""

    def __init__(self) -> None:
        super().__init__({})
        self.web = Starlette()
        self.token = ""

    def route(self, path: str) -> Callable[[Handler], Handler]:
        """Add a route. The handler gets the form, and returns a VoiceResponse, a response, or None."""

        def add(handler: Handler) -> Handler:
            async def endpoint(request: Request) -> HttpResponse:
                form = {name: str(value) for name, value in (await request.form()).items()}
                signature = request.headers["x-twilio-signature"]
                assert RequestValidator(self.token).validate(str(request.url), form, signature)
                result = handler(form, request)
                if result is None:
                    return HttpResponse(status_code=204)
                return result if isinstance(result, HttpResponse) else make_response(result)

            self.web.add_route(path, endpoint, methods=["POST"])
            return handler

        return add

    async def send(self, request: CallbackRequest) -> Outcome:
        await super().send(request)
        return (await self._call(request)).outcome

    async def fetch(self, request: CallbackRequest) -> ReceivedResponse:
        self._note(request, is_callback=False)
        return await self._call(request)

    async def _call(self, request: CallbackRequest) -> ReceivedResponse:
        found = await call_asgi(self.web, request)
        return ReceivedResponse(Outcome(found.status, None, ""), found.headers, found.body)


def make_response(twiml: VoiceResponse) -> HttpResponse:
    """Return TwiML as a response."""
    return HttpResponse(str(twiml), media_type="text/xml")


def connect(app: VoiceApp, **scenario: Any) -> Line:
    """Return a line whose calls ask an app."""
    line = Line(app, make_scenario(**scenario))
    app.token = line.account.token
    return line


def describe(recordings: list[Recording]) -> list[tuple[str, int, int | None]]:
    """Return source, channels and duration of recordings."""
    return [(recording.source.value, recording.channels, recording.duration) for recording in recordings]


def test_voicemail_with_a_transcription() -> None:
    app, messages = VoiceApp(), []

    @app.route("/voice")
    def answer(form: dict[str, str], _: Request) -> VoiceResponse:
        response = VoiceResponse()
        response.say("Please leave a message after the beep.")
        response.record(
            action="/recorded",
            max_length=30,
            transcribe=True,
            transcribe_callback="/transcribed",
            recording_status_callback="/recording",
            recording_status_callback_event="in-progress completed",
        )
        response.say("I did not catch that.")
        return response

    @app.route("/recorded")
    def thank(form: dict[str, str], _: Request) -> VoiceResponse:
        response = VoiceResponse()
        response.say("Thank you. Goodbye.")
        response.hangup()
        return response

    @app.route("/recording")
    def note(form: dict[str, str], _: Request) -> None:
        messages.append((form["RecordingStatus"], form["RecordingSource"]))

    @app.route("/transcribed")
    def keep(form: dict[str, str], _: Request) -> None:
        messages.append((form["TranscriptionStatus"], form["TranscriptionText"]))

    spoken = "Hi, it is Ann. My bicycle has a flat tyre, please call me back today."
    with connect(app) as line:
        call = line.play(caller=Caller(speech=(spoken,), digits="#"))
        assert describe(line.recordings) == [("RecordVerb", 1, 5)]
        assert app.get("/recorded")["Digits"] == "#"
        assert messages == [("in-progress", "RecordVerb"), ("completed", "RecordVerb"), ("completed", spoken)]
        assert list_heard(call) == ["Please leave a message after the beep.", spoken, "Thank you. Goodbye."]
        assert line.codes == []


QUESTIONS = ("What is your name?", "How old are you?", "Do you like it? Press 1 for yes.", "Anything else?")
BY_SPEECH = (True, False, False, True)


def test_survey_keeps_its_state_in_cookies() -> None:
    app, answers = VoiceApp(), []

    def ask(number: int) -> HttpResponse:
        response = VoiceResponse()
        if number == len(QUESTIONS):
            response.say("Thank you.")
        else:
            kind = {"input": "speech"} if BY_SPEECH[number] else {"input": "dtmf", "finish_on_key": "#"}
            gather = Gather(action="/answer", **kind)
            gather.say(QUESTIONS[number])
            response.append(gather)
            response.redirect("/voice")
        http = make_response(response)
        http.set_cookie("question", str(number), httponly=True)
        return http

    @app.route("/voice")
    def start(form: dict[str, str], request: Request) -> HttpResponse:
        return ask(int(request.cookies.get("question", "0")))

    @app.route("/answer")
    def take(form: dict[str, str], request: Request) -> HttpResponse:
        number = int(request.cookies["question"])
        answers.append(form["SpeechResult"] if BY_SPEECH[number] else form["Digits"])
        return ask(number + 1)

    person = Caller(speech=("Ann Miller", "No, that is all"), digits="42#1#")
    with connect(app) as line:
        for _ in range(2):  # the second call has cookies of its own
            call = line.play(caller=person)
            assert list_heard(call)[-1] == "Thank you."
        assert answers == ["Ann Miller", "42", "1", "No, that is all"] * 2
        assert (line.codes, line.recordings) == ([], [])


def make_menu() -> VoiceApp:
    """Return a menu whose callee accepts the call by a key; a voicemail follows if nobody does."""
    app = VoiceApp()

    @app.route("/voice")
    def welcome(form: dict[str, str], _: Request) -> VoiceResponse:
        response = VoiceResponse()
        gather = response.gather(num_digits=1, action="/menu")
        gather.say("For sales, press 1.")
        response.redirect("/voice")
        return response

    @app.route("/menu")
    def choose(form: dict[str, str], _: Request) -> VoiceResponse:
        response = VoiceResponse()
        dial = response.dial(action="/dialed?agent=ann", caller_id=form["To"])
        dial.number(AGENT, url="/screen")
        return response

    @app.route("/screen")
    def screen(form: dict[str, str], _: Request) -> VoiceResponse:
        response = VoiceResponse()
        gather = response.gather(num_digits=1, action="/accept")
        gather.say("You have a call. Press any key to accept.")
        response.say("Sorry, I did not get your response.")
        response.hangup()
        return response

    @app.route("/accept")
    def accept(form: dict[str, str], _: Request) -> VoiceResponse:
        response = VoiceResponse()
        response.say("Connecting.")
        return response

    @app.route("/dialed")
    def after(form: dict[str, str], request: Request) -> VoiceResponse:
        response = VoiceResponse()
        if form.get("DialBridged") != "true":
            response.record(action="/recorded?" + request.url.query, max_length=20)
        return response

    @app.route("/recorded")
    def end(form: dict[str, str], _: Request) -> VoiceResponse:
        response = VoiceResponse()
        response.hangup()
        return response

    return app


@pytest.mark.parametrize(("keys", "recordings"), [("5", []), ("", [("RecordVerb", 1, 3)])])
def test_menu_whose_callee_accepts_the_call_by_a_key(keys: str, recordings: list[Any]) -> None:
    app = make_menu()
    with connect(app, callers=[{"to": AGENT, "digits": keys, "speech": ["Sales, Bob speaking."]}]) as line:
        parent = line.play(caller=Caller(digits="1", speech=("I would like to buy some cake.",)))
        child = line.calls[1]
        screened, dialed = app.get("/screen"), app.get("/dialed?agent=ann")
        assert (screened["CallSid"], screened["ParentCallSid"], screened["From"]) == (child.sid, parent.sid, parent.to)
        assert dialed["DialBridged"] == ("true" if keys else "false")
        assert describe(line.recordings) == recordings
        assert ("/recorded?agent=ann" in app.paths, line.codes) == (not keys, [])


def test_forwarding_that_is_recorded_twice() -> None:
    app = VoiceApp()

    @app.route("/voice")
    def forward(form: dict[str, str], _: Request) -> VoiceResponse:
        response = VoiceResponse()
        start = response.start()
        start.recording(recording_status_callback="/recording", channels="mono", trim="do-not-trim")
        dial = Dial(record="record-from-answer-dual", recording_status_callback="/recording", action="/dialed")
        dial.number(AGENT)
        response.append(dial)
        return response

    @app.route("/dialed")
    def after(form: dict[str, str], _: Request) -> VoiceResponse:
        response = VoiceResponse()
        response.say("Goodbye.")
        return response

    @app.route("/recording")
    def note(form: dict[str, str], _: Request) -> None:
        assert form["RecordingStatus"] == "completed"

    with connect(app, callers=[{"to": AGENT, "rings": "3s", "speech": ["Bob speaking."]}]) as line:
        parent = line.play(caller=Caller(speech=("Hello Bob.",)))
        bridged = int(get_seconds(line.calls[1]))
        assert describe(line.recordings) == [
            ("StartCallRecordingAPI", 1, get_seconds(parent)),
            ("DialVerb", 2, bridged),
        ]
        sent = {received["RecordingSource"]: received for received in app.list("/recording")}
        assert sorted(sent) == ["DialVerb", "StartCallRecordingTwiML"]
        assert app.get("/dialed")["RecordingSid"] == sent["DialVerb"]["RecordingSid"]
        dual = line.recordings[1].turns or ()
        assert [(turn.channel, turn.text) for turn in dual] == [(2, "Bob speaking."), (1, "Hello Bob.")]


def test_conference_of_two_callers_is_recorded() -> None:
    app = VoiceApp()

    @app.route("/voice")
    def join(form: dict[str, str], _: Request) -> VoiceResponse:
        response = VoiceResponse()
        dial = response.dial()
        dial.conference(
            "Room 7",
            record="record-from-start",
            recording_status_callback="/recording",
            status_callback="/conference",
            status_callback_event="start end join leave",
            start_conference_on_enter=True,
            end_conference_on_exit=form["From"] == CALLER,
        )
        return response

    @app.route("/recording")
    @app.route("/conference")
    def note(form: dict[str, str], _: Request) -> None:
        assert form["ConferenceSid"]

    with connect(app) as line:
        host = line.place(caller=Caller(speech=("Welcome to room seven.",)))
        line.advance(5)
        guest = line.place(from_=AGENT, caller=Caller(speech=("Thank you.",)))
        line.advance(10)
        line.account.apply(HangUpCall(number=host.number))
        line.finish(host, guest)
        (recording,) = line.recordings
        spoken = [(turn.channel, turn.text) for turn in recording.turns or ()]
        assert (recording.source, spoken) == ("Conference", [(1, "Welcome to room seven."), (2, "Thank you.")])
        assert app.get("/recording")["RecordingDuration"] == str(recording.duration)
        assert len(app.list("/conference")) == 6
        assert (guest.status, line.codes) == ("completed", [])


def pause(line: Line, call: LiveCall, status: InFlight) -> None:
    """Pause or resume the recording of a call, as the API does."""
    parent = Parent.from_sid(Kind.CALL, call.sid)
    behavior = PauseBehavior.SKIP
    line.account.apply(UpdateRecording(sid="Twilio.CURRENT", parent=parent, status=status, behavior=behavior))


def test_call_whose_recording_pauses_while_a_card_number_is_entered() -> None:
    app = VoiceApp()

    @app.route("/voice")
    def ask(form: dict[str, str], _: Request) -> VoiceResponse:
        response = VoiceResponse()
        response.say("This call is recorded.")
        gather = response.gather(num_digits=4, action="/card")
        gather.say("Please enter the last four digits of your card.")
        return response

    @app.route("/card")
    def thank(form: dict[str, str], _: Request) -> VoiceResponse:
        pause(line, call, InFlight.IN_PROGRESS)
        response = VoiceResponse()
        response.say("Thank you.")
        return response

    @app.route("/status")
    def note(form: dict[str, str], _: Request) -> None:
        assert form["CallSid"] == call.sid

    with connect(app) as line:
        record = RecordOptions(2, trim=False)
        call = line.place(
            direction=Direction.OUTBOUND_API, record=record, caller=Caller(digits="1234"), events=ALL_EVENTS
        )
        line.advance(3 + 2)
        pause(line, call, InFlight.PAUSED)
        line.finish(call)
        (recording,) = line.recordings
        assert app.get("/card")["Digits"] == "1234"
        heard = [turn.text or turn.digits for turn in recording.turns or ()]
        assert (heard[0], heard[-1], "1234" in heard) == ("This call is recorded.", "Thank you.", False)
        assert recording.duration is not None
        assert recording.duration < get_seconds(call)

"""Calls on a frozen clock, and the apps that they ask: no test of them waits."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qsl, urlsplit

from generators.instants import SECOND
from generators.model import Recording
from mockserver.account.account import Account
from mockserver.account.commands.calls import PlaceCall
from mockserver.account.commands.new_call import NewCall
from mockserver.account.state.app_requests import VoiceDocument
from mockserver.account.state.calls_state import DebuggerEvent
from mockserver.account.state.live_calls import Direction, LiveCall
from mockserver.account.state.subscription import Signer, StatusSubscription
from mockserver.callbacks.outcome import Failure, Outcome
from mockserver.callbacks.request import CallbackRequest
from mockserver.callbacks.response import ReceivedResponse
from mockserver.mock import Mock
from scenarios.callers import DEFAULT_CALLER, Caller
from scenarios.model import Scenario
from tests.harness import make_settings

APP = "http://127.0.0.1:5000"
"""The origin of apps that are no server: nothing listens there."""
CALLER, NUMBER, AGENT = "+15005550007", "+15005550006", "+15005550008"
ALL_EVENTS = ("initiated", "ringing", "answered", "completed")
SILENT = Caller(speech=())
_AFTERWARDS = 30 * SECOND
"""Enough time for recordings and transcriptions to be completed after a call."""


@dataclass(frozen=True)
class AppExchange:
    """What an app was asked, or sent as a callback."""

    path: str
    """With the query of a POST."""
    form: dict[str, str]
    headers: dict[str, str]
    method: str
    at: int
    is_callback: bool

    def __getitem__(self, name: str) -> str:
        return self.form[name]


Answer = str | ReceivedResponse | Callable[[AppExchange], "str | ReceivedResponse"]


def answer(
    body: str | bytes = "", content_type: str | None = "text/xml", status: int = 200, **headers: str
) -> ReceivedResponse:
    """Return an answer of an app. Header names have underscores instead of hyphens."""
    data = body.encode() if isinstance(body, str) else body
    named = [(name.replace("_", "-"), value) for name, value in headers.items()]
    if content_type is not None:
        named.append(("content-type", content_type))
    return ReceivedResponse(Outcome(status, None, ""), tuple(named), data)


def fail(failure: Failure, detail: str = "", code: int | None = None) -> ReceivedResponse:
    """Return that there is no answer."""
    return ReceivedResponse(Outcome(None, failure, detail), code=code)


def respond(content: str = "") -> str:
    """Return TwiML with something inside of `<Response>`."""
    return f"<Response>{content}</Response>"


class StandIn:
    """Stands in for an app, and notes what it receives. Paths without an answer get 404.

    Args:
        answers: by path: TwiML, a response, or a function that returns one.
    """

    def __init__(self, answers: Mapping[str, Answer]) -> None:
        self.answers = dict(answers)
        self.received: list[AppExchange] = []
        self.now: Callable[[], int] = lambda: 0

    async def send(self, request: CallbackRequest) -> Outcome:
        self._note(request, is_callback=True)
        return Outcome(204, None, "")

    async def fetch(self, request: CallbackRequest) -> ReceivedResponse:
        received = self._note(request, is_callback=False)
        found = self.answers.get(received.path.partition("?")[0], answer("no such page", "text/html", 404))
        result = found(received) if callable(found) else found
        return answer(result) if isinstance(result, str) else result

    def _note(self, request: CallbackRequest, *, is_callback: bool) -> AppExchange:
        parts = urlsplit(request.url)
        pairs = parts.query if request.method == "GET" else request.body.decode()
        form = dict(parse_qsl(pairs, keep_blank_values=True))
        path = parts.path + (f"?{parts.query}" if parts.query and request.method == "POST" else "")
        received = AppExchange(path, form, dict(request.headers), request.method, self.now(), is_callback)
        self.received.append(received)
        return received

    @property
    def paths(self) -> list[str]:
        """The paths of the documents that were asked for, in order."""
        return [received.path for received in self.received if not received.is_callback]

    def get(self, path: str) -> AppExchange:
        """Return the only request for a path."""
        (received,) = self.list(path)
        return received

    def list(self, path: str) -> list[AppExchange]:
        """Return the requests for a path, in order."""
        return [received for received in self.received if received.path == path]


class Line:
    """An account whose calls are played on a frozen clock.

    Args:
        app: what answers the calls of the account: a stand-in, or another receiver.
    """

    def __init__(self, app: Any = None, scenario: Scenario | None = None) -> None:
        self.mock = Mock(make_settings(count=0), scenario=scenario)
        self.account: Account = self.mock.account(self.mock.demo.sid)
        self.app = StandIn(app or {}) if app is None or isinstance(app, Mapping) else app
        self._runner = asyncio.Runner()
        self.connect(self.app)

    def connect(self, app: Any) -> None:
        """Let an app answer the calls."""
        self.app = app
        self.mock.worker.receivers[self.account.sid.lower()] = app
        app.now = lambda: self.account.clock.now()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._runner.run(self.mock.worker.stop())
        self._runner.close()

    def place(self, path: str | None = "/voice", **fields: Any) -> LiveCall:
        """Place a call; see `make_call`."""
        call = self.account.apply(PlaceCall(call=self.make_call(path, **fields)))
        self.settle()
        return call

    def make_call(
        self,
        path: str | None = "/voice",
        *,
        twiml: str | None = None,
        caller: Caller = DEFAULT_CALLER,
        direction: Direction = Direction.INBOUND,
        fallback: str | None = None,
        events: tuple[str, ...] | None = None,
        **fields: Any,
    ) -> NewCall:
        """Return a call. `path` is that of its voice URL; a status callback goes to `/status` if it has events."""
        url = None if path is None else path if "://" in path else APP + path
        voice = VoiceDocument(url if twiml is None else None, "POST", twiml, fallback and APP + fallback)
        is_inbound = direction is Direction.INBOUND
        new: dict[str, Any] = {
            "from_": CALLER if is_inbound else NUMBER,
            "to": NUMBER if is_inbound else CALLER,
            "signer": Signer(self.account.token, "the auth token", "http://localhost:4010"),
            "direction": direction,
            "voice": voice,
            "caller": caller,
            "subscription": None if events is None else StatusSubscription(f"{APP}/status", events=events),
        }
        return NewCall(**new | fields)

    def restore(self, snapshot: bytes) -> None:
        """Go back to a snapshot of this account, or of one like it."""
        self.mock.roll_back(self.account.sid, snapshot, self.account.scenario)
        self.account = self.mock.account(self.account.sid)
        self.settle()

    def settle(self) -> None:
        """Send everything that is ready, without moving the clock."""
        self._runner.run(self._advance_to(self.account.clock.now()))

    def advance(self, seconds: float) -> None:
        """Move the clock, and send everything on the way."""
        self._runner.run(self._advance_to(self.account.clock.now() + round(seconds * SECOND)))

    async def _advance_to(self, instant: int) -> None:
        self.mock.worker.start()
        await self.mock.worker.advance(self.account, instant)

    def step(self) -> bool:
        """Move the clock to the next instant at which something happens. Return False if there is none."""
        due = self.account.timers.next_due
        if due is None:
            return False
        self._runner.run(self._advance_to(max(due, self.account.clock.now())))
        return True

    def play(self, path: str | None = "/voice", **fields: Any) -> LiveCall:
        """Play a call to its end, until its recordings and transcriptions are complete."""
        call = self.place(path, **fields)
        self.finish(call)
        return call

    def finish(self, *calls: LiveCall) -> None:
        """Play calls to their end, until their recordings and transcriptions are complete."""
        while not all(call.is_over for call in calls):
            assert self.step(), f"a call waits for nothing: {calls}"
        self._runner.run(self._advance_to(self.account.clock.now() + _AFTERWARDS))

    @property
    def recordings(self) -> list[Recording]:
        """The recordings, the oldest first."""
        return [*self.account.state.recordings.values()]

    @property
    def calls(self) -> list[LiveCall]:
        """All calls, in order of creation."""
        return [*self.account.state.live.calls.values()]

    @property
    def debugger(self) -> list[DebuggerEvent]:
        """The debugger events, in order."""
        return [*self.account.state.live.debugger_events]

    @property
    def codes(self) -> list[int]:
        """The codes of the debugger events, in order."""
        return [event.code for event in self.debugger]


def get_seconds(call: LiveCall) -> float:
    """Return how long a call lasted."""
    assert call.answered_at is not None
    assert call.ended_at is not None
    return (call.ended_at - call.answered_at) / SECOND


def list_heard(call: LiveCall) -> list[str]:
    """Return what was said and pressed on a call, in order."""
    return [utterance.text or utterance.digits for utterance in call.talk]

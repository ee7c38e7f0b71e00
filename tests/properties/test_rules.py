"""Arrivals, start conditions, rate limits and broken callbacks of two accounts, at random against a plain model."""

from math import ceil
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from mockserver.callbacks.outcome import Outcome
from mockserver.callbacks.request import CallbackRequest
from mockserver.callbacks.response import ReceivedResponse
from tests.accounts import CALLBACK_URL
from tests.harness import Api, make_settings

ACCOUNTS = ("AC" + "1" * 32, "AC" + "2" * 32)
RECORDINGS = ("a", "b")
CALLBACK: dict[str, Any] = {
    "event": "completed",
    "times": 2,
    "delay": "3s",
    "signature": "missing",
    "set": {"RecordingStatus": "done"},
    "drop": ["RecordingDuration"],
}
SCENARIO: dict[str, Any] = {
    "name": "rules",
    "recordings": [
        {
            "id": handle,
            "status": "processing",
            "status_callback": CALLBACK_URL,
            "timeline": [{"after": {"signal": "go"}, "status": "completed", "callback": CALLBACK}],
        }
        for handle in RECORDINGS
    ],
    "arrivals": [{"every": "4s", "count": 5, "until": {"signal": "in"}}],
    "limits": [{"when": {"op": "list_recordings"}, "requests": 2, "per": "3s"}],
    "faults": [
        {"when": {"op": "fetch_recording"}, "then": {"status": 503}, "after": {"callback": "completed"}, "ttl": "10s"},
        {
            "when": {"op": "list_calls"},
            "then": {"status": 500},
            "after": {"signal": "out"},
            "until": {"any": [{"signal": "in"}, {"time": "20s"}]},
        },
        {
            "when": {"op": "list_conferences"},
            "then": {"status": 502},
            "after": {"requests": 2},
            "until": {"requests": 3},
        },
        {
            "when": {"op": "list_transcriptions"},
            "then": {"status": 504},
            "after": {"all": [{"time": "5s"}, {"signal": "out"}]},
        },
    ],
}


class Receiver:
    """Answers callbacks with 204 while it is up, else with 500, and keeps them."""

    def __init__(self) -> None:
        self.is_up = True
        self.received: list[CallbackRequest] = []

    async def send(self, request: CallbackRequest) -> Outcome:
        self.received.append(request)
        return Outcome(204 if self.is_up else 500, None, "")

    async def fetch(self, _: CallbackRequest) -> ReceivedResponse:
        raise AssertionError("no call asks its app")


class ModelRecording:
    """The model of a recording, and of the rule that starts with its callback. Times are seconds."""

    def __init__(self) -> None:
        self.status = "processing"
        self.callback_due: int | None = None
        self.is_broken_until: int | None = None


class ModelAccount:
    """The model of an account. Times are seconds since its scenario started."""

    def __init__(self) -> None:
        self.now = 0
        self.recordings = {handle: ModelRecording() for handle in RECORDINGS}
        self.span: tuple[float, int] | None = None
        self.signals: set[str] = set()
        self.outage_since: int | None = None
        self.is_outage_over = False
        self.conference_requests = 0
        self.callback_count = 0
        self.arrivals_end: int | None = None

    @property
    def arrived(self) -> int:
        """The number of recordings that have arrived: one every 4 seconds, until the signal."""
        end = self.now if self.arrivals_end is None else self.arrivals_end
        return min(5, end // 4)

    def advance(self, seconds: int, *, is_receiver_up: bool) -> None:
        self.now += seconds
        for recording in self.recordings.values():
            due = recording.callback_due
            if due is not None and due <= self.now:
                recording.callback_due = None
                self.callback_count += CALLBACK["times"]
                if is_receiver_up:
                    recording.is_broken_until = due + 10
        self.check_outage()

    def signal(self, name: str) -> None:
        self.signals.add(name)
        if name == "in" and self.arrivals_end is None:
            self.arrivals_end = self.now
        self.check_outage()

    def check_outage(self) -> None:
        if self.outage_since is None and "out" in self.signals:
            self.outage_since = self.now
        if self.outage_since is not None and ("in" in self.signals or self.now >= self.outage_since + 20):
            self.is_outage_over = True

    def expect_retry_after(self, seconds: float) -> int | None:
        """Count a list at a real time, and return the seconds of `Retry-After` if it is refused."""
        start, count = self.span or (seconds, 0)
        if seconds - start >= 3:
            start, count = seconds, 0
        if count == 2:
            return ceil(start + 3 - seconds)
        self.span = start, count + 1
        return None


class RulesStateMachine(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.real_seconds = 1000.0
        self.api = Api(make_settings(count=3), stopwatch=lambda: self.real_seconds)
        self.receivers = {sid: Receiver() for sid in ACCOUNTS}
        for sid, receiver in self.receivers.items():
            self.api.mock.worker.receivers[sid.lower()] = receiver
        self.accounts: dict[str, ModelAccount] = {}

    def teardown(self) -> None:
        self.api.__exit__(None, None, None)

    # -- what is done ------------------------------------------------------------------------------

    @initialize()
    def set_up_both(self) -> None:
        for sid in ACCOUNTS:
            self.set_up(sid)

    @rule(sid=st.sampled_from(ACCOUNTS))
    def set_up(self, sid: str) -> None:
        self.send_command(sid, "PUT", "/scenario", {"scenario": SCENARIO})
        self.accounts[sid] = ModelAccount()
        self.receivers[sid].received.clear()

    @rule(seconds=st.sampled_from([0.25, 1.0, 2.75, 3.0]))
    def wait_in_real_time(self, seconds: float) -> None:
        self.real_seconds += seconds

    @rule(sid=st.sampled_from(ACCOUNTS), seconds=st.sampled_from([1, 3, 10]))
    def advance(self, sid: str, seconds: int) -> None:
        self.send_command(sid, "POST", "/clock", {"advance": f"{seconds}s"})
        self.accounts[sid].advance(seconds, is_receiver_up=self.receivers[sid].is_up)

    @rule(sid=st.sampled_from(ACCOUNTS), is_up=st.booleans())
    def break_or_repair_receiver(self, sid: str, is_up: bool) -> None:
        self.receivers[sid].is_up = is_up

    @rule(sid=st.sampled_from(ACCOUNTS), handle=st.sampled_from(RECORDINGS))
    def complete(self, sid: str, handle: str) -> None:
        recording, account = self.accounts[sid].recordings[handle], self.accounts[sid]
        if recording.status == "processing":
            self.send_command(sid, "POST", "/signals", {"name": "go", "recording": handle})
            recording.status, recording.callback_due = "completed", account.now + 3

    @rule(sid=st.sampled_from(ACCOUNTS), name=st.sampled_from(["out", "in"]))
    def signal(self, sid: str, name: str) -> None:
        self.send_command(sid, "POST", "/signals", {"name": name})
        self.accounts[sid].signal(name)

    @rule(sid=st.sampled_from(ACCOUNTS))
    def list_recordings(self, sid: str) -> None:
        retry_after = self.accounts[sid].expect_retry_after(self.real_seconds)
        response = self.request(sid, "Recordings.json")
        assert response.status_code == (200 if retry_after is None else 429)
        assert response.headers.get("retry-after") == (None if retry_after is None else str(retry_after))

    @rule(sid=st.sampled_from(ACCOUNTS))
    def list_conferences(self, sid: str) -> None:
        account = self.accounts[sid]
        is_broken = 2 <= account.conference_requests < 5
        account.conference_requests += 1
        assert self.request(sid, "Conferences.json").status_code == (502 if is_broken else 200)

    # -- what holds --------------------------------------------------------------------------------

    @invariant()
    def check_fetches(self) -> None:
        for sid, account in self.accounts.items():
            for handle, recording in account.recordings.items():
                response = self.request(sid, f"Recordings/{self.api.mock.account(sid).resolve_handle(handle)}.json")
                until = recording.is_broken_until
                if until is not None and account.now < until:
                    assert response.status_code == 503
                else:
                    assert (response.status_code, response.json()["status"]) == (200, recording.status)

    @invariant()
    def check_outages(self) -> None:
        for sid, account in self.accounts.items():
            is_out = account.outage_since is not None and not account.is_outage_over
            assert self.request(sid, "Calls.json").status_code == (500 if is_out else 200)
            is_gone = account.now >= 5 and "out" in account.signals
            assert self.request(sid, "Transcriptions.json").status_code == (504 if is_gone else 200)

    @invariant()
    def check_arrivals(self) -> None:
        for sid, account in self.accounts.items():
            (arrivals,) = self.api.send_command("GET", "/arrivals", account=sid).json()
            assert arrivals["arrived"] == account.arrived

    @invariant()
    def check_callbacks(self) -> None:
        for sid, account in self.accounts.items():
            received = self.receivers[sid].received
            assert len(received) == account.callback_count
            by_token: dict[str, list[CallbackRequest]] = {}  # those of two recordings may arrive by turns
            for request in received:
                by_token.setdefault(dict(request.headers)["i-twilio-idempotency-token"], []).append(request)
            for first, *repeated in by_token.values():
                assert repeated == [first]
                assert "x-twilio-signature" not in dict(first.headers)
                assert ("RecordingStatus=done" in str(first.body), "RecordingDuration" in str(first.body)) == (
                    True,
                    False,
                )

    def request(self, sid: str, path: str) -> Any:
        self.api.auth = (sid, "any")
        return self.api.get(f"/2010-04-01/Accounts/{sid}/{path}")

    def send_command(self, sid: str, method: str, path: str, command: Any) -> None:
        response = self.api.send_command(method, path, command, account=sid)
        assert response.status_code == 200, response.headers.get("x-mock-reason")


TestRules = RulesStateMachine.TestCase
TestRules.settings = settings(max_examples=12, stateful_step_count=40, deadline=None)

"""Two accounts of one mock, driven at random against a plain model: neither affects the other."""

from copy import deepcopy
from typing import Any

import msgspec
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from generators.contract import find_violations
from mockserver.rest.representations.wires import WireSetting
from tests.harness import T0, Api, make_settings

COUNT = 9
SECOND = 1_000_000
RETENTION = 40 * 24 * 3600 * SECOND
ACCOUNTS = ("AC" + "1" * 32, "AC" + "2" * 32)
CALLS = tuple(f"CA{number:032x}" for number in range(3))
SCENARIO: dict[str, Any] = {
    "name": "two",
    "recordings": [
        {
            "id": "slow",
            "status": "processing",
            "timeline": [{"after": {"any": [{"signal": "go"}, {"time": "10s"}]}, "status": "completed"}],
        },
        {"id": "old", "status": "absent", "date_created": "2025-11-20T12:00:00Z"},
    ],
}
OLD_INSTANT = 1_763_640_000 * SECOND


class ModelRecording:
    """The model of a recording."""

    def __init__(self, sid: str, instant: int, origin: tuple[int, int], status: str) -> None:
        self.sid = sid
        self.key = (instant, *origin)
        self.status = status
        self.in_flight: str | None = None
        self.call: str | None = None
        self.due: int | None = None
        self.waits_for_signal = False
        self.deleted_at: int | None = None


class ModelAccount:
    """The model of an account."""

    def __init__(self, api: Api, sid: str, *, scripted: bool) -> None:
        account = api.mock.account(sid)
        self.now = T0 * SECOND
        self.created_count = 0
        self.recordings: list[ModelRecording] = []
        self.is_scripted = scripted
        for index in range(account.corpus.count):
            recording = account.corpus.generate_recording(index)
            instant = account.corpus.timetable.get_instant(index)
            self.recordings.append(ModelRecording(recording.sid, instant, (0, index), recording.status.value))
        if scripted:
            scripted_recording = self.add_recording(account.corpus.derive_handle_sid("slow"), self.now, "processing")
            scripted_recording.due, scripted_recording.waits_for_signal = self.now + 10 * SECOND, True
            self.add_recording(account.corpus.derive_handle_sid("old"), OLD_INSTANT, "absent")

    def add_recording(self, sid: str, instant: int, status: str) -> ModelRecording:
        recording = ModelRecording(sid, instant, (1, self.created_count), status)
        self.created_count += 1
        self.recordings.append(recording)
        return recording

    def find_active(self, call: str) -> ModelRecording | None:
        return next(
            (
                recording
                for recording in self.recordings
                if recording.call == call and recording.in_flight not in (None, "stopped")
            ),
            None,
        )

    def advance(self, microseconds: int) -> None:
        self.now += microseconds
        for recording in self.recordings:
            if recording.due is not None and recording.due <= self.now:
                self.complete(recording)

    def complete(self, recording: ModelRecording) -> None:
        recording.status, recording.in_flight, recording.due, recording.waits_for_signal = (
            "completed",
            None,
            None,
            False,
        )

    def list_recordings(self, *, include_deleted: bool) -> list[tuple[str, str]]:
        return [
            (recording.sid, recording.status if recording.deleted_at is None else "deleted")
            for recording in sorted(self.recordings, key=lambda recording: recording.key, reverse=True)
            if recording.deleted_at is None or (include_deleted and self.now < recording.deleted_at + RETENTION)
        ]


class AccountsStateMachine(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.api = Api(make_settings(count=COUNT, mix="deleted=0", wire=WireSetting.SCHEMA))
        self.accounts = {sid: ModelAccount(self.api, sid, scripted=False) for sid in ACCOUNTS}
        self.snapshots: dict[str, ModelAccount] = {}
        self.valid_bodies: set[bytes] = set()

    def teardown(self) -> None:
        self.api.__exit__(None, None, None)

    # -- what is done ------------------------------------------------------------------------------

    @initialize(sid=st.sampled_from(ACCOUNTS))
    def set_up_one_scripted_account(self, sid: str) -> None:
        self.set_up_scenario(sid)

    @rule(sid=st.sampled_from(ACCOUNTS), call=st.sampled_from(CALLS))
    def create(self, sid: str, call: str) -> None:
        account = self.accounts[sid]
        before = account.find_active(call)
        response = self.send_request("POST", sid, f"Calls/{call}/Recordings.json")
        body = response.json()
        assert self.find_problems(body) == []
        assert response.status_code == (201 if before is None else 200)
        if before is None:
            recording = account.add_recording(body["sid"], account.now, "processing")
            recording.in_flight, recording.call = "in-progress", call
        else:
            assert body["sid"] == before.sid

    @rule(
        sid=st.sampled_from(ACCOUNTS),
        call=st.sampled_from(CALLS),
        status=st.sampled_from(["paused", "in-progress", "stopped"]),
    )
    def update(self, sid: str, call: str, status: str) -> None:
        account = self.accounts[sid]
        active = account.find_active(call)
        response = self.send_request("POST", sid, f"Calls/{call}/Recordings/Twilio.CURRENT.json", {"Status": status})
        assert response.status_code == (404 if active is None else 200)
        if active is not None:
            assert (response.json()["sid"], self.find_problems(response.json())) == (active.sid, [])
            active.in_flight = status
            if status == "stopped":
                active.due = account.now + 2 * SECOND

    @rule(sid=st.sampled_from(ACCOUNTS), owner=st.sampled_from(ACCOUNTS), position=st.integers(0, 30))
    def delete(self, sid: str, owner: str, position: int) -> None:
        recording = self.accounts[owner].recordings[position % len(self.accounts[owner].recordings)]
        response = self.send_request("DELETE", sid, f"Recordings/{recording.sid}.json")
        if sid != owner or recording.deleted_at is not None:
            assert response.status_code == 404
        elif recording.status != "completed":
            assert (response.status_code, response.json()["code"]) == (409, 20009)
        else:
            assert response.status_code == 204
            recording.deleted_at = self.accounts[sid].now

    @rule(sid=st.sampled_from(ACCOUNTS), duration=st.sampled_from(["1s", "2s", "9s", "20d", "40d"]))
    def advance(self, sid: str, duration: str) -> None:
        unit = {"s": 1, "d": 24 * 3600}[duration[-1]]
        self.send_command("POST", sid, "/clock", {"advance": duration})
        self.accounts[sid].advance(int(duration[:-1]) * unit * SECOND)

    @rule(sid=st.sampled_from(ACCOUNTS))
    def signal(self, sid: str) -> None:
        self.send_command("POST", sid, "/signals", {"name": "go"})
        for recording in self.accounts[sid].recordings:
            if recording.waits_for_signal:
                self.accounts[sid].complete(recording)

    @rule(sid=st.sampled_from(ACCOUNTS))
    def set_up_scenario(self, sid: str) -> None:
        self.send_command("PUT", sid, "/scenario", {"scenario": SCENARIO})
        self.accounts[sid] = ModelAccount(self.api, sid, scripted=True)

    @rule(sid=st.sampled_from(ACCOUNTS))
    def reset(self, sid: str) -> None:
        self.send_command("POST", sid, "/reset")
        self.accounts[sid] = ModelAccount(self.api, sid, scripted=False)

    @rule(sid=st.sampled_from(ACCOUNTS))
    def snapshot(self, sid: str) -> None:
        self.send_command("POST", sid, "/snapshots")
        self.snapshots[sid] = deepcopy(self.accounts[sid])

    @rule(sid=st.sampled_from(ACCOUNTS))
    def roll_back(self, sid: str) -> None:
        status = 200 if sid in self.snapshots else 404
        self.send_command("POST", sid, "/rollback", expected=status)
        if sid in self.snapshots:
            self.accounts[sid] = deepcopy(self.snapshots[sid])

    @rule(sid=st.sampled_from(ACCOUNTS), position=st.integers(0, 30))
    def fetch(self, sid: str, position: int) -> None:
        recording = self.accounts[sid].recordings[position % len(self.accounts[sid].recordings)]
        response = self.send_request("GET", sid, f"Recordings/{recording.sid}.json")
        assert response.status_code == (200 if recording.deleted_at is None else 404)
        if recording.deleted_at is None:
            assert (response.json()["status"], self.find_problems(response.json())) == (recording.status, [])

    # -- what holds --------------------------------------------------------------------------------

    @invariant()
    def check_lists_equal_models(self) -> None:
        for sid, account in self.accounts.items():
            size = 4 + (account.created_count + account.now // SECOND) % 7
            for include_deleted in (False, True):
                query = f"PageSize={size}&IncludeSoftDeleted={str(include_deleted).lower()}"
                found = self.list_recordings(sid, query)
                assert [(recording["sid"], recording["status"]) for recording in found] == account.list_recordings(
                    include_deleted=include_deleted
                )
                assert [problem for recording in found for problem in find_violations(recording)] == []
                assert {recording["account_sid"] for recording in found} == {sid}

    def find_problems(self, body: dict[str, Any]) -> list[str]:
        """Return how a recording violates the contract. Bodies that were checked before are skipped."""
        encoded = msgspec.json.encode(body)
        found = [] if encoded in self.valid_bodies else find_violations(body)
        if not found:
            self.valid_bodies.add(encoded)
        return found

    def send_request(self, method: str, sid: str, path: str, form: dict[str, str] | None = None) -> Any:
        self.api.auth = (sid, "any")
        self.api.root = f"/2010-04-01/Accounts/{sid}"
        if method == "POST":
            return self.api.post(path, **(form or {}))
        return self.api.request(method, f"{self.api.root}/{path}")

    def list_recordings(self, sid: str, query: str) -> list[dict[str, Any]]:
        self.api.auth = (sid, "any")
        self.api.list_path = f"/2010-04-01/Accounts/{sid}/Recordings.json"
        return self.api.list_recordings(query)

    def send_command(self, method: str, sid: str, path: str, command: Any = None, expected: int = 200) -> None:
        response = self.api.send_command(method, path, command, account=sid)
        assert response.status_code == expected, response.headers.get("x-mock-reason")


TestAccounts = AccountsStateMachine.TestCase
TestAccounts.settings = settings(max_examples=8, stateful_step_count=20)

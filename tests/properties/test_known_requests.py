"""Two servers, one of which knows the heads of repeated requests: no change makes their responses differ."""

from contextlib import ExitStack
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from scenarios.loading.scenario_input import load_any_scenario
from tests.harness import make_settings
from tests.sockets import CALL
from tests.twin_servers import TwinServers, run_twins

SCENARIO: dict[str, Any] = {
    "name": "known",
    "recordings": [
        {
            "id": "slow",
            "status": "processing",
            "timeline": [{"after": {"any": [{"signal": "go"}, {"time": "10s"}]}, "status": "completed"}],
        },
        {
            "id": "polled",
            "status": "processing",
            "timeline": [{"after": {"fetches": 5}, "status": "completed", "set": {"duration": 19}}],
        },
        {"id": "gone", "status": "deleted", "date_created": "2025-11-24T12:00:00Z"},
    ],
}
OTHER_SCENARIO = {"name": "other", "recordings": [{"id": "slow", "status": "completed", "duration": 5}]}
RULES = [
    {"when": {"op": "list_recordings"}, "then": {"status": 429}, "times": 2},
    {"then": {"delay": "1ms"}},
    {"when": {"op": "fetch_recording"}, "then": {"status": 503}, "after": {"requests": 3}},
]
OTHER_ACCOUNTS = [f"AC{number:032x}" for number in range(70)]
LISTS = (
    "Recordings.json",
    "Recordings.json?PageSize=2",
    "Recordings.xml",
    "Recordings.json?DateCreated%3E=2026-01-20",  # it has a warning until then
    f"Calls/{CALL}/Recordings.json",
    f"Calls/{CALL}.json",
)


class KnownRequestsMachine(RuleBasedStateMachine):
    """Requests to the demo account, on two connections, and all kinds of changes between them."""

    def __init__(self) -> None:
        super().__init__()
        self._stack = ExitStack()

    @initialize(count=st.sampled_from([3, 40]))
    def begin(self, count: int) -> None:
        scenario = load_any_scenario(SCENARIO)
        self.twins: TwinServers = self._stack.enter_context(run_twins(make_settings(count=count), scenario))
        shown = self.twins.command("GET", "recordings?limit=100")["recordings"]
        self.sids = [recording["sid"] for recording in shown]
        self.has_snapshot = False
        for path in LISTS:
            self.repeat(path, 0)

    def teardown(self) -> None:
        self._stack.close()

    def repeat(self, path: str, connection: int) -> None:
        for _ in range(3):
            self.twins.get(path, connection=connection)

    @invariant()
    def lists_are_equal(self) -> None:
        if hasattr(self, "twins"):
            self.twins.get(LISTS[0])

    @rule(path=st.sampled_from(LISTS), connection=st.sampled_from([0, 1]))
    def list_recordings(self, path: str, connection: int) -> None:
        self.repeat(path, connection)

    @rule(number=st.integers(0, 50), times=st.integers(1, 6), connection=st.sampled_from([0, 1]))
    def fetch(self, number: int, times: int, connection: int) -> None:
        for _ in range(times):
            self.twins.get(f"Recordings/{self.sids[number % len(self.sids)]}.json", connection=connection)

    @rule()
    def create(self) -> None:
        self.twins.change("POST", f"Calls/{CALL}/Recordings.json", {"RecordingChannels": "dual"})

    @rule(status=st.sampled_from(["stopped", "paused", "in-progress"]))
    def update(self, status: str) -> None:
        self.twins.change("POST", f"Calls/{CALL}/Recordings/Twilio.CURRENT.json", {"Status": status})

    @rule(number=st.integers(0, 50))
    def delete(self, number: int) -> None:
        self.twins.change("DELETE", f"Recordings/{self.sids[number % len(self.sids)]}.json")

    @rule(rules=st.sampled_from([RULES[:1], RULES[1:2], RULES[2:], RULES, None]))
    def change_faults(self, rules: list[dict[str, Any]] | None) -> None:
        if rules is None:
            self.twins.command("DELETE", "faults")
        else:
            self.twins.command("POST", "faults", {"faults": rules})

    @rule(
        overrides=st.fixed_dictionaries(
            {"wire": st.sampled_from([None, "twilio", "schema"]), "auth": st.sampled_from([None, "strict", "off"])}
        )
    )
    def change_overrides(self, overrides: dict[str, str | None]) -> None:
        self.twins.command("PUT", "overrides", overrides)
        wrong = self.twins.encode(LISTS[0], auth=(self.twins.sid, "0" * 32))
        for _ in range(3):
            self.twins.send(wrong)

    @rule(move=st.sampled_from([{"advance": "3s"}, {"advance": "12s"}, {"advance": "3d"}, {"advance": "41d"}]))
    def move_clock(self, move: dict[str, str]) -> None:
        self.twins.command("POST", "clock", move)

    @rule()
    def send_signal(self) -> None:
        self.twins.command("POST", "signals", {"name": "go"})

    @rule(scenario=st.sampled_from([SCENARIO, OTHER_SCENARIO, None]))
    def replace_scenario(self, scenario: dict[str, Any] | None) -> None:
        if scenario is None:
            self.twins.command("DELETE", "scenario")
        else:
            self.twins.command("PUT", "scenario", {"scenario": scenario})

    @rule(is_kept=st.booleans())
    def snapshot_or_roll_back(self, *, is_kept: bool) -> None:
        if is_kept or not self.has_snapshot:
            self.twins.command("POST", "snapshots", {"name": "it"})
            self.has_snapshot = True
        else:
            self.twins.command("POST", "rollback", {"name": "it"})

    @rule()
    def reset(self) -> None:
        self.twins.command("POST", "reset")

    @rule()
    def drop(self) -> None:
        self.twins.command("DELETE", "")
        self.has_snapshot = False

    @rule()
    def read_other_accounts(self) -> None:
        for sid in OTHER_ACCOUNTS:
            path = f"/2010-04-01/Accounts/{sid}/Recordings.json?PageSize=1"
            self.twins.send(self.twins.encode(path, auth=(sid, "0" * 32)))

    @rule()
    def compare_journals(self) -> None:
        self.twins.compare_journals()


def test_no_change_makes_responses_differ() -> None:
    run_state_machine_as_test(KnownRequestsMachine, settings=settings(max_examples=12, stateful_step_count=30))

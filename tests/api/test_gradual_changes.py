"""Changes of many recordings at once: requests are answered meanwhile."""

import asyncio
import gc
import json
from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import msgspec
import pytest

from mockserver.account import clock_moves, gradual
from mockserver.app import create_app
from mockserver.control.views import accounts as views
from mockserver.mock import Mock
from mockserver.rest.representations.json import encode
from tests.accounts import make_account, make_scenario
from tests.harness import Api, make_settings

COUNT = 40
SID = "AC" + "7" * 32
CONTROL = f"/_mock/accounts/{SID}"
PATH = f"/2010-04-01/Accounts/{SID}/Recordings.json?PageSize=1000"


def make_parts(after: dict[str, Any]) -> dict[str, Any]:
    timeline = [{"after": after, "status": "completed"}]
    return {
        "corpus": {"count": 0},
        "clock": {"mode": "frozen"},
        "recordings": [{"id": f"r{number}", "timeline": timeline} for number in range(COUNT)],
    }


@pytest.fixture(autouse=True)
def short_slices(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the event loop run after every step of long work."""
    monkeypatch.setattr(gradual, "_SLICE_SECONDS", -1.0)


async def count_completed(client: httpx.AsyncClient) -> int:
    recordings = (await client.get(PATH)).json()["recordings"]
    return sum(recording["status"] == "completed" for recording in recordings)


async def watch_change(
    parts: dict[str, Any], change: Callable[[httpx.AsyncClient], Awaitable[httpx.Response]]
) -> tuple[list[int], dict[str, Any]]:
    """Return the number of completed recordings in the answers until a change has ended, and its result."""
    mock = Mock(make_settings(count=0))
    transport = httpx.ASGITransport(create_app(mock))
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1", auth=(SID, "token")) as client:
        await client.put(f"{CONTROL}/scenario", content=json.dumps({"scenario": {"name": "many", **parts}}))
        task = asyncio.ensure_future(change(client))
        counts = []
        while not task.done():
            counts.append(await count_completed(client))
            await asyncio.sleep(0)  # a request over ASGI lets no other task run
        counts.append(await count_completed(client))
        return counts, (await task).json()


async def advance(client: httpx.AsyncClient) -> httpx.Response:
    return await client.post(f"{CONTROL}/clock", json={"advance": "1h"})


async def advance_twice(client: httpx.AsyncClient) -> httpx.Response:
    return (await asyncio.gather(advance(client), advance(client)))[1]


async def send_signal(client: httpx.AsyncClient) -> httpx.Response:
    return await client.post(f"{CONTROL}/signals", json={"name": "go"})


@pytest.mark.parametrize(
    ("after", "change", "events_per_recording"),
    [({"time": "30m"}, advance, 1), ({"time": "90m"}, advance_twice, 1), ({"signal": "go"}, send_signal, 2)],
)
def test_requests_find_account_on_the_way_while_many_timelines_go_on(
    after: dict[str, Any], change: Callable[[httpx.AsyncClient], Awaitable[httpx.Response]], events_per_recording: int
) -> None:
    counts, result = asyncio.run(watch_change(make_parts(after), change))
    assert len({*counts}) > 3
    assert counts == sorted(counts)
    assert counts[-1] == COUNT
    assert result["event_count"] == events_per_recording * COUNT
    steps = [event["subject"] for event in result["events"] if event["kind"] == "step"]
    assert steps == [f"r{number}" for number in range(COUNT)]


def test_account_that_is_replaced_while_its_clock_moves_stays_replaced() -> None:
    async def reset_meanwhile(client: httpx.AsyncClient) -> httpx.Response:
        move = asyncio.ensure_future(advance(client))
        for _ in range(10):
            await asyncio.sleep(0)
        await client.post(f"{CONTROL}/reset")
        assert (await move).status_code == 200
        return await client.get(CONTROL)

    counts, account = asyncio.run(watch_change(make_parts({"time": "30m"}), reset_meanwhile))
    assert counts[-1] == 0
    assert (account["created"], account["clock"]["now"]) == (0, account["clock"]["t0"])


def test_request_runs_some_of_very_many_due_timers_and_worker_runs_the_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock_moves, "_MAX_AT_ONCE", 6)
    mock = Mock(make_settings(count=0), scenario=make_scenario(**make_parts({"time": "30m"})))
    account = mock.account(SID)
    account.clock.move_to(account.clock.now() + 3600 * 10**6)

    async def run() -> None:
        account.run_due()
        assert len(account.state.playing) == COUNT - 6
        assert account.clock_moves.has_due
        mock.worker.schedule(account)
        while account.clock_moves.has_due:  # noqa: ASYNC110 - the worker has no event for it
            await asyncio.sleep(0)

    asyncio.run(run())
    assert account.state.playing == {}
    assert not account.clock_moves.has_due


def test_account_that_was_evicted_is_up_to_date_when_it_is_created_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock_moves, "_MAX_AT_ONCE", 6)
    parts = make_parts({"time": "30m"})
    mock = Mock(make_settings(count=0), scenario=make_scenario(**{**parts, "clock": {"mode": "real"}}))
    account = mock.account(SID)
    hours = -3600 * 10**6
    origin = hours + account.clock.setting[1]
    again = gradual.run_at_once(
        mock.account_factory.create(SID.lower(), mock.scenario, account.journal, clock_origin=origin)
    )
    assert len(account.state.playing) == COUNT
    assert again.state.playing == {}
    assert not again.has_state


def test_state_shows_the_first_of_very_many_and_counts_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(views, "MAX_SHOWN", 3)
    rule = {"when": {"op": "fetch_recording"}, "then": {"status": 503}}
    scenario = make_scenario(**make_parts({"time": "30m"}), faults=[rule] * 5)
    with Api(make_settings(count=0), scenario) as api:
        state = api.get(f"/_mock/accounts/{api.mock.demo.sid}").json()
    assert [timeline["recording"] for timeline in state["timelines"]] == ["r0", "r1", "r2"]
    assert [timer["what"] for timer in state["timers"]] == [f"the next step of r{number}" for number in range(3)]
    assert [rule["number"] for rule in state["rules"]] == [0, 1, 2]
    assert (state["timeline_count"], state["timer_count"], state["rule_count"]) == (COUNT, COUNT, 5)


@pytest.mark.parametrize("parts", [make_parts({"time": "30m"}), {"corpus": {"count": 0}}, {}])
def test_scenario_is_shown_as_it_was_set_up(parts: dict[str, Any]) -> None:
    scenario = make_scenario(**parts)
    with Api(make_settings(count=0), scenario) as api:
        response = api.get(f"/_mock/accounts/{api.mock.demo.sid}/scenario")
    assert encode(msgspec.to_builtins(scenario)) == response.content
    assert response.headers["Content-Type"] == "application/json"


def test_requests_are_answered_while_a_long_scenario_is_shown() -> None:
    async def show(client: httpx.AsyncClient) -> httpx.Response:
        return await client.get(f"{CONTROL}/scenario")

    counts, scenario = asyncio.run(watch_change(make_parts({"time": "30m"}), show))
    assert len(scenario["recordings"]) == COUNT
    assert len(counts) > 4


def test_requests_reach_old_account_until_rollback_is_complete() -> None:
    async def roll_back(client: httpx.AsyncClient) -> httpx.Response:
        assert (await client.post(f"{CONTROL}/snapshots")).status_code == 200
        assert (await advance(client)).json()["event_count"] == COUNT
        return await client.post(f"{CONTROL}/rollback")

    counts, account = asyncio.run(watch_change(make_parts({"time": "30m"}), roll_back))
    assert (account["created"], account["timers"]) == (COUNT, COUNT)
    assert counts.count(COUNT) > 3
    assert counts[-1] == 0


def test_rollback_that_is_not_completed_leaves_the_budget_of_logs() -> None:
    mock = Mock(make_settings(count=0), scenario=make_scenario(**make_parts({"time": "30m"})))
    account = mock.account(SID)
    account.advance(3600)
    before = mock.log_budget.size_bytes
    steps = mock._new_accounts.create_from_snapshot(SID.lower(), account.snapshot(), None, mock.log_budget)
    while mock.log_budget.size_bytes == before:
        next(steps)
    steps.close()
    assert before == mock.log_budget.size_bytes


def test_garbage_collector_has_no_object_for_each_recording_or_timer() -> None:
    """A full collection visits each of them, and answers no request meanwhile."""
    account = make_account(make_scenario(**make_parts({"time": "30m"})))
    state, created = account.state, account.recordings.recording_index.created
    assert len(state.created) == len(state.timers) == COUNT
    objects = [*state.created, *state.timers, *state.recordings.values(), *state.playing.values()]
    assert not any(map(gc.is_tracked, [*objects, *created._indices_by_parent.values()]))


async def count_answers_during(method: str, path: str, command: dict[str, Any] | None) -> int:
    """Return the number of requests that are answered while a control request reads a journal."""
    mock = Mock(make_settings(count=1))
    transport = httpx.ASGITransport(create_app(mock))
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1", auth=(SID, "token")) as client:
        for _ in range(COUNT):
            await client.get(PATH)
        task = asyncio.ensure_future(client.request(method, f"{CONTROL}{path}", json=command))
        answered = 0
        while not task.done():
            answered += (await client.get(PATH)).status_code == 200
            await asyncio.sleep(0)
        assert task.result().status_code == 200
        return answered


@pytest.mark.parametrize(
    ("method", "path", "command"),
    [
        ("GET", "/requests", None),
        ("GET", "/requests.har", None),
        ("POST", "/requests/count", {"pattern": {"query": {"PageSize": "1"}}}),
        ("POST", "/requests/verify", {"pattern": {"query": {"PageSize": "1"}}}),
    ],
)
def test_requests_are_answered_while_the_journal_is_read(
    method: str, path: str, command: dict[str, Any] | None
) -> None:
    assert asyncio.run(count_answers_during(method, path, command)) >= COUNT // 2

"""Scenarios that take long to set up: requests are answered meanwhile."""

import asyncio
import gc
import json
from typing import Any

import httpx
import pytest

from mockserver.account import compiled_scenario, gradual
from mockserver.account.compiled_scenario import CompiledRecording, compile_recording
from mockserver.account.setup_error import ScenarioSetupError
from mockserver.app import create_app
from mockserver.control.endpoints import scenario as scenario_endpoints
from mockserver.mock import Mock
from scenarios.model import ScriptedRecording
from tests.accounts import make_scenario
from tests.harness import make_settings

SID = "AC" + "7" * 32
COUNT = 60
PATH = f"/2010-04-01/Accounts/{SID}/Recordings.json?PageSize=1000"


def make_parts(prefix: str) -> dict[str, Any]:
    return {"recordings": [{"id": f"{prefix}{number}", "status": "completed"} for number in range(COUNT)]}


def make_client(mock: Mock) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(create_app(mock))
    return httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1", auth=(SID, "token"))


async def count_recordings(client: httpx.AsyncClient) -> int:
    return len((await client.get(PATH)).json()["recordings"])


@pytest.fixture(autouse=True)
def short_slices(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the event loop run after every step of long work."""
    monkeypatch.setattr(gradual, "_SLICE_SECONDS", -1.0)


async def poll_until_done(client: httpx.AsyncClient, task: "asyncio.Task[Any]") -> list[int]:
    """Return the number of recordings in each answer until the task is done."""
    counts = []
    while not task.done():
        counts.append(await count_recordings(client))
        await asyncio.sleep(0)  # a request over ASGI lets no other task run
    return counts


def test_requests_reach_old_account_until_scenario_is_set_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scenario_endpoints, "_LONG_BODY", 1)

    async def run() -> None:
        mock = Mock(make_settings(count=3))
        async with make_client(mock) as client:
            before = await count_recordings(client)
            body = json.dumps({"scenario": {"corpus": {"count": 0}, **make_parts("r")}})
            put = asyncio.create_task(client.put(f"/_mock/accounts/{SID}/scenario", content=body))
            counts = await poll_until_done(client, put)
            assert len(counts) > 3
            assert {*counts[:-1]} == {before}
            assert (await put).json()["account"]["created"] == COUNT
            assert await count_recordings(client) == COUNT

    asyncio.run(run())


def test_first_requests_of_account_wait_for_one_set_up_while_others_are_answered() -> None:
    async def run() -> None:
        mock = Mock(make_settings(count=0), scenario=make_scenario(**make_parts("r")))
        async with make_client(mock) as client:
            first = asyncio.gather(*(count_recordings(client) for _ in range(5)))
            answered = 0
            while not first.done():
                assert (await client.get("/_mock/health")).status_code == 200
                answered += 1
                await asyncio.sleep(0)
            assert answered > 3
            assert await first == [COUNT] * 5
            assert len(mock.list_accounts_in_memory()) == 2

    asyncio.run(run())


def test_set_up_that_another_scenario_overtakes_is_repeated() -> None:
    async def run() -> None:
        mock = Mock(make_settings(count=0), scenario=make_scenario(**make_parts("r")))
        async with make_client(mock) as client:
            first = asyncio.create_task(count_recordings(client))
            while not mock._preparations:  # noqa: ASYNC110 - the mock has no event for it
                await asyncio.sleep(0)
            await mock.replace_scenario_gradually(make_scenario(recordings=[{"id": "it", "status": "completed"}]))
            assert await first == 1

    asyncio.run(run())


def test_reload_and_reset_answer_requests_meanwhile() -> None:
    async def run() -> None:
        mock = Mock(make_settings(count=0), scenario=make_scenario(recordings=[{"id": "it", "status": "completed"}]))
        async with make_client(mock) as client:
            assert await count_recordings(client) == 1
            reload = asyncio.create_task(mock.replace_scenario_gradually(make_scenario(**make_parts("r"))))
            counts = await poll_until_done(client, reload)
            assert len(counts) > 3
            assert {*counts[:-1]} == {1}
            assert await count_recordings(client) == COUNT
            await client.delete(f"{PATH.partition('/Recordings')[0]}/Recordings/{await get_sid(client)}.json")
            reset = asyncio.create_task(client.post(f"/_mock/accounts/{SID}/reset"))
            counts = await poll_until_done(client, reset)
            assert len(counts) > 3
            assert counts == sorted(counts)
            assert counts[0] == COUNT - 1  # and then those of the new account, while the old one's memory is freed
            assert {*counts} <= {COUNT - 1, COUNT}
            assert (await reset).json()["requests"] == 0

    asyncio.run(run())


async def get_sid(client: httpx.AsyncClient) -> str:
    sid: str = (await client.get(PATH)).json()["recordings"][0]["sid"]
    return sid


def test_scenario_is_compiled_once_for_all_accounts(monkeypatch: pytest.MonkeyPatch) -> None:
    handles: list[str] = []

    def compile_and_count(
        definition: ScriptedRecording, handle: str, start: int, **groups: str | None
    ) -> CompiledRecording:
        handles.append(handle)
        return compile_recording(definition, handle, start, **groups)

    monkeypatch.setattr(compiled_scenario, "compile_recording", compile_and_count)
    mock = Mock(make_settings(count=0), scenario=make_scenario(**make_parts("r")))
    for number in range(5):
        assert len(mock.account(f"AC{number:032x}").state.created) == COUNT
    assert len(handles) == COUNT


def test_failed_set_up_answers_every_waiting_request() -> None:
    scenario = make_scenario(recordings=[{"id": "a"}], pick=[{"id": "p", "timeline": [{"status": "deleted"}]}])

    async def run() -> None:
        mock = Mock(make_settings(count=5))
        mock.scenario = msgspec_replace_count(scenario)
        results = await asyncio.gather(*(mock.prepare_account(SID) for _ in range(3)), return_exceptions=True)
        assert [type(result) for result in results] == [ScenarioSetupError] * 3
        assert mock._preparations == {}

    asyncio.run(run())


def msgspec_replace_count(scenario: Any) -> Any:
    """Return the scenario with an empty corpus, which no pick fits into."""
    import msgspec

    from scenarios.plans import CorpusPlan

    return msgspec.structs.replace(scenario, corpus=CorpusPlan(count=0))


def test_full_collections_are_on_again_after_the_last_of_two_set_ups() -> None:
    before = gc.get_threshold()
    with gradual.without_full_collections():
        with gradual.without_full_collections():
            assert gc.get_threshold()[2] > 1000
        assert gc.get_threshold()[2] > 1000
    assert gc.get_threshold() == before


def test_other_requests_are_answered_while_expectations_are_checked() -> None:
    async def run() -> None:
        expect = [{"op": "list_recordings", "min": number} for number in range(COUNT)]
        mock = Mock(make_settings(count=0), scenario=make_scenario(expect=expect))
        async with make_client(mock) as client:
            await count_recordings(client)
            task = asyncio.create_task(client.get(f"/_mock/accounts/{SID}/expectations"))
            counts = await poll_until_done(client, task)
            assert len(counts) > COUNT // 2
            assert len((await task).json()) == COUNT

    asyncio.run(run())

"""Accounts in Redis: what is lost, who has the store, and what is said if Redis does not answer."""

import asyncio
import logging
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from pathlib import Path
from typing import Any

import pytest
import requests

from mockserver.account.storage.contact import Contact
from mockserver.account.storage.finding import find_leader, find_own_host
from mockserver.account.storage.redis_batches import BatchSender
from mockserver.account.storage.redis_client import RedisClient
from mockserver.account.storage.redis_loop_connection import LoopConnection
from mockserver.account.storage.redis_scripts import SAVE
from mockserver.account.storage.redis_store import RedisStore
from mockserver.account.storage.saved_account import ClockReading, UnsavedChanges
from mockserver.account.storage.store import Batch, KnownStore
from mockserver.account.storage.store_error import SlowStoreError, StoreError, StoreInUseError, StoreLostError
from mockserver.mock import Mock
from mockserver.settings.store_url import StoreUrl
from tests.commands import main
from tests.harness import Api, make_settings
from tests.redis_process import NO_REDIS, RedisProcess
from tests.shared_servers import SharedServer, run_shared

pytestmark = [
    pytest.mark.skipif(NO_REDIS is not None, reason=str(NO_REDIS)),
    pytest.mark.skipif(sys.platform == "win32", reason="redis-server is a program of Unix"),
]
CALL = "/Calls/CA{:032x}/Recordings.json"


@pytest.fixture
def redis(tmp_path: Path) -> Iterator[RedisProcess]:
    with RedisProcess(tmp_path) as process:
        yield process


@pytest.fixture
def url(redis: RedisProcess) -> StoreUrl:
    return StoreUrl.parse(redis.url)


def save(store: RedisStore, value: bytes) -> None:
    store.save(Batch(record={"name": value}))


def test_account_is_there_again(url: StoreUrl) -> None:
    with Api(make_settings(store=url)) as api:
        sid = api.post(CALL.format(1)[1:]).json()["sid"]
        requests = api.call_control_api("GET", "/requests")["requests"]
    with Api(make_settings(store=url)) as api:
        assert api.get(f"{api.root}/Recordings/{sid}.json").status_code == 200
        assert api.call_control_api("GET", "/requests")["requests"][: len(requests)] == requests


def test_process_that_was_replaced_saves_nothing(url: StoreUrl) -> None:
    first = RedisStore(url)
    contact = Contact("127.0.0.1", 9, "secret")
    first.announce(contact)
    with pytest.raises(StoreInUseError, match="expected that no other process uses"):
        RedisStore(url)
    second = RedisStore(url, KnownStore(ended=contact))
    save(second, b"second")
    with pytest.raises(StoreInUseError, match="another process has taken"):
        save(first, b"first")
    first.close()
    assert second.read_record() == {"name": b"second"}
    second.close()


def test_process_that_is_replaced_while_idle_notices_it(url: StoreUrl) -> None:
    store = RedisStore(url)
    errors: list[StoreError] = []
    store.watch(errors.append)
    RedisClient(url).commands.set("recmock:fence", str(2**62))
    deadline = time.monotonic() + 10
    while not errors:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    assert isinstance(errors[0], StoreInUseError)
    store.close()


def test_lease_is_renewed_although_a_test_replaced_sockets(url: StoreUrl, monkeypatch: pytest.MonkeyPatch) -> None:
    store, attempts = RedisStore(url), list[None]()

    def renew() -> None:
        attempts.append(None)
        if len(attempts) == 1:
            raise TypeError("'NoneType' object is not callable")

    monkeypatch.setattr(store, "_renew", renew)
    deadline = time.monotonic() + 10
    while len(attempts) < 2:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    store.close()


def test_older_copy_is_noticed(url: StoreUrl, redis: RedisProcess) -> None:
    store = RedisStore(url)
    save(store, b"one")
    batch = RedisClient(url).commands.get("recmock:batch")
    save(store, b"two")
    assert batch is not None
    RedisClient(url).commands.set("recmock:batch", batch)
    with pytest.raises(StoreLostError, match="has lost data"):
        save(store, b"three")
    known = store.identity._replace(is_lost=True)
    store.close()
    again = RedisStore(url, known)
    assert (again.epoch, again.read_record()) == (1, {"name": b"two"})
    again.close()


def test_emptied_store_is_noticed_by_a_process_that_opens_it_again(url: StoreUrl, redis: RedisProcess) -> None:
    store = RedisStore(url)
    known = store.identity
    store.close()
    redis.send("FLUSHALL")
    again = RedisStore(url, known)
    assert (again.epoch, again.identity.store != known.store) == (1, True)
    again.close()


@pytest.mark.parametrize(("lost_answers", "failures"), [(1, 0), (2, 0), (3, 1), (5, 2)])
def test_batch_whose_answers_were_lost_is_saved_once(
    lost_answers: int, failures: int, url: StoreUrl, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Api(make_settings(store=url)) as api:
        saver = api.mock.saver
        assert saver is not None
        assert isinstance(saver.store, RedisStore)
        assert api.post(CALL.format(9)[1:]).status_code == 201  # later batches go on with the log
        run, run_in_loop, answers = RedisClient.run, LoopConnection.run, []

        def lose(answer: Any) -> Any:
            answers.append(answer)
            if len(answers) <= lost_answers:
                raise SlowStoreError("expected an answer, found none.")
            return answer

        async def lose_in_loop(*arguments: Any) -> Any:
            return lose(await run_in_loop(*arguments))

        def run_and_lose(client: RedisClient, script: str, *arguments: Any) -> Any:
            answer = run(client, script, *arguments)
            return lose(answer) if script == SAVE else answer  # the lease is renewed meanwhile

        monkeypatch.setattr(RedisClient, "run", run_and_lose)
        monkeypatch.setattr(LoopConnection, "run", lose_in_loop)
        statuses = [api.post(CALL.format(number)[1:]).status_code for number in range(4)]
        monkeypatch.undo()
        assert statuses == [503] * failures + [201] * (4 - failures)
        commands = [type(entry.command).__name__ for entry in api.get_account().log.entries]
        total = api.get_account().journal.total
    with Api(make_settings(store=url)) as api:
        assert [type(entry.command).__name__ for entry in api.get_account().log.entries] == commands
        assert (api.get_account().journal.total, len(api.get_account().journal)) == (total, total)


def disturb(redis: RedisProcess, kind: str) -> None:
    """Do something after which Redis does not answer the next command as usual."""
    if kind == "restart":
        redis.kill()
        redis.start()
    elif kind != "long":
        redis.send(kind)


@pytest.mark.parametrize("kind", ["long", "restart", "SCRIPT FLUSH", "CLIENT PAUSE 900 ALL", "CLIENT KILL TYPE normal"])
def test_event_loop_goes_on_if_saving_needs_a_thread(kind: str, url: StoreUrl, redis: RedisProcess) -> None:
    value = b"x" * (1_000_000 if kind == "long" else 10)

    async def save_remotely(store: RedisStore) -> int:
        """Return how often the event loop ran while the third batch was saved."""
        turns = 0
        for number in range(5):
            if number == 2:
                await asyncio.to_thread(disturb, redis, kind)
            saving = asyncio.create_task(store.save_remotely(Batch(record={f"{number}": value})))
            while not saving.done():
                turns += number == 2
                await asyncio.sleep(0.001)
            await saving
        return turns

    store = RedisStore(url)
    turns = asyncio.run(save_remotely(store))
    assert store.read_record() == {str(number): value for number in range(5)}
    assert turns >= (100 if "PAUSE" in kind else 1)
    store.close()


@pytest.mark.parametrize("kind", ["another batch", "the same batch"])
def test_caller_that_cannot_wait_saves_after_the_batch_on_its_way(kind: str, url: StoreUrl) -> None:
    async def save_at_once(store: RedisStore) -> None:
        for number in range(50):
            batch = Batch(record={"first": b"%d" % number})
            saving = asyncio.create_task(store.save_remotely(batch))
            await asyncio.sleep(0)
            store.save(batch if kind == "the same batch" else Batch(record={"second": b"%d" % number}))
            await saving

    store = RedisStore(url)
    asyncio.run(save_at_once(store))
    assert store.read_record()["first"] == b"49"
    assert store.read_record().get("second", b"49") == b"49"
    store.close()


def make_batch(number: int) -> Batch:
    """Return a batch with one command."""
    changes = UnsavedChanges(
        key="ac1",
        clock=ClockReading(0, 0),
        is_waiting=False,
        beginning=b"begins" if number == 0 else None,
        first_command=number,
        commands=(b"%d" % number,),
        clears_requests=False,
        generation=0,
        oldest_request=0,
        purges_requests=False,
        first_request=0,
        request_count=0,
        requests=None,
        extras=None,
    )
    return Batch((changes,))


@pytest.mark.parametrize("way", ["in the event loop", "in a thread"])
def test_batch_is_saved_once_if_other_things_are_saved_before_its_answer_is_read(
    way: str, url: StoreUrl, monkeypatch: pytest.MonkeyPatch
) -> None:
    def save_later(sender: BatchSender, batch: Batch) -> None:
        time.sleep(0.005)
        sender.save(batch)

    if way == "in a thread":
        monkeypatch.setattr(BatchSender, "_save_in_thread", save_later)

    async def save(store: RedisStore) -> None:
        for number in range(0, 60, 2):
            saving = asyncio.create_task(store.save_remotely(batch := make_batch(number)))
            await asyncio.sleep(0)
            if way == "in a thread":
                store.save(batch)
            store.save_clocks([("ac1", ClockReading(number, 0))])
            store.save(make_batch(number + 1))
            store.save_clocks([("ac1", ClockReading(number, 1))])
            await saving

    store = RedisStore(url)
    asyncio.run(save(store))
    commands: Any = RedisClient(url).commands.lrange("recmock:commands:ac1", 0, -1)
    assert [*map(int, commands)] == [*range(60)]
    store.close()


def test_replaced_process_is_refused_in_its_event_loop(url: StoreUrl) -> None:
    async def save_remotely(store: RedisStore) -> None:
        await store.save_remotely(Batch(record={"name": b"one"}))
        RedisClient(url).commands.set("recmock:fence", str(2**62))
        with pytest.raises(StoreInUseError, match="another process has taken"):
            await store.save_remotely(Batch(record={"name": b"two"}))

    store = RedisStore(url)
    asyncio.run(save_remotely(store))
    assert store.read_record() == {"name": b"one"}
    store.close()


NEW_CALL = {"To": "+15005550010", "From": "+15005550006", "Twiml": "<Response><Pause length='9'/></Response>"}


def test_loss_is_told_and_no_sid_comes_again(
    url: StoreUrl, redis: RedisProcess, caplog: pytest.LogCaptureFixture
) -> None:
    with run_shared(url, {}, {}) as (leader, worker), caplog.at_level(logging.WARNING):
        lost = [own.post(CALL.format(number)).json()["sid"] for number, own in enumerate((leader, worker))]
        lost_call = leader.post("/Calls.json", **NEW_CALL).json()["sid"]
        assert leader.fetch_health()["epoch"] == 0
        redis.send("FLUSHALL")
        created = [own.post(CALL.format(number)) for number, own in enumerate((leader, worker))]
        assert [answer.status_code for answer in created] == [201, 201]
        assert not {answer.json()["sid"] for answer in created} & {*lost}
        assert leader.get(f"/Recordings/{lost[0]}.json").status_code == 404
        call = worker.post("/Calls.json", **NEW_CALL).json()["sid"]
        assert call != lost_call
        assert [leader.get(f"/Calls/{sid}.json").status_code for sid in (call, lost_call)] == [200, 404]
        for own in (leader, worker):
            health = own.fetch_health()
            assert (health["epoch"], health["lost"][0]["recordings"]) == (1, 2)
        sids = [own.post(CALL.format(9)).json()["sid"] for own in (leader, worker)]
    assert f"recmock: {url} has lost data." in caplog.text
    with Api(make_settings(store=url)) as api:
        assert api.get(f"{api.root}/Recordings/{sids[0]}.json").status_code == 200
        saver = api.mock.saver
        assert saver is not None
        assert (saver.store.epoch, len(saver.store.lost)) == (1, 1)


def post_until(is_over: threading.Event, server: SharedServer, numbers: Iterator[int]) -> list[int]:
    """Create recordings one after the other, and return the status codes of the answers."""
    statuses = []
    with requests.Session() as session:
        session.auth = server.session.auth
        while not is_over.is_set():
            url = server.account_url + CALL.format(next(numbers))
            statuses.append(session.post(url, timeout=10).status_code)
    return statuses


def test_leader_that_ends_answers_every_request_on_its_way(url: StoreUrl, redis: RedisProcess) -> None:
    is_over, numbers = threading.Event(), count(100)
    with run_shared(url, {}, {}) as (leader, worker), ThreadPoolExecutor() as pool:
        clients = [pool.submit(post_until, is_over, own, numbers) for own in (leader, worker, worker)]
        for _ in range(4):
            time.sleep(0.3)
            redis.send("FLUSHALL")
            time.sleep(0.5)
        is_over.set()
        statuses = Counter(status for client in clients for status in client.result())
    assert statuses.keys() <= {200, 201}, statuses


def test_store_that_stops_is_answered_with_503_and_goes_on(url: StoreUrl, redis: RedisProcess) -> None:
    with run_shared(url, {}, {}) as (leader, worker):
        sid = worker.post(CALL.format(1)).json()["sid"]
        redis.kill()
        start = time.monotonic()
        answers = [own.get("/Recordings.json") for own in (leader, worker)]
        assert time.monotonic() - start < 4
        assert [answer.status_code for answer in answers] == [503, 503]
        assert "expected a Redis server at redis://127.0.0.1" in answers[0].headers["X-Mock-Reason"]
        redis.start()
        deadline = time.monotonic() + 20
        while worker.get(f"/Recordings/{sid}.json").status_code != 200:
            assert time.monotonic() < deadline
        assert leader.post(CALL.format(2)).status_code == 201


def test_password_is_never_shown(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with RedisProcess(tmp_path, "geheim") as redis:
        url = StoreUrl.parse(redis.url)
        with Api(make_settings(store=url)) as api:
            assert api.get(api.list_path).status_code == 200
            assert "geheim" not in repr(api.mock.settings) + str(api.get("/_mock/health").text)
        wrong = redis.url.replace("geheim", "falsch")
        assert main(["store", "reset", wrong]) == 2
        error = capsys.readouterr().err
        assert "expected a user and a password that redis://:***@127.0.0.1" in error
        assert "falsch" not in error
        with pytest.raises(StoreError) as caught:
            Mock(make_settings(store=StoreUrl.parse(wrong))).open_store()
        assert "falsch" not in str(caught.value)


def test_missing_package_is_named(url: StoreUrl, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "redis", None)
    with pytest.raises(StoreError, match=r"expected the package redis, found none\. Install it: pip install"):
        RedisClient(url)


def test_store_is_reset_and_others_stay(url: StoreUrl, redis: RedisProcess, capsys: pytest.CaptureFixture[str]) -> None:
    other = url._replace(prefix="other")
    for own in (url, other):
        with Api(make_settings(store=own)) as api:
            api.get(api.list_path)
    assert main(["store", "reset", redis.url]) == 0
    assert capsys.readouterr().out == f"{url} is empty. The next server begins all accounts again.\n"
    keys: Any = RedisClient(url).commands.keys("*")
    assert {key.split(b":")[0] for key in keys} == {b"other"}


def test_store_is_opened_although_the_first_answers_are_lost(url: StoreUrl, monkeypatch: pytest.MonkeyPatch) -> None:
    run, lost = RedisClient.run, [0]

    def lose(*arguments: Any) -> Any:
        answer = run(*arguments)
        lost[0] += 1
        if lost[0] <= 3:
            raise SlowStoreError("expected an answer, found none.")
        return answer

    monkeypatch.setattr(RedisClient, "run", lose)
    store = RedisStore(url)
    with pytest.raises(StoreInUseError):
        RedisStore(url)
    save(store, b"one")
    store.close()


def test_server_that_never_answers_is_an_error(url: StoreUrl, redis: RedisProcess) -> None:
    redis.kill()
    with pytest.raises(SlowStoreError, match="expected a Redis server at"):
        RedisStore(url)


def test_leader_is_found(url: StoreUrl) -> None:
    assert find_leader(url) is None
    store = RedisStore(url, KnownStore(is_served=True))
    starting = find_leader(url)
    assert starting is not None
    assert (starting.port, starting.has_others) == (0, True)
    store.announce(Contact("127.0.0.1", 9, "secret"))
    assert find_leader(url) == Contact("127.0.0.1", 9, "secret")
    store.close()
    assert find_leader(url) is None


@pytest.mark.parametrize("text", ["redis://127.0.0.1", "unix:///run/redis.sock", "redis://no.such.host.invalid"])
def test_own_host_is_the_one_that_reaches_redis(text: str) -> None:
    assert find_own_host(StoreUrl.parse(text)) == "127.0.0.1"

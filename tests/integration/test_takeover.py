"""A process that starts after the one that led was killed: those that followed it lead first."""

import threading
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from mockserver.account.storage.contact import Contact
from mockserver.account.storage.finding import find_leader
from mockserver.account.storage.redis_store import RedisStore
from mockserver.account.storage.sqlite_contact import write_contact
from mockserver.account.storage.store import KnownStore
from mockserver.account.storage.store_error import StoreError
from mockserver.server.workers import membership
from mockserver.settings.machine_clock import stopwatch
from mockserver.settings.store_url import StoreUrl
from tests.benchmarks.servers import find_free_port
from tests.shared_servers import SharedServer, run_shared

LONG = 60.0


@pytest.fixture
def killed_leader(any_store: StoreUrl) -> Iterator[Contact]:
    """Leave the contact of a process that others followed until it was killed."""
    contact = Contact("127.0.0.1", find_free_port(), "secret", has_others=True)
    with run_shared(any_store, {}):
        pass
    if any_store.path is not None:
        write_contact(any_store.path, contact)
        yield contact
        return
    store = RedisStore(any_store)
    store.announce(contact)
    yield contact
    store._is_closed.set()  # not `close`, which would take the lead from others


def wait_until_others_are_noted(store: StoreUrl, has_others: bool) -> None:
    deadline = stopwatch() + LONG
    while (contact := find_leader(store)) is None or contact.has_others is not has_others:
        assert stopwatch() < deadline
        threading.Event().wait(0.01)


def test_leader_says_if_others_know_the_store(any_store: StoreUrl) -> None:
    with run_shared(any_store, {}, {}, {}) as (_, *workers):
        wait_until_others_are_noted(any_store, True)
        for worker in workers:
            worker.stop()
        wait_until_others_are_noted(any_store, False)


def test_contact_that_cannot_be_written_leaves_no_file(tmp_path: Path) -> None:
    (tmp_path / "store.db-leader" / "file").mkdir(parents=True)
    with pytest.raises(StoreError, match=r"expected a file that can be written, found .*store\.db-leader: "):
        write_contact(tmp_path / "store.db", Contact("127.0.0.1", 9, "secret"))
    assert [path.name for path in tmp_path.iterdir()] == ["store.db-leader"]


def test_process_that_starts_leaves_the_lead_to_one_that_followed(
    any_store: StoreUrl, killed_leader: Contact, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(membership, "_PRECEDENCE_SECONDS", LONG)
    monkeypatch.setattr(membership, "_START_SECONDS", LONG)
    with ExitStack() as stack:
        starting, follower = SharedServer(any_store), SharedServer(any_store)
        thread = threading.Thread(target=starting.start)
        thread.start()
        thread.join(0.3)
        assert thread.is_alive(), "it has not waited"
        follower.membership._known = KnownStore(is_served=True)
        follower.serve()
        stack.callback(follower.stop)
        thread.join(LONG)
        stack.callback(starting.stop)
        assert starting.fetch_health()["leader"] == follower.membership.name
        assert [*starting.fetch_health()["workers"]] == [follower.membership.name, starting.membership.name]
        assert follower.application._leadership is not None


def test_process_that_starts_leads_if_no_other_does(
    any_store: StoreUrl, killed_leader: Contact, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(membership, "_PRECEDENCE_SECONDS", 0.1)
    monkeypatch.setattr(membership, "_START_SECONDS", LONG)
    with run_shared(any_store, {}) as (server,):
        assert server.application._leadership is not None
        assert find_leader(any_store) != killed_leader

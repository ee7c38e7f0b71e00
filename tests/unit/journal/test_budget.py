"""The memory that the logs of all accounts share."""

import pytest
from hypothesis import given
from hypothesis.strategies import integers, just, lists, one_of, tuples

from mockserver.journal import budget as budgets
from mockserver.journal.budget import BudgetedLog, LogBudget
from mockserver.journal.journal import Journal
from mockserver.mock import Mock
from mockserver.settings.memory_size import MemorySize
from mockserver.settings.parsing import BadValueError
from tests.harness import Api, make_settings
from tests.journal_entries import make_entry


class _NumberedLog(BudgetedLog):
    """A log that appends its number to a list when the budget drops its oldest entry."""

    def __init__(self, budget: LogBudget, number: int, dropped: list[int]) -> None:
        super().__init__(budget)
        self._number = number
        self._dropped = dropped

    def add(self, size: int, dropped: int) -> None:
        self._count_entry(size, dropped)

    def clear(self) -> None:
        self._count_all_as_dropped()

    def drop_oldest(self) -> None:
        self._dropped.append(self._number)


def list_numbers(journal: Journal) -> list[int]:
    return [entry.number for entry in journal]


def test_full_budget_drops_oldest_entry_of_all_journals() -> None:
    budget = LogBudget(8_000)
    first, second = Journal(budget=budget), Journal(budget=budget)
    for number in range(3):
        first.add(make_entry(number, body=bytes(1_000)))
    second.add(make_entry(0, body=bytes(1_000)))
    second.add(make_entry(1, body=bytes(1_000)))
    assert (list_numbers(first), list_numbers(second)) == ([2], [0, 1])
    assert (first.dropped, first.total, second.dropped) == (2, 3, 0)
    assert budget.size_bytes == first.size_bytes + second.size_bytes <= 8_000


def test_entry_that_is_larger_than_budget_is_counted_and_dropped() -> None:
    journal = Journal(budget=LogBudget(5_000))
    numbers: list[int] = []
    journal.on_arrival(lambda entry: numbers.append(entry.number))
    journal.add(make_entry(0, body=bytes(6_000)))
    assert (len(journal), journal.total, journal.size_bytes, numbers) == (0, 1, 0, [0])


def test_cleared_journal_returns_its_memory_and_keeps_order_of_others() -> None:
    budget = LogBudget(8_000)
    first, second = Journal(budget=budget), Journal(budget=budget)
    first.add(make_entry(0, body=bytes(1_000)))
    second.add(make_entry(0, body=bytes(1_000)))
    first.clear()
    assert budget.size_bytes == second.size_bytes
    for number in range(4):
        first.add(make_entry(number, body=bytes(1_000)))
    assert (list_numbers(second), list_numbers(first)) == ([], [1, 2, 3])


def test_budget_forgets_logs_that_were_cleared(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(budgets, "_MIN_EMPTY_LOGS", 10)
    budget = LogBudget()
    quiet = Journal(budget=budget)
    quiet.add(make_entry(0))
    for _ in range(100):
        journal = Journal(budget=budget)
        journal.add(make_entry(0))
        journal.clear()
    assert len(budget._heap) <= 12
    assert list_numbers(quiet) == [0]
    assert budget.size_bytes == quiet.size_bytes


@given(
    changes=lists(
        one_of(
            tuples(just("add"), integers(0, 2), integers(1, 50), integers(0, 3)),
            tuples(just("clear"), integers(0, 2), just(0), just(0)),
        ),
        max_size=40,
    )
)
def test_budget_drops_what_a_plain_list_of_all_entries_would_drop(changes: list[tuple[str, int, int, int]]) -> None:
    budget = LogBudget(100)
    dropped: list[int] = []
    logs = [_NumberedLog(budget, number, dropped) for number in range(3)]
    entries: list[tuple[int, int, int]] = []
    expected: list[int] = []
    for serial, (change, log, size, count) in enumerate(changes):
        own = [entry for entry in entries if entry[0] == log]
        gone = own if change == "clear" else own[:count]
        entries = [entry for entry in entries if entry not in gone]
        if change == "add":
            logs[log].add(size, dropped=len(gone))
            entries.append((log, size, serial))
        else:
            logs[log].clear()
        while sum(entry[1] for entry in entries) > 100:
            expected.append(entries.pop(0)[0])
        assert dropped == expected
        sizes = [sum(entry[1] for entry in entries if entry[0] == number) for number in range(3)]
        assert [log.size_bytes for log in logs] == sizes
        assert budget.size_bytes == sum(sizes)


def test_long_reasons_and_headers_count() -> None:
    short, long = Journal(), Journal()
    with Api() as api:
        for journal, sid in ((short, "RE" + "1" * 32), (long, "RE" + "2" * 32)):
            api.get(api.get_recording_path(sid))
            journal.add(list(api.get_account().journal)[-1])
        (entry,) = long
        assert entry.response.extra_bytes >= len(entry.response.reason or "") > 0


def test_requests_of_many_accounts_share_the_memory_of_one_setting() -> None:
    with Api(make_settings(journal_memory=MemorySize.parse("64KB"))) as api:
        for number in range(100):
            api.get(f"/2010-04-01/Accounts/AC{number % 20:032x}/Recordings.json?x={'x' * 4_000}")
        journals = [account.journal for account in api.mock.list_accounts_in_memory()]
        assert 0 < sum(journal.size_bytes for journal in journals) <= 64 << 10
        assert sum(journal.total for journal in journals) == 100


def test_events_and_callbacks_share_the_memory_of_requests() -> None:
    mock = Mock(make_settings(journal_memory=64 << 10))
    accounts = [mock.account(f"AC{number:032x}") for number in range(4)]
    for number in range(1_000):
        accounts[number % 4].events.record("step", "it", "RE", f"step {number}")
    kept = [event for account in accounts for event in account.events.get_events_since(0)]
    assert 0 < len(kept) <= (64 << 10) // 300
    assert {event.what for event in kept} == {f"step {number}" for number in range(1_000 - len(kept), 1_000)}
    assert [account.events.next_serial for account in accounts] == [250] * 4


def test_memory_sizes_are_parsed_and_shown() -> None:
    assert [MemorySize.parse(text) for text in ("64MB", "64 kb", "2GB")] == [64 << 20, 64 << 10, 2 << 30]
    assert [str(MemorySize.parse(text)) for text in ("64MB", "1000KB", "1024MB")] == ["64MB", "1000KB", "1GB"]


@pytest.mark.parametrize("text", ["", "64", "64M", "-1MB", "1KB", "0MB", "1.5MB", "2000GB", "٦٤MB"])
def test_invalid_memory_size_raises_bad_value_error(text: str) -> None:
    with pytest.raises(BadValueError, match=r"expected an amount of memory from 64KB to 1024GB, such as 64MB, found "):
        MemorySize.parse(text)

"""Requests that were seen: bounded, and what was dropped is counted."""

from mockserver.journal import Entry, Journal
from scenarios.operations import Operation


def entry(number: int = 0, **changes: object) -> Entry:
    usual: dict[str, object] = {
        "number": number,
        "at": 0,
        "method": "GET",
        "path": "/Recordings.json",
        "query": b"",
        "headers": [(b"host", b"localhost")],
        "body": b"",
        "operation": Operation.LIST_RECORDINGS,
        "status": 200,
        "seconds": 0.0,
        "reason": None,
        "rule": None,
        "next_page_uri": None,
    }
    return Entry(**{**usual, **changes})  # type: ignore[arg-type]  # the table holds what each field takes


def test_the_oldest_go_and_are_counted() -> None:
    journal = Journal()
    for number in range(50_000):
        assert journal.total == number
        journal.add(entry(number))
    assert len(journal) == 4096
    assert (journal.total, journal.dropped) == (50_000, 50_000 - 4096)
    assert [each.number for each in journal] == list(range(journal.dropped, 50_000))


def test_large_requests_take_the_place_of_many() -> None:
    journal = Journal()
    for number in range(1000):
        journal.add(entry(number, body=b"x" * 60_000, headers=[(b"a", b"y" * 1000)]))
    assert len(journal) * 61_000 <= 4 << 20 < (len(journal) + 1) * 62_000
    assert journal.dropped + len(journal) == 1000


def test_entries_are_found_from_a_number_on() -> None:
    journal = Journal(dropped=5)
    for number in range(5, 9):
        journal.add(entry(number))
    assert [each.number for each in journal.since(7)] == [7, 8]
    assert [each.number for each in journal.since(0)] == [5, 6, 7, 8]
    assert list(journal.since(99)) == []


def test_nothing_is_left_once_it_is_cleared() -> None:
    journal = Journal(dropped=5)
    journal.add(entry())
    journal.clear()
    assert (list(journal), journal.total, journal.dropped) == ([], 0, 0)
    for number in range(5000):
        journal.add(entry(number))
    assert len(journal) == 4096


def test_who_wants_to_know_is_told_of_each() -> None:
    journal, told = Journal(), []
    end = journal.on_arrival(lambda: told.append(journal.total))
    journal.add(entry())
    journal.add(entry(1))
    end()
    journal.add(entry(2))
    assert told == [1, 2]

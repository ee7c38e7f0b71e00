from mockserver.journal.budget import DEFAULT_BYTES
from mockserver.journal.journal import MAX_ENTRIES, Journal
from mockserver.journal.matching import RequestPattern
from mockserver.journal.verification import ExpectedCount, verify
from mockserver.mock import Mock
from scenarios.operations import Operation
from tests.harness import Api, make_settings
from tests.journal_entries import OTHER_SIDS, SECRET, make_entry, make_journal

MANY_REQUESTS = 50_000


def test_journal_stays_within_limits_and_counts_dropped_requests() -> None:
    journal = Journal()
    for number in range(MANY_REQUESTS):
        journal.add(make_entry(number))
    assert len(journal) <= MAX_ENTRIES
    assert journal.size_bytes <= DEFAULT_BYTES
    assert journal.total == MANY_REQUESTS
    assert journal.dropped == MANY_REQUESTS - len(journal)
    assert next(iter(journal)).number == journal.dropped


def test_journal_is_limited_by_bytes() -> None:
    journal = make_journal(*[{"body": bytes(60_000)}] * 300, max_bytes=8 << 20)
    assert 0 < len(journal) < 300
    assert journal.size_bytes <= 8 << 20


def test_verification_fails_with_reason_when_requests_were_dropped() -> None:
    journal = Journal()
    journal.add(make_entry(0, operation=Operation.DELETE_RECORDING, method="DELETE"))
    for number in range(1, MANY_REQUESTS):
        journal.add(make_entry(number))
    found = verify(journal, RequestPattern(op=Operation.DELETE_RECORDING), ExpectedCount.from_arguments(exactly=1))
    assert not found.is_met
    assert not found.is_certain
    assert f"{journal.dropped} older requests are no longer in the journal" in found.why


def test_entries_are_found_by_number() -> None:
    journal = make_journal({}, {"status": 404}, dropped=7)
    assert [entry.number for entry in journal.iter_since(8)] == [8]
    assert [entry.number for entry in journal.iter_since(0)] == [7, 8]
    found = journal.get_entry(8)
    assert found is not None
    assert found.response.status == 404
    assert journal.get_entry(6) is None
    assert journal.get_entry(9) is None
    assert (journal.count_dropped(), journal.count_dropped(3), journal.count_dropped(8)) == (7, 4, 0)


def test_entries_are_found_from_each_number_on() -> None:
    journal = make_journal(*[{}] * 10, dropped=7)
    for first in range(20):
        assert [entry.number for entry in journal.iter_since(first)] == [*range(max(first, 7), 17)]
        entry = journal.get_entry(first)
        assert (None if entry is None else entry.number) == (first if 7 <= first < 17 else None)


def test_entry_line_contains_no_secrets() -> None:
    summary = make_entry(3, path="/a", query=f"Token={SECRET}&b=1".encode(), status=404).summary
    assert summary == "3: GET /a?Token=***&b=1 -> 404"


def test_arrival_listener_is_called_until_removed() -> None:
    journal = Journal()
    numbers: list[int] = []
    remove_listener = journal.on_arrival(lambda entry: numbers.append(entry.number))
    journal.add(make_entry(0))
    assert journal.has_listeners
    remove_listener()
    journal.add(make_entry(1))
    assert not journal.has_listeners
    assert numbers == [0]


def test_clearing_resets_entries_and_counts() -> None:
    journal = make_journal({}, {}, dropped=2)
    journal.clear()
    assert (len(journal), journal.total, journal.dropped, journal.size_bytes) == (0, 0, 0, 0)


def test_requests_of_evicted_account_count_as_dropped(api_in_memory: Api) -> None:
    api = api_in_memory
    api.get_page()
    api.get_page()
    for sid in OTHER_SIDS:
        api.mock.account(sid)
    assert len(api.get_account().journal) == 0
    assert (api.get_account().journal.total, api.get_account().journal.dropped) == (2, 2)
    api.get_page()
    assert [entry.number for entry in api.get_account().journal] == [2]


def test_account_with_arrival_listener_is_not_evicted() -> None:
    mock = Mock(make_settings())
    journal = mock.account(mock.demo.sid).journal
    journal.on_arrival(lambda entry: None)
    for sid in OTHER_SIDS:
        mock.account(sid)
    assert mock.account(mock.demo.sid).journal is journal


def test_new_scenario_for_all_accounts_empties_journals() -> None:
    with Api() as api:
        api.get_page()
        for sid in OTHER_SIDS:
            api.mock.account(sid)
        api.mock.replace_scenario(None)
        assert (api.get_account().journal.total, api.get_account().journal.dropped) == (0, 0)

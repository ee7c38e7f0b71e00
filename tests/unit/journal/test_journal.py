from mockserver.journal.journal import MAX_BYTES, MAX_ENTRIES, Journal
from mockserver.journal.matching import RequestPattern
from mockserver.journal.verification import ExpectedCount, verify
from mockserver.mock import Mock
from scenarios.operations import Operation
from tests.harness import Api, corpus_settings
from tests.journal_entries import OTHERS, SECRET, entry, journal_of

MANY = 50_000


def test_journal_stays_within_limits_and_counts_dropped_requests() -> None:
    journal = Journal()
    for number in range(MANY):
        journal.add(entry(number))
    assert len(journal) <= MAX_ENTRIES
    assert journal.bytes <= MAX_BYTES
    assert journal.total == MANY
    assert journal.dropped == MANY - len(journal)
    assert next(iter(journal)).number == journal.dropped


def test_journal_is_limited_by_bytes() -> None:
    journal = journal_of(*[{"body": bytes(60_000)}] * 300)
    assert 0 < len(journal) < 300
    assert journal.bytes <= MAX_BYTES


def test_verification_fails_with_reason_when_requests_were_dropped() -> None:
    journal = Journal()
    journal.add(entry(0, operation=Operation.DELETE_RECORDING, method="DELETE"))
    for number in range(1, MANY):
        journal.add(entry(number))
    found = verify(journal, RequestPattern(op=Operation.DELETE_RECORDING), ExpectedCount.from_arguments(exactly=1))
    assert not found.is_met
    assert not found.is_certain
    assert f"{journal.dropped} older requests are no longer in the journal" in found.why


def test_entries_are_found_by_number() -> None:
    journal = journal_of({}, {"status": 404}, dropped=7)
    assert [each.number for each in journal.since(8)] == [8]
    assert [each.number for each in journal.since(0)] == [7, 8]
    found = journal.find(8)
    assert found is not None
    assert found.response.status == 404
    assert journal.find(6) is None
    assert journal.find(9) is None
    assert (journal.count_dropped(), journal.count_dropped(3), journal.count_dropped(8)) == (7, 4, 0)


def test_entry_line_contains_no_secrets() -> None:
    shown = entry(3, path="/a", query=f"Token={SECRET}&b=1".encode(), status=404).line
    assert shown == "3: GET /a?Token=***&b=1 -> 404"


def test_arrival_listener_is_called_until_removed() -> None:
    journal = Journal()
    seen: list[int] = []
    end = journal.on_arrival(lambda arrived: seen.append(arrived.number))
    journal.add(entry(0))
    assert journal.is_watched
    end()
    journal.add(entry(1))
    assert not journal.is_watched
    assert seen == [0]


def test_clearing_resets_entries_and_counts() -> None:
    journal = journal_of({}, {}, dropped=2)
    journal.clear()
    assert (len(journal), journal.total, journal.dropped, journal.bytes) == (0, 0, 0, 0)


def test_requests_of_evicted_account_count_as_dropped() -> None:
    with Api() as api:
        api.page()
        api.page()
        for other in OTHERS:
            api.mock.account(other)
        assert len(api.account().journal) == 0
        assert (api.account().journal.total, api.account().journal.dropped) == (2, 2)
        api.page()
        assert [each.number for each in api.account().journal] == [2]


def test_account_with_arrival_listener_is_not_evicted() -> None:
    mock = Mock(corpus_settings())
    journal = mock.account(mock.demo.sid).journal
    journal.on_arrival(lambda arrived: None)
    for other in OTHERS:
        mock.account(other)
    assert mock.account(mock.demo.sid).journal is journal


def test_new_scenario_for_all_accounts_empties_journals() -> None:
    with Api() as api:
        api.page()
        for other in OTHERS:
            api.mock.account(other)
        api.mock.replace_scenario(None)
        assert (api.account().journal.total, api.account().journal.dropped) == (0, 0)

"""The positions of recordings in lists, against a plain sorted list."""

from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from generators.instants import SECOND
from generators.model import Source, Status
from mockserver.account.account import Account
from mockserver.account.resources.filter import RecordingFilter
from mockserver.account.resources.listing import Page
from mockserver.account.state.state import FIRST_CREATED
from mockserver.rest.paging import Cursor, PageRequest
from scenarios.model import RecordingFields
from scenarios.statuses import RecordingStatus
from tests.accounts import make_account
from tests.harness import T0

COUNT = 40
DAY = 24 * 3600
IMPORTED_SID = "RE" + "ABCDEF0123456789" * 2


class SortKey(NamedTuple):
    """The sort key of a list."""

    instant: int
    is_added: bool
    number: int


def get_sort_key(account: Account, index: int) -> SortKey:
    if index < account.corpus.count:
        return SortKey(account.corpus.timetable.get_instant(index), False, index)
    return SortKey(account.recordings.recording_index.created.get_creation_instant(index), True, index)


def list_sorted_indices(account: Account) -> list[int]:
    ledger = account.recordings.recording_index
    return sorted([*range(account.corpus.count), *ledger.created], key=lambda index: get_sort_key(account, index))


def get_page(
    account: Account, selection: RecordingFilter, size: int, token: str | None = None, number: int = 0
) -> Page:
    cursor = None if token is None else Cursor(sid=token[2:], is_after=token.startswith("PA"))
    return account.recordings.list(selection, PageRequest(size=size, number=number, cursor=cursor))


def list_indices_by_page(account: Account, selection: RecordingFilter, size: int) -> list[int]:
    """Return the recordings of all pages, and assert that the way back has the same."""
    pages = [get_page(account, selection, size)]
    while (token := pages[-1].tokens.next) is not None:
        pages.append(get_page(account, selection, size, f"PA{token}"))
    found = [index for each in pages for index in each.indices]
    back, last = list(pages[-1].indices), pages[-1]
    while (token := last.tokens.previous) is not None:
        last = get_page(account, selection, size, f"PB{token}")
        back = [*last.indices, *back]
    assert found == back
    return found


def add_recording(account: Account, instant: int, sid: str | None = None) -> int:
    return account.recordings.add(source=Source.DIAL_VERB, instant=instant, sid=sid)


def assert_positions_invert(account: Account) -> None:
    """Assert that positions and indices agree with a plain sorted list."""
    ledger, expected = account.recordings.recording_index, list_sorted_indices(account)
    assert range(len(expected)) == ledger.positions.get_all()
    for position, index in enumerate(expected):
        assert index == ledger.positions.get_index(position)
        assert position == ledger.find_position(ledger.get_sid(index))
    past = ledger.positions.get_index(len(expected))
    assert past == account.corpus.count
    assert len(expected) == ledger.find_position(ledger.get_sid(past))


def test_added_recordings_are_sorted_among_generated_recordings() -> None:
    account = make_account(count=COUNT)
    instants = [account.corpus.timetable.get_instant(index) for index in (0, 7, 7, 39)]
    made = [add_recording(account, instant) for instant in (*instants, instants[1] - 1, T0 * SECOND, 0)]
    assert [FIRST_CREATED + number for number in range(7)] == made
    assert_positions_invert(account)
    order = list_sorted_indices(account)
    assert order.index(7) + 1 == order.index(made[1]), "after any of the corpus of the same instant"
    assert order.index(made[1]) + 1 == order.index(made[2]), "in the order in which they came"
    assert order.index(7) - 1 == order.index(made[4])
    assert (order[0], order[-1]) == (made[6], made[5])


def test_recordings_of_one_second_keep_their_order() -> None:
    account = make_account(count=0)
    made = [add_recording(account, T0 * SECOND + micro) for micro in (5, 0, 999_999, 0, 5)]
    assert [made[at] for at in (2, 4, 0, 3, 1)] == list_indices_by_page(account, RecordingFilter(), 2)
    assert_positions_invert(account)


@pytest.mark.parametrize("sid", [IMPORTED_SID, IMPORTED_SID.lower().replace("re", "RE", 1)])
def test_imported_sid_is_valid_page_token_in_either_case(sid: str) -> None:
    account = make_account(count=COUNT)
    index = add_recording(account, account.corpus.timetable.get_instant(20), sid)
    assert sid == account.recordings.recording_index.get_sid(index)
    for token in (IMPORTED_SID, IMPORTED_SID[:2] + IMPORTED_SID[2:].lower()):
        older = get_page(account, RecordingFilter(include_deleted=True), 3, f"PA{token}")
        newer = get_page(account, RecordingFilter(include_deleted=True), 3, f"PB{token}")
        assert older.indices[0] == 20
        assert newer.indices[-1] == 21
        assert index == account.recordings.find(token)


def test_deleted_recording_is_valid_page_token() -> None:
    account = make_account(count=0)
    made = [add_recording(account, T0 * SECOND + at) for at in range(5)]
    for index in made:
        account.recordings.set_status(index, RecordingStatus.COMPLETED, RecordingFields())
    sid = account.recordings.recording_index.get_sid(made[2])
    account.delete_recording(sid)
    assert (made[1], made[0]) == get_page(account, RecordingFilter(), 9, f"PA{sid}").indices
    assert (made[4], made[3]) == get_page(account, RecordingFilter(), 9, f"PB{sid}").indices


def test_added_recordings_have_positions_among_a_billion() -> None:
    account = make_account(count=10**9)
    timetable, corpus = account.corpus.timetable, account.corpus
    made = [add_recording(account, timetable.get_instant(index)) for index in (5, 10**8, 10**9 - 1)]
    account.recordings.set_status(123_456, RecordingStatus.COMPLETED, RecordingFields(duration=7))
    ledger = account.recordings.recording_index
    for at, (index, neighbour) in enumerate(zip(made, (5, 10**8, 10**9 - 1), strict=True)):
        position = ledger.find_position(ledger.get_sid(index))
        assert neighbour + at + 1 == position
        assert index == ledger.positions.get_index(neighbour + at + 1)
        assert neighbour == ledger.positions.get_index(neighbour + at)
    assert ledger.find_position(corpus.get_sid(10**9 - 1)) == 10**9 - 1 + 2
    assert made[2] == get_page(account, RecordingFilter(), 2).indices[0]
    second = timetable.get_instant(123_456) // SECOND
    assert 123_456 in get_page(account, RecordingFilter(created_since=second, created_before=second + 1), 50).indices


CHANGES = st.lists(
    st.tuples(
        st.sampled_from(["import", "date", "now", "change", "delete", "absent"]),
        st.integers(0, 10_000),
        st.integers(-1, 1),
    ),
    max_size=25,
)


class PagingCase(NamedTuple):
    changes: list[tuple[str, int, int]]
    size: int
    include_deleted: bool
    window: tuple[int, int] | None


@settings(max_examples=120)
@given(
    st.builds(
        PagingCase,
        CHANGES,
        st.integers(1, 9),
        st.booleans(),
        st.none() | st.tuples(st.integers(0, COUNT - 1), st.integers(0, COUNT - 1)),
    )
)
def test_paging_lists_each_recording_once_in_order(chosen: PagingCase) -> None:
    account = make_account(count=COUNT, mix="deleted=0.2,processing=0.1")
    ledger, timetable = account.recordings.recording_index, account.corpus.timetable
    for number, (change, where, offset) in enumerate(chosen.changes):
        beside = timetable.get_instant(where % COUNT) + offset
        known = list_sorted_indices(account)
        index = known[where % len(known)]
        match change:
            case "import":
                add_recording(account, beside, f"RE{number:08X}{'AbCdEf' * 4}")
            case "date":
                add_recording(account, beside // SECOND * SECOND)
            case "now":
                add_recording(account, account.clock.now())
            case "change" | "absent" if ledger.get_status(index) is not Status.DELETED:
                stage = RecordingStatus.ABSENT if change == "absent" else RecordingStatus.COMPLETED
                account.recordings.set_status(index, stage, RecordingFields())
            case "delete" if ledger.get_status(index) in (Status.COMPLETED, Status.ABSENT):
                account.delete_recording(ledger.get_sid(index))
    assert_positions_invert(account)
    selection = RecordingFilter(include_deleted=chosen.include_deleted)
    if chosen.window is not None:
        since, below = (timetable.get_instant(index) // SECOND for index in sorted(chosen.window))
        selection = RecordingFilter(created_since=since, created_before=below, include_deleted=chosen.include_deleted)
    expected = [
        index
        for index in reversed(list_sorted_indices(account))
        if (chosen.include_deleted or ledger.get_status(index) is not Status.DELETED)
        and (
            selection.created_since is None or selection.created_since <= get_sort_key(account, index).instant // SECOND
        )
        and (
            selection.created_before is None
            or get_sort_key(account, index).instant // SECOND < selection.created_before
        )
    ]
    assert expected == list_indices_by_page(account, selection, chosen.size)

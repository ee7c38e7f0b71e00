"""The positions of recordings in lists, against a plain sorted list."""

from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from generators.instants import SECOND
from generators.model import Source, Status
from mockserver.account.account import Account
from mockserver.account.commands.recordings import DeleteRecording
from mockserver.account.gradual import run_at_once
from mockserver.account.resources.filter import RecordingFilter
from mockserver.account.resources.listing import Page
from mockserver.account.resources.recording_index import RecordingIndex
from mockserver.account.resources.recording_updates import set_status
from mockserver.account.state.state import FIRST_CREATED
from mockserver.rest.paging import Cursor, PageRequest
from scenarios.statuses import RecordingStatus
from scenarios.steps import RecordingFields
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
    recording_index = account.recordings.recording_index
    return sorted(
        [*range(account.corpus.count), *recording_index.created], key=lambda index: get_sort_key(account, index)
    )


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
    found = [index for page in pages for index in page.indices]
    backward, page = list(pages[-1].indices), pages[-1]
    while (token := page.tokens.previous) is not None:
        page = get_page(account, selection, size, f"PB{token}")
        backward = [*page.indices, *backward]
    assert found == backward
    return found


def add_recording(account: Account, instant: int, sid: str | None = None) -> int:
    return account.recordings.add(source=Source.DIAL_VERB, instant=instant, sid=sid)


def assert_positions_invert(account: Account) -> None:
    """Assert that positions and indices agree with a plain sorted list."""
    recording_index, expected = account.recordings.recording_index, list_sorted_indices(account)
    assert range(len(expected)) == recording_index.positions.get_all()
    for position, index in enumerate(expected):
        assert index == recording_index.positions.get_index(position)
        assert position == recording_index.find_position(recording_index.get_sid(index))
    next_index = recording_index.positions.get_index(len(expected))
    assert next_index == account.corpus.count
    assert len(expected) == recording_index.find_position(recording_index.get_sid(next_index))


def assert_loaded_index_is_equal(account: Account) -> None:
    """Assert that an index that is made of the state has the same lists."""
    own = account.recordings.recording_index
    loaded = RecordingIndex(account.corpus, account.clock, account.state)
    run_at_once(loaded.load())
    for position in {*own.positions.get_all()[:COUNT], *own.positions.get_all()[-COUNT:]}:
        assert loaded.positions.get_index(position) == own.positions.get_index(position)
    assert loaded.positions.get_all() == own.positions.get_all()
    for first_visible_deleted in (None, 0):
        found, expected = (index.listed.get_members(first_visible_deleted) for index in (loaded, own))
        assert (found.created, found.changed) == (expected.created, expected.changed)


def test_added_recordings_are_sorted_among_generated_recordings() -> None:
    account = make_account(count=COUNT)
    instants = [account.corpus.timetable.get_instant(index) for index in (0, 7, 7, 39)]
    indices = [add_recording(account, instant) for instant in (*instants, instants[1] - 1, T0 * SECOND, 0)]
    assert [FIRST_CREATED + number for number in range(7)] == indices
    assert_positions_invert(account)
    order = list_sorted_indices(account)
    assert order.index(7) + 1 == order.index(indices[1]), "after any of the corpus of the same instant"
    assert order.index(indices[1]) + 1 == order.index(indices[2]), "in the order in which they came"
    assert order.index(7) - 1 == order.index(indices[4])
    assert (order[0], order[-1]) == (indices[6], indices[5])
    assert_loaded_index_is_equal(account)


def test_loaded_lists_leave_out_what_was_deleted() -> None:
    account = make_account(count=COUNT)
    recording_index = account.recordings.recording_index
    indices = [add_recording(account, T0 * SECOND + number) for number in range(3)]
    for index in indices:
        set_status(recording_index, index, RecordingStatus.COMPLETED)
    account.apply(DeleteRecording(sid=recording_index.get_sid(indices[1])))
    assert_loaded_index_is_equal(account)


def test_recordings_of_one_second_keep_their_order() -> None:
    account = make_account(count=0)
    indices = [add_recording(account, T0 * SECOND + microseconds) for microseconds in (5, 0, 999_999, 0, 5)]
    assert [indices[position] for position in (2, 4, 0, 3, 1)] == list_indices_by_page(account, RecordingFilter(), 2)
    assert_positions_invert(account)


@pytest.mark.parametrize("sid", [IMPORTED_SID, IMPORTED_SID.lower().replace("re", "RE", 1)])
def test_imported_sid_is_valid_page_token_in_either_case(sid: str) -> None:
    account = make_account(count=COUNT)
    index = add_recording(account, account.corpus.timetable.get_instant(20), sid)
    assert sid == account.recordings.recording_index.get_sid(index)
    for token in (IMPORTED_SID, IMPORTED_SID[:2] + IMPORTED_SID[2:].lower()):
        older_page = get_page(account, RecordingFilter(include_deleted=True), 3, f"PA{token}")
        newer_page = get_page(account, RecordingFilter(include_deleted=True), 3, f"PB{token}")
        assert older_page.indices[0] == 20
        assert newer_page.indices[-1] == 21
        assert index == account.recordings.find(token)


def test_deleted_recording_is_valid_page_token() -> None:
    account = make_account(count=0)
    indices = [add_recording(account, T0 * SECOND + offset) for offset in range(5)]
    for index in indices:
        set_status(account.recordings.recording_index, index, RecordingStatus.COMPLETED)
    sid = account.recordings.recording_index.get_sid(indices[2])
    account.apply(DeleteRecording(sid=sid))
    assert (indices[1], indices[0]) == get_page(account, RecordingFilter(), 9, f"PA{sid}").indices
    assert (indices[4], indices[3]) == get_page(account, RecordingFilter(), 9, f"PB{sid}").indices


def test_added_recordings_have_positions_among_a_billion() -> None:
    account = make_account(count=10**9)
    timetable, corpus = account.corpus.timetable, account.corpus
    neighbours = (5, 10**8, corpus.count - 1)
    indices = [add_recording(account, timetable.get_instant(index)) for index in neighbours]
    set_status(account.recordings.recording_index, 123_456, RecordingStatus.COMPLETED, RecordingFields(duration=7))
    recording_index = account.recordings.recording_index
    for offset, (index, neighbour) in enumerate(zip(indices, neighbours, strict=True)):
        position = recording_index.find_position(recording_index.get_sid(index))
        assert neighbour + offset + 1 == position
        assert index == recording_index.positions.get_index(neighbour + offset + 1)
        assert neighbour == recording_index.positions.get_index(neighbour + offset)
    assert recording_index.find_position(corpus.get_sid(corpus.count - 1)) == corpus.count - 1 + 2
    assert indices[2] == get_page(account, RecordingFilter(), 2).indices[0]
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


@settings(max_examples=40)
@given(
    st.builds(
        PagingCase,
        CHANGES,
        st.integers(1, 9),
        st.booleans(),
        st.none() | st.tuples(st.integers(0, COUNT - 1), st.integers(0, COUNT - 1)),
    )
)
def test_paging_lists_each_recording_once_in_order(paging_case: PagingCase) -> None:
    account = make_account(count=COUNT, mix="deleted=0.2,processing=0.1")
    recording_index, timetable = account.recordings.recording_index, account.corpus.timetable
    for number, (change, place, offset) in enumerate(paging_case.changes):
        instant = timetable.get_instant(place % COUNT) + offset
        indices = list_sorted_indices(account)
        index = indices[place % len(indices)]
        match change:
            case "import":
                add_recording(account, instant, f"RE{number:08X}{'AbCdEf' * 4}")
            case "date":
                add_recording(account, instant // SECOND * SECOND)
            case "now":
                add_recording(account, account.clock.now())
            case "change" | "absent" if recording_index.get_status(index) is not Status.DELETED:
                status = RecordingStatus.ABSENT if change == "absent" else RecordingStatus.COMPLETED
                set_status(account.recordings.recording_index, index, status)
            case "delete" if recording_index.get_status(index) is Status.COMPLETED:
                account.apply(DeleteRecording(sid=recording_index.get_sid(index)))
    assert_positions_invert(account)
    selection = RecordingFilter(include_deleted=paging_case.include_deleted)
    if paging_case.window is not None:
        since, before = (timetable.get_instant(index) // SECOND for index in sorted(paging_case.window))
        selection = RecordingFilter(
            created_since=since, created_before=before, include_deleted=paging_case.include_deleted
        )
    expected = [
        index
        for index in reversed(list_sorted_indices(account))
        if (paging_case.include_deleted or recording_index.get_status(index) is not Status.DELETED)
        and (
            selection.created_since is None or selection.created_since <= get_sort_key(account, index).instant // SECOND
        )
        and (
            selection.created_before is None
            or get_sort_key(account, index).instant // SECOND < selection.created_before
        )
    ]
    assert expected == list_indices_by_page(account, selection, paging_case.size)
    assert_loaded_index_is_equal(account)

"""The positions of recordings in lists, against a plain sorted list."""

from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from generators.corpus.weekly_rhythm import SECOND
from generators.model import Source, Status
from mockserver.account.account import Account
from mockserver.account.resources.filter import RecordingFilter
from mockserver.account.resources.listing import Page
from mockserver.account.state.state import FIRST_CREATED
from mockserver.rest.paging import Cursor, PageRequest
from scenarios.model import RecordingFields, RecordingStatus
from tests.accounts import world
from tests.harness import T0

COUNT = 40
DAY = 24 * 3600
IMPORTED = "RE" + "ABCDEF0123456789" * 2


class Key(NamedTuple):
    """The sort key of a list."""

    instant: int
    has_come_in: bool
    number: int


def key(account: Account, index: int) -> Key:
    if index < account.corpus.count:
        return Key(account.corpus.timetable.get_instant(index), False, index)
    return Key(account.recordings.recording_index.created.get_creation_instant(index), True, index)


def everything(account: Account) -> list[int]:
    ledger = account.recordings.recording_index
    return sorted([*range(account.corpus.count), *ledger.created], key=lambda index: key(account, index))


def page(account: Account, selection: RecordingFilter, size: int, token: str | None = None, number: int = 0) -> Page:
    cursor = None if token is None else Cursor(sid=token[2:], older=token.startswith("PA"))
    return account.recordings.list(selection, PageRequest(size=size, number=number, cursor=cursor))


def walked(account: Account, selection: RecordingFilter, size: int) -> list[int]:
    """Return the recordings of all pages, and assert that the way back has the same."""
    pages = [page(account, selection, size)]
    while (token := pages[-1].tokens.next) is not None:
        pages.append(page(account, selection, size, f"PA{token}"))
    found = [index for each in pages for index in each.indices]
    back, last = list(pages[-1].indices), pages[-1]
    while (token := last.tokens.previous) is not None:
        last = page(account, selection, size, f"PB{token}")
        back = [*last.indices, *back]
    assert found == back
    return found


def add(account: Account, instant: int, sid: str | None = None) -> int:
    return account.recordings.add(source=Source.DIAL_VERB, instant=instant, sid=sid)


def assert_inverts(account: Account) -> None:
    """Assert that positions and indices agree with a plain sorted list."""
    ledger, expected = account.recordings.recording_index, everything(account)
    assert range(len(expected)) == ledger.positions.get_all()
    for position, index in enumerate(expected):
        assert index == ledger.positions.get_index(position)
        assert position == ledger.find_position(ledger.get_sid(index))
    past = ledger.positions.get_index(len(expected))
    assert past == account.corpus.count
    assert len(expected) == ledger.find_position(ledger.get_sid(past))


def test_added_recordings_are_sorted_among_generated_recordings() -> None:
    account = world(count=COUNT)
    instants = [account.corpus.timetable.get_instant(index) for index in (0, 7, 7, 39)]
    made = [add(account, instant) for instant in (*instants, instants[1] - 1, T0 * SECOND, 0)]
    assert [FIRST_CREATED + number for number in range(7)] == made
    assert_inverts(account)
    order = everything(account)
    assert order.index(7) + 1 == order.index(made[1]), "after any of the corpus of the same instant"
    assert order.index(made[1]) + 1 == order.index(made[2]), "in the order in which they came"
    assert order.index(7) - 1 == order.index(made[4])
    assert (order[0], order[-1]) == (made[6], made[5])


def test_recordings_of_one_second_keep_their_order() -> None:
    account = world(count=0)
    made = [add(account, T0 * SECOND + micro) for micro in (5, 0, 999_999, 0, 5)]
    assert [made[at] for at in (2, 4, 0, 3, 1)] == walked(account, RecordingFilter(), 2)
    assert_inverts(account)


@pytest.mark.parametrize("sid", [IMPORTED, IMPORTED.lower().replace("re", "RE", 1)])
def test_imported_sid_is_valid_page_token_in_either_case(sid: str) -> None:
    account = world(count=COUNT)
    index = add(account, account.corpus.timetable.get_instant(20), sid)
    assert sid == account.recordings.recording_index.get_sid(index)
    for token in (IMPORTED, IMPORTED[:2] + IMPORTED[2:].lower()):
        older = page(account, RecordingFilter(include_deleted=True), 3, f"PA{token}")
        newer = page(account, RecordingFilter(include_deleted=True), 3, f"PB{token}")
        assert older.indices[0] == 20
        assert newer.indices[-1] == 21
        assert index == account.recordings.find(token)


def test_deleted_recording_is_valid_page_token() -> None:
    account = world(count=0)
    made = [add(account, T0 * SECOND + at) for at in range(5)]
    for index in made:
        account.recordings.set_status(index, RecordingStatus.COMPLETED, RecordingFields())
    sid = account.recordings.recording_index.get_sid(made[2])
    account.delete_recording(sid)
    assert (made[1], made[0]) == page(account, RecordingFilter(), 9, f"PA{sid}").indices
    assert (made[4], made[3]) == page(account, RecordingFilter(), 9, f"PB{sid}").indices


def test_added_recordings_have_positions_among_a_billion() -> None:
    account = world(count=10**9)
    timetable, corpus = account.corpus.timetable, account.corpus
    made = [add(account, timetable.get_instant(index)) for index in (5, 10**8, 10**9 - 1)]
    account.recordings.set_status(123_456, RecordingStatus.COMPLETED, RecordingFields(duration=7))
    ledger = account.recordings.recording_index
    for at, (index, neighbour) in enumerate(zip(made, (5, 10**8, 10**9 - 1), strict=True)):
        position = ledger.find_position(ledger.get_sid(index))
        assert neighbour + at + 1 == position
        assert index == ledger.positions.get_index(neighbour + at + 1)
        assert neighbour == ledger.positions.get_index(neighbour + at)
    assert ledger.find_position(corpus.get_sid(10**9 - 1)) == 10**9 - 1 + 2
    assert made[2] == page(account, RecordingFilter(), 2).indices[0]
    second = timetable.get_instant(123_456) // SECOND
    assert 123_456 in page(account, RecordingFilter(created_since=second, created_before=second + 1), 50).indices


CHANGES = st.lists(
    st.tuples(
        st.sampled_from(["import", "date", "now", "change", "delete", "absent"]),
        st.integers(0, 10_000),
        st.integers(-1, 1),
    ),
    max_size=25,
)


class Chosen(NamedTuple):
    changes: list[tuple[str, int, int]]
    size: int
    include_deleted: bool
    window: tuple[int, int] | None


@settings(max_examples=120)
@given(
    st.builds(
        Chosen,
        CHANGES,
        st.integers(1, 9),
        st.booleans(),
        st.none() | st.tuples(st.integers(0, COUNT - 1), st.integers(0, COUNT - 1)),
    )
)
def test_paging_lists_each_recording_once_in_order(chosen: Chosen) -> None:
    account = world(count=COUNT, mix="deleted=0.2,processing=0.1")
    ledger, timetable = account.recordings.recording_index, account.corpus.timetable
    for number, (change, where, offset) in enumerate(chosen.changes):
        beside = timetable.get_instant(where % COUNT) + offset
        known = everything(account)
        index = known[where % len(known)]
        match change:
            case "import":
                add(account, beside, f"RE{number:08X}{'AbCdEf' * 4}")
            case "date":
                add(account, beside // SECOND * SECOND)
            case "now":
                add(account, account.clock.now())
            case "change" | "absent" if ledger.get_status(index) is not Status.DELETED:
                stage = RecordingStatus.ABSENT if change == "absent" else RecordingStatus.COMPLETED
                account.recordings.set_status(index, stage, RecordingFields())
            case "delete" if ledger.get_status(index) in (Status.COMPLETED, Status.ABSENT):
                account.delete_recording(ledger.get_sid(index))
    assert_inverts(account)
    selection = RecordingFilter(include_deleted=chosen.include_deleted)
    if chosen.window is not None:
        since, below = (timetable.get_instant(index) // SECOND for index in sorted(chosen.window))
        selection = RecordingFilter(created_since=since, created_before=below, include_deleted=chosen.include_deleted)
    expected = [
        index
        for index in reversed(everything(account))
        if (chosen.include_deleted or ledger.get_status(index) is not Status.DELETED)
        and (selection.created_since is None or selection.created_since <= key(account, index).instant // SECOND)
        and (selection.created_before is None or key(account, index).instant // SECOND < selection.created_before)
    ]
    assert expected == walked(account, selection, chosen.size)

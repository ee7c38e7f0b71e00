"""The effects of page drift, just after a page."""

from typing import Any

from generators.model import Status
from mockserver.account.account import Account
from mockserver.account.commands.requests import RecordResponse
from scenarios.operations import Operation, RequestKind
from tests.accounts import make_account, make_scenario

LIST_OPERATION, LIST_CALL_OPERATION = Operation.LIST_RECORDINGS, Operation.LIST_CALL_RECORDINGS


def make_account_with_page_drift(*rules: dict[str, Any], **fields: Any) -> Account:
    corpus = {"count": 10, "mix": {"status": {"completed": 1}}}
    return make_account(make_scenario(corpus=corpus, page_drift=list(rules), **fields))


def list_changes(account: Account) -> list[str]:
    return [event.kind for event in account.events.get_events_since(0) if event.kind in ("inserted", "deleted")]


def test_page_drift_deletes_last_recordings_and_inserts_new_ones() -> None:
    account = make_account_with_page_drift({"delete": 2, "insert": 1, "times": 2})
    account.apply(RecordResponse(operation=LIST_OPERATION, kind=RequestKind.LIST, indices=(9, 8, 7), page=0))
    recording_index = account.recordings.recording_index
    assert [recording_index.get_status(index) is Status.DELETED for index in (9, 8, 7)] == [False, True, True]
    (inserted_index,) = recording_index.created
    assert recording_index.get_status(inserted_index) is Status.COMPLETED
    assert list_changes(account) == ["deleted", "deleted", "inserted"]
    account.apply(RecordResponse(operation=LIST_OPERATION, kind=RequestKind.LIST, indices=(9,), page=1))
    account.apply(RecordResponse(operation=LIST_OPERATION, kind=RequestKind.LIST, indices=(6,), page=2))
    assert list_changes(account)[3:] == ["deleted", "inserted"], "twice in all"


def test_page_drift_deletes_at_most_the_recordings_of_a_page() -> None:
    account = make_account_with_page_drift({"delete": 9})
    account.apply(RecordResponse(operation=LIST_OPERATION, kind=RequestKind.LIST, indices=(3, 2), page=0))
    assert list_changes(account) == ["deleted"] * 2


def test_page_drift_deletes_last_completed_recordings() -> None:
    known = [{"id": status, "status": status} for status in ("completed", "absent", "failed", "processing")]
    account = make_account_with_page_drift({"delete": 1}, recordings=known)
    account.apply(
        RecordResponse(
            operation=LIST_OPERATION, kind=RequestKind.LIST, indices=tuple(account.state.handles.values()), page=0
        )
    )
    ledger, handles = account.recordings.recording_index, account.state.handles
    assert [handle for handle in handles if ledger.get_status(handles[handle]) is Status.DELETED] == ["completed"]


def test_page_drift_deletes_only_completed_recordings_and_ends_their_timelines() -> None:
    steps = [{"after": {"signal": "go"}, "set": {"duration": 3}}]
    recordings = [
        {"id": "live", "timeline": [{"status": "in-progress"}, {"after": {"signal": "go"}, "status": "processing"}]},
        {"id": "done", "status": "completed", "timeline": steps},
    ]
    account = make_account_with_page_drift({"delete": 5}, recordings=recordings)
    handles = account.state.handles
    account.apply(
        RecordResponse(operation=LIST_OPERATION, kind=RequestKind.LIST, indices=tuple(handles.values()), page=0)
    )
    assert list_changes(account) == ["deleted"]
    assert list(account.state.playing) == [handles["live"]]


def test_page_drift_matches_operation_and_page() -> None:
    account = make_account_with_page_drift(
        {"when": {"op": "list_recordings", "page": 1}, "insert": 1, "times": 9}, {"when": {}, "insert": 2}
    )
    account.apply(RecordResponse(operation=LIST_OPERATION, kind=RequestKind.LIST, indices=(), page=0))
    assert list_changes(account) == ["inserted"] * 2, "the second is of any list"
    account.apply(RecordResponse(operation=LIST_CALL_OPERATION, kind=RequestKind.LIST, indices=(), page=1))
    account.apply(RecordResponse(operation=LIST_OPERATION, kind=RequestKind.FETCH, indices=(), page=1))
    account.apply(RecordResponse(operation=None, kind=RequestKind.LIST, indices=(), page=1))
    assert len(list_changes(account)) == 2
    account.apply(RecordResponse(operation=LIST_OPERATION, kind=RequestKind.LIST, indices=(), page=1))
    assert len(list_changes(account)) == 3

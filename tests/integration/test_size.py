"""Any page of a billion recordings is available. The benchmarks measure its speed."""

from itertools import pairwise

import pytest

from generators.model import Status
from tests.harness import Api, make_settings
from tests.work_counter import WorkCounter

BILLION = 10**9


@pytest.mark.parametrize("mix", ["", "deleted=0.97", "deleted=0.99999"])
def test_any_page_of_a_billion_recordings_is_served(mix: str) -> None:
    with Api(make_settings(count=BILLION, mix=mix)) as api:
        corpus = api.mock.account(api.mock.demo.sid).corpus
        first = api.get_page()
        middle = api.get_page("DateCreated%3C=2025-11-15")
        last = api.get_page(f"PageToken=PA{corpus.get_sid(50)}")
        oldest = api.get(f"{api.get_recording_path(corpus.get_sid(0))}?IncludeSoftDeleted=true").json()
    assert len(first["recordings"]) == len(middle["recordings"]) == 50
    assert first["next_page_uri"] is not None
    assert middle["recordings"][0]["date_created"] <= "2025-11-15T00:00:00Z"
    assert last["next_page_uri"] is None
    assert len(last["recordings"]) == sum(corpus.layout.get_status(index) is not Status.DELETED for index in range(50))
    assert oldest["sid"] == corpus.get_sid(0)


def test_corpus_of_a_billion_deleted_recordings_lists_none() -> None:
    with Api(make_settings(count=BILLION, mix="deleted=1")) as api:
        assert api.get_page()["recordings"] == []
        assert api.get_page("DateCreated%3C=2025-11-15")["recordings"] == []
        assert len(api.get_page("IncludeSoftDeleted=true")["recordings"]) == 50
        api.advance(20 * 24 * 3600)
        assert len(api.get_page("IncludeSoftDeleted=true")["recordings"]) == 50
        assert api.get_page("IncludeSoftDeleted=true&DateCreated%3C=2025-10-15")["recordings"] == []
        api.advance(20 * 24 * 3600)
        assert api.get_page("IncludeSoftDeleted=true")["recordings"] == []


def test_first_page_looks_at_few_of_twenty_thousand_deletions(monkeypatch: pytest.MonkeyPatch) -> None:
    with Api(make_settings(count=BILLION, mix="processing=0,absent=0,failed=0")) as api:
        account = api.mock.account(api.mock.demo.sid)
        count = account.corpus.count
        for index in range(count - 20_000, count):
            if account.corpus.layout.get_status(index) is Status.COMPLETED:
                account.recordings.delete(account.corpus.get_sid(index))
        newest = next(
            i for i in reversed(range(count - 20_000)) if account.corpus.layout.get_status(i) is Status.COMPLETED
        )
        counter = WorkCounter(monkeypatch)
        assert account.corpus.get_sid(newest) == api.get_page()["recordings"][0]["sid"]
        assert counter.get_most() < 1000
        deleted_recordings = api.get_page("IncludeSoftDeleted=true")["recordings"]
    assert account.corpus.get_sid(count - 1) == deleted_recordings[0]["sid"]
    assert {recording["status"] for recording in deleted_recordings} == {"deleted"}


def test_paging_through_twenty_thousand_recordings_lists_each_once() -> None:
    with Api(make_settings(count=20_000, mix="deleted=0")) as api:
        recordings = api.list_recordings("IncludeSoftDeleted=true&PageSize=1000")
    assert len({recording["sid"] for recording in recordings}) == len(recordings) == 20_000
    assert all(newer["date_created"] >= older["date_created"] for newer, older in pairwise(recordings))

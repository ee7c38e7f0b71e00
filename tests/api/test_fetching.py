import pytest

from generators.corpus.timetable import RETENTION
from generators.model import Status
from mockserver.rest.representations import json
from tests.harness import Api, make_settings

RETENTION_SECONDS = RETENTION / 1_000_000


def find_index_by_status(api: Api, *statuses: Status) -> int:
    corpus = api.mock.account(api.mock.demo.sid).corpus
    return next(index for index in range(corpus.count) if corpus.layout.get_status(index) in statuses)


def find_sid_by_status(api: Api, *statuses: Status) -> str:
    return api.mock.account(api.mock.demo.sid).corpus.get_sid(find_index_by_status(api, *statuses))


@pytest.mark.parametrize("wire", ["twilio", "schema"])
def test_fetched_recording_equals_listed_recording(api: Api, wire: str) -> None:
    listed = api.get(api.list_path, x_mock_wire=wire).json()["recordings"]
    for recording in listed[:10]:
        answer = api.get(recording["uri"], x_mock_wire=wire)
        assert answer.headers["x-mock-wire"] == wire
        assert recording == answer.json()


def test_sid_digits_are_case_insensitive(api: Api) -> None:
    sid = find_sid_by_status(api, Status.COMPLETED)
    answer = api.get(
        api.get_recording_path(f"RE{sid[2:].upper()}").replace(api.root, f"{api.root[:23]}{api.root[23:].upper()}")
    )
    assert answer.json()["sid"] == sid


def test_completed_recording_can_be_deleted(api: Api) -> None:
    sid = find_sid_by_status(api, Status.COMPLETED)
    before = api.get(api.get_recording_path(sid)).json()
    answer = api.request("DELETE", api.get_recording_path(sid))
    assert (answer.status_code, answer.content) == (204, b"")
    assert api.get(api.get_recording_path(sid)).json()["code"] == 20404
    assert sid not in api.list_sids("PageSize=1000")
    deleted_recording = api.get(f"{api.get_recording_path(sid)}?IncludeSoftDeleted=true").json()
    assert deleted_recording == before | {"status": "deleted", "date_updated": "2026-01-01T00:00:00Z"}
    assert deleted_recording in api.list_recordings("IncludeSoftDeleted=true&PageSize=1000")
    assert api.request("DELETE", api.get_recording_path(sid)).status_code == 404


@pytest.mark.parametrize("status", [Status.PROCESSING, Status.ABSENT, Status.FAILED])
def test_only_completed_recording_can_be_deleted(api: Api, status: Status) -> None:
    sid = find_sid_by_status(api, status)
    answer = api.request("DELETE", api.get_recording_path(sid))
    assert (answer.status_code, answer.json()["code"]) == (409, 20009)
    assert answer.headers["x-mock-reason"] == f"{sid} is {status.value}. Only completed recordings can be deleted."
    assert api.get(api.get_recording_path(sid)).json()["status"] == status.value


def test_deleted_recording_is_purged_after_40_days(api: Api) -> None:
    sid = find_sid_by_status(api, Status.COMPLETED)
    later_sid = next(shown["sid"] for shown in api.list_recordings() if shown["status"] == "completed")
    assert later_sid != sid
    api.request("DELETE", api.get_recording_path(sid))
    api.advance(60)
    api.request("DELETE", api.get_recording_path(later_sid))
    path = f"{api.get_recording_path(sid)}?IncludeSoftDeleted=true"
    api.advance(RETENTION_SECONDS - 61)
    assert api.get(path).json()["status"] == "deleted"
    assert sid in api.list_sids("IncludeSoftDeleted=true&PageSize=1000")
    api.advance(1)
    answer = api.get(path)
    assert answer.json()["code"] == 20404
    assert "more than 40 days ago" in answer.headers["x-mock-reason"]
    assert sid not in api.list_sids("IncludeSoftDeleted=true&PageSize=1000")
    assert later_sid in api.list_sids("IncludeSoftDeleted=true&PageSize=1000")
    api.advance(60)
    assert {Status.DELETED.value} & {
        r["status"] for r in api.list_recordings("IncludeSoftDeleted=true&PageSize=1000")
    } == set()


def test_include_soft_deleted_shows_generated_deleted_recording_until_purged(api: Api) -> None:
    sid = find_sid_by_status(api, Status.DELETED)
    assert api.get(api.get_recording_path(sid)).json()["code"] == 20404
    path = f"{api.get_recording_path(sid)}?IncludeSoftDeleted=true"
    assert api.get(path).json()["status"] == "deleted"
    api.advance(RETENTION_SECONDS)
    assert api.get(path).json()["code"] == 20404
    assert api.request("DELETE", api.get_recording_path(sid)).json()["code"] == 20404


def test_cached_response_is_invalidated_by_time_or_change() -> None:
    with Api(make_settings(count=900)) as api:
        query = f"{api.list_path}?IncludeSoftDeleted=true&PageSize=1000"
        first = api.get(query).json()["recordings"]
        assert first == api.get(query).json()["recordings"]
        api.request("DELETE", api.get_recording_path(find_sid_by_status(api, Status.COMPLETED)))
        second = api.get(query).json()["recordings"]
        assert first != second
        corpus = api.mock.account(api.mock.demo.sid).corpus
        due = corpus.timetable.get_deletion_instant(find_index_by_status(api, Status.DELETED)) + RETENTION
        api.advance((due - api.get_account().clock.now()) / 1_000_000)
        assert len(api.get(query).json()["recordings"]) == len(second) - 1


def test_page_of_a_thousand_is_rendered_once(monkeypatch: pytest.MonkeyPatch) -> None:
    with Api(make_settings(count=2000)) as api:
        query = f"{api.list_path}?PageSize=1000"
        first = api.get(query)
        assert len(first.json()["recordings"]) == 1000
        monkeypatch.delattr(json, "join_page")
        assert first.content == api.get(query).content


def test_deletion_during_paging_skips_and_repeats_no_recording() -> None:
    with Api(make_settings(count=500)) as api:
        everything = api.list_sids("PageSize=1000")
        visited = []
        body = api.get_page("PageSize=20")
        while True:
            for recording in body["recordings"]:
                visited.append(recording["sid"])
                api.request("DELETE", api.get_recording_path(recording["sid"]))
            if body["next_page_uri"] is None:
                break
            body = api.get(body["next_page_uri"]).json()
        assert everything == visited
        assert {recording["status"] for recording in api.list_recordings()} == {"processing", "absent", "failed"}


def test_accounts_share_no_recordings(api: Api) -> None:
    sid = find_sid_by_status(api, Status.COMPLETED)
    other_sid = "AC" + "ab" * 16
    assert api.get(f"/2010-04-01/Accounts/{other_sid}/Recordings/{sid}.json").json()["code"] == 20404
    api.request("DELETE", api.get_recording_path(sid))
    listing = api.get(f"/2010-04-01/Accounts/{other_sid}/Recordings.json").json()
    assert listing["recordings"][0]["account_sid"] == other_sid
    assert sid not in {recording["sid"] for recording in listing["recordings"]}


def test_changed_account_is_not_evicted_by_reads_of_other_accounts(api: Api) -> None:
    account_sid = "AC" + "ab" * 16
    root = f"/2010-04-01/Accounts/{account_sid}/Recordings"
    sid = next(r["sid"] for r in api.get(f"{root}.json").json()["recordings"] if r["status"] == "completed")
    assert api.request("DELETE", f"{root}/{sid}.json").status_code == 204
    for number in range(200):
        assert api.get(f"/2010-04-01/Accounts/AC{number:032x}/Recordings.json?PageSize=1").status_code == 200
    assert api.get(f"{root}/{sid}.json").status_code == 404
    assert len(api.mock.list_accounts_in_memory()) <= 65
    assert [account.sid for account in api.mock.list_accounts_with_state()] == [account_sid]
    listing = api.get(f"{root}.json").json()
    assert sid not in {recording["sid"] for recording in listing["recordings"]}


def test_cached_page_and_fetch_show_a_change(api: Api) -> None:
    recording = api.get(api.get_recording_path(find_sid_by_status(api, Status.COMPLETED))).json()
    page, fetch = f"{api.list_path}?CallSid={recording['call_sid']}", api.get_recording_path(recording["sid"])
    for _ in range(2):  # the second responses come from the cache
        assert recording in api.get(page).json()["recordings"]
        assert api.get(fetch).json() == recording
    assert api.request("DELETE", fetch).status_code == 204
    assert recording["sid"] not in api.get(page).text
    assert api.get(fetch).status_code == 404


def test_accounts_share_no_cached_pages(api: Api) -> None:
    for account_sid in (api.mock.demo.sid, "AC" + "ab" * 16):
        page = api.get(f"/2010-04-01/Accounts/{account_sid}/Recordings.json?PageSize=3").json()
        assert {recording["account_sid"] for recording in page["recordings"]} == {account_sid}

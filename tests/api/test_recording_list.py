from typing import Any

import pytest

from mockserver.control.endpoints import recording_list
from mockserver.testing.handles import MockTwilio
from scenarios.loading.load import loads
from tests.harness import Api, make_settings

SCENARIO = """
version: 1
name: list
recordings:
  - {id: gone, status: deleted}
  - {id: quiet, status: paused, timeline: [{after: {signal: go}, status: in-progress}]}
  - {id: busy, status: in-progress}
"""


def list_rows(api: Api, query: str = "") -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = api.run_command("GET", f"/recordings?{query}")["recordings"]
    return rows


def list_all(api: Api, query: str) -> tuple[list[str], int]:
    """Return the SIDs of all parts of a list, and the number of parts."""
    sids: list[str] = []
    older_than, parts = "", 0
    while True:
        part = api.run_command("GET", f"/recordings?{query}{older_than}")
        sids += [row["sid"] for row in part["recordings"]]
        parts += 1
        if part["older_than"] is None:
            return sids, parts
        older_than = f"&older_than={part['older_than']}"


def test_row_has_true_status_and_that_of_clients() -> None:
    with Api(scenario=loads(SCENARIO)) as api:
        rows = {row["handle"]: row for row in list_rows(api, "limit=3")}
        quiet = rows["quiet"]
        assert (quiet["status"], quiet["shown_status"], quiet["has_timeline"]) == ("paused", "processing", True)
        assert (rows["gone"]["status"], rows["gone"]["has_timeline"]) == ("deleted", False)
        view = api.run_command("GET", "/recordings/quiet")
        assert (quiet["sid"], quiet["call_sid"], quiet["revision"]) == (view["sid"], view["call_sid"], view["revision"])
        assert quiet["date_created"].startswith("2026-01-01T")
        assert [row["handle"] for row in list_rows(api, "status=in-progress")] == ["busy"]
        assert "gone" not in [row["handle"] for row in list_rows(api, "deleted=false&limit=3")]
        assert api.run_command("GET", "/requests")["total"] == 0


STATUSES = ["in-progress", "paused", "stopped", "processing", "completed", "absent", "failed"]


@pytest.mark.parametrize("later", STATUSES)
@pytest.mark.parametrize("first", STATUSES)
def test_every_answer_has_the_true_status_and_the_shown_one_if_it_differs(first: str, later: str) -> None:
    step = {"after": {"signal": "go"}, "set": {"channels": 1}}
    with Api(make_settings(count=0)) as api:
        api.run_command("POST", "/recordings", {"id": "it", "status": first, "timeline": [step]})
        for true in (first, later):
            api.run_command("POST", "/recordings/it", {"status": true, "callback": []})
            shown = "processing" if true in ("in-progress", "paused", "stopped") else true
            view = api.run_command("GET", "/recordings/it")
            assert (view["status"], view["in_flight"]) == (shown, None if shown == true else true)
            answers = [
                list_rows(api, f"status={true}")[0],
                api.run_command("GET", "/recordings/it/timeline"),
                api.run_command("GET", "/timelines")[0],
            ]
            assert {(answer["status"], answer["shown_status"]) for answer in answers} == {(true, shown)}


def test_recording_that_was_stopped_is_shown_as_processing_when_it_is_processed(api: Api) -> None:
    call = f"CA{'1' * 32}"
    sid = api.post(f"Calls/{call}/Recordings.json").json()["sid"]
    form = {"content_type": "application/x-www-form-urlencoded", "x_mock_wire": "twilio"}
    stopped = api.post_body(f"Calls/{call}/Recordings/{sid}.json", b"Status=stopped", **form)
    assert stopped.json()["status"] == "stopped"
    assert list_rows(api, "limit=1")[0]["status"] == "processing"
    assert api.run_command("GET", f"/recordings/{sid}")["in_flight"] is None
    api.run_command("POST", "/clock", {"advance": "2s"})
    assert list_rows(api, "limit=1")[0]["status"] == "completed"


def test_recording_is_shown_on_both_wires() -> None:
    with Api(scenario=loads(SCENARIO)) as api:
        view = api.run_command("GET", "/recordings/busy")
        path = api.get_recording_path(view["sid"])
        assert view["schema_document"] == api.get(path, x_mock_wire="schema").json()
        assert view["document"] == api.get(path, x_mock_wire="twilio").json()


@pytest.mark.parametrize("limit", [1, 7, 100])
def test_parts_of_the_list_have_each_recording_once(limit: int) -> None:
    with Api(make_settings(count=40)) as api:
        everything = api.list_sids("PageSize=1000&IncludeSoftDeleted=true")
        found, parts = list_all(api, f"limit={limit}")
        assert (found, parts) == (everything, -(-len(everything) // limit))
        undeleted = api.list_sids("PageSize=1000")
        assert list_all(api, f"limit={limit}&deleted=false")[0] == undeleted


def test_filter_of_a_large_corpus_looks_at_a_bounded_number() -> None:
    with Api(make_settings(count=10**9, mix="completed=1")) as api:
        part = api.run_command("GET", "/recordings?status=paused")
        assert (part["recordings"], part["looked_at"]) == ([], recording_list.MAX_LOOKED_AT)
        further = api.run_command("GET", f"/recordings?status=paused&older_than={part['older_than']}")
        assert further["looked_at"] == recording_list.MAX_LOOKED_AT
        assert further["older_than"] not in (None, part["older_than"])


def test_filtered_parts_have_each_match_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recording_list, "MAX_LOOKED_AT", 7)
    with Api(make_settings(count=40)) as api:
        rows = list_rows(api, "limit=100")
        wanted = [row["sid"] for row in list_rows(api, "limit=7") if row["status"] == "completed"]
        assert len(rows) == 7
        assert list_all(api, "status=completed&limit=100")[0][: len(wanted)] == wanted
        assert list_all(api, "status=completed")[0] == [
            recording["sid"] for recording in api.list_recordings("PageSize=1000") if recording["status"] == "completed"
        ]


@pytest.mark.parametrize("limit", [5, 7, 10])
def test_list_is_the_same_however_large_its_steps_are(monkeypatch: pytest.MonkeyPatch, limit: int) -> None:
    with Api(make_settings(count=40)) as api:
        whole = list_all(api, f"limit={limit}")
        monkeypatch.setattr(recording_list, "_STEP_SIZE", 5)
        assert list_all(api, f"limit={limit}") == whole


def test_filters_of_the_api_select_too(api: Api) -> None:
    first = list_rows(api)[0]
    assert first["sid"] in [row["sid"] for row in list_rows(api, f"CallSid={first['call_sid']}")]
    day = first["date_created"][:10]
    assert {row["date_created"][:10] for row in list_rows(api, f"DateCreated={day}")} == {day}


@pytest.mark.parametrize(
    ("query", "reason"),
    [
        ("status=done", "status: expected one of in-progress, paused, stopped, processing, completed, absent, failed"),
        ("older_than=RE1", "older_than: expected the SID of a recording of this account, found 'RE1'"),
        ("limit=0", "limit: expected a whole number from 1, found '0'"),
        ("deleted=maybe", "deleted: expected true or false, found 'maybe'"),
    ],
)
def test_invalid_query_is_refused(api: Api, query: str, reason: str) -> None:
    answer = api.send_command("GET", f"/recordings?{query}")
    assert answer.status_code == 400
    assert answer.json()["reason"].startswith(reason)


def test_handle_lists_recordings_by_status() -> None:
    with MockTwilio(count=5, mix="completed=1") as mock:
        mock.recordings.add(id="mine", status="paused")
        assert [row.handle for row in mock.recordings.list("paused").recordings] == ["mine"]
        part = mock.recordings.list(limit=1)
        assert mock.recordings.list(limit=1, older_than=part.older_than).recordings[0].handle is None

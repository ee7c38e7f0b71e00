from collections.abc import Iterator
from typing import Any

import pytest

from generators.content.dialogue import build_dialogue
from generators.content.subresources import encode_subresource_sid as subresource_sid
from generators.model import Source, Status
from generators.sids import Kind
from tests.harness import Api, make_settings


@pytest.fixture
def api() -> Iterator[Api]:
    with Api(make_settings(count=300, mix="encrypted=0.1")) as api:
        yield api


def find_sid_with_results(api: Api, count: int) -> str:
    """Return the SID of a recording with a number of add-on results."""
    for recording in api.list_recordings("PageSize=1000"):
        if len(api.get_twilio_json(f"Recordings/{recording['sid']}/AddOnResults.json")["add_on_results"]) == count:
            return str(recording["sid"])
    raise AssertionError(count)


def test_transcription_text_matches_recording_dialogue(api: Api) -> None:
    corpus = api.get_account().corpus
    sid = api.find_sid(Status.COMPLETED)
    index = corpus.find_index(sid)
    assert index is not None
    recording = corpus.generate_recording(index)
    assert corpus.random_fields(index).latency % 32 != 0, "this transcription has not failed"
    listed = api.get_twilio_json(f"Recordings/{sid}/Transcriptions.json")["transcriptions"]
    assert len(listed) == 1
    found = listed[0]
    assert found == api.get_twilio_json(f"Transcriptions/{found['sid']}.json")
    assert found == api.get_twilio_json(f"Recordings/{sid}/Transcriptions/{found['sid']}.json")
    assert (found["recording_sid"], found["duration"]) == (sid, str(recording.duration))
    dialogue_text = build_dialogue(
        corpus.random_fields(index).content_key, recording.duration or 0, recording.source
    ).text
    assert (found["status"], found["transcription_text"]) == ("completed", dialogue_text)
    assert found["uri"] == f"{api.root}/Transcriptions/{found['sid']}.json"


@pytest.mark.parametrize("extension", ["csv", "html"])
def test_transcriptions_have_no_tables(api: Api, extension: str) -> None:
    """Twilio removed them on 2025-09-22 (WIRE §17)."""
    found = api.get_twilio_json("Transcriptions.json?PageSize=1")["transcriptions"][0]
    of_recording = f"Recordings/{found['recording_sid']}/Transcriptions"
    for path in ("Transcriptions", f"Transcriptions/{found['sid']}", of_recording, f"{of_recording}/{found['sid']}"):
        assert api.get_in_account(f"{path}.xml").status_code == api.get_in_account(path).status_code == 200
        for method in ("GET", "HEAD", "DELETE"):
            response = api.request(method, f"{api.root}/{path}.{extension}")
            assert response.status_code == 404
            assert response.headers["x-mock-reason"] == f"Expected one of .json, .xml here, found '.{extension}'."
        assert "20404" in api.get_in_account(f"{path}.{extension}").text
    assert api.get_in_account(f"Recordings/{found['recording_sid']}/AddOnResults.{extension}").status_code == 200
    assert api.get_in_account(f"Transcriptions/{found['sid']}.json").status_code == 200


def test_failed_transcription_is_blank_and_free(api: Api) -> None:
    everything = api.get_twilio_json("Transcriptions.json?PageSize=1000")["transcriptions"]
    failed = [found for found in everything if found["status"] == "failed"]
    assert 0 < len(failed) < len(everything) / 10
    assert {(found["transcription_text"], found["price"]) for found in failed} == {("(blank)", "0.00000")}


def test_transcriptions_list_completed_recordings_newest_first(api: Api) -> None:
    completed = [
        r["sid"]
        for r in api.list_recordings("PageSize=1000")
        if r["status"] == "completed" and r["encryption_details"] is None
    ]
    body = api.get_twilio_json("Transcriptions.json?PageSize=40")
    found = list(body["transcriptions"])
    while body["next_page_uri"]:
        body = api.get(body["next_page_uri"], x_mock_wire="twilio").json()
        found += body["transcriptions"]
    assert completed == [transcription["recording_sid"] for transcription in found]
    assert {transcription["status"] for transcription in found} == {"completed", "failed"}
    for transcription in found:
        is_failed = transcription["status"] == "failed"
        assert (transcription["transcription_text"] == "(blank)", transcription["price"] == "0.00000") == (
            is_failed,
            is_failed,
        )
    previous_page = api.get(body["previous_page_uri"], x_mock_wire="twilio").json()
    assert [t["recording_sid"] for t in previous_page["transcriptions"]] == completed[
        -40 - len(body["transcriptions"]) :
    ][:40]


@pytest.mark.parametrize("mix", ["completed=0", "encrypted=1"])
def test_transcription_list_is_empty_when_no_recording_is_audible(mix: str) -> None:
    with Api(make_settings(count=10**9, mix=mix)) as api:
        assert api.get_twilio_json("Transcriptions.json")["transcriptions"] == []


def test_deleted_transcription_leaves_others(api: Api) -> None:
    first, second = (t["sid"] for t in api.get_twilio_json("Transcriptions.json?PageSize=2")["transcriptions"])
    assert api.request("DELETE", f"{api.root}/Transcriptions/{first}.json").status_code == 204
    assert api.get_in_account(f"Transcriptions/{first}.json").json()["code"] == 20404
    assert api.request("DELETE", f"{api.root}/Transcriptions/{first}.json").status_code == 404
    assert api.get_twilio_json("Transcriptions.json?PageSize=1")["transcriptions"][0]["sid"] == second
    recording = api.get_twilio_json(f"Transcriptions/{second}.json")["recording_sid"]
    path = f"{api.root}/Recordings/{recording}/Transcriptions/{second}.json"
    assert api.request("DELETE", path).status_code == 204
    assert api.get_twilio_json(f"Recordings/{recording}/Transcriptions.json")["transcriptions"] == []


def test_deleted_recording_hides_paths_below_it(api: Api) -> None:
    sid = api.find_sid(Status.COMPLETED)
    transcription = api.get_twilio_json(f"Recordings/{sid}/Transcriptions.json")["transcriptions"][0]["sid"]
    api.request("DELETE", api.get_recording_path(sid))
    assert api.get_in_account(f"Recordings/{sid}/Transcriptions.json").json()["code"] == 20404
    assert api.get_in_account(f"Recordings/{sid}/AddOnResults.json").json()["code"] == 20404
    assert api.get_twilio_json(f"Transcriptions/{transcription}.json")["recording_sid"] == sid


def test_created_recording_has_transcription_when_completed(api: Api) -> None:
    index = api.get_account().start_recording("CA" + "1" * 32, source=Source.RECORD_VERB)
    sid = api.get_account().corpus.get_sid(index)
    path = f"Recordings/{sid}/Transcriptions.json"
    before = api.get_twilio_json("Transcriptions.json?PageSize=1")["transcriptions"]
    assert api.get_twilio_json(path)["transcriptions"] == []
    api.advance(20)
    api.post(f"Calls/CA{'1' * 32}/Recordings/{sid}.json", Status="stopped")
    assert api.get_twilio_json("Transcriptions.json?PageSize=1")["transcriptions"] == before
    api.advance(2)
    transcription = api.get_twilio_json(path)["transcriptions"][0]
    assert (transcription["recording_sid"], transcription["duration"]) == (sid, "20")
    first = api.get_twilio_json("Transcriptions.json?PageSize=1")
    assert first["transcriptions"] == [transcription]
    assert api.get(first["next_page_uri"], x_mock_wire="twilio").json()["transcriptions"] == before
    page = api.get_twilio_json(f"Transcriptions.json?PageToken=PB{before[0]['sid']}")
    assert page["transcriptions"] == [transcription]


def test_add_on_results_link_to_payloads_and_data(api: Api) -> None:
    sid = find_sid_with_results(api, 2)
    recording = api.get_twilio_json(f"Recordings/{sid}.json")
    results = api.get_twilio_json(recording["subresource_uris"]["add_on_results"].removeprefix(f"{api.root}/"))[
        "add_on_results"
    ]
    labels = []
    for result in results:
        assert result["reference_sid"] == sid
        assert result == api.get_twilio_json(f"Recordings/{sid}/AddOnResults/{result['sid']}.json")
        payloads = api.get_twilio_json(result["subresource_uris"]["payloads"].removeprefix(f"{api.root}/"))["payloads"]
        assert [payload["add_on_result_sid"] for payload in payloads] == [result["sid"]]
        path = f"Recordings/{sid}/AddOnResults/{result['sid']}/Payloads/{payloads[0]['sid']}"
        assert payloads[0] == api.get_twilio_json(f"{path}.json")
        labels.append(payloads[0]["label"])
        answer = api.get(payloads[0]["subresource_uris"]["data"])
        assert answer.status_code == 307
        assert "location" not in answer.headers  # a client that followed it would miss redirect_to
        target = answer.json()["redirect_to"]
        assert target.startswith("http://localhost:4010/")
        assert_words(api.get(target).json(), int(recording["duration"]))
    assert labels == ["voicebase_transcription", "ibm_watson_speechtotext"]


def assert_words(data: dict[str, Any], duration: int) -> None:
    if "media" in data:
        words = [(word["s"] / 1000, word["e"] / 1000) for word in data["media"]["transcripts"]["latest"]["words"]]
        assert data["media"]["metadata"]["length"]["milliseconds"] == 1000 * duration
    else:
        alternative = data["results"][0]["results"][0]["alternatives"][0]
        words = [(begin, end) for _, begin, end in alternative["timestamps"]]
        assert alternative["transcript"].split()[0] == alternative["timestamps"][0][0].split()[0]
    assert words
    assert all(0 <= begin < end <= duration for begin, end in words)


def test_deleted_add_on_results_and_payloads_leave_others(api: Api) -> None:
    sid = find_sid_with_results(api, 2)
    path = f"Recordings/{sid}/AddOnResults"
    first, second = (result["sid"] for result in api.get_twilio_json(f"{path}.json")["add_on_results"])
    payload = api.get_twilio_json(f"{path}/{second}/Payloads.json")["payloads"][0]["sid"]
    foreign_path = f"{path}/{first}/Payloads/{payload}.json"
    assert api.get_in_account(foreign_path).json()["code"] == 20404
    assert api.request("DELETE", f"{api.root}/{foreign_path}").status_code == 404
    assert api.request("DELETE", f"{api.root}/{path}/{second}/Payloads/{payload}.json").status_code == 204
    assert api.get_twilio_json(f"{path}/{second}/Payloads.json")["payloads"] == []
    assert api.request("DELETE", f"{api.root}/{path}/{first}.json").status_code == 204
    assert [result["sid"] for result in api.get_twilio_json(f"{path}.json")["add_on_results"]] == [second]
    assert api.get_in_account(f"{path}/{first}/Payloads.json").json()["code"] == 20404


@pytest.mark.parametrize("name", ["Transcriptions", "AddOnResults"])
def test_subresource_of_another_recording_returns_404(api: Api, name: str) -> None:
    recording_sid, other_sid = find_sid_with_results(api, 1), find_sid_with_results(api, 2)
    key = {"Transcriptions": "transcriptions", "AddOnResults": "add_on_results"}[name]
    sid = api.get_twilio_json(f"Recordings/{other_sid}/{name}.json")[key][0]["sid"]
    assert api.get_in_account(f"Recordings/{recording_sid}/{name}/{sid}.json").json()["code"] == 20404
    assert api.get_in_account(f"Recordings/{recording_sid}/{name}/{sid[:2]}{'0' * 32}.json").json()["code"] == 20404


def test_subresource_of_no_recording_returns_404(api: Api) -> None:
    absent_index = api.get_account().corpus.find_index(api.find_sid(Status.ABSENT))
    assert absent_index is not None
    for index in (absent_index, 5000):
        missing_sid = subresource_sid(api.get_account().corpus.sids, Kind.TRANSCRIPTION, index)
        assert api.get_in_account(f"Transcriptions/{missing_sid}.json").json()["code"] == 20404


def test_add_on_results_of_a_recording_are_paged(api: Api) -> None:
    sid = find_sid_with_results(api, 2)
    body = api.get_twilio_json(f"Recordings/{sid}/AddOnResults.json?PageSize=1")
    next_page = api.get(body["next_page_uri"], x_mock_wire="twilio").json()
    assert next_page["next_page_uri"] is None
    assert body["add_on_results"] != next_page["add_on_results"]
    assert (
        api.get(next_page["previous_page_uri"], x_mock_wire="twilio").json()["add_on_results"] == body["add_on_results"]
    )
    assert api.get_in_account(f"Recordings/{sid}/AddOnResults.json?PageToken=PA{sid}").json()["code"] == 20001

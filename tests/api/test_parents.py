import pytest

from tests.harness import Api, make_settings


def test_call_links_to_its_recordings(api: Api) -> None:
    for recording in api.get_twilio_json("Recordings.json?PageSize=20")["recordings"]:
        call = api.get_twilio_json(f"Calls/{recording['call_sid']}.json")
        assert (call["sid"], call["status"], call["account_sid"]) == (
            recording["call_sid"],
            "completed",
            api.mock.demo.sid,
        )
        assert call["uri"] == f"{api.root}/Calls/{call['sid']}.json"
        listed = api.get(call["subresource_uris"]["recordings"], x_mock_wire="twilio").json()["recordings"]
        assert recording["sid"] in {entry["sid"] for entry in listed}
        assert {entry["call_sid"] for entry in listed} == {call["sid"]}
        assert int(call["duration"]) >= int(recording["duration"] or 0)
        assert call["from"].startswith("+1")
        assert call["from_formatted"].startswith("(")


def test_conference_links_to_its_recordings(api: Api) -> None:
    recording = next(r for r in api.list_recordings("PageSize=1000") if r["conference_sid"])
    conference = api.get_twilio_json(f"Conferences/{recording['conference_sid']}.json")
    assert (conference["status"], conference["reason_conference_ended"]) == ("completed", "last-participant-left")
    listed = api.get(conference["subresource_uris"]["recordings"], x_mock_wire="twilio").json()["recordings"]
    assert recording["sid"] in {entry["sid"] for entry in listed}
    fetched = api.get_twilio_json(f"Conferences/{recording['conference_sid']}/Recordings/{recording['sid']}.json")
    assert fetched in listed
    assert "track" not in fetched


@pytest.mark.parametrize(
    ("name", "key", "field"), [("Calls", "calls", "call_sid"), ("Conferences", "conferences", "conference_sid")]
)
def test_parent_lists_have_each_parent_once_newest_first(name: str, key: str, field: str) -> None:
    with Api(make_settings(count=300)) as api:
        everything = api.list_recordings("PageSize=1000&IncludeSoftDeleted=true")
        expected = list(dict.fromkeys(r[field] for r in everything if r[field]))
        body = api.get_twilio_json(f"{name}.json?PageSize=5")
        found = list(body[key])
        while body["next_page_uri"]:
            body = api.get(body["next_page_uri"], x_mock_wire="twilio").json()
            found += body[key]
        assert expected == [parent["sid"] for parent in found]
        assert [parent["sid"] for parent in api.get(body["previous_page_uri"]).json()[key]][-1] in expected


@pytest.mark.parametrize("path", ["Calls/CA{0}.json", "Conferences/CF{0}.json"])
def test_unknown_parents_return_404_and_empty_recording_lists(api: Api, path: str) -> None:
    path = path.format("0" * 32)
    assert api.get_in_account(path).json()["code"] == 20404
    assert api.get_twilio_json(path.replace(".json", "/Recordings.json"))["recordings"] == []
    assert api.get_in_account(path[:7] + ".json").json()["code"] == 20404


def test_account_has_auth_token_and_working_subresource_uris(api: Api) -> None:
    account = api.get(f"{api.root}.json", x_mock_wire="twilio").json()
    assert (account["sid"], account["auth_token"]) == (api.mock.demo.sid, api.mock.demo.token)
    for uri in account["subresource_uris"].values():
        assert api.get(uri).status_code == 200
    other_sid = "AC" + "5" * 32
    answer = api.get(f"/2010-04-01/Accounts/{other_sid}.json").json()
    assert (answer["sid"], answer["owner_account_sid"]) == (other_sid, other_sid)
    assert api.get(f"{api.root}.xml").text.startswith("<?xml")


def test_conference_list_is_served_when_conferences_are_absent_or_rare() -> None:
    with Api(make_settings(count=10**9, mix="conference=0")) as api:
        assert api.get_twilio_json("Conferences.json")["conferences"] == []
    with Api(make_settings(count=10**9, mix="conference=0.0001")) as api:
        assert len(api.get_twilio_json("Conferences.json")["conferences"]) == 50

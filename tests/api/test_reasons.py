"""`X-Mock-Reason` and `/_mock/sids` explain SIDs, tokens and rules."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from generators.content.subresources import encode_subresource_sid as subresource_sid
from generators.model import Source, Status
from generators.sids import Kind
from mockserver.account.state.state import FIRST_CREATED
from mockserver.control.routes import CONTROL_ROUTES
from mockserver.rest.auth import AuthSetting, DeclaredAccount
from scenarios.loading.load import load
from scenarios.model import Scenario
from scenarios.operations import Operation
from scenarios.rules import Fault, Sequence, Then, When
from tests.harness import Api, make_settings
from tests.journal_entries import SECRET, make_basic_auth

OTHER_SID = "AC" + "5" * 32
CALL = "CA" + "1" * 32
CONFERENCE = "CF" + "2" * 32


def get_reason(api: Api, path: str) -> str:
    return api.get_in_account(path).headers["x-mock-reason"]


def explain(api: Api, sid: str) -> str:
    found: str = api.get(f"/_mock/sids/{sid}").json()["why"]
    return found


def test_reason_names_the_account_that_owns_the_sid(api: Api) -> None:
    corpus = api.mock.account(OTHER_SID).corpus
    sid, place = corpus.get_sid(17), f"Recording 18 of {corpus.count}, counted from the oldest."
    reason = f"It belongs to {OTHER_SID}, another account of this mock: {place}"
    for path in (f"Recordings/{sid}.json", f"Recordings/{sid}.mp3", f"Recordings.json?PageToken=PA{sid}"):
        assert get_reason(api, path).endswith(reason)


def test_reason_names_recording_created_in_another_account(api: Api) -> None:
    account = api.mock.account(OTHER_SID)
    sid = account.recordings.recording_index.get_sid(account.start_recording(CALL))
    assert get_reason(api, f"Recordings/{sid}.json").endswith(
        f"another account of this mock: Recording {sid}, which was created here. It is processing."
    )


def test_reason_explains_unknown_sid(api: Api) -> None:
    assert get_reason(api, f"Recordings/RE{'0' * 32}.json").endswith(
        "from another seed or account, or was typed by hand."
    )


def test_reason_explains_recording_of_inactive_scenario(api: Api) -> None:
    sid = api.call_control_api("POST", "/recordings", {"id": "late"})["sid"]
    api.call_control_api("POST", "/reset")
    assert get_reason(api, f"Recordings/{sid}.json").startswith(f"{sid} belongs to a scripted recording, but")


def test_reason_explains_sid_of_wrong_kind(api: Api) -> None:
    corpus = api.get_account().corpus
    call = corpus.generate_recording(3).call_sid
    assert "In this account: The call of" in get_reason(api, f"Recordings.json?PageToken=PA{call}")
    transcription = subresource_sid(corpus.sids, Kind.TRANSCRIPTION, 3)
    reason = get_reason(api, f"Transcriptions.json?PageToken=PA{corpus.get_sid(3)}")
    assert f"In this account: Recording 4 of {corpus.count}" in reason
    reason = get_reason(api, f"Transcriptions/{corpus.get_sid(3)}.json")
    assert "is not the SID of a transcription of this account." in reason
    assert f"Expected a RecordingSid (RE and 32 hexadecimal digits), found '{transcription}'" in get_reason(
        api, f"Recordings/{transcription}.json"
    )


def test_reason_names_the_correct_parent_of_a_recording(api: Api) -> None:
    corpus = api.get_account().corpus
    recording = corpus.generate_recording(3)
    reason = get_reason(api, f"Calls/{CALL}/Recordings/{recording.sid}.json")
    assert reason == f"{recording.sid} is a recording of {recording.call_sid}, not of {CALL}."
    call_recording = next(
        candidate for candidate in map(corpus.generate_recording, range(1000)) if candidate.conference_sid is None
    )
    assert get_reason(api, f"Conferences/{CONFERENCE}/Recordings/{call_recording.sid}.json").endswith(
        f"of no conference, not of {CONFERENCE}."
    )


def test_reason_explains_unknown_call(api: Api) -> None:
    call = api.mock.account(OTHER_SID).corpus.generate_recording(3).call_sid
    reason = get_reason(api, f"Calls/{call}.json")
    assert reason.startswith(f"No recording of this account belongs to {call}. It belongs to {OTHER_SID}")


def test_reason_explains_missing_subresource(api: Api) -> None:
    corpus = api.get_account().corpus
    absent_index = corpus.find_index(api.find_sid(Status.ABSENT))
    assert absent_index is not None
    reason = get_reason(api, f"Transcriptions/{subresource_sid(corpus.sids, Kind.TRANSCRIPTION, absent_index)}.json")
    assert reason.endswith(f"would belong to {corpus.get_sid(absent_index)}, which is absent and has no such resource.")
    reason = get_reason(api, f"Transcriptions/{subresource_sid(corpus.sids, Kind.TRANSCRIPTION, corpus.count)}.json")
    assert reason.endswith(f"would belong to recording {corpus.count + 1}, but this account has only {corpus.count}.")


def test_reason_names_the_recording_of_a_subresource(api: Api) -> None:
    page = api.get_twilio_json("Transcriptions.json?PageSize=2")["transcriptions"]
    reason = get_reason(api, f"Recordings/{page[0]['recording_sid']}/Transcriptions/{page[1]['sid']}.json")
    assert reason.endswith(f"belongs to {page[1]['recording_sid']}, which is not in this path.")


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (Status.PROCESSING, "wait for the status completed, for example with a recording_status_callback."),
        (Status.ABSENT, "is absent, so it has no media, and never will: see its error_code."),
    ],
)
def test_reason_explains_missing_media(api: Api, status: Status, expected: str) -> None:
    assert get_reason(api, f"Recordings/{api.find_sid(status)}.wav").endswith(expected)


@pytest.fixture
def faulty_api() -> Iterator[Api]:
    """Return a mock with a scenario of one fault and one sequence."""
    fault = Fault(when=When(op=Operation.LIST_RECORDINGS), then=Then(status=429, retry_after=1), times=2)
    sequence = Sequence(when=When(op=Operation.LIST_CALLS), answers=(503, Then(status=500, body="<html>")))
    with Api(make_settings(), Scenario(name="busy", faults=(fault,), sequences=(sequence,))) as api:
        yield api


def test_reason_names_fault_rule_and_scenario(faulty_api: Api) -> None:
    get_reason(faulty_api, "Recordings.json")
    assert get_reason(faulty_api, "Recordings.json") == (
        "Rule 0 of the scenario 'busy' was applied, 2 times so far. "
        "Fault: list_recordings, 2 times at most: 429, Retry-After 1."
    )
    prefix = "Rule 1 of the scenario 'busy' was applied, {} times so far. "
    reason = prefix + "Sequence: list_calls: 503; 500, 6 characters of text/html"
    assert get_reason(faulty_api, "Calls.json").startswith(reason.format(1))
    assert get_reason(faulty_api, "Calls.json").startswith(reason.format(2))
    assert faulty_api.call_control_api("GET", "/requests")["requests"][-1]["reason"].startswith(reason.format(2))


def test_reason_names_account_when_rule_is_not_from_scenario(faulty_api: Api) -> None:
    faulty_api.call_control_api(
        "POST", "/faults", {"faults": [{"when": {"op": "fetch_call"}, "then": {"status": 500}}]}
    )
    assert get_reason(faulty_api, f"Calls/{CALL}.json").startswith(
        "Rule 2 of this account was applied, 1 times so far. Fault: fetch_call"
    )
    faulty_api.mock.set_up_scenario(faulty_api.mock.demo.sid, None)
    faulty_api.call_control_api(
        "POST", "/faults", {"faults": [{"when": {"op": "fetch_call"}, "then": {"status": 500}}]}
    )
    assert get_reason(faulty_api, f"Calls/{CALL}.json").startswith("Rule 0 of this account")


@pytest.mark.parametrize(
    ("username", "secret", "expected"),
    [
        (SECRET, "AC" + "1" * 32, "found it as the secret: username and secret are swapped."),
        (SECRET, "SK" + "1" * 32, "username and secret are swapped."),
        (SECRET, "x", "found a value that looks like an auth token."),
        ("someone", SECRET, "found 7 other characters."),
        ("", SECRET, "found none."),
        (SECRET, "", "found no secret."),
        ("AC" + "1" * 32, "", f"found no secret beside AC{'1' * 32}."),
    ],
)
def test_reason_explains_bad_credentials_without_secrets(api: Api, username: str, secret: str, expected: str) -> None:
    api.auth = None
    answer = api.get(api.list_path, authorization=make_basic_auth(username, secret)[1].decode())
    assert answer.status_code == 401
    assert answer.headers["x-mock-reason"].endswith(expected)
    assert SECRET not in answer.headers["x-mock-reason"]


def test_reason_lists_declared_accounts_when_auth_is_strict() -> None:
    accounts = tuple(DeclaredAccount(sid=f"AC{number:032x}", token="right") for number in range(6))
    with Api(make_settings(auth=AuthSetting.STRICT, account=accounts)) as api:
        demo_sid = api.mock.demo.sid
        api.auth = (OTHER_SID, "right")
        reason = get_reason(api, "Recordings.json")
        assert reason.startswith(f"{OTHER_SID} is not declared (--auth strict): {demo_sid}, {accounts[0].sid}")
        assert reason.endswith(" and 2 more are.")
        api.auth = (accounts[0].sid, "wrong")
        assert (
            get_reason(api, "Recordings.json") == f"{accounts[0].sid} is declared with another token (--auth strict)."
        )
        assert len(api.get_account().journal) == 2
        api.get(f"/2010-04-01/Accounts/{OTHER_SID}/Recordings.json")
        assert OTHER_SID not in [account.sid for account in api.mock.list_accounts_in_memory()]


def test_reason_lists_demo_account_when_none_is_declared() -> None:
    with Api(make_settings(auth=AuthSetting.STRICT)) as api:
        demo_sid, api.auth = api.mock.demo.sid, (OTHER_SID, "x")
        assert get_reason(api, "Recordings.json").endswith(f": {demo_sid} is.")


def test_sid_endpoint_explains_created_recordings(api: Api) -> None:
    late_recording = api.call_control_api(
        "POST", "/recordings", {"id": "late", "status": "completed", "source": "Conference"}
    )
    unnamed_sid = api.get_account().recordings.recording_index.get_sid(api.get_account().start_recording(CALL))
    reason = f"Recording 'late' ({late_recording['sid']}), which was created here. It is completed."
    assert reason == explain(api, "late") == explain(api, late_recording["sid"])
    assert api.get("/_mock/sids/late").json()["sid"] == late_recording["sid"]
    assert explain(api, unnamed_sid) == f"Recording {unnamed_sid}, which was created here. It is processing."
    assert explain(api, CALL) == f"The call of 1 recordings that were created here: Recording {unnamed_sid}."
    assert explain(api, late_recording["conference_sid"]).startswith(
        "The conference of 1 recordings that were created here"
    )
    transcription = subresource_sid(api.get_account().corpus.sids, Kind.TRANSCRIPTION, FIRST_CREATED)
    assert (
        explain(api, transcription)
        == f"The transcription number 1 of Recording 'late' ({late_recording['sid']}), which was created here."
    )


def test_sid_endpoint_explains_changed_generated_recordings(api: Api) -> None:
    sid = api.find_sid(Status.COMPLETED)
    explanation = explain(api, sid)
    api.request("DELETE", api.get_recording_path(sid))
    assert explain(api, sid) == f"{explanation} Recording {sid} was changed here. It is deleted."
    assert explain(api, "RE" + "0" * 32).endswith("another seed or account, or was typed by hand.")


def test_sid_endpoint_explains_scripted_recordings_by_handle(tmp_path: Path) -> None:
    file = tmp_path / "picked.yaml"
    file.write_text("version: 1\nname: picked\npick: [{id: first, timeline: [{status: absent}]}]\n")
    with Api(make_settings(), load(str(file))) as api:
        assert "Recording 'first' (RE" in explain(api, "first")
        assert explain(api, "first").endswith("was changed here. It is absent.")


NOT_EMULATED = (
    "Not emulated. Below an account this mock serves /Recordings, /Calls, /Conferences, /Transcriptions, /Messages "
    "and what belongs to recordings."
)


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("/nothing", NOT_EMULATED),
        ("{root}/Queues.json", NOT_EMULATED),
        ("{root}/recordings.json", f"{NOT_EMULATED} Did you mean Recordings?"),
        ("{root}/Recordings/RE1/Transcription/TR1.json", f"{NOT_EMULATED} Did you mean Transcriptions?"),
        ("{root}" + "/Unknown\N{SNOWMAN}" * 400, NOT_EMULATED),
    ],
)
def test_reason_for_unknown_path_is_short(api: Api, path: str, reason: str) -> None:
    response = api.get(path.format(root=api.root))
    assert (response.status_code, response.json()["code"] if ".json" in path else 20404) == (404, 20404)
    assert response.headers["x-mock-reason"] == reason
    assert len(reason) <= 300


@pytest.mark.parametrize(
    ("path", "hint"),
    [
        ("/_mock/nothing", ""),
        ("/_mock/healthz", " Did you mean /health?"),
        ("/_mock/account/demo", " Did you mean /accounts/demo?"),
        ("/_mock/accounts/demo/clok", " Did you mean /clock?"),
        ("/_mock/accounts/demo/cl%0Aock", " Did you mean /clock?"),
        ("/_mock/accounts/demo/", ""),
        ("/_mock/openapi.xml", " Did you mean /openapi.json?"),
    ],
)
def test_unknown_control_path_lists_paths_of_the_control_api(api: Api, path: str, hint: str) -> None:
    response = api.get(path)
    error = response.json()
    assert (response.status_code, error["code"]) == (404, 20404)
    start = f"Not a path of the control API.{hint} Its paths are /_mock/health, "
    assert error["reason"].startswith(start)
    assert response.headers["x-mock-reason"].startswith(start)
    for route in CONTROL_ROUTES:
        assert route.path.removeprefix("/_mock/accounts/{account}") in error["reason"]


def test_reasons_name_five_of_many_recordings(api: Api) -> None:
    account = api.get_account()
    sids = [account.corpus.get_sid(account.start_recording(CALL, source=Source.DIAL_VERB)) for _ in range(7)]
    path = f"Calls/{CALL}/Recordings/Twilio.CURRENT.json"
    listed = f"{', '.join(sids[:5])} and 2 more"
    assert (
        api.post(path, Status="stopped")
        .headers["x-mock-reason"]
        .endswith(f"has 7 active recordings: {listed}. Name one.")
    )
    for number in range(7):
        api.call_control_api("POST", "/recordings", {"id": f"handle{number}"})
    reason = api.send_command("GET", "/recordings/other").headers["x-mock-reason"]
    assert "(here: handle0, handle1, handle2, handle3, handle4 and 2 more), found 'other'." in reason


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        (
            "Recordings.json?DateCreated=soon",
            "DateCreated: expected a date such as 2026-03-01 or an instant such as 2026-03-01T09:30:00Z, found 'soon'.",
        ),
        (
            "Recordings.json?DateCreated%3C=2026-02-30",
            "DateCreated<: expected a date such as 2026-03-01 or an instant such as 2026-03-01T09:30:00Z, "
            "found '2026-02-30'.",
        ),
        ("Recordings/{sid}/AddOnResults/XR1.json", "'XR1' is not the SID of an add-on result of this account."),
        ("Transcriptions/TR1.json", "'TR1' is not the SID of a transcription of this account."),
    ],
)
def test_reason_is_one_correct_sentence(api: Api, path: str, reason: str) -> None:
    assert get_reason(api, path.format(sid=api.find_sid(Status.COMPLETED))) == reason

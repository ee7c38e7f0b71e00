"""The export of an account: what it has, what it replaces, and the account that is built again from it."""

import json
import re
from base64 import b64decode, b64encode
from pathlib import Path
from typing import Any

import msgspec
import pytest

from mockserver.account.commands.callbacks import ClaimCallback
from mockserver.account.commands.calls import ClaimAppRequest, PlaceCall, ReceiveAnswer
from mockserver.account.commands.new_call import NewCall
from mockserver.account.export.reading import read_export
from mockserver.account.state.app_requests import VoiceDocument
from mockserver.account.state.subscription import Signer
from mockserver.callbacks.app_request import AppAnswer
from mockserver.callbacks.cookies import Cookie
from mockserver.rest.auth import DeclaredAccount, DeclaredApiKey
from mockserver.settings.clock_rate import ClockRate
from mockserver.settings.store_url import StoreUrl
from tests.accounts import make_scenario
from tests.exports.sessions import decode_exported_state, decode_state, export, replay, serve
from tests.harness import Api, make_settings

CALL = "CA" + "1" * 32
OTHER_SID = "AC" + "5" * 32
KEY_SID = "SK" + "6" * 32
PASSWORD = "correct-horse-battery"
HOOK = f"http://me:{PASSWORD}@127.0.0.1:9/hook"


def read_lines(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


def get_export(api: Api, query: str = "") -> str:
    response = api.send_command("GET", f"/export{query}")
    assert response.status_code == 200
    assert response.headers["content-type"] == "application/x-ndjson"
    return response.text


def test_requests_stand_between_commands_in_their_order() -> None:
    with Api(make_settings(count=3)) as api:
        api.get_page()
        api.post(f"Calls/{CALL}/Recordings.json")
        api.get_page()
        api.advance(1)
        lines = read_lines(get_export(api))
        observed, moved = ["GET", "RecordResponse"], ["MoveClock"]
        items = [line.get("command", {}).get("type") or line["method"] for line in lines[1:]]
        assert items == ["SetUpScenario", "GET", "CreateCallRecording", "POST", *observed, *moved]
        assert [line["number"] for line in lines if line["kind"] == "command"] == [0, 1, 2, 3]
        header = lines[0]
        assert (header["commands"], header["requests"], header["next_request"]) == (3, 3, 3)
        assert header["settings"] == {"seed": "0", "count": 3, "span": 7776000, "now": 1767225600, "clock": [0.0]}


def test_numbers_go_on_after_a_reset_and_when_the_log_begins_again(monkeypatch: pytest.MonkeyPatch) -> None:
    with Api(make_settings(count=3)) as api:
        api.post(f"Calls/{CALL}/Recordings.json")
        api.run_command("PUT", "/scenario", {"name": "happy-path"})
        api.get_page()
        commands = [line for line in read_lines(get_export(api)) if line["kind"] == "command"]
        assert [line["number"] for line in commands] == [2, 3]
        monkeypatch.setattr("mockserver.account.account.MIN_LENGTH", 1)
        for _ in range(4):
            api.run_command("POST", "/signals", {"name": "x"})
            api.advance(1)
        lines = read_lines(get_export(api))
        assert lines[1]["command"]["type"] == "RestoreSnapshot"
        assert lines[1]["number"] > 2
        assert [line["number"] for line in lines if line["kind"] == "request"] == [0, 1]
        account = api.get_account()
        assert decode_state(replay(get_export(api)).account(account.sid)) == decode_exported_state(api.mock, account)


def test_since_leaves_out_earlier_lines() -> None:
    with Api(make_settings(count=3)) as api:
        for _ in range(3):
            api.get_page()
            api.advance(1)
        lines = read_lines(get_export(api, "?since=2"))[1:]
        assert [(line["kind"], line["number"]) for line in lines] == [
            ("request", 1),
            ("command", 2),
            ("request", 2),
            ("command", 3),
        ]


def test_secrets_have_stand_ins_everywhere() -> None:
    token, key_secret = "deadbeef" * 4, "a-secret-of-a-key"
    settings = make_settings(
        count=3,
        account=(DeclaredAccount(OTHER_SID, token, name="mine"),),
        api_key=(DeclaredApiKey(KEY_SID, key_secret, OTHER_SID),),
        status_callback=HOOK,
    )
    scenario = make_scenario(
        recordings=[{"id": "a", "status": "completed", "status_callback": HOOK}],
        faults=[{"when": {"header": {"authorization": "Bearer a-token-of-a-rule"}}, "then": {"status": 500}}],
    )
    with Api(settings, scenario) as api:
        api.auth = (KEY_SID, key_secret)
        root = f"/2010-04-01/Accounts/{OTHER_SID}"
        assert api.get(f"{root}/Recordings.json", cookie=f"session={PASSWORD}").status_code == 200
        assert api.get(f"{root}/Recordings.json?api_key={PASSWORD}&PageSize=2").status_code == 200
        account = api.mock.account(OTHER_SID)
        account.apply(ClaimCallback(number=0))
        for text in (export(api.mock, account), export(api.mock, replay(export(api.mock, account)).account(OTHER_SID))):
            for secret in (token, key_secret, PASSWORD, "a-token-of-a-rule", b64encode(key_secret.encode()).decode()):
                assert secret not in text
        lines = read_lines(export(api.mock, account))
        assert lines[0]["auth_token"] == lines[1]["command"]["token"] == "0" * 31 + "1"
        assert lines[0]["name"] == "mine"
        headers = dict(next(line for line in lines if line["kind"] == "request")["headers"])
        _, _, credentials = headers["authorization"].partition(" ")
        username, _, stand_in = b64decode(credentials).decode().partition(":")
        assert username == KEY_SID
        assert stand_in.startswith("stand-in-")
        urls = {line["command"]["scenario"]["recordings"][0]["status_callback"] for line in lines[1:2]}
        assert urls == {lines[0]["settings"]["status_callback"]}
        assert "signatures differ" in lines[0]["note"]


def test_rules_and_answers_of_apps_have_stand_ins() -> None:
    when = {"op": "list_recordings", "query": {"api_key": PASSWORD, "PageSize": "5"}}
    with Api(make_settings(count=3), make_scenario(faults=[{"when": when, "then": {"status": 500}}])) as api:
        signer = Signer("token", "a test", "http://localhost")
        voice = VoiceDocument(url="http://127.0.0.1:9/voice?session=a-session-of-an-app")
        account = api.get_account()
        account.apply(PlaceCall(call=NewCall(to="+15551230001", from_="+15551230002", signer=signer, voice=voice)))
        account.advance(9)
        (number,) = account.state.live.app_requests
        account.apply(ClaimAppRequest(number=number))
        cookies = (Cookie("id", "a-cookie-of-an-app", "127.0.0.1"),)
        body = b"<Response><Redirect>http://me:" + PASSWORD.encode() + b"@127.0.0.1:9/x</Redirect></Response>"
        headers = (("set-cookie", "id=a-cookie-of-an-app; Path=/"),)
        url = "http://127.0.0.1:9/voice"
        account.apply(
            ReceiveAnswer(
                number=number,
                answer=AppAnswer(
                    status=200, content_type="text/xml", body=body, url=url, headers=headers, cookies=cookies
                ),
            )
        )
        text = export(api.mock, account)
        for secret in (PASSWORD, "a-session-of-an-app", "a-cookie-of-an-app"):
            assert secret not in text
        answer = next(line for line in read_lines(text) if line.get("command", {}).get("type") == "ReceiveAnswer")
        decoded = b64decode(answer["command"]["answer"]["body"]).decode()
        assert re.fullmatch("<Response><Redirect>http://me:stand-in-\\d+@127.0.0.1:9/x</Redirect></Response>", decoded)
        mock = replay(text)
        assert decode_state(mock.account(account.sid)) == decode_exported_state(api.mock, account)


def test_snapshot_has_stand_ins_too() -> None:
    with Api(make_settings(count=3)) as api:
        api.post(f"Calls/{CALL}/Recordings.json", RecordingStatusCallback=HOOK)
        api.run_command("POST", "/snapshots")
        api.run_command("POST", "/rollback")
        text, account = get_export(api), api.get_account()
        lines = read_lines(text)
        state = b64decode(lines[1]["command"]["state"])
        assert lines[1]["command"]["token"] == "0" * 31 + "1"
        assert account.token.encode() not in state
        assert PASSWORD.encode() not in state
        assert (b"0" * 31 + b"1") in state
        assert decode_state(replay(text).account(account.sid)) == decode_exported_state(api.mock, account)


def test_replayed_account_has_name_overrides_requests_and_scenario() -> None:
    settings = make_settings(count=3, account=(DeclaredAccount(OTHER_SID, "x" * 9, name="mine"),))
    with Api(settings, make_scenario(recordings=[{"id": "late"}])) as api:
        assert api.send_command("PUT", "/overrides", {"wire": "schema"}, account=OTHER_SID).status_code == 200
        api.get(f"/2010-04-01/Accounts/{OTHER_SID}/Recordings/late.json?x=%FF")
        api._send("POST", f"/2010-04-01/Accounts/{OTHER_SID}/Calls.json", content=b"\xff\xfe", auth=api.auth)
        expected = api.send_command("GET", "/requests", account=OTHER_SID).json()["requests"]
        bodies = [api.send_command("GET", f"/requests/{number}", account=OTHER_SID).json()["body"] for number in (0, 1)]
        state = api.send_command("GET", "", account=OTHER_SID).json()
        text = export(api.mock, api.mock.account(OTHER_SID))
    with serve(replay(text)) as api:
        assert (api.mock.demo.sid, api.mock.find_name(OTHER_SID)) == (OTHER_SID, "mine")
        assert api.mock.overrides[OTHER_SID.lower()].wire == "schema"
        found = api.run_command("GET", "/requests")["requests"]
        assert [without_times(request) for request in found] == [without_times(request) for request in expected]
        assert [api.run_command("GET", f"/requests/{number}")["body"] for number in (0, 1)] == bodies
        assert without_token(api.run_command("GET", "")) == without_token(state)
        api.run_command("POST", "/reset")
        assert api.run_command("GET", "/recordings/late")["handle"] == "late"


def without_times(request: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in request.items() if name not in ("received_at", "did", "seconds")}


def without_token(view: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in view.items() if name != "auth_token"}


def test_applied_rule_is_shown_again() -> None:
    faults = [{"when": {"op": "list_recordings"}, "then": {"status": 503}}]
    with Api(make_settings(count=3), make_scenario(faults=faults)) as api:
        api.get(api.list_path)
        (expected,) = api.run_command("GET", "/requests")["requests"]
        text = get_export(api)
    with serve(replay(text)) as api:
        (found,) = api.run_command("GET", "/requests")["requests"]
        assert without_times(found) == without_times(expected)
        assert found["rule"] == 0


def test_dropped_requests_stay_counted() -> None:
    with Api(make_settings(count=3)) as api:
        for _ in range(3):
            api.get_page()
        journal = api.get_account().journal
        journal.drop_oldest()
        text = get_export(api)
        journal.drop_oldest()
        journal.drop_oldest()
        empty = get_export(api)
    for exported, dropped in ((text, 1), (empty, 3)):
        mock = replay(exported)
        journal = mock.account(mock.demo.sid).journal
        assert (journal.dropped, journal.total) == (dropped, 3)


def test_replayed_account_sends_nothing_and_its_clock_stands_still() -> None:
    recordings = [
        {"id": "a", "status": "completed", "status_callback": "http://127.0.0.1:9/hook", "timeline": []},
        {"id": "b", "status_callback": "http://127.0.0.1:9/hook", "timeline": [{"after": "5s", "status": "completed"}]},
    ]
    scenario = make_scenario(clock={"mode": "real", "start": "2026-01-01T00:00:00Z"}, recordings=recordings)
    with Api(make_settings(count=3, clock=ClockRate(1.0)), scenario) as api:
        account = api.get_account()
        text = export(api.mock, account)
    with serve(replay(text)) as api:
        account = api.get_account()
        assert account.clock.rate == 0
        first = account.clock.now()
        assert api.run_command("POST", "/clock", {"advance": "9s"})["event_count"] > 0
        assert account.clock.now() == first + 9_000_000
        callbacks = api.run_command("GET", "/callbacks")
        assert [callback["state"] for callback in callbacks] == ["pending", "pending"]
        assert [callback["attempts"] for callback in callbacks] == [[], []]


def test_until_stops_before_a_command() -> None:
    with Api(make_settings(count=3)) as api:
        for number in range(3):
            api.post(f"Calls/CA{number:032}/Recordings.json")
        text = get_export(api)
    export_of_all = read_export(text)
    stopped = export_of_all.stop_before(3)
    assert [item.number for item in stopped.items if not hasattr(item, "entry")] == [0, 1]
    assert [command.number for command in stopped.commands] == [0, 1, 2]


def test_rotated_tokens_lead_to_the_same_state() -> None:
    tokens = [
        {"create": "secondary"},
        {"after": "5s", "promote": "secondary"},
        {"create": "secondary", "token": "own!"},
    ]
    with Api(make_settings(count=3), make_scenario(auth="strict", tokens=tokens)) as api:
        api.advance(6)
        account = api.get_account()
        text = get_export(api)
        assert account.state.auth_tokens is not None
        assert account.token not in text
        mock = replay(text)
        again = mock.account(mock.demo.sid)
        assert decode_state(again) == decode_exported_state(api.mock, account)
        assert account.sid == again.sid


def test_scrubbing_replaces_what_was_imported_and_nothing_else() -> None:
    imported = {
        "id": "old",
        "status": "completed",
        "duration": 9,
        "imported": True,
        "transcript": "Call me at +1 415 555 0199.\nYes!",
    }
    own = {"id": "own", "status": "completed", "duration": 9, "transcript": "This is a test."}
    groups = [{"recordings": [{**imported, "id": "leg", "transcript": "Hello from a leg"}]}]
    with Api(make_settings(count=3), make_scenario(recordings=[imported, own], calls=groups)) as api:
        sid = api.get_account().resolve_handle("old")
        transcriptions = f"{api.root}/Recordings/{sid}/Transcriptions.json"
        assert "555 0199" in api.get(transcriptions).text
        plain, scrubbed = get_export(api), get_export(api, "?scrub=true")
        assert "555 0199" in plain
        for text in ("555 0199", "Call me", "Yes!", "Hello from a leg"):
            assert text not in scrubbed
        for text in ("This is a test.", "xxxx xx xx +0 000 000 0000.\\nxxx!", "xxxxx xxxx x xxx"):
            assert text in scrubbed
        assert read_lines(scrubbed)[0]["is_scrubbed"]
        mock = replay(scrubbed)
        ledger = mock.account(mock.demo.sid).recordings.recording_index
        assert (
            ledger.get(mock.account(mock.demo.sid).timelines.find_recording_index(sid)).transcript
            == "xxxx xx xx +0 000 000 0000.\nxxx!"
        )


def test_scrubbing_without_imported_recordings_changes_nothing() -> None:
    with Api(make_settings(count=3), make_scenario(recordings=[{"id": "own", "transcript": "Hello to you"}])) as api:
        plain, scrubbed = get_export(api), get_export(api, "?scrub=true")
        assert plain.splitlines()[1:] == scrubbed.splitlines()[1:]


def test_added_imported_recording_is_scrubbed() -> None:
    with Api(make_settings(count=3)) as api:
        recording = {"id": "new", "status": "completed", "imported": True, "transcript": "Something private"}
        api.run_command("POST", "/recordings", recording)
        api.run_command("POST", "/recordings", {"id": "silent", "status": "completed", "imported": True})
        assert "Something private" not in get_export(api, "?scrub=true")


def test_account_that_is_only_read_can_be_exported() -> None:
    with Api(make_settings(count=3, clock=ClockRate(1.0))) as api:
        sids = api.list_sids()
        now = api.get_account().clock.now()
        text = get_export(api)
    with serve(replay(text)) as api:
        assert api.list_sids() == sids
        assert api.get_account().clock.now() >= now
        assert msgspec.json.decode(text.splitlines()[0])["clock"]["rate"] == 1


def test_account_of_a_store_has_the_same_export_after_a_restart(tmp_path: Path) -> None:
    settings = make_settings(count=3, store=StoreUrl(tmp_path / "accounts.db"))
    with Api(settings) as api:
        api.post(f"Calls/{CALL}/Recordings.json")
        api.run_command("POST", "/snapshots")
        api.run_command("POST", "/rollback")
        api.get_page()
        api.run_command("POST", "/clock", {"advance": "5s"})
        expected = read_lines(get_export(api))
    with Api(settings) as api:
        found = read_lines(get_export(api))
    assert [(line["kind"], line["number"]) for line in found[1:]] == [
        (line["kind"], line["number"]) for line in expected[1:]
    ]
    assert found[1]["number"] > 0

"""Situations that people who test recording code meet, each as a short scenario that is explained and then played."""

from typing import Any

import msgspec
import pytest
import requests
from twilio.base.exceptions import TwilioException

from mockserver.rest.representations.wires import WireSetting
from mockserver.testing.handles import MockTwilio
from mockserver.testing.sink import Sink
from scenarios.explain.timelines import explain_scenario
from scenarios.loading.load import loads
from scenarios.model import Scenario, ScriptedRecording
from tests.harness import Api, make_settings

CALL = "CA" + "1" * 32
MAX_LINES = 25
SITUATIONS = {
    "webhook twice": """
recordings:
  - {id: it, timeline: [{status: in-progress}, {after: 5s, status: completed, callback: {event: completed, times: 2}}]}
""",
    "out of order": """
recordings:
  - id: it
    timeline:
      - {status: in-progress, callback: {event: in-progress, delay: 8s}}
      - {after: 5s, status: completed, callback: completed}
""",
    "wrong signature": """
recordings:
  - id: it
    status: processing
    timeline:
      - {after: 5s, status: completed, callback: [{event: completed, signature: wrong}, completed]}
""",
    "second create absent": """
on_create:
  - when: {nth: 2}
    timeline: [{after: {signal: stopped}, status: processing}, {after: 2s, status: absent, set: {error_code: 16102}}]
  - timeline: [{after: {signal: stopped}, status: processing}, {after: 2s, status: completed}]
""",
    "late price": """
recordings:
  - id: it
    timeline:
      - {status: completed, set: {duration: 12, price: null}}
      - {after: 40m, set: {price: "-0.00250"}}
""",
    "stuck until a signal": """
recordings:
  - {id: it, status: processing, timeline: [{after: {signal: finish}, status: completed, callback: completed}]}
""",
    "growing recording": """
recordings:
  - id: it
    timeline:
      - {status: completed, set: {duration: 10}}
      - {after: {media: 1}, set: {duration: 20}}
      - {after: 30s, set: {duration: 30}}
""",
    "deletion storm": """
recordings:
  - {id: kept, date_created: -2d, status: completed}
  - id: doomed
    count: 120
    date_created: -1h
    timeline: [{status: completed}, {after: {signal: storm}, status: deleted}]
""",
    "arrivals while paging": """
corpus: {count: 120}
arrivals:
  - {every: 30s, count: 40, mix: {completed: 1}}
""",
    "a day of traffic": """
arrivals:
  - {rate: 300/d, rhythm: weekly, ttl: 1d, mix: {completed: 0.9, absent: 0.1}, duration: {median: 90s, sigma: 1.2}}
  - every: 1h
    ttl: 1d
    timeline: [{status: in-progress}, {after: 40s, status: completed, callback: completed}]
""",
    "sub-accounts": """
auth: strict
accounts:
  - {id: main, name: Main}
  - id: shop
    name: Shop
    parent: main
    corpus: {count: 0}
    recordings: [{id: it, timeline: [{status: processing}, {after: 5s, status: completed}]}]
  - {id: bank, name: Bank, parent: main, faults: [{when: {op: list_recordings}, then: {status: 503}}]}
""",
    "token rotation": """
auth: strict
tokens:
  - {after: 1h, create: secondary, token: second-token}
  - {after: {callback: completed}, promote: secondary}
recordings:
  - {id: it, timeline: [{status: processing}, {after: {signal: finish}, status: completed, callback: completed}]}
""",
}
"""By name. Others are bundled and played by tests of their own: `polling`, `late-media`, `outage-window` and
`rate-limited`. `test_page_is_broken_for_a_while` and `test_callback_arrives_before_create_returns` play two more.
"""


def load_situation(name: str) -> Scenario:
    text = SITUATIONS[name].strip()
    assert len(text.splitlines()) <= MAX_LINES
    return loads(text)


def play(name: str, sink: Sink | None = None) -> Api:
    url = None if sink is None else sink.url
    return Api(make_settings(wire=WireSetting.TWILIO, status_callback=url, count=0), load_situation(name))


def explain(scenario: Scenario) -> list[str]:
    return [step.what for step in explain_scenario(scenario).steps]


def fetch(api: Api, handle: str = "it") -> Any:
    return api.get(api.get_recording_path(api.get_account().resolve_handle(handle))).json()


def get_statuses(sink: Sink) -> list[str]:
    return [received.parameters["RecordingStatus"] for received in sink.received]


def test_webhook_comes_twice(sink: Sink) -> None:
    with play("webhook twice", sink) as api:
        api.run_command("POST", "/clock", {"advance": "5s"})
        assert api.list_steps("it") == explain(load_situation("webhook twice"))
        first, again = sink.received
        assert (first.parameters, first.headers) == (again.parameters, again.headers)


def test_webhooks_come_out_of_order(sink: Sink) -> None:
    with play("out of order", sink) as api:
        api.run_command("POST", "/clock", {"advance": "5s"})
        assert get_statuses(sink) == ["completed"]
        api.run_command("POST", "/clock", {"advance": "3s"})
        assert get_statuses(sink) == ["completed", "in-progress"]
        assert api.list_steps("it") == explain(load_situation("out of order"))


def test_webhook_has_a_wrong_signature_and_then_a_right_one(sink: Sink) -> None:
    with play("wrong signature", sink) as api:
        sink.token = api.get_account().token
        api.run_command("POST", "/clock", {"advance": "5s"})
        assert [received.signature_ok for received in sink.received] == [False, True]
        assert api.list_steps("it") == explain(load_situation("wrong signature"))


def test_second_create_is_absent() -> None:
    with play("second create absent") as api:
        explained: dict[str, list[str]] = {}
        for step in explain_scenario(load_situation("second create absent")).created:
            explained.setdefault(step.handle, []).append(step.what)
        assert list(explained) == ["on_create[0] (number 2)", "on_create[1]"]
        for title in ("on_create[1]", "on_create[0] (number 2)", "on_create[1]"):
            sid = api.post(f"Calls/{CALL}/Recordings.json").json()["sid"]
            api.post(f"Calls/{CALL}/Recordings/{sid}.json", Status="stopped")
            api.run_command("POST", "/clock", {"advance": "2s"})
            assert api.list_steps(sid) == explained[title]


def test_nth_creation_survives_a_snapshot() -> None:
    with play("second create absent") as api:
        api.post(f"Calls/{CALL}/Recordings.json")
        api.post(f"Calls/{CALL}/Recordings/Twilio.CURRENT.json", Status="stopped")
        api.run_command("POST", "/snapshots", {})
        for _ in range(2):
            sid = api.post(f"Calls/{CALL}/Recordings.json").json()["sid"]
            api.post(f"Calls/{CALL}/Recordings/{sid}.json", Status="stopped")
            api.run_command("POST", "/clock", {"advance": "2s"})
            assert api.list_steps(sid)[-1] == "absent (error_code 16102)"
            api.run_command("POST", "/rollback", {})


def test_price_comes_late() -> None:
    with play("late price") as api:
        assert (fetch(api)["status"], fetch(api)["price"]) == ("completed", None)
        api.run_command("POST", "/clock", {"advance": "40m"})
        assert (fetch(api)["status"], fetch(api)["price"]) == ("completed", "-0.00250")
        assert api.list_steps("it") == explain(load_situation("late price"))


def test_recording_is_stuck_until_a_signal(sink: Sink) -> None:
    with play("stuck until a signal", sink) as api:
        api.run_command("POST", "/clock", {"advance": "39d"})
        assert (fetch(api)["status"], get_statuses(sink)) == ("processing", [])
        api.run_command("POST", "/signals", {"name": "finish"})
        assert (fetch(api)["status"], get_statuses(sink)) == ("completed", ["completed"])
        assert api.list_steps("it") == explain(load_situation("stuck until a signal"))


def test_recording_grows_after_its_first_download() -> None:
    with play("growing recording") as api:
        path = api.get_recording_path(api.get_account().resolve_handle("it")).replace(".json", ".wav")
        first, second = api.get(path), api.get(path)
        api.run_command("POST", "/clock", {"advance": "30s"})
        third = api.get(path)
        header = 44
        seconds = [
            (len(answer.content) - header) / (len(first.content) - header) * 10 for answer in (first, second, third)
        ]
        assert seconds == [10, 20, 30]
        assert len({answer.headers["etag"] for answer in (first, second, third)}) == 3
        assert fetch(api)["duration"] == "30"
        assert api.list_steps("it") == explain(load_situation("growing recording"))


def test_recordings_are_deleted_in_a_storm_while_a_client_pages() -> None:
    with play("deletion storm") as api:
        first = api.get_page("PageSize=50")
        seen = [recording["sid"] for recording in first["recordings"]]
        deleted = api.run_command("POST", "/signals", {"name": "storm"})["events"]
        assert [event["subject"] for event in deleted if event["kind"] == "step"] == [
            f"doomed-{n}" for n in range(1, 121)
        ]
        assert {api.get(api.get_recording_path(sid)).status_code for sid in seen} == {404}
        after = api.get(first["next_page_uri"]).json()
        kept = api.get_account().resolve_handle("kept")
        assert ([recording["sid"] for recording in after["recordings"]], after["next_page_uri"]) == ([kept], None)
        assert len(api.list_sids("IncludeSoftDeleted=true")) == 121
        steps: dict[str, list[str]] = {}
        for step in explain_scenario(load_situation("deletion storm")).steps:
            steps.setdefault(step.handle, []).append(step.what)
        assert {handle: api.list_steps(handle) for handle in ("kept", "doomed-1", "doomed-120")} == {
            handle: steps[handle] for handle in ("kept", "doomed-1", "doomed-120")
        }
        assert len(steps) == 121


def test_recordings_arrive_while_a_client_pages() -> None:
    with play("arrivals while paging") as api:
        before = api.list_sids()
        page = api.get_page("PageSize=25")
        walked = list(page["recordings"])
        while page["next_page_uri"] is not None:
            api.run_command("POST", "/clock", {"advance": "90s"})
            page = api.get(page["next_page_uri"]).json()
            walked += page["recordings"]
        assert [recording["sid"] for recording in walked] == before, "no page shows a recording twice, or skips one"
        api.run_command("POST", "/clock", {"advance": "1h"})
        assert len(api.list_sids()) == len(before) + 40
    (rule,) = explain_scenario(load_situation("arrivals while paging")).rules
    assert rule == "Arrivals: one every 30s, evenly, 40 at most, a mix of completed 1."


def test_sync_job_sees_each_recording_of_a_day_of_traffic_once(sink: Sink) -> None:
    with play("a day of traffic", sink) as api:
        known: set[str] = set()
        for _ in range(24):
            api.run_command("POST", "/clock", {"advance": "1h"})
            page = api.get_page("PageSize=5")
            while not known.intersection(sids := [recording["sid"] for recording in page["recordings"]]):
                known.update(sids)
                if page["next_page_uri"] is None:
                    break
                page = api.get(page["next_page_uri"]).json()
            known.update(sids)
        api.run_command("POST", "/clock", {"advance": "1d"})
        assert known == set(api.list_sids())
        assert 200 < len(known) < 500
        explanation = explain_scenario(load_situation("a day of traffic"))
        hourly = [each for each in api.run_command("GET", "/arrivals") if "timeline" in each["arrival"]]
        assert [each["arrived"] for each in hourly] == [23], "the end comes before the last"
        slow = [sid for sid in api.list_sids() if api.list_steps(sid)[0] == "in-progress"]
        assert [api.list_steps(sid) for sid in slow] == [[step.what for step in explanation.arriving]] * 23
        assert [rule.partition(",")[0] for rule in explanation.rules] == ["Arrivals: 300/d", "Arrivals: one every 1h"]


def test_parent_reads_its_subaccounts() -> None:
    scenario = load_situation("sub-accounts")
    parts = {account.name: account for account in explain_scenario(scenario).accounts}
    with MockTwilio(scenario=scenario) as mock:
        main, shop, bank = mock.accounts.values()
        client = main.client()
        listed = {account.friendly_name: account.sid for account in client.api.accounts.list()}
        assert listed == {"Main": main.account_sid, "Shop": shop.account_sid, "Bank": bank.account_sid}
        assert [name for name, part in parts.items() if part.about.startswith("a subaccount of main")] == [
            "shop",
            "bank",
        ]
        (recording,) = client.api.accounts(shop.account_sid).recordings.list()
        shop.clock.advance("5s")
        steps = [event.what for event in shop.scenario.events() if event.kind == "step"]
        assert steps == [step.what for step in parts["shop"].steps]
        assert shop.client().recordings(recording.sid).fetch().status == "completed"
        assert parts["bank"].rules == ("Fault: list_recordings: 503.",)
        for user, account, status in ((main, bank, 503), (shop, main, 401), (shop, bank, 401), (bank, bank, 503)):
            with pytest.raises(TwilioException, match=f"HTTP {status}"):
                user.client().api.accounts(account.account_sid).recordings.list()


def test_token_is_rotated_between_create_and_delivery() -> None:
    scenario = load_situation("token rotation")
    with MockTwilio(scenario=scenario, count=0) as mock:
        old, new = mock.auth_token, "second-token"
        mock.scenario.arm(msgspec.structs.replace(scenario, recordings=(with_callback(scenario, mock.sink.url),)))

        def list_accepted() -> list[str]:
            urls = {
                token: requests.get(f"{mock.url}/Calls.json", auth=(mock.account_sid, token)) for token in (old, new)
            }
            return [token for token, answer in urls.items() if answer.status_code == 200]

        assert list_accepted() == [old]
        mock.clock.advance("1h")
        assert (list_accepted(), mock.auth_token) == ([old, new], old)
        mock.scenario.signal("finish")
        assert [received.signature_ok for received in mock.sink.received] == [True]  # by the old one
        assert (list_accepted(), mock.auth_token) == ([new], new)
        rotated = [event.what for event in mock.scenario.events() if event.kind == "token"]
        whens = ("1h later", "after the callback completed")
        rules = [f"Auth tokens: {when}: {what}." for when, what in zip(whens, rotated, strict=True)]
        assert rules == list(explain_scenario(scenario).rules)


def with_callback(scenario: Scenario, url: str) -> ScriptedRecording:
    return msgspec.structs.replace(scenario.recordings[0], status_callback=url)


@pytest.mark.parametrize("name", sorted(SITUATIONS))
def test_same_situation_has_the_same_events(name: str, sink: Sink) -> None:
    logs = []
    receiver = None if name == "deletion storm" else sink  # a busy machine is too slow for 121 callbacks at once
    for _ in range(2):
        with play(name, receiver) as api:
            for signal in ("finish", "storm"):
                api.run_command("POST", "/signals", {"name": signal})
            logs.append(api.run_command("POST", "/clock", {"advance": "1h"})["events"])
    assert logs[0] == logs[1]

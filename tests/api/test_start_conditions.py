"""Rules that start and end during a scenario, played as their explanation describes it."""

from typing import Any

import pytest

from mockserver.rest.representations.wires import WireSetting
from mockserver.testing.sink import Sink
from scenarios.explain.timelines import explain_scenario
from scenarios.loading.load import load, loads
from tests.harness import Api, make_settings

PAGE_OUTAGE = """
name: page-outage
about: From the second list on, page 1 is broken for 30 s; the other pages are not.
corpus: {count: 120}
clock: {mode: frozen}
faults:
  - when: {op: list_recordings, page: 1}
    then: {status: 503, retry_after: 30}
    after: {requests: 1}
    ttl: 30s
"""


def get_rules(text: str) -> list[str]:
    return list(explain_scenario(loads(text)).rules)


def advance(api: Api, duration: str) -> list[str]:
    """Move the clock, and return what happened."""
    return [event["what"] for event in api.run_command("POST", "/clock", {"advance": duration})["events"]]


def test_page_is_broken_for_a_while() -> None:
    assert get_rules(PAGE_OUTAGE) == [
        "Fault: list_recordings, page 1, from: after 1 request, for 30s: 503, Retry-After 30."
    ]
    with Api(make_settings(wire=WireSetting.TWILIO), loads(PAGE_OUTAGE)) as api:
        page = api.get_page()["next_page_uri"]
        statuses = [api.get(uri).status_code for uri in (page, page, api.list_path, page)]
        assert statuses == [200, 503, 200, 503]
        assert advance(api, "29s") == []
        assert api.get(page).headers["retry-after"] == "30"
        assert advance(api, "1s") == ["rule 0 is over"]
        assert [api.get(page).status_code for _ in range(2)] == [200, 200]


def test_bundled_outage_begins_and_ends_at_its_instants() -> None:
    assert list(explain_scenario(load("outage-window")).rules) == [
        "Fault: any request, from: at 2026-03-01T09:05:00Z, until: at 2026-03-01T09:10:00Z: 503, Retry-After 30."
    ]
    with Api(make_settings(), load("outage-window")) as api:
        statuses, events = [], []
        for duration in ("4m59s", "1s", "4m59s", "1s"):
            events.append(advance(api, duration))
            statuses.append({api.get(path).status_code for path in (api.list_path, f"{api.root}/Calls.json")})
        assert statuses == [{200}, {503}, {503}, {200}]
        assert events == [[], ["rule 0 applies from now on"], [], ["rule 0 is over"]]


def test_bundled_media_is_late_after_the_callback_of_each_recording(sink: Sink) -> None:
    assert list(explain_scenario(load("late-media")).rules) == [
        "Fault: fetch_recording_media, from: after the callback completed, for 10s, for each recording: "
        "404, code 20404."
    ]
    with Api(make_settings(wire=WireSetting.TWILIO, status_callback=sink.url), load("late-media")) as api:

        def download() -> list[int]:
            sids = [api.get_account().resolve_handle(handle) for handle in ("first", "second")]
            return [api.get(f"{api.root}/Recordings/{sid}.mp3").status_code for sid in sids]

        seen = {}
        for at, duration in (("5s", "5s"), ("8s", "3s"), ("14.999s", "6.999s"), ("15s", "1ms"), ("18s", "3s")):
            advance(api, duration)
            api.wait_for_callbacks()
            seen[at] = download()
        assert seen == {
            "5s": [404, 404],  # the second is not completed yet
            "8s": [404, 404],
            "14.999s": [404, 404],
            "15s": [200, 404],
            "18s": [200, 200],
        }
        api.run_command("GET", "")
        assert len(sink.received) == 2


def test_credentials_are_refused_after_some_requests() -> None:
    text = "faults: [{then: {status: 401}, after: {requests: 3}}]"
    assert get_rules(text) == ["Fault: any request, from: after 3 requests: 401."]
    with Api(make_settings(), loads(text)) as api:
        assert [api.get(api.list_path).status_code for _ in range(5)] == [200, 200, 200, 401, 401]


def test_signal_starts_and_ends_a_rule_although_no_recording_has_a_timeline() -> None:
    text = "sequences: [{answers: [500], after: {signal: break}, until: {signal: mend}}]"
    assert get_rules(text) == ["Sequence: any request, from: signal break, until: signal mend: 500, and so on."]
    with Api(make_settings(count=3), loads(text)) as api:
        statuses = []
        for name in (None, "break", "mend"):
            if name is not None:
                api.run_command("POST", "/signals", {"name": name})
            statuses.append(api.get(api.list_path).status_code)
        assert statuses == [200, 500, 200]


def test_update_through_the_api_is_a_signal_for_the_rules_of_its_recording() -> None:
    text = "faults: [{when: {op: fetch_recording}, then: {status: 404}, after: {signal: stopped}, ttl: 5s}]"
    with Api(make_settings(count=3, wire=WireSetting.TWILIO), loads(text)) as api:
        first, second = (api.post(f"Calls/CA{digit * 32}/Recordings.json").json()["sid"] for digit in "12")
        api.post(f"Calls/CA{'1' * 32}/Recordings/{first}.json", Status="stopped")
        assert [api.get(api.get_recording_path(sid)).status_code for sid in (first, second)] == [404, 200]
        api.run_command("POST", "/clock", {"advance": "5s"})
        assert api.get(api.get_recording_path(first)).status_code == 200


def test_signal_to_a_recording_without_timeline_reaches_its_rules() -> None:
    text = """
recordings: [{id: a, status: completed}, {id: b, status: completed}]
faults: [{when: {op: fetch_recording}, then: {status: 404}, after: {signal: lose}}]
"""
    with Api(make_settings(count=0), loads(text)) as api:
        api.run_command("POST", "/signals", {"name": "lose", "recording": "b"})
        paths = [api.get_recording_path(api.get_account().resolve_handle(name)) for name in "ab"]
        assert [api.get(path).status_code for path in paths] == [200, 404]


def test_pages_drift_after_a_start() -> None:
    text = "page_drift: [{when: {op: list_recordings, page: 1}, insert: 2, times: 2, after: 5s, until: {requests: 1}}]"
    assert get_rules(text) == [
        "Page drift: after list_recordings, page 1, 2 times, from: 5s later, until: after 1 request: 2 inserted."
    ]
    with Api(make_settings(count=120), loads(text)) as api:
        counts = []
        for duration in ("4s", "1s", "1s"):
            advance(api, duration)
            list(api.list_recordings("PageSize=50"))
            counts.append(len(api.get_account().state.created))
        assert counts == [0, 2, 2]


def test_waiting_rules_are_shown_as_timers() -> None:
    fault: dict[str, Any] = {"when": {"op": "fetch_recording"}, "then": {"status": 404}}
    after = {"all": [{"time": "5s"}, {"signal": "go"}]}
    with Api(make_settings(count=0), loads("recordings: [{id: a, status: completed}]")) as api:
        rules = [{**fault, "after": "1m", "ttl": "1m"}, {**fault, "after": after}]
        added = api.run_command("POST", "/faults", {"faults": rules})
        assert [(rule["fault"]["after"], rule["fault"].get("ttl")) for rule in added] == [
            ({"time": "1m"}, "1m"),
            (after, None),
        ]
        api.run_command("POST", "/signals", {"name": "go", "recording": "a"})
        timers = [timer["what"] for timer in api.run_command("GET", "")["timers"]]
        assert timers == ["the start of rule 1", "the start of rule 1 for a", "the start of rule 0"]
        advance(api, "1m")
        assert [timer["what"] for timer in api.run_command("GET", "")["timers"]] == ["the end of rule 0"]


@pytest.mark.parametrize("window", [{"after": {"fetches": 1}}, {"until": {"time": "1x"}}, {"until": "1s", "ttl": "1s"}])
def test_nothing_is_armed_if_a_rule_is_wrong(window: dict[str, Any]) -> None:
    with Api(make_settings(count=0)) as api:
        right, wrong = {"then": {"status": 500}}, {"then": {"status": 500}, **window}
        assert api.send_command("POST", "/faults", {"faults": [right, wrong]}).status_code == 400
        assert api.run_command("GET", "/faults") == []
        assert api.get_account().state.windows == {}


def test_recreated_account_has_the_windows_of_the_time() -> None:
    with Api(make_settings(), load("outage-window")) as api:
        assert advance(api, "6m") == ["rule 0 applies from now on"]
        api.run_command("POST", "/snapshots", {"name": "broken"})
        assert advance(api, "4m") == ["rule 0 is over"]
        api.run_command("POST", "/rollback", {"name": "broken"})
        assert api.get(api.list_path).status_code == 503
        assert advance(api, "4m") == ["rule 0 is over"]
        assert api.get(api.list_path).status_code == 200

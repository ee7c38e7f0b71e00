"""Callbacks that a scenario breaks, as their receiver gets them."""

import pytest

from mockserver.callbacks.signature import build_signed_text, compute_signature
from mockserver.testing.sink import Received, Sink
from scenarios.explain.timelines import explain_scenario
from scenarios.loading.load import load, loads
from tests.harness import Api, make_settings


def receive_by_handle(api: Api, sink: Sink, *handles: str) -> dict[str, list[Received]]:
    names = {api.get_account().resolve_handle(name): name for name in handles}
    found: dict[str, list[Received]] = {name: [] for name in handles}
    for received in sink.received:
        found[names[received.parameters["RecordingSid"]]].append(received)
    return found


def test_bundled_broken_webhooks_arrive_as_they_are_explained(sink: Sink) -> None:
    scenario = load("broken-webhooks")
    handles = [recording.id or "" for recording in scenario.recordings]
    with Api(make_settings(status_callback=sink.url), scenario) as api:
        sink.token = api.get_account().token
        events = api.run_command("POST", "/clock", {"advance": "11m"})["events"]
        for step in explain_scenario(scenario).steps:
            assert step.what in api.list_steps(step.handle)
        found = receive_by_handle(api, sink, *handles)
        assert [len(found[name]) for name in handles] == [2, 2, 1, 1, 1, 1, 1]
        first, again = found["twice"]
        assert (first.headers, first.parameters) == (again.headers, again.parameters)
        statuses = [received.parameters["RecordingStatus"] for received in found["disordered"]]
        assert statuses == ["completed", "in-progress"]
        assert found["late"][0].parameters["RecordingDuration"] == "99"
        assert events[-1]["what"] == "callback completed delivered in attempt 1: 204"
        valid = {
            name: all(received.signature_ok for received in received_list) for name, received_list in found.items()
        }
        assert [name for name, is_valid in valid.items() if not is_valid] == ["forged", "unsigned", "newly-signed"]
        assert "x-twilio-signature" not in found["unsigned"][0].headers
        parameters = found["incomplete"][0].parameters
        assert ("CallSid" in parameters, parameters["RecordingDuration"]) == (False, "0")


def test_hmac_sha256_signs_the_same_text(sink: Sink) -> None:
    text = "recordings: [{timeline: [{status: completed, callback: {event: completed, signature: sha256}}]}]"
    with Api(make_settings(status_callback=sink.url), loads(text)) as api:
        api.wait_for_callbacks()
        (received,) = sink.received
        signed = build_signed_text(received.url, [*received.parameters.items()])
        expected = compute_signature(api.get_account().token, signed, "sha256")
        assert received.headers["x-twilio-signature"] == expected
        assert received.headers["x-twilio-webhooks-signature-settings"].endswith(",algorithm=HMAC_SHA256")
        (callback,) = api.run_command("GET", "/callbacks")
        assert (callback["signature"], callback["signed_text"]) == (expected, signed)
        assert callback["signed_with"] == "the account's auth token (HMAC-SHA256)"


@pytest.mark.parametrize(
    ("signature", "signed_with"),
    [("missing", "nothing"), ("wrong", "another token than the account's auth token")],
)
def test_log_says_what_is_wrong_with_a_signature(sink: Sink, signature: str, signed_with: str) -> None:
    with Api(make_settings(status_callback=sink.url)) as api:
        api.run_command("POST", "/recordings", {"id": "it", "status": "processing"})
        step = {"status": "completed", "callback": {"event": "completed", "signature": signature}}
        api.run_command("POST", "/recordings/it", step)
        (callback,) = api.run_command("GET", "/callbacks")
        assert callback["signed_with"] == signed_with
        assert bool(callback["signature"]) == (signature == "wrong")
        assert callback["signature"] == sink.received[0].headers.get("x-twilio-signature", "")


def test_control_api_refuses_a_broken_callback_with_its_place(sink: Sink) -> None:
    with Api(make_settings(status_callback=sink.url)) as api:
        api.run_command("POST", "/recordings", {"id": "it", "status": "processing"})
        step = {"status": "completed", "callback": {"event": "completed", "drop": ["CalSid"]}}
        response = api.send_command("POST", "/recordings/it", step)
        assert response.status_code == 400
        assert (
            "callback.drop[0]: expected a parameter that a callback has, found 'CalSid'. Did you mean CallSid?"
            in (response.headers["x-mock-reason"])
        )
        assert api.run_command("GET", "/callbacks") == []

"""Text messages are accepted and noted: programs send them beside calls."""

from collections.abc import Iterator

import pytest

from generators.sids import Kind, is_sid
from mockserver.rest.messages import NOT_SENT
from mockserver.rest.representations.messages import count_segments
from mockserver.rest.representations.wires import WireSetting
from tests.harness import Api, make_settings, parse_error

FORM = {"To": "+15005550006", "From": "+15005550001", "Body": "You have a new message."}


@pytest.fixture
def api() -> Iterator[Api]:
    with Api(make_settings(count=0, wire=WireSetting.TWILIO)) as api:
        yield api


def test_message_is_accepted_and_noted(api: Api) -> None:
    answer = api.post("Messages.json", **FORM)
    body = answer.json()
    assert answer.status_code == 201
    assert answer.headers.get_list("x-mock-warning") == [NOT_SENT]
    assert is_sid(body["sid"], Kind.MESSAGE)
    path = f"{api.root}/Messages/{body['sid']}"
    assert body == {
        "account_sid": api.mock.demo.sid,
        "api_version": "2010-04-01",
        "body": "You have a new message.",
        "date_created": "Thu, 01 Jan 2026 00:00:00 +0000",
        "date_sent": None,
        "date_updated": "Thu, 01 Jan 2026 00:00:00 +0000",
        "direction": "outbound-api",
        "error_code": None,
        "error_message": None,
        "from": "+15005550001",
        "messaging_service_sid": None,
        "num_media": "0",
        "num_segments": "1",
        "price": None,
        "price_unit": None,
        "sid": body["sid"],
        "status": "queued",
        "subresource_uris": {"media": f"{path}/Media.json"},
        "to": "+15005550006",
        "uri": f"{path}.json",
    }
    (entry,) = api.call_control_api("GET", "/requests?op=create_message")["requests"]
    assert (entry["method"], entry["status"], entry["form"]["Body"]) == ("POST", 201, ["You have a new message."])
    assert "<Message><AccountSid>" in api.post("Messages.xml", **FORM).text


def test_messages_have_different_sids_that_are_the_same_in_every_run(api: Api) -> None:
    sids = [api.post("Messages.json", **FORM).json()["sid"] for _ in range(3)]
    assert len({*sids}) == 3
    with Api(make_settings(count=0)) as other:
        assert sids == [other.post("Messages.json", **FORM).json()["sid"] for _ in range(3)]
    assert api.get_account().has_state
    api.run_command("POST", "/snapshots", {"name": "mine"})
    following = api.post("Messages.json", **FORM).json()["sid"]
    api.run_command("POST", "/rollback", {"name": "mine"})
    assert following == api.post("Messages.json", **FORM).json()["sid"]
    explained = api.get(f"/_mock/sids/{sids[0]}").json()
    assert (explained["kind"], explained["why"]) == ("message", "The message number 1 of this account.")


def test_message_with_media_has_another_prefix(api: Api) -> None:
    urls = ["https://a.example/1.png", "https://a.example/2.png"]
    body = api.post("Messages.json", To=FORM["To"], From=FORM["From"], MediaUrl=urls).json()
    assert (body["num_media"], body["body"], is_sid(body["sid"], Kind.MEDIA_MESSAGE)) == ("2", "", True)


@pytest.mark.parametrize(
    ("form", "status", "sender"),
    [
        ({"From": "500-555-0001"}, "queued", "+15005550001"),
        ({"From": "whatsapp:+15005550001"}, "queued", "whatsapp:+15005550001"),
        ({"MessagingServiceSid": "MG" + "1" * 32}, "accepted", None),
        ({"From": "12345", "MessagingServiceSid": "MG" + "1" * 32}, "queued", "12345"),
        (
            {"MessagingServiceSid": "MG" + "1" * 32, "ScheduleType": "fixed", "SendAt": "2026-02-01T00:00:00Z"},
            "scheduled",
            None,
        ),
    ],
)
def test_first_status_depends_on_the_sender(api: Api, form: dict[str, str], status: str, sender: str | None) -> None:
    answer = api.post("Messages.json", To="(500) 555-0006", ContentSid="HX" + "1" * 32, **form)
    body = answer.json()
    assert (body["status"], body["from"], body["to"]) == (status, sender, "+15005550006")
    assert body["messaging_service_sid"] == form.get("MessagingServiceSid")
    assert answer.headers.get_list("x-mock-warning") == [NOT_SENT]


@pytest.mark.parametrize(
    ("missing", "code", "message"),
    [
        ("To", "21604", "A 'To' phone number is required."),
        ("From", "21603", "A 'From' phone number is required."),
        ("Body", "21602", "Message body is required."),
    ],
)
def test_message_lacks_a_required_field(api: Api, missing: str, code: str, message: str) -> None:
    answer = api.post("Messages.json", **{**FORM, missing: ""})
    error = parse_error(answer)
    assert (answer.status_code, error["code"], error["message"]) == (400, code, message)
    assert answer.headers["x-mock-reason"].startswith(f"{missing}: expected ")
    assert "x-mock-warning" not in answer.headers
    assert not api.get_account().has_state


def test_list_of_messages_is_not_emulated(api: Api) -> None:
    for path in ("Messages.json", "Messages/SM00000000000000000000000000000000.json"):
        answer = api.get_in_account(path)
        assert (answer.status_code, answer.headers["x-mock-reason"][:12]) == (404, "Not emulated")


def test_doctor_is_silent_about_a_message_and_reports_its_mistakes(api: Api) -> None:
    api.post("Messages.json", **FORM)
    assert api.call_control_api("GET", "/doctor")["is_clean"]
    api.post("Messages.json", **FORM, MediaURL="https://a.example/1.png")
    (finding,) = api.call_control_api("GET", "/doctor")["findings"]
    assert (finding["rule"], finding["count"]) == ("ignored_parameters", 1)
    assert "Did you mean MediaUrl?" in finding["seen"][0]


def test_message_can_be_refused_by_a_fault(api: Api) -> None:
    fault = {"when": {"op": "create_message"}, "then": {"status": 429}, "times": 1}
    api.run_command("POST", "/faults", {"faults": [fault]})
    assert [api.post("Messages.json", **FORM).status_code for _ in range(2)] == [429, 201]


@pytest.mark.parametrize(
    ("body", "segments"),
    [
        ("", 1),
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("€" * 80, 1),
        ("€" * 81, 2),
        ("ж" * 70, 1),
        ("ж" * 71, 2),
        ("😀" * 35, 1),
        ("😀" * 36, 2),
        ("ж" * 134, 2),
        ("ж" * 135, 3),
    ],
)
def test_segments_depend_on_the_characters(body: str, segments: int) -> None:
    assert segments == count_segments(body)

from typing import Any
from urllib.parse import urlencode

import pytest

from mockserver.callbacks.signature import build_signed_text, compute_signature
from mockserver.testing.handles import MockTwilio
from scenarios.loading.load import loads
from tests.harness import Api

URL = "https://app.example.com/hook"
PAIRS = (("RecordingStatus", "completed"), ("Name", "Zoë & co"), ("Empty", ""))
TOKENS = """
version: 1
name: rotated
auth: strict
tokens: [{create: secondary}]
"""


def sign(api: Api, url: str = URL, pairs: Any = PAIRS, token: str | None = None, digest: str = "sha1") -> str:
    return compute_signature(token or api.get_account().token, build_signed_text(url, pairs), digest)


def verify(api: Api, signature: str, url: str = URL, pairs: Any = PAIRS) -> dict[str, Any]:
    command = {"url": url, "body": urlencode(pairs), "signature": signature}
    verdict: dict[str, Any] = api.run_command("POST", "/callbacks/verify", command)
    return verdict


def test_right_signature_is_valid(api: Api) -> None:
    signature = sign(api)
    assert verify(api, f" {signature}\n") == {
        "is_valid": True,
        "verdict": "Yes: it is signed with the account's auth token.",
        "signed_with": "the account's auth token",
        "callback": None,
        "differences": [],
        "expected": signature,
        "signed_text": build_signed_text(URL, PAIRS),
    }
    assert verify(api, sign(api, digest="sha256"))["is_valid"]


def test_port_of_https_is_not_signed(api: Api) -> None:
    port = "https://app.example.com:8443/hook"
    assert verify(api, sign(api), url=port) | {"expected": "", "signed_text": ""} == verify(api, sign(api)) | {
        "expected": "",
        "signed_text": "",
    }
    assert verify(api, sign(api, port), url=port)["is_valid"]


@pytest.mark.parametrize(
    "signed",
    [
        "http://app.example.com/hook",
        "http://app.example.com:80/hook",
        "https://app.example.com/hook/",
        "https://app.example.com:443/hook",
    ],
)
def test_usual_differences_of_the_url_are_found(api: Api, signed: str) -> None:
    found = verify(api, sign(api, signed))
    assert (found["is_valid"], found["signed_with"]) == (False, "the account's auth token")
    assert found["differences"] == [{"part": "url", "name": None, "signed": signed, "received": URL}]
    assert found["verdict"] == f"No: the URL differs: signed was {signed!r}, received {URL!r}."


def test_query_that_was_not_signed_is_found(api: Api) -> None:
    found = verify(api, sign(api), url=f"{URL}/?a=1")
    assert found["differences"][0]["signed"] == URL


def test_body_that_was_not_signed_is_found(api: Api) -> None:
    found = verify(api, sign(api, pairs=()), pairs=PAIRS[:1])
    assert found["differences"] == [
        {"part": "parameter", "name": "RecordingStatus", "signed": None, "received": "completed"}
    ]
    assert found["verdict"].endswith("signed was nothing, received 'completed'.")


def test_signature_of_another_account_is_not_valid(api: Api) -> None:
    found = verify(api, sign(api, token="another"))
    assert (found["is_valid"], found["signed_with"], found["differences"]) == (False, None, [])
    assert found["verdict"].startswith("No: no auth token of this account has signed this URL and body.")
    for url in ("nothing like a URL", "http://[", "https://ü/ ?"):
        assert not verify(api, "né", url=url)["is_valid"]


def test_secondary_token_is_known() -> None:
    with Api(scenario=loads(TOKENS)) as api:
        tokens = api.get_account().state.auth_tokens
        assert tokens is not None
        assert verify(api, sign(api))["signed_with"] == "the account's primary auth token"
        assert verify(api, sign(api, token=tokens.secondary))["signed_with"] == "the account's secondary auth token"


def test_sent_callback_is_recognized_and_compared() -> None:
    with MockTwilio(count=5) as mock:
        mock.recordings.add(id="mine", callback="http://127.0.0.1:9/hook?a=1", status="in-progress")
        mock.recordings.transition("mine", "completed", duration=3)
        (callback,) = mock.callbacks
        body = urlencode(callback.parameters)
        assert mock.callbacks.verify(callback.url, body, callback.signature).is_valid
        changed = urlencode({**callback.parameters, "RecordingDuration": "4", "Extra": "1"})
        verdict = mock.callbacks.verify("http://localhost:9/hook?a=1", changed, callback.signature)
        assert (verdict.is_valid, verdict.callback) == (False, 0)
        assert [(part.part, part.name, part.signed, part.received) for part in verdict.differences] == [
            ("url", None, callback.url, "http://localhost:9/hook?a=1"),
            ("parameter", "Extra", None, "1"),
            ("parameter", "RecordingDuration", "3", "4"),
        ]
        assert verdict.verdict.startswith("No: callback 0 has this signature, but the URL differs, and 2 more: ")


def test_signature_that_a_scenario_made_wrong_is_recognized() -> None:
    with MockTwilio(count=5) as mock:
        mock.recordings.add(id="mine", callback="http://127.0.0.1:9/hook", status="in-progress")
        mock.recordings.transition("mine", "completed", callback={"event": "completed", "signature": "wrong"})
        mock.recordings.transition("mine", callback={"event": "completed", "signature": "missing"})
        callback = mock.callbacks.list()[0]
        verdict = mock.callbacks.verify(callback.url, urlencode(callback.parameters), callback.signature)
        assert (verdict.is_valid, verdict.callback, verdict.differences) == (False, 0, [])
        assert mock.callbacks.verify(callback.url, urlencode(callback.parameters), "").callback is None
        assert verdict.verdict == "No: callback 0 was sent with this signature, which a scenario made wrong."


def test_token_that_made_the_subscription_is_known(api: Api) -> None:
    api.auth = (api.mock.demo.sid, "a secret of mine")
    api.post("Calls/CA" + "1" * 32 + "/Recordings.json", RecordingStatusCallback="http://127.0.0.1:9/x")
    path = api.run_command("GET", "/recordings?limit=1")["recordings"][0]["sid"]
    api.run_command("POST", f"/recordings/{path}", {"status": "completed"})
    found = verify(api, sign(api, token="a secret of mine"))
    assert found["verdict"] == "Yes: it is signed with the auth token that made the subscription."


@pytest.mark.parametrize("url", ["", "x" * 16_385])
def test_url_is_bounded(api: Api, url: str) -> None:
    assert api.send_command("POST", "/callbacks/verify", {"url": url, "signature": "x"}).status_code == 400

"""Web pages of others must not use the mock: neither its control API, nor as a proxy that requests URLs for them."""

from typing import Any

import httpx
import pytest

from tests.harness import Api, make_settings

CALL = "CA" + "1" * 32
HOOK = "http://127.0.0.1:9/hook"
FOREIGN_ORIGINS = [
    "http://evil.example",
    "https://localhost.evil.example",
    "http://127.0.0.1.evil.example:4010",
    "http://[::1",
    "http://192.168.7.7:4010",
    "null",
    "",
]
OWN_ORIGINS = ["http://localhost:3000", "https://app.localhost", "http://127.0.0.1:4010", "http://[::1]:8000"]


def create_recording(api: Api, **headers: str) -> httpx.Response:
    body = f"RecordingStatusCallback={HOOK}&RecordingStatusCallbackEvent=in-progress+completed".encode()
    headers = {"content_type": "application/x-www-form-urlencoded", **headers}
    return api.post_body(f"Calls/{CALL}/Recordings.json", body, **headers)


def list_callback_urls(api: Api) -> list[str]:
    return [callback["url"] for callback in api.run_command("GET", "/callbacks")]


def send_with_token(api: Api, method: str, path: str, command: Any, origin: str = "http://localhost") -> httpx.Response:
    api.mock.control_token = "secret"
    response = api.send_command(method, path, command, authorization="Bearer secret", origin=origin)
    api.mock.control_token = None
    return response


@pytest.mark.parametrize("origin", FOREIGN_ORIGINS)
def test_callback_of_foreign_page_is_accepted_and_not_called(api: Api, origin: str) -> None:
    response = create_recording(api, origin=origin)
    assert response.status_code == 201
    (warning,) = response.headers.get_list("x-mock-warning")
    assert warning.startswith("RecordingStatusCallback was accepted, and will not be called: ")
    assert repr(origin) in warning
    sid = response.json()["sid"]
    api.post(f"Calls/{CALL}/Recordings/{sid}.json", Status="stopped")
    api.advance(60)
    assert list_callback_urls(api) == []


@pytest.mark.parametrize("origin", OWN_ORIGINS)
def test_callback_of_page_on_this_machine_is_called(api: Api, origin: str) -> None:
    response = create_recording(api, origin=origin)
    assert "x-mock-warning" not in response.headers
    assert list_callback_urls(api) == [HOOK]


def test_callback_of_page_at_public_url_is_called() -> None:
    with Api(make_settings(public_url="https://mock.example")) as api:
        assert "x-mock-warning" not in create_recording(api, origin="https://mock.example").headers
        assert "x-mock-warning" in create_recording(api, origin="https://other.example").headers


def test_callback_of_client_without_origin_is_called(api: Api) -> None:
    create_recording(api)
    assert list_callback_urls(api) == [HOOK]


def test_foreign_page_without_callback_gets_no_warning(api: Api) -> None:
    response = api.post_body(f"Calls/{CALL}/Recordings.json", b"", origin="http://evil.example")
    assert (response.status_code, response.headers.get_list("x-mock-warning")) == (201, [])


def test_warning_shows_start_of_long_origin(api: Api) -> None:
    warning = create_recording(api, origin="http://" + "x" * 5000).headers["x-mock-warning"]
    assert "x" * 74 not in warning
    assert "x" * 73 in warning


@pytest.mark.parametrize(
    "command",
    [
        {"recordings": [{"id": "a", "status": "completed", "status_callback": HOOK}]},
        {"pick": [{"id": "a", "status_callback": HOOK, "timeline": [{"callback": "completed"}]}]},
        {"calls": [{"recordings": [{"id": "a", "status": "completed", "status_callback": HOOK}]}]},
        {"arrivals": [{"every": "1s", "count": 1, "mix": {"completed": 1}, "status_callback": HOOK}]},
    ],
    ids=["recording", "pick", "call", "arrival"],
)
def test_scenario_of_foreign_page_calls_no_url(api: Api, command: dict[str, Any]) -> None:
    response = send_with_token(api, "PUT", "/scenario", {"scenario": command}, origin="http://evil.example")
    assert response.status_code == 200
    assert response.headers["x-mock-warning"].startswith("status_callback and routes was accepted, and will not")
    api.advance(1)
    assert list_callback_urls(api) == []
    send_with_token(api, "PUT", "/scenario", {"scenario": command})
    api.advance(1)
    assert list_callback_urls(api) == [HOOK]


def test_accounts_of_foreign_page_call_no_url(api: Api) -> None:
    recordings = [{"id": "a", "status": "completed", "status_callback": HOOK}]
    command = {"scenario": {"accounts": [{"id": "main", "recordings": recordings}]}}
    response = send_with_token(api, "PUT", "/accounts", command, origin="http://evil.example")
    assert response.headers["x-mock-warning"].startswith("status_callback and routes was accepted, and will not")
    assert list_callback_urls(api) == []
    send_with_token(api, "PUT", "/accounts", command)
    assert list_callback_urls(api) == [HOOK]


def test_scenario_of_foreign_page_without_urls_has_no_warning(api: Api) -> None:
    command = {"scenario": {"recordings": [{"id": "a", "status": "completed"}]}}
    response = send_with_token(api, "PUT", "/scenario", command, origin="http://evil.example")
    assert "x-mock-warning" not in response.headers
    assert api.run_command("GET", "/scenario")["recordings"] != []


def test_routes_of_foreign_page_are_not_used(api: Api) -> None:
    routes = {"routes": {"https://app.example.com": "http://127.0.0.1:9"}}
    response = send_with_token(api, "PUT", "/overrides", routes, origin="http://evil.example")
    assert response.headers["x-mock-warning"].startswith("routes was accepted, and will not be called: ")
    assert api.run_command("GET", "/overrides")["routes"] is None
    send_with_token(api, "PUT", "/overrides", routes)
    assert api.run_command("GET", "/overrides") == {"wire": None, "auth": None, **routes}


@pytest.mark.parametrize("site", ["cross-site", "same-site", "unknown"])
@pytest.mark.parametrize("token", [None, "secret"])
def test_other_sites_cannot_read_control_api(api: Api, site: str, token: str | None) -> None:
    api.auth = None
    api.mock.control_token = token
    for path in ("", "/requests", "/callbacks", "/scenario"):
        headers = {"sec-fetch-site": site, "authorization": f"Bearer {token}"}
        for method in ("GET", "HEAD", "POST", "DELETE"):
            response = api.request(method, f"/_mock/accounts/demo{path}", headers)
            assert response.status_code in (403, 405)
            if method == "GET":
                assert (response.status_code, response.json()["code"]) == (403, 20403)


@pytest.mark.parametrize("site", ["none", "same-origin"])
@pytest.mark.parametrize("token", [None, "secret"])
def test_own_pages_and_typed_addresses_read_control_api(api: Api, site: str, token: str | None) -> None:
    api.auth = None
    api.mock.control_token = token
    headers = {"sec-fetch-site": site, "authorization": f"Bearer {token}"}
    assert api.request("GET", "/_mock/accounts/demo", headers).status_code == 200


@pytest.mark.parametrize("path", ["/_mock/accounts/demo/reset", "/_mock/accounts/demo", "/_mock/health"])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_control_api_refuses_callbacks(api: Api, method: str, path: str) -> None:
    response = api.request(method, path, {"X-Twilio-Signature": "x"})
    assert response.status_code in (403, 405)
    assert response.status_code == 405 or "refuses callbacks" in response.headers["x-mock-reason"]

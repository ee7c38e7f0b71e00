"""The files of the dashboard, their headers, and who may read and change what through a browser."""

import gzip
import re
from base64 import b64encode
from hashlib import sha256
from pathlib import Path

import pytest

from mockserver import dashboard
from mockserver.dashboard.files import list_names, read_file
from scenarios.loading.sources import find_bundled_files
from scenarios.operations import Operation
from tests.harness import Api, make_settings

NAVIGATION = {"sec-fetch-mode": "navigate", "sec-fetch-dest": "document"}
TOKEN = "the token"
HOST = "mock.example:4010"
MORE_BY_GZIP = 30
"""The bytes that the program gzip takes more for the files of the page than Python does, at most."""


def test_every_file_is_served_with_strict_headers(api: Api) -> None:
    for name in list_names():
        response = api.request("GET", f"/_mock/ui/{name}")
        file = read_file(name)
        assert file is not None
        assert (response.status_code, response.content) == (200, file.body)
        assert response.headers["content-type"] == file.media_type.decode()
        policy = response.headers["content-security-policy"]
        assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self'; ")
        assert "unsafe" not in policy
        assert policy.endswith("require-trusted-types-for 'script'; trusted-types recmock")
        assert response.headers["x-content-type-options"] == "nosniff"
        assert response.headers["cross-origin-resource-policy"] == "same-origin"
        assert response.headers["cross-origin-opener-policy"] == "same-origin"
        assert response.headers["referrer-policy"] == "no-referrer"
        assert response.headers["cache-control"] == "no-cache"
        assert "access-control-allow-origin" not in response.headers


def test_page_is_its_index_and_needs_nothing_from_elsewhere(api: Api) -> None:
    text = api.request("GET", "/_mock/").text
    named = re.findall(r'(?:src|href)="(?!#)([^"]*)"', text)
    assert {name.removeprefix("ui/") for name in named} <= {*list_names()}
    assert "<script>" not in text
    assert "style=" not in text


def test_styles_are_in_the_page_and_allowed_by_their_digest(api: Api) -> None:
    page = api.request("GET", "/_mock/")
    (styles,) = re.findall("<style>(.*?)</style>", page.text, re.DOTALL)
    files = [file.body.decode() for name in ("tokens.css", "app.css") if (file := read_file(name)) is not None]
    assert styles == "".join(files)
    digest = b64encode(sha256(styles.encode()).digest()).decode()
    assert f"; style-src 'self' 'sha256-{digest}'; " in page.headers["content-security-policy"]


def test_page_asks_for_its_session_only_if_there_is_a_token(api: Api) -> None:
    is_open = api.request("GET", "/_mock/")
    api.mock.control_token = TOKEN
    needs_token = api.request("GET", "/_mock/")
    assert ("data-open" in is_open.text, "data-open" in needs_token.text) == (True, False)
    assert is_open.headers["etag"] != needs_token.headers["etag"]


def test_page_names_the_modules_of_its_first_view_at_once(api: Api) -> None:
    named = re.findall(r"<ui/([^>]+)>; rel=modulepreload", api.request("GET", "/_mock/").headers["link"])
    assert named[:2] == ["api.js", "app.js"]
    assert "view-recordings.js" in named
    assert len(named) == len({*named})
    for name in named:
        file = read_file(name)
        assert file is not None
        assert {*re.findall(r'^import .* from "\./([^"]+)";$', file.body.decode(), re.MULTILINE)} <= {*named}
    others = {"view-accounts.js", "view-recording.js", "palette.js", "signin.js", "worker.js"}
    assert not others & {*named}


def test_imported_modules_exist() -> None:
    for name in list_names():
        file = read_file(name)
        assert file is not None
        if name.endswith(".js"):
            assert {*re.findall(rb'from "\./([^"]+)"', file.body)} <= {other.encode() for other in list_names()}


def test_page_weighs_at_most_40_kilobytes_compressed() -> None:
    bodies = [file.body for name in list_names() if (file := read_file(name)) is not None]
    assert len(gzip.compress(b"".join(bodies), 9)) <= 40 * 1024 - MORE_BY_GZIP


def test_no_file_has_more_than_250_lines() -> None:
    lengths = {name: len(file.body.splitlines()) for name in list_names() if (file := read_file(name)) is not None}
    assert {name: length for name, length in lengths.items() if length > 250} == {}


def test_known_version_is_not_sent_again(api: Api) -> None:
    etag = api.request("GET", "/_mock/").headers["etag"]
    response = api.request("GET", "/_mock/", {"if-none-match": etag})
    assert (response.status_code, response.content, response.headers["etag"]) == (304, b"", etag)


@pytest.mark.parametrize("name", ["nothing.js", "%2e%2e", "__init__.py", "index.html%00"])
def test_other_files_are_unknown(api: Api, name: str) -> None:
    assert api.request("GET", f"/_mock/ui/{name}").status_code == 404


@pytest.mark.parametrize("path", ["/_mock/", "/_mock", "/_mock/ui/app.js"])
@pytest.mark.parametrize("method", ["POST", "DELETE"])
def test_page_is_only_read(api: Api, method: str, path: str) -> None:
    response = api.request(method, path)
    assert (response.status_code, response.headers["allow"]) == (405, "GET, HEAD")


@pytest.mark.parametrize(
    "headers", [{"sec-fetch-mode": "navigate"}, {"accept": "text/html,application/xhtml+xml,*/*;q=0.8"}]
)
@pytest.mark.parametrize("path", ["/", "/_mock"])
def test_browser_is_led_to_the_page(api: Api, path: str, headers: dict[str, str]) -> None:
    response = api.request("GET", path, headers)
    assert (response.status_code, response.headers["location"]) == (302, "/_mock/")


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_every_other_client_gets_200(api: Api, method: str) -> None:
    response = api.request(method, "/")
    assert response.status_code == 200
    assert response.headers["content-type"] == "text/plain; charset=utf-8"
    assert method == "HEAD" or "http://localhost:4010/_mock/" in response.text


def test_looking_at_the_page_is_not_in_the_journal(api: Api) -> None:
    for path in ("/", "/_mock/", "/_mock/ui/app.js"):
        api.request("GET", path)
    assert api.run_command("GET", "/requests")["total"] == 0


def test_link_on_another_page_opens_the_page(api: Api) -> None:
    response = api.request("GET", "/_mock/", {"sec-fetch-site": "cross-site", **NAVIGATION})
    assert response.status_code == 200


@pytest.mark.parametrize(
    ("path", "headers"),
    [
        ("/_mock/", {}),
        ("/_mock/", {"sec-fetch-mode": "navigate", "sec-fetch-dest": "iframe"}),
        ("/_mock/ui/app.js", NAVIGATION),
        ("/_mock/session", NAVIGATION),
        ("/_mock/accounts/demo", NAVIGATION),
    ],
)
@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_other_pages_read_nothing_else(api: Api, path: str, headers: dict[str, str], site: str) -> None:
    response = api.request("GET", path, {"sec-fetch-site": site, **headers})
    assert response.status_code == 403
    assert response.headers["cross-origin-resource-policy"] == "same-origin"


def test_answers_of_the_control_api_are_for_this_origin_but_media_are_not(api: Api) -> None:
    for path in ("/_mock/health", "/_mock/accounts/demo", "/_mock/nothing"):
        assert api.request("GET", path).headers["cross-origin-resource-policy"] == "same-origin"
    media = api.request("GET", f"/_mock/media/{api.mock.demo.sid}/RE1.mp3")
    assert "cross-origin-resource-policy" not in media.headers


def sign_in(api: Api, token: str = TOKEN, **headers: str) -> str:
    """Sign in beyond loopback, and return the cookie."""
    api.mock.control_token = TOKEN
    headers = {"host": HOST, "origin": f"http://{HOST}", **headers}
    response = api.send_control("POST", "/session", b'{"token": "%s"}' % token.encode(), **headers)
    assert response.status_code == 200, response.headers["x-mock-reason"]
    assert response.json() == {"requires_token": True, "is_signed_in": True}
    cookie, *attributes = response.headers["set-cookie"].split("; ")
    assert attributes == ["Path=/_mock", "HttpOnly", "SameSite=Strict"]
    assert TOKEN not in cookie
    return cookie


def test_session_is_open_on_loopback(api: Api) -> None:
    assert api.send_control("GET", "/session").json() == {"requires_token": False, "is_signed_in": True}


def test_page_signs_in_once(api: Api) -> None:
    cookie = sign_in(api)
    assert cookie.startswith("recmock_4010=")
    signed_out, signed_in = (api.send_control("GET", "/session", host=HOST, cookie=text) for text in ("", cookie))
    assert signed_out.json() == {"requires_token": True, "is_signed_in": False}
    assert signed_in.json() == {"requires_token": True, "is_signed_in": True}
    assert api.send_control("GET", "/accounts/demo", host=HOST).status_code == 401
    assert api.send_control("GET", "/accounts/demo", host=HOST, cookie=f"a=b; {cookie}").status_code == 200
    response = api.send_control("POST", "/accounts/demo/reset", host=HOST, origin=f"http://{HOST}", cookie=cookie)
    assert response.status_code == 200


def test_cookie_is_secure_over_https() -> None:
    with Api(make_settings(public_url="https://mock.example")) as api:
        api.mock.control_token = TOKEN
        origin = "https://mock.example"
        response = api.send_control("POST", "/session", b'{"token": "the token"}', host="mock.example", origin=origin)
        assert response.headers["set-cookie"].startswith("recmock_default=")
        assert response.headers["set-cookie"].endswith("; Secure")
        assert api.request("GET", "/_mock/").headers["cross-origin-opener-policy"] == "same-origin"


def test_wrong_token_sets_no_cookie(api: Api) -> None:
    api.mock.control_token = TOKEN
    response = api.send_control("POST", "/session", b'{"token": "another"}', host=HOST)
    assert (response.status_code, "set-cookie" in response.headers) == (401, False)


def test_page_at_plain_http_beyond_loopback_has_no_header_that_browsers_complain_of(api: Api) -> None:
    api.mock.control_token = TOKEN
    response = api.request("GET", "/_mock/", {"host": HOST})
    assert (response.status_code, "cross-origin-opener-policy" in response.headers) == (200, False)


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "http://mock.example:5000"},
        {"origin": "null"},
        {"sec_fetch_site": "same-site"},
        {"sec_fetch_site": "cross-site"},
        {},
    ],
)
def test_cookie_changes_nothing_for_other_origins(api: Api, headers: dict[str, str]) -> None:
    cookie = sign_in(api)
    response = api.send_control("POST", "/accounts/demo/reset", b"", host=HOST, cookie=cookie, **headers)
    assert (response.status_code, response.json()["code"]) == (403, 20403)
    if headers:
        assert api.send_control("GET", "/accounts/demo", b"", host=HOST, cookie=cookie, **headers).status_code == 403
        refused = api.send_control("POST", "/session", b'{"token": "the token"}', host=HOST, **headers)
        assert refused.status_code == 403


def test_cookie_of_another_port_is_none_of_this_server(api: Api) -> None:
    cookie = sign_in(api)
    assert api.send_control("GET", "/accounts/demo", host="mock.example:4011", cookie=cookie).status_code == 401


def test_cookie_of_another_token_is_refused(api: Api) -> None:
    cookie = sign_in(api)
    api.mock.control_token = "a new token"
    assert api.send_control("GET", "/accounts/demo", host=HOST, cookie=cookie).status_code == 401


def test_every_operation_can_be_tried(api: Api) -> None:
    operations = {row["name"]: row for row in api.send_control("GET", "/operations").json()}
    assert set(operations) == {operation.value for operation in Operation}
    assert operations["delete_call_recording"] == {
        "name": "delete_call_recording",
        "method": "DELETE",
        "path": "/2010-04-01/Accounts/{account_sid}/Calls/{call_sid}/Recordings/{sid}.json",
        "parameters": [],
    }
    assert operations["list_recordings"]["parameters"][-3:] == ["PageSize", "Page", "PageToken"]


def test_bundled_scenarios_are_listed(api: Api) -> None:
    rows = api.send_control("GET", "/scenarios").json()
    assert [row["name"] for row in rows] == [*find_bundled_files()]
    assert all(row["about"] for row in rows)


def test_map_names_every_module() -> None:
    text = (Path(dashboard.__file__).parent / "README.md").read_text(encoding="utf-8")
    assert {*re.findall(r"^\| `([\w-]+\.js)` \|", text, re.MULTILINE)} == {
        name for name in list_names() if name.endswith(".js")
    }

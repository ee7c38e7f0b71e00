from base64 import b64encode
from collections.abc import Iterator

import pytest

from generators.seeds import derive_auth_token, derive_demo_account_sid
from mockserver.rest.auth import AuthSetting, DeclaredAccount
from tests.harness import Api, make_settings

PARENT = DeclaredAccount(sid="AC" + "A" * 32, token="secret")
CHILD = DeclaredAccount(sid="AC" + "b" * 32, token="other", parent=PARENT.sid.lower())


def encode_basic_auth(text: str) -> str:
    return f"Basic {b64encode(text.encode('latin-1')).decode()}"


def get_status(api: Api, authorization: str | None, account: str | None = None) -> int:
    api.auth = None
    path = f"/2010-04-01/Accounts/{account or api.mock.demo.sid}/Recordings.json?PageSize=1"
    headers = {} if authorization is None else {"Authorization": authorization}
    answer = api.request("GET", path, headers)
    if answer.status_code == 401:
        assert answer.json()["code"] == 20003
        assert answer.headers["www-authenticate"] == 'Basic realm="Twilio API"'
        assert answer.headers["x-mock-reason"]
    return answer.status_code


@pytest.mark.parametrize(
    ("authorization", "expected"),
    [
        (None, 401),
        ("", 401),
        ("Bearer abc", 401),
        ("Basic", 401),
        ("Basic !!!", 401),
        ("Basic /w==", 401),
        (encode_basic_auth("AC" + "0" * 32), 401),
        (encode_basic_auth("AC" + "0" * 32 + ":"), 401),
        (encode_basic_auth("someone:secret"), 401),
        (encode_basic_auth("AC" + "0" * 32 + ":any:thing"), 200),
        (encode_basic_auth("SK" + "0" * 32 + ":secret"), 200),
        (encode_basic_auth("AC" + "0" * 32 + ":x").replace("Basic", "basic"), 200),
    ],
)
def test_auth_any_requires_well_formed_credentials(api: Api, authorization: str | None, expected: int) -> None:
    assert expected == get_status(api, authorization)


def test_missing_credentials_have_separate_error_message(api: Api) -> None:
    api.auth = None
    body = api.get(api.list_path).json()
    assert body["message"] == "Authentication Error - No credentials provided"
    assert body["detail"] == ""


@pytest.fixture
def strict_api() -> Iterator[Api]:
    with Api(make_settings(auth=AuthSetting.STRICT, account=(PARENT, CHILD))) as api:
        yield api


@pytest.mark.parametrize(
    ("username", "secret", "account", "expected"),
    [
        (PARENT.sid, "secret", PARENT.sid, 200),
        (PARENT.sid.swapcase().replace("ac", "AC"), "secret", PARENT.sid, 200),
        (PARENT.sid, "wrong", PARENT.sid, 401),
        (PARENT.sid, "secret", CHILD.sid, 200),
        (CHILD.sid, "other", CHILD.sid, 200),
        (CHILD.sid, "other", PARENT.sid, 401),
        (PARENT.sid, "secret", "AC" + "c" * 32, 401),
        ("AC" + "c" * 32, "secret", "AC" + "c" * 32, 401),
        ("SK" + "c" * 32, "secret", PARENT.sid, 401),
        (PARENT.sid, "secret", "AC1", 404),
    ],
)
def test_auth_strict_accepts_only_declared_accounts(
    strict_api: Api, username: str, secret: str, account: str, expected: int
) -> None:
    assert expected == get_status(strict_api, encode_basic_auth(f"{username}:{secret}"), account)


def test_auth_strict_accepts_demo_account(strict_api: Api) -> None:
    assert strict_api.mock.demo.token == derive_auth_token("0", derive_demo_account_sid("0"))
    assert strict_api.get(strict_api.list_path).status_code == 200


def test_wrong_token_returns_twilios_error_message(strict_api: Api) -> None:
    strict_api.auth = (PARENT.sid, "wrong")
    body = strict_api.get(strict_api.list_path).json()
    assert body["message"] == "Authenticate"
    assert body["detail"] == "Your AccountSid or AuthToken was incorrect."


def test_demo_account_token_can_be_declared() -> None:
    sid = derive_demo_account_sid("0")
    settings = make_settings(auth=AuthSetting.STRICT, account=(DeclaredAccount(sid=sid, token="mine"),))
    with Api(settings) as api:
        assert get_status(api, encode_basic_auth(f"{sid}:mine")) == 200


def test_auth_off_requires_no_credentials() -> None:
    with Api(make_settings(auth=AuthSetting.OFF)) as api:
        assert get_status(api, None) == 200

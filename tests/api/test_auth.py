from base64 import b64encode
from collections.abc import Iterator

import pytest

from generators.seeds import derive_auth_token, derive_demo_account_sid
from mockserver.rest.auth import AuthSetting, DeclaredAccount, DeclaredApiKey
from tests.harness import Api, make_settings

PARENT = DeclaredAccount(sid="AC" + "A" * 32, token="secret")
CHILD = DeclaredAccount(sid="AC" + "b" * 32, token="other", parent=PARENT.sid.lower())
PARENT_KEY = DeclaredApiKey(sid="SK" + "A" * 32, secret="key", account_sid=PARENT.sid)
CHILD_KEY = DeclaredApiKey(sid="SK" + "b" * 32, secret="key of child", account_sid=CHILD.sid)
STRANGER = DeclaredAccount(sid="AC" + "d" * 32, token="strange")
STRANGERS_CHILD = DeclaredAccount(sid="AC" + "e" * 32, token="small", parent=STRANGER.sid)


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
        (encode_basic_auth("AC" + "0" * 32 + ":x").replace("Basic Q", "Basic Q!"), 401),
        (encode_basic_auth("AC" + "0" * 32 + ":x").replace("Basic Q", "Basic Q Q"), 401),
        (encode_basic_auth("AC" + "0" * 32 + ":xy").rstrip("="), 401),
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
    accounts = (PARENT, CHILD, STRANGER, STRANGERS_CHILD)
    with Api(make_settings(auth=AuthSetting.STRICT, account=accounts, api_key=(PARENT_KEY, CHILD_KEY))) as api:
        yield api


@pytest.mark.parametrize(
    ("username", "secret", "account", "expected"),
    [
        (PARENT.sid, "secret", PARENT.sid, 200),
        (PARENT.sid.swapcase().replace("ac", "AC"), "secret", PARENT.sid, 200),
        (PARENT.sid, "wrong", PARENT.sid, 401),
        (PARENT.sid, "secre", PARENT.sid, 401),
        (PARENT.sid, "secret2", PARENT.sid, 401),
        (PARENT.sid, "Secret", PARENT.sid, 401),
        (PARENT.sid, "secret", CHILD.sid, 200),
        (CHILD.sid, "other", CHILD.sid, 200),
        (CHILD.sid, "other", PARENT.sid, 401),
        (STRANGER.sid, "strange", STRANGERS_CHILD.sid, 200),
        (STRANGER.sid, "strange", CHILD.sid, 401),
        (STRANGER.sid, "strange", PARENT.sid, 401),
        (PARENT.sid, "secret", STRANGERS_CHILD.sid, 401),
        (CHILD.sid, "other", STRANGERS_CHILD.sid, 401),
        (PARENT.sid, "secret", "AC" + "c" * 32, 401),
        ("AC" + "c" * 32, "secret", "AC" + "c" * 32, 401),
        ("SK" + "c" * 32, "secret", PARENT.sid, 401),
        (PARENT_KEY.sid.lower().replace("sk", "SK"), "key", PARENT.sid, 200),
        (PARENT_KEY.sid, "key", CHILD.sid, 200),
        (PARENT_KEY.sid, "secret", PARENT.sid, 401),
        (CHILD_KEY.sid, "key of child", CHILD.sid, 200),
        (CHILD_KEY.sid, "key of child", PARENT.sid, 401),
        (CHILD_KEY.sid, "key of child", "AC" + "c" * 32, 401),
        (PARENT.sid, "secret", "AC1", 404),
    ],
)
def test_auth_strict_accepts_only_declared_accounts_and_keys(
    strict_api: Api, username: str, secret: str, account: str, expected: int
) -> None:
    assert expected == get_status(strict_api, encode_basic_auth(f"{username}:{secret}"), account)


@pytest.mark.parametrize(
    ("username", "secret", "expected"),
    [
        (CHILD.sid, "other", f"{CHILD.sid} is neither {PARENT.sid} nor its parent"),
        (CHILD_KEY.sid, "key of child", f"an API key of {CHILD.sid}, which is neither {PARENT.sid} nor its parent"),
        (PARENT_KEY.sid, "wrong", f"{PARENT_KEY.sid} is declared with another secret"),
        ("SK" + "c" * 32, "x", f"declare it with --api-key SK{'c' * 32}:SECRET@AC..."),
    ],
)
def test_reason_of_401_names_sids_in_their_own_case(strict_api: Api, username: str, secret: str, expected: str) -> None:
    strict_api.auth = (username, secret)
    answer = strict_api.get(f"/2010-04-01/Accounts/{PARENT.sid}/Recordings.json")
    assert answer.status_code == 401
    assert expected in answer.headers["x-mock-reason"]


def test_override_strict_accepts_keys_of_the_account_only() -> None:
    settings = make_settings(api_key=(PARENT_KEY, CHILD_KEY))
    with Api(settings) as api:
        api.send_command("PUT", "/overrides", {"auth": "strict"}, account=PARENT.sid)
        assert get_status(api, encode_basic_auth(f"{PARENT_KEY.sid}:key"), PARENT.sid) == 200
        assert get_status(api, encode_basic_auth(f"{CHILD_KEY.sid}:key of child"), PARENT.sid) == 401
        assert get_status(api, encode_basic_auth(f"{CHILD_KEY.sid}:any"), CHILD.sid) == 200


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

"""The list of accounts, and the auth token in an account's body."""

from collections.abc import Iterator
from typing import Any

import pytest

from generators.seeds import derive_auth_token
from mockserver.rest.auth import AuthSetting, DeclaredAccount, DeclaredApiKey
from tests.accounts import make_scenario
from tests.harness import Api, make_settings

PARENT = DeclaredAccount(sid="AC" + "a" * 32, token="of-parent")
CHILDREN = tuple(
    DeclaredAccount(sid=f"AC{number:032X}", token=f"of-child-{number}", parent=PARENT.sid.upper())
    for number in (0xC3, 0xC1, 0xC2)
)
CHILD_SIDS = [f"AC{child.sid[2:].lower()}" for child in CHILDREN]
STRANGER = DeclaredAccount(sid="AC" + "e" * 32, token="of-stranger")
KEY = DeclaredApiKey(sid="SK" + "1" * 32, secret="of-key", account_sid=PARENT.sid)
UNDECLARED = "AC" + "5" * 32
PATH = "/2010-04-01/Accounts.json"


@pytest.fixture(params=[AuthSetting.ANY, AuthSetting.STRICT])
def family(request: pytest.FixtureRequest) -> Iterator[Api]:
    """Yield a mock with a parent, its children and a stranger. The client is the parent."""
    settings = make_settings(auth=request.param, account=(PARENT, *CHILDREN, STRANGER), api_key=(KEY,))
    with Api(settings) as api:
        api.auth = (PARENT.sid, PARENT.token)
        yield api


def list_accounts(api: Api, query: str = "") -> list[dict[str, Any]]:
    """Return all accounts, page by page."""
    found: list[dict[str, Any]] = []
    path: str | None = f"{PATH}?{query}"
    while path is not None:
        answer = api.get(path, x_mock_wire="twilio")
        assert answer.status_code == 200, answer.text
        found += answer.json()["accounts"]
        path = answer.json()["next_page_uri"]
    return found


def list_sids(api: Api, query: str = "") -> list[str]:
    return [account["sid"] for account in list_accounts(api, query)]


def test_parent_lists_itself_and_its_children(family: Api) -> None:
    accounts = list_accounts(family)
    assert [PARENT.sid, *CHILD_SIDS] == [account["sid"] for account in accounts]
    assert {PARENT.sid} == {account["owner_account_sid"] for account in accounts}
    assert [PARENT.token, *(child.token for child in CHILDREN)] == [account["auth_token"] for account in accounts]
    for account in accounts:
        fetched = family.get(account["uri"], x_mock_wire="twilio").json()
        assert fetched == account
        assert family.get(account["subresource_uris"]["recordings"]).status_code == 200


def test_child_and_stranger_list_only_themselves(family: Api) -> None:
    for account in (CHILDREN[0], STRANGER):
        family.auth = (account.sid, account.token)
        assert [f"AC{account.sid[2:].lower()}"] == list_sids(family)


def test_api_key_lists_accounts_of_its_account(family: Api) -> None:
    family.auth = (KEY.sid, KEY.secret)
    assert [PARENT.sid, *CHILD_SIDS] == list_sids(family)


@pytest.mark.parametrize("size", [1, 2, 3, 4, 50])
def test_accounts_are_paged_in_both_directions(family: Api, size: int) -> None:
    everything = [PARENT.sid, *CHILD_SIDS]
    assert everything == list_sids(family, f"PageSize={size}")
    last = family.get(f"{PATH}?PageSize={size}&Page=1&PageToken=PA{everything[1]}").json()
    assert everything[2 : 2 + size] == [account["sid"] for account in last["accounts"]]
    back = family.get(last["previous_page_uri"]).json()
    assert everything[max(0, 2 - size) : 2] == [account["sid"] for account in back["accounts"]]


@pytest.mark.parametrize(("side", "place", "back"), [("PA", -1, "previous_page_uri"), ("PB", 0, "next_page_uri")])
def test_empty_page_beside_accounts_links_back(family: Api, side: str, place: int, back: str) -> None:
    sid = list_sids(family)[place]
    empty = family.get(f"/2010-04-01/Accounts.json?PageSize=1&Page=1&PageToken={side}{sid}").json()
    assert empty["accounts"] == []
    assert [account["sid"] for account in family.get(empty[back]).json()["accounts"]] == [sid]


def test_accounts_are_filtered_and_page_uris_carry_the_filters(family: Api) -> None:
    everything = [PARENT.sid, *CHILD_SIDS]
    name = list_accounts(family)[0]["friendly_name"]
    assert everything == list_sids(family, "Status=active&PageSize=2")
    assert everything == list_sids(family, f"FriendlyName={name}&Status=active&PageSize=3")
    for query in ("Status=closed", "Status=suspended", "FriendlyName=x", f"FriendlyName={name}&Status=closed"):
        assert list_sids(family, query) == []
    first = family.get(f"{PATH}?Status=active&PageSize=1").json()
    assert first["next_page_uri"] == f"{PATH}?Status=active&PageSize=1&Page=1&PageToken=PA{PARENT.sid}"


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("Status=open", 20001),
        ("PageToken=x", 20001),
        (f"PageToken=PA{STRANGER.sid}", 20001),
        ("Page=1", 70002),
        ("PageSize=0", 20001),
    ],
)
def test_invalid_parameters_are_rejected(family: Api, query: str, code: int) -> None:
    answer = family.get(f"{PATH}?{query}")
    assert (answer.status_code, answer.json()["code"]) == (400, code)


def test_unknown_parameter_has_warning(family: Api) -> None:
    assert "Did you mean FriendlyName?" in family.get(f"{PATH}?friendlyname=x").headers["x-mock-warning"]


def test_accounts_have_every_representation(family: Api) -> None:
    for path in (PATH.replace(".json", ".xml"), PATH.replace(".json", "")):
        assert '<Accounts page="0"' in family.get(path).text
    assert family.get(PATH.replace(".json", ".csv")).text.startswith("auth_token,")
    assert family.get(PATH.replace(".json", ".txt")).status_code == 404
    assert family.request("HEAD", PATH).status_code == 200


def test_list_of_accounts_is_logged_and_can_fail(family: Api) -> None:
    family.send_command(
        "POST",
        "/faults",
        {"faults": [{"when": {"op": "list_accounts"}, "then": {"status": 503}, "times": 1}]},
        account=PARENT.sid,
    )
    assert [family.get(PATH).status_code for _ in range(2)] == [503, 200]
    logged = family.send_command("GET", "/requests", account=PARENT.sid).json()["requests"]
    assert [entry["operation"] for entry in logged] == ["list_accounts", "list_accounts"]


def test_refused_list_of_accounts_is_logged_in_the_account_of_the_credentials() -> None:
    with Api(make_settings(auth=AuthSetting.STRICT, account=(PARENT,))) as api:
        for auth in (None, (PARENT.sid, "wrong"), (UNDECLARED, "x"), (KEY.sid, KEY.secret)):
            api.auth = auth
            assert api.get(PATH).status_code == 401
        assert len(api.send_command("GET", "/requests", account=PARENT.sid).json()["requests"]) == 1


def test_accounts_without_credentials_are_those_of_demo_account_when_auth_is_off() -> None:
    with Api(make_settings(auth=AuthSetting.OFF, account=(PARENT, *CHILDREN))) as api:
        api.auth = None
        assert [api.mock.demo.sid] == list_sids(api)
        api.auth = (PARENT.sid, "any")
        assert [PARENT.sid, *CHILD_SIDS] == list_sids(api)


def test_undeclared_api_key_lists_demo_account_when_auth_is_any(api: Api) -> None:
    api.auth = ("SK" + "9" * 32, "any")
    assert [api.mock.demo.sid] == list_sids(api)


def test_auth_token_of_account_is_the_secret_of_the_request(api: Api) -> None:
    path = f"/2010-04-01/Accounts/{UNDECLARED}.json"
    for secret in ("first", "second"):
        api.auth = (UNDECLARED, secret)
        assert secret == api.get(path).json()["auth_token"]
        assert [secret] == [account["auth_token"] for account in list_accounts(api)]
    derived = derive_auth_token("0", UNDECLARED)
    for other in ((KEY.sid, "of-key"), (PARENT.sid, "of-parent")):
        api.auth = other
        assert derived == api.get(path).json()["auth_token"]
    assert api.mock.account(UNDECLARED).has_state is False


def test_auth_token_of_declared_account_is_the_declared_one() -> None:
    with Api(make_settings(account=(PARENT,))) as api:
        api.auth = (PARENT.sid, "other")
        assert api.get(f"/2010-04-01/Accounts/{PARENT.sid}.json").json()["auth_token"] == PARENT.token


def test_auth_token_of_account_is_the_one_that_signs(api: Api) -> None:
    api.auth = (api.mock.demo.sid, "mine")
    api.post(f"Calls/CA{'1' * 32}/Recordings.json", RecordingStatusCallback="http://127.0.0.1:9/hook")
    (subscription,) = api.get_account().state.subscriptions.values()
    assert subscription.token == api.get(f"{api.root}.json").json()["auth_token"] == "mine"


@pytest.mark.parametrize(("auth", "status"), [(AuthSetting.OFF, 200), (AuthSetting.STRICT, 401)])
def test_accounts_are_listed_while_a_scenario_plays(auth: AuthSetting, status: int) -> None:
    with Api(make_settings(auth=auth), make_scenario(recordings=[{"id": "a", "status": "completed"}])) as api:
        demo = api.mock.demo.sid
        assert [account["sid"] for account in api.get(PATH).json()["accounts"]] == [demo]
        assert api.get(f"/2010-04-01/Accounts/{STRANGER.sid}/Recordings.json").status_code == status
        assert api.get("/_mock/health").status_code == 200
        assert len(api.get_page()["recordings"]) > 0

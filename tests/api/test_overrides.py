"""The overrides of an account's settings."""

from typing import Any

import pytest

from generators.model import Status
from mockserver.callbacks.routes import Route
from mockserver.rest.auth import AuthSetting, DeclaredAccount
from mockserver.rest.representations.wires import WireSetting
from mockserver.settings.choices import MediaAuth
from scenarios.loading.load import from_objects
from tests.harness import Api, make_settings

OTHER_SID = "AC" + "1" * 32
NO_OVERRIDES = {"wire": None, "auth": None, "routes": None}
PUBLIC = "https://app.example.com"


def configure(api: Api, sid: str = "demo", **overrides: Any) -> Any:
    answer = api._runner.run(api._client.put(f"/_mock/accounts/{sid}/overrides", json=overrides))
    return answer.json()


def build_list_path(sid: str) -> str:
    return f"/2010-04-01/Accounts/{sid}/Recordings.json?PageSize=1"


def test_account_has_no_overrides_by_default(api: Api) -> None:
    assert api.get("/_mock/accounts/demo/overrides").json() == NO_OVERRIDES


def test_overrides_are_shown_and_replaced_completely(api: Api) -> None:
    overrides: dict[str, Any] = {
        "wire": "twilio",
        "auth": "off",
        "routes": {"https://app.example.com": "http://127.0.0.1:8000"},
    }
    assert overrides == configure(api, **overrides)
    assert overrides == api.get(f"/_mock/accounts/{api.mock.demo.sid.upper().replace('AC', 'AC', 1)}/overrides").json()
    assert configure(api, wire="schema") == NO_OVERRIDES | {"wire": "schema"}
    assert configure(api) == NO_OVERRIDES
    assert api.mock.overrides == {}
    assert configure(api) == NO_OVERRIDES


@pytest.mark.parametrize(
    "overrides",
    [
        *({"wire": "xml"}, {"auth": "none"}, {"wires": "twilio"}, {"wire": 5}),
        {"routes": {"https://app.example.com": "http://8.8.8.8"}},
        {"routes": {"https://app.example.com/hook": "http://127.0.0.1"}},
        {"routes": {"https://app.example.com": 5}},
        {"routes": {f"https://app{number}.example.com": "http://127.0.0.1" for number in range(1_001)}},
        {"routes": ["https://app.example.com=http://127.0.0.1"]},
    ],
)
def test_invalid_overrides_are_rejected(api: Api, overrides: dict[str, Any]) -> None:
    assert configure(api, **overrides)["code"] == 20001
    assert api.mock.overrides == {}


def get_routes(api: Api, sid: str | None = None) -> dict[str, str]:
    return dict(api.mock.account(sid or api.mock.demo.sid).callbacks.settings.routes)


def test_refused_route_changes_nothing(api: Api) -> None:
    configure(api, routes={PUBLIC: "http://127.0.0.1:1"})
    refused = api.send_command("PUT", "/overrides", {"routes": {PUBLIC: "http://8.8.8.8"}})
    assert refused.json()["code"] == 20001
    assert refused.headers["x-mock-reason"].startswith("routes: expected a route to a loopback, private or allowed")
    assert get_routes(api) == {PUBLIC: "http://127.0.0.1:1"}


def test_route_override_applies_to_one_account_until_it_is_removed(api: Api) -> None:
    configure(api, routes={f"{PUBLIC}:443/": "http://127.0.0.1:1"})
    assert get_routes(api) == {PUBLIC: "http://127.0.0.1:1"}
    assert get_routes(api, OTHER_SID) == {}
    api.mock.reset(api.mock.demo.sid)
    assert get_routes(api) == {PUBLIC: "http://127.0.0.1:1"}
    for number in range(100):  # the account has no state, and is created again
        api.mock.account(f"AC{number:032x}")
    assert get_routes(api) == {PUBLIC: "http://127.0.0.1:1"}
    configure(api)
    assert get_routes(api) == {}


def test_nearest_route_of_an_origin_wins() -> None:
    settings = make_settings(
        route=(Route(PUBLIC, "http://127.0.0.1:1"), Route("http://a", "http://127.0.0.1:2")),
    )
    scenario = from_objects({"routes": {PUBLIC: "http://127.0.0.1:3", "http://b": "http://127.0.0.1:4"}})
    with Api(settings) as api:
        assert get_routes(api) == dict(settings.route)
        api.mock.set_up_scenario(api.mock.demo.sid, scenario)
        others = {"http://a": "http://127.0.0.1:2", "http://b": "http://127.0.0.1:4"}
        assert get_routes(api) == {PUBLIC: "http://127.0.0.1:3", **others}
        configure(api, routes={PUBLIC: "http://127.0.0.1:5"})
        assert get_routes(api) == {PUBLIC: "http://127.0.0.1:5", **others}
        configure(api)
        assert get_routes(api) == {PUBLIC: "http://127.0.0.1:3", **others}


def test_route_of_scenario_to_public_host_is_refused(api: Api) -> None:
    answer = api.send_command("PUT", "/scenario", {"scenario": {"routes": {PUBLIC: "http://8.8.8.8"}}})
    assert answer.json()["code"] == 20001
    assert answer.headers["x-mock-reason"].startswith("routes: expected a route to a loopback, private or allowed host")


@pytest.mark.parametrize("setting", list(WireSetting))
def test_wire_override_applies_to_one_account(setting: WireSetting) -> None:
    with Api(make_settings(wire=setting)) as api:
        default_wire = api.get(build_list_path(OTHER_SID)).headers["x-mock-wire"]
        other_wire = "schema" if default_wire == "twilio" else "twilio"
        configure(api, wire=other_wire)
        assert other_wire == api.get(api.list_path).headers["x-mock-wire"]
        assert default_wire == api.get(api.list_path, x_mock_wire=default_wire).headers["x-mock-wire"]
        assert default_wire == api.get(build_list_path(OTHER_SID)).headers["x-mock-wire"]
        configure(api)
        assert default_wire == api.get(api.list_path).headers["x-mock-wire"]


def test_cached_page_is_not_served_on_another_wire(api: Api) -> None:
    first = api.get(api.list_path).json()
    configure(api, wire="twilio")
    assert first != api.get(api.list_path).json()
    configure(api, wire="auto")
    assert first == api.get(api.list_path).json()


@pytest.mark.parametrize("setting", list(AuthSetting))
def test_auth_off_override_applies_to_one_account(setting: AuthSetting) -> None:
    with Api(make_settings(auth=setting)) as api:
        api.auth = None
        default_status = api.get(build_list_path(OTHER_SID)).status_code
        configure(api, auth="off")
        assert api.get(api.list_path).status_code == 200
        assert (
            default_status
            == api.get(build_list_path(OTHER_SID)).status_code
            == (200 if setting is AuthSetting.OFF else 401)
        )


@pytest.mark.parametrize("setting", list(AuthSetting))
def test_auth_any_override_applies_to_one_account(setting: AuthSetting) -> None:
    with Api(make_settings(auth=setting)) as api:
        configure(api, OTHER_SID, auth="any")
        api.auth = (OTHER_SID, "whatever")
        assert api.get(build_list_path(OTHER_SID)).status_code == 200
        api.auth = None
        assert api.get(build_list_path(OTHER_SID)).status_code == 401


@pytest.mark.parametrize("setting", list(AuthSetting))
def test_auth_strict_override_requires_the_accounts_token(setting: AuthSetting) -> None:
    with Api(make_settings(auth=setting)) as api:
        configure(api, OTHER_SID, auth="strict")
        token = api.mock.account(OTHER_SID).token
        for auth, status in (
            ((OTHER_SID, token), 200),
            ((OTHER_SID.upper().replace("AC", "AC"), token), 200),
            ((OTHER_SID, "other"), 401),
            ((api.mock.demo.sid, api.mock.demo.token), 401),
        ):
            api.auth = auth
            assert api.get(build_list_path(OTHER_SID)).status_code == status
        api.auth = None
        assert api.get(build_list_path(OTHER_SID)).status_code == 401
        journal = api.mock.account(OTHER_SID).journal
        assert [entry.response.status for entry in journal] == [200, 200, 401, 401, 401]


def test_public_media_stays_public_when_auth_is_overridden(api: Api) -> None:
    with Api(make_settings(media_auth=MediaAuth.PUBLIC)) as public:
        sid = public.find_sid(Status.COMPLETED)
        configure(public, auth="strict")
        public.auth = None
        assert public.get(f"{public.root}/Recordings/{sid}.wav").status_code == 200
        assert public.get(public.list_path).status_code == 401


def test_paths_without_account_ignore_overrides(api: Api) -> None:
    configure(api, auth="off", wire="twilio")
    assert api.get("/2010-04-01/Accounts/AC1/Recordings.json").status_code == 404
    assert api.get("/elsewhere").status_code == 404


def test_corpus_endpoint_returns_corpus_spec(api: Api) -> None:
    spec = api.get("/_mock/accounts/demo/corpus").json()
    assert (spec["count"] - spec["on_top"], spec["seed"], spec["account_sid"]) == (1000, "0", api.mock.demo.sid)


def test_strict_account_accepts_the_token_of_its_declared_parent() -> None:
    parent = DeclaredAccount("AC" + "a" * 32, "parent")
    child = DeclaredAccount("AC" + "c" * 32, "child", parent=parent.sid.upper().replace("AC", "AC", 1))
    with Api(make_settings(account=(parent, child))) as api:
        configure(api, child.sid, auth="strict")
        statuses = {}
        for auth in ((parent.sid, "parent"), (parent.sid, "x"), (child.sid, "child"), (child.sid, "parent")):
            api.auth = auth
            statuses[auth] = api.get(build_list_path(child.sid)).status_code
        assert [*statuses.values()] == [200, 401, 200, 401]

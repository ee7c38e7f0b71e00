"""Accounts that a scenario sets up: parents and subaccounts, each with what happens in it."""

from typing import Any

import pytest

from generators.seeds import derive_auth_token, derive_demo_account_sid, derive_scripted_account_sid
from mockserver.account.setup_error import ScenarioSetupError
from mockserver.mock import Mock
from mockserver.testing.sink import Sink
from scenarios.explain.timelines import explain_scenario
from scenarios.loading.combine import merge_scenarios
from scenarios.loading.load import from_objects, loads
from scenarios.model import Scenario
from scenarios.problems import ScenarioError
from tests.accounts import rebuild
from tests.harness import Api, make_settings

FAMILY = """
name: family
about: A main account with two shops.
auth: strict
accounts:
  - {id: main, name: Main, token: main-token, corpus: {count: 0}}
  - id: north
    name: North
    parent: main
    corpus: {count: 3}
    recordings: [{id: late, timeline: [{status: processing}, {after: 5s, status: completed}]}]
  - {id: south, parent: main, faults: [{when: {op: list_recordings}, then: {status: 503}}]}
"""
DEMO = derive_demo_account_sid("0")
NORTH, SOUTH = (derive_scripted_account_sid("0", DEMO, name) for name in ("north", "south"))
STRANGER = "AC" + "5" * 32


def get_status(api: Api, sid: str, auth: tuple[str, str]) -> int:
    api.auth = auth
    return api.get(f"/2010-04-01/Accounts/{sid}/Recordings.json").status_code


def list_accounts(api: Api, auth: tuple[str, str], query: str = "") -> list[tuple[str, str, str]]:
    api.auth = auth
    accounts = api.get(f"/2010-04-01/Accounts.json{query}").json()["accounts"]
    return [(account["sid"], account["friendly_name"], account["owner_account_sid"]) for account in accounts]


def test_accounts_are_explained_each_for_itself() -> None:
    explanation = explain_scenario(loads(FAMILY))
    assert [(account.name, account.about) for account in explanation.accounts] == [
        (
            "main",
            "an account, named 'Main', with a token of its own. AccountSid: that of the demo account or of the test.",
        ),
        (
            "north",
            "a subaccount of main, whose credentials may act on it, named 'North'. AccountSid: derived from its id.",
        ),
        ("south", "a subaccount of main, whose credentials may act on it. AccountSid: derived from its id."),
    ]
    assert [step.what for step in explanation.accounts[1].steps] == ["processing", "completed"]
    assert str(explanation).startswith("family: A main account with two shops.\n")
    assert "\n\nnorth: a subaccount of main" in str(explanation)


def test_parent_acts_on_its_subaccounts_and_they_act_on_themselves_only() -> None:
    main, north = (DEMO, "main-token"), (NORTH, derive_auth_token("0", NORTH))
    with Api(make_settings(), loads(FAMILY)) as api:
        assert (api.mock.demo.sid, api.mock.demo.token) == main
        assert list_accounts(api, main) == [
            (DEMO, "Main", DEMO),
            (NORTH, "North", DEMO),
            (SOUTH, "recmock account", DEMO),
        ]
        assert list_accounts(api, main, "?FriendlyName=North") == [(NORTH, "North", DEMO)]
        assert list_accounts(api, north) == [(NORTH, "North", DEMO)]
        assert [get_status(api, sid, main) for sid in (DEMO, NORTH, SOUTH)] == [200, 200, 503]
        assert [get_status(api, sid, north) for sid in (DEMO, NORTH, SOUTH)] == [401, 200, 401]
        assert get_status(api, NORTH, (NORTH, "wrong")) == 401


def test_each_account_plays_its_own_part_and_others_play_nothing() -> None:
    with Api(make_settings(count=7), loads(FAMILY)) as api:
        api.auth = (DEMO, "main-token")
        counts = {
            sid: len(api.get(f"/2010-04-01/Accounts/{sid}/Recordings.json").json()["recordings"])
            for sid in (DEMO, NORTH)
        }
        assert counts == {DEMO: 0, NORTH: 4}
        assert api.mock.account(NORTH).state.handles.keys() == {"late"}
        assert api.mock.account(STRANGER).scenario is None
        assert get_status(api, STRANGER, (STRANGER, "any")) == 200  # its own scenario says nothing about it
        assert api.mock.account(STRANGER).corpus.spec.listed == 7


def test_reset_and_eviction_keep_the_part_of_an_account() -> None:
    mock = Mock(make_settings(count=7), scenario=loads(FAMILY))
    before = mock.account(NORTH)
    for number in range(100):
        mock.account(f"AC{number:032x}")
    assert mock.find_account(NORTH) is None
    again = mock.account(NORTH)
    assert again is not before
    assert again.scenario == before.scenario
    assert mock.reset(NORTH).scenario == before.scenario
    mock.set_up_scenario(NORTH, None)
    assert mock.reset(NORTH).scenario == before.scenario
    for sid in (NORTH, DEMO):  # the server keeps its own group
        mock.forget(sid)
    assert mock.account(NORTH).scenario == before.scenario
    assert mock.demo.token == "main-token"


def test_strict_account_that_was_evicted_is_still_strict() -> None:
    with Api(make_settings(count=7), loads(FAMILY)) as api:
        for number in range(100):
            api.mock.account(f"AC{number:032x}")
        assert get_status(api, NORTH, (NORTH, "wrong")) == 401


def test_fixed_sids_and_tokens() -> None:
    scenario = from_objects(
        {
            "accounts": [
                {"sid": STRANGER.upper().replace("AC", "AC", 1), "token": "mine"},
                {"id": "b", "parent": STRANGER},
            ]
        }
    )
    with Api(make_settings(), scenario) as api:
        child = derive_scripted_account_sid("0", DEMO, "b")
        assert (api.mock.demo.sid, api.mock.demo.token) == (STRANGER, "mine")
        assert list_accounts(api, (STRANGER, "any")) == [
            (STRANGER, "recmock account", STRANGER),
            (child, "recmock account", STRANGER),
        ]
        assert api.get("/_mock/accounts/demo").json()["account_sid"] == STRANGER
        assert explain_scenario(scenario).accounts[0].about.endswith(f"AccountSid: {STRANGER}.")


def test_callbacks_of_an_account_are_signed_with_its_token(sink: Sink) -> None:
    sink.token = "mine"
    recordings = [{"id": "it", "status_callback": sink.url, "timeline": [{"status": "completed"}]}]
    scenario = from_objects({"accounts": [{"id": "a", "token": "mine", "recordings": recordings}]})
    with Api(make_settings(), scenario) as api:
        api.auth = (DEMO, "another secret")
        api.run_command("POST", "/clock", {"advance": "1s"})
        call = "CA" + "1" * 32
        api.post(f"Calls/{call}/Recordings.json", RecordingStatusCallback=sink.url)
        api.post(f"Calls/{call}/Recordings/Twilio.CURRENT.json", Status="stopped")
        api.run_command("POST", "/clock", {"advance": "10s"})
        assert [received.signature_ok for received in sink.received] == [True, True]


def test_strict_server_accepts_the_accounts_of_its_scenario() -> None:
    from mockserver.rest.auth import AuthSetting

    with Api(make_settings(auth=AuthSetting.STRICT), loads(FAMILY)) as api:
        assert [get_status(api, NORTH, auth) for auth in [(DEMO, "main-token"), (NORTH, "wrong")]] == [200, 401]
        api.mock.replace_scenario(None)
        assert get_status(api, NORTH, (NORTH, derive_auth_token("0", NORTH))) == 401
        assert api.mock.demo.token == derive_auth_token("0", DEMO)


def test_accounts_that_do_not_fit_leave_everything_as_it_was() -> None:
    mock = Mock(make_settings(), scenario=loads(FAMILY))
    north = mock.account(NORTH)
    pick = [{"id": "p", "count": 3, "timeline": [{"status": "completed"}]}]
    broken = from_objects({"accounts": [{"id": "a"}, {"id": "b", "corpus": {"count": 0}, "pick": pick}]})
    with pytest.raises(ScenarioSetupError, match=r"^account b: pick p: expected 3 recordings"):
        mock.replace_scenario(broken)
    assert mock.account(NORTH) is north
    assert mock.demo.token == "main-token"


def test_accounts_of_several_scenarios_are_set_up_together() -> None:
    other = from_objects({"name": "other", "accounts": [{"id": "east"}]})
    merged = merge_scenarios([loads(FAMILY), other])
    assert [(account.id, account.auth) for account in merged.accounts] == [
        ("main", "strict"),
        ("north", "strict"),
        ("south", "strict"),
        ("east", None),
    ]
    with pytest.raises(ScenarioError, match=r"accounts\[3\].id: expected a unique id, found 'main'"):
        merge_scenarios([loads(FAMILY), from_objects({"name": "other", "accounts": [{"id": "main"}]})])
    with pytest.raises(ScenarioError, match=r"expected in all scenarios or in none, found in family and not in plain."):
        merge_scenarios([from_objects({"name": "plain"}), loads(FAMILY)])


def test_merged_scenarios_keep_auth_and_tokens() -> None:
    tokens = [{"create": "secondary"}]
    first = from_objects({"name": "first", "auth": "strict", "tokens": tokens})
    merged = merge_scenarios([Scenario(name="plain"), first])
    assert (merged.auth, merged.tokens) == ("strict", first.tokens)
    with pytest.raises(ScenarioError, match=r"tokens: expected in one scenario only, found in first and second."):
        merge_scenarios([first, from_objects({"name": "second", "auth": "strict", "tokens": tokens})])


def test_history_of_an_account_leads_to_the_same_state_on_another_server() -> None:
    scenario = from_objects(
        {
            "auth": "strict",
            "accounts": [
                {
                    "id": "main",
                    "token": "first",
                    "tokens": [
                        {"after": {"requests": 2}, "create": "secondary"},
                        {"after": "5m", "promote": "secondary"},
                    ],
                    "recordings": [{"id": "it", "status_callback": "http://127.0.0.1:9/", "status": "completed"}],
                }
            ],
        }
    )
    with Api(make_settings(), scenario) as api:
        api.call_control_api("POST", "/reset")
        for _ in range(3):
            api.get(api.list_path)
        api.run_command("POST", "/clock", {"advance": "10m"})
        account = api.get_account()
        tokens, expected = account.state.auth_tokens, account.snapshot()
    assert tokens is not None
    assert (tokens.next_step, tokens.secondary) == (2, None)
    assert rebuild(account, make_settings()).snapshot() == expected


# -- the control API --------------------------------------------------------------------------------


def set_up(api: Api, *accounts: dict[str, Any], **more: Any) -> Any:
    return api.call_control_api("PUT", "/accounts", {"scenario": {"accounts": [*accounts], **more}})


def test_accounts_are_set_up_for_an_account(api: Api) -> None:
    own = derive_auth_token("0", DEMO)
    views = set_up(
        api, {"id": "main"}, {"id": "shop", "name": "Shop", "parent": "main", "token": "t", "corpus": {"count": 2}}
    )
    shop = derive_scripted_account_sid("0", DEMO, "shop")
    assert views == [
        {"id": "main", "name": None, "account_sid": DEMO, "auth_token": own, "parent_account_sid": None},
        {"id": "shop", "name": "Shop", "account_sid": shop, "auth_token": "t", "parent_account_sid": DEMO},
    ]
    assert api.call_control_api("GET", "/accounts") == views
    assert api.get(f"/_mock/accounts/{shop}/accounts").json() == views
    assert list_accounts(api, (DEMO, "any")) == [(DEMO, "recmock account", DEMO), (shop, "Shop", DEMO)]
    assert api.get(f"/_mock/accounts/{STRANGER}/accounts").json() == []


def test_accounts_that_are_no_longer_in_the_scenario_are_forgotten(api: Api) -> None:
    set_up(api, {"id": "main"}, {"id": "shop", "corpus": {"count": 2}})
    shop = derive_scripted_account_sid("0", DEMO, "shop")
    assert api.mock.account(shop).corpus.spec.listed == 2
    set_up(api, {"id": "main"})
    assert api.mock.account(shop).corpus.spec.listed == 1000
    set_up(api, {"id": "main"}, {"id": "shop", "corpus": {"count": 2}})
    api.call_control_api("DELETE", "")
    assert api.call_control_api("GET", "/accounts") == []
    assert api.mock.account(shop).corpus.spec.listed == 1000


@pytest.mark.parametrize(
    ("path", "scenario", "reason"),
    [
        ("/accounts", {}, "accounts: expected a scenario that sets up accounts, found scenario."),
        (
            "/accounts",
            {"accounts": [{"sid": STRANGER}]},
            "accounts[0].sid: expected an id, from which the SID follows for each test, "
            f"found '{STRANGER}': tests share a server.",
        ),
        (
            "/accounts",
            {"accounts": [{"id": "a", "corpus": {"count": 10**9, "span": "1s"}}]},
            "account a: corpus: expected a span of at least",
        ),
        (
            "/accounts",
            {
                "accounts": [
                    {"id": "a", "corpus": {"count": 0}, "pick": [{"id": "p", "timeline": [{"status": "completed"}]}]}
                ]
            },
            "account a: pick p: expected 1 recordings that match",
        ),
        (
            "/scenario",
            {"name": "family", "accounts": [{"id": "a"}, {"sid": STRANGER}]},
            f"accounts: expected a scenario of one account, found family, which sets up a, {STRANGER}: "
            "it cannot be played in a single account. Serve it with --scenario, or use "
            "@pytest.mark.recmock(scenario=...) or set_up_accounts().",
        ),
    ],
)
def test_scenario_that_cannot_be_set_up_is_refused(api: Api, path: str, scenario: Any, reason: str) -> None:
    before = api.get_account()
    answer = api.send_command("PUT", path, {"scenario": scenario})
    assert (answer.status_code, answer.json()["code"]) == (400, 20001)
    assert answer.headers["x-mock-reason"].startswith(reason)
    assert api.get_account() is before
    assert api.call_control_api("GET", "/accounts") == []

"""Broken uses of `accounts`, `tokens` and `auth`: one sentence each, and nothing is loaded."""

from typing import Any

import pytest

from scenarios.loading.load import from_objects
from scenarios.model import Scenario
from scenarios.problems import ScenarioError
from scenarios.tokens import TokenStep
from scenarios.validation.scenario_checks import check_scenario

SID = "AC" + "1" * 32
CREATE: dict[str, Any] = {"create": "secondary"}
PROMOTE: dict[str, Any] = {"promote": "secondary"}
BROKEN_TOKENS: list[tuple[Any, str]] = [
    ("secondary", "tokens: expected a list, found 'secondary'."),
    (["secondary"], "tokens[0]: expected a mapping, found 'secondary'."),
    ([{}], "tokens[0]: expected create or promote, found none."),
    ([CREATE | PROMOTE], "tokens[0]: expected create or promote, found both."),
    ([{"create": "primary"}], "tokens[0].create: expected secondary, found 'primary'."),
    ([PROMOTE], "tokens[0].promote: expected a secondary token, found none: create one in an earlier step."),
    (
        [CREATE, CREATE],
        "tokens[1].create: expected no secondary token before it, found one: promote that one first.",
    ),
    (
        [CREATE, PROMOTE | {"token": "x"}],
        "tokens[1].token: expected no token beside promote, which takes the secondary token, found one.",
    ),
    (
        [CREATE | {"token": "a b"}],
        "tokens[0].token: expected an auth token: 1 to 128 ASCII characters without spaces, found 'a b'.",
    ),
    (
        [CREATE | {"token": "x"}, PROMOTE, CREATE | {"token": "x"}],
        "tokens[2].token: expected another token than the primary, found the same.",
    ),
    ([CREATE | {"tokn": "x"}], "tokens[0].tokn: expected a known key, found 'tokn'. Did you mean token?"),
    (
        [CREATE | {"after": {"fetches": 1}}],
        "tokens[0].after.fetches: expected requests, which counts the account's requests, found fetches.",
    ),
    ([CREATE | {"after": {}}], "tokens[0].after: expected one of fetches, lists, requests"),
    (
        [
            CREATE | {"after": {"at": "2026-03-01T09:10:00Z"}},
            PROMOTE | {"after": {"at": "2026-03-01T09:05:00Z"}},
        ],
        "tokens[1].after.at: expected an instant after 2026-03-01T09:10:00+00:00, which an earlier step waits for, ",
    ),
]
BROKEN_ACCOUNTS: list[tuple[Any, str]] = [
    ({"id": "main"}, "accounts: expected a list, found a mapping."),
    (["main"], "accounts[0]: expected a mapping, found 'main'."),
    ([{}], "accounts[0]: expected id or sid, found neither."),
    ([{"id": "main", "sid": SID}], "accounts[0]: expected id or sid, found both."),
    ([{"id": "a b"}], "accounts[0].id: expected a name of at most 64 letters, digits, dots, hyphens and underscores, "),
    ([{"sid": "AC1"}], "accounts[0].sid: expected an AccountSid: AC and 32 hexadecimal digits, found 'AC1'."),
    ([{"id": "a"}, {"id": "a"}], "accounts[1].id: expected a unique id, found 'a', which accounts[0] has."),
    (
        [{"sid": SID[:2] + "A" * 32}, {"sid": SID[:2] + "a" * 32}],
        f"accounts[1].sid: expected a unique sid, found 'AC{'a' * 32}', which accounts[0] has.",
    ),
    (
        [{"id": "a"}, {"id": "b", "parent": "c"}],
        "accounts[1].parent: expected the id or the SID of an account of this scenario (a, b), found 'c'.",
    ),
    ([{"id": "a", "parent": "a"}], "accounts[0].parent: expected another account, found 'a', which is this one."),
    (
        [{"id": "a"}, {"id": "b", "parent": "a"}, {"id": "c", "parent": "b"}],
        "accounts[2].parent: expected an account without a parent, because subaccounts have no subaccounts on Twilio, "
        "found 'b'.",
    ),
    ([{"id": "a", "name": ""}], "accounts[0].name: expected text of 1 to 64 characters, found ''."),
    ([{"id": "a", "token": ""}], "accounts[0].token: expected an auth token: 1 to 128 ASCII characters without spaces"),
    ([{"id": "a", "about": "x"}], "accounts[0].about: expected a known key, found 'about'."),
    (
        [
            {
                "id": "a",
                "recordings": [{"id": "r", "timeline": [{"after": "5s", "status": "processing"}], "status": "absent"}],
            }
        ],
        "accounts[0].recordings[0].timeline[0].status: ",
    ),
    ([{"id": "a", "recordings": [{"account_sid": SID}]}], "accounts[0].recordings[0].account_sid: expected no value"),
    (
        [{"id": "a", "token": "x", "tokens": [CREATE | {"token": "x"}]}],
        "accounts[0].tokens[0].token: expected another token than the primary, found the same.",
    ),
    ([{"id": "a", "recordings": "saved.json"}], "accounts[0].recordings: expected recordings, found a file name"),
]


def get_error_message(scenario: dict[str, Any]) -> str:
    with pytest.raises(ScenarioError) as error:
        from_objects(scenario, folder=None)
    assert "\n" not in str(error.value)
    return str(error.value)


@pytest.mark.parametrize(("tokens", "message"), BROKEN_TOKENS)
def test_broken_change_of_tokens_is_refused_with_one_sentence(tokens: Any, message: str) -> None:
    assert get_error_message({"auth": "strict", "tokens": tokens}).startswith(message)


@pytest.mark.parametrize(("accounts", "message"), BROKEN_ACCOUNTS)
def test_broken_accounts_are_refused_with_one_sentence(accounts: Any, message: str) -> None:
    assert get_error_message({"auth": "strict", "accounts": accounts}).startswith(message)


@pytest.mark.parametrize(
    ("scenario", "message"),
    [
        *(({"auth": value}, f"auth: expected strict, found {found}.") for value, found in [("any", "'any'"), (1, "1")]),
        *(
            ({"auth": value}, f"auth: expected strict, found {found}.")
            for value, found in [("off", "'off'"), (True, "true"), (["strict"], "a list"), ({}, "an empty mapping")]
        ),
        ({"auth": "Strict"}, "auth: expected strict, found 'Strict'. Did you mean strict?"),
        ({"auth": ""}, "auth: expected strict, found ''."),
        ({"auht": "strict"}, "auht: expected a known key, found 'auht'. Did you mean auth?"),
        (
            {"tokens": [CREATE]},
            "auth: expected strict, because every secret passes otherwise and tokens has no effect, found none.",
        ),
        (
            {"accounts": [{"id": "a"}, {"id": "b", "tokens": [CREATE]}]},
            "accounts[1].auth: expected strict, because every secret passes otherwise and tokens has no effect, "
            "found none.",
        ),
    ],
)
def test_broken_auth_is_refused_with_one_sentence(scenario: dict[str, Any], message: str) -> None:
    assert get_error_message(scenario) == message


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("recordings", [{"id": "a"}]),
        ("corpus", {"count": 3}),
        ("clock", {"mode": "frozen"}),
        ("faults", [{"then": {"status": 503}}]),
        ("limits", [{"concurrent": 1}]),
        ("tokens", [CREATE]),
        ("expect", [{"op": "list_recordings"}]),
    ],
)
def test_nothing_but_auth_is_beside_accounts(key: str, value: Any) -> None:
    assert get_error_message({"auth": "strict", "accounts": [{"id": "a"}], key: value}) == (
        f"{key}: expected in one of the accounts, because the scenario is played in no others, found beside them."
    )


def test_accounts_may_share_auth_or_have_their_own() -> None:
    from_objects({"auth": "strict", "accounts": [{"id": "a", "tokens": [CREATE]}]})
    from_objects({"accounts": [{"id": "a", "auth": "strict", "tokens": [CREATE]}, {"id": "b"}]})


def test_changes_after_one_that_is_none_are_not_checked() -> None:
    scenario = Scenario(auth="strict", tokens=(TokenStep(), TokenStep(promote="secondary")))
    assert [path for path, _ in check_scenario(scenario, None)] == [("tokens", 0)]


@pytest.mark.parametrize("key", ["limits", "tokens"])
def test_condition_may_be_a_bare_duration(key: str) -> None:
    item: dict[str, Any] = {"concurrent": 1} if key == "limits" else CREATE
    short = from_objects({"auth": "strict", key: [{**item, "after": "5m"}]})
    assert short == from_objects({"auth": "strict", key: [{**item, "after": {"time": "5m"}}]})

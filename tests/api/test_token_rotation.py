"""Auth tokens that a scenario rotates, with Twilio's overlap."""

from typing import Any

import httpx
import pytest

from generators.seeds import derive_secondary_token
from mockserver.rest.auth import AuthSetting, DeclaredAccount
from mockserver.testing.sink import Sink
from scenarios.explain.timelines import explain_scenario
from scenarios.loading.load import from_objects, loads
from tests.harness import Api, make_settings

OLD, NEW, WRONG = "old", "new", "wrong"
SECRETS = {NEW: "second-token", WRONG: "another-token"}
CREATED = "a secondary token is created: both are accepted, the primary signs"
PROMOTED = "the secondary token becomes the primary: it signs, the old primary is refused"
PROMOTE_AT_SIGNAL = {"after": {"signal": "go"}, "promote": "secondary"}
ROTATION = """
auth: strict
tokens:
  - {after: 1h, create: secondary, token: second-token}
  - {after: 10m, promote: secondary}
"""


def make_api(*tokens: dict[str, Any], **more: Any) -> Api:
    return Api(make_settings(count=5), from_objects({"auth": "strict", "tokens": [*tokens], **more}))


def request(api: Api, secret: str, path: str | None = None) -> httpx.Response:
    """Send a request with one of the tokens of the demo account."""
    sid, _ = api.mock.demo.sid, api.auth
    api.auth = (sid, SECRETS.get(secret, api.mock.demo.token))
    try:
        return api.get(path or api.list_path)
    finally:
        api.auth = (sid, api.mock.demo.token)


def list_accepted(api: Api) -> set[str]:
    return {secret for secret in (OLD, NEW, WRONG) if request(api, secret).status_code == 200}


def test_tokens_overlap_as_their_explanation_says() -> None:
    scenario = loads(ROTATION)
    assert list(explain_scenario(scenario).rules) == [
        f"Auth tokens: 1h later: {CREATED}.",
        f"Auth tokens: 10m later: {PROMOTED}.",
    ]
    assert explain_scenario(scenario).world == (
        "Credentials: only the auth tokens of the account and of its parent are accepted.",
    )
    with Api(make_settings(), scenario) as api:
        accepted, events = [list_accepted(api)], []
        for duration in ("59m59s", "1s", "9m59s", "1s"):
            events.append(
                [event["what"] for event in api.run_command("POST", "/clock", {"advance": duration})["events"]]
            )
            accepted.append(list_accepted(api))
        assert accepted == [{OLD}, {OLD}, {OLD, NEW}, {OLD, NEW}, {NEW}]
        assert events == [[], [CREATED], [], [PROMOTED]]
        refused = request(api, OLD)
        assert (refused.status_code, refused.json()["code"]) == (401, 20003)
        assert "declared with another token" in refused.headers["x-mock-reason"]


def test_timer_says_what_it_begins() -> None:
    with make_api({"after": "1h", "create": "secondary"}) as api:
        assert [timer["what"] for timer in api.run_command("GET", "")["timers"]] == ["the next step of the auth tokens"]


def test_requests_count_from_the_step_before_and_refused_ones_do_not() -> None:
    with make_api(
        {"after": {"requests": 2}, "create": "secondary", "token": SECRETS[NEW]},
        {"after": {"requests": 1}, "promote": "secondary"},
    ) as api:
        statuses = [request(api, secret).status_code for secret in (NEW, OLD, NEW, OLD, NEW, OLD, NEW)]
        assert statuses == [401, 200, 401, 200, 200, 401, 200]


def test_signal_promotes_and_later_steps_use_no_old_signal() -> None:
    with make_api(
        {"after": {"signal": "go"}, "create": "secondary", "token": SECRETS[NEW]},
        {"after": {"signal": "go"}, "promote": "secondary"},
    ) as api:
        accepted = []
        for _ in range(2):
            api.run_command("POST", "/signals", {"name": "go"})
            accepted.append(list_accepted(api))
        assert accepted == [{OLD, NEW}, {NEW}]
        assert [event["kind"] for event in api.call_control_api("GET", "/events")] == ["token", "token"]


def test_steps_without_a_condition_run_at_once() -> None:
    tokens = [{"create": "secondary"}, {"promote": "secondary"}, {"create": "secondary", "token": SECRETS[NEW]}]
    with make_api(*tokens) as api:
        sid = api.mock.demo.sid
        present = api.run_command("GET", "")["auth_token"]
        assert present == derive_secondary_token("0", sid, 1)
        assert list_accepted(api) == {NEW}


def test_callback_is_signed_by_the_token_that_is_primary_when_it_is_sent(sink: Sink) -> None:
    recordings = [
        {
            "id": f"at-{minutes}",
            "status_callback": sink.url,
            "timeline": [{"after": f"{minutes}m", "status": "completed"}],
        }
        for minutes in (5, 15, 25)
    ]
    created = {"after": "10m", "create": "secondary", "token": SECRETS[NEW]}
    with make_api(created, {"after": "10m", "promote": "secondary"}, recordings=recordings) as api:
        for token in (api.mock.demo.token, api.mock.demo.token, SECRETS[NEW]):
            sink.token = token
            api.run_command("POST", "/clock", {"advance": "10m"})
        assert [received.signature_ok for received in sink.received] == [True, True, True]
        callbacks = api.call_control_api("GET", "/callbacks")
        assert {callback["signed_with"] for callback in callbacks} == {"the account's primary auth token"}


def test_retry_after_the_promotion_has_the_new_signature(sink: Sink) -> None:
    sink.answer_with(500)
    recordings = [{"id": "it", "status_callback": sink.url, "timeline": [{"status": "completed"}]}]
    with make_api({"create": "secondary", "token": SECRETS[NEW]}, PROMOTE_AT_SIGNAL, recordings=recordings) as api:
        sink.token = SECRETS[NEW]
        api.run_command("POST", "/clock", {"advance": "1s"})
        api.run_command("POST", "/signals", {"name": "go"})
        api.run_command("POST", "/callbacks/0/redeliver")
        assert [received.signature_ok for received in sink.received] == [False, True]


def test_callback_of_a_recording_triggers_the_promotion(sink: Sink) -> None:
    with make_api(
        {"create": "secondary", "token": SECRETS[NEW]},
        {"after": {"callback": "completed"}, "promote": "secondary"},
        recordings=[{"id": "it", "status_callback": sink.url, "timeline": [{"after": "5s", "status": "completed"}]}],
    ) as api:
        assert list_accepted(api) == {OLD, NEW}
        api.run_command("POST", "/clock", {"advance": "5s"})
        api.wait_for_callbacks()
        assert list_accepted(api) == {NEW}


def test_new_subscription_signs_with_the_primary_token_although_the_secondary_is_used() -> None:
    with make_api({"create": "secondary", "token": SECRETS[NEW]}) as api:
        account = request(api, NEW, f"{api.root}.json").json()
        assert account["auth_token"] == api.mock.demo.token


def test_snapshot_restores_the_tokens_and_a_reset_begins_again() -> None:
    with make_api(
        {"after": "1m", "create": "secondary", "token": SECRETS[NEW]}, {"after": "1m", "promote": "secondary"}
    ) as api:
        api.run_command("POST", "/clock", {"advance": "1m"})
        api.run_command("POST", "/snapshots", {})
        api.run_command("POST", "/clock", {"advance": "1m"})
        assert list_accepted(api) == {NEW}
        api.run_command("POST", "/rollback", {})
        assert list_accepted(api) == {OLD, NEW}
        api.run_command("POST", "/clock", {"advance": "1m"})
        assert list_accepted(api) == {NEW}
        api.run_command("POST", "/reset")
        assert list_accepted(api) == {OLD}


def test_change_that_is_due_counts_before_the_credentials_are_checked() -> None:
    with make_api({"after": "1m", "create": "secondary", "token": SECRETS[NEW]}) as api:
        account = api.get_account()
        account.clock.move_to(account.clock.now() + 60_000_000)
        assert request(api, NEW).status_code == 200


@pytest.mark.parametrize("auth", ["any", "off"])
def test_override_of_a_test_is_stronger_than_the_scenario(auth: str) -> None:
    with make_api() as api:
        assert list_accepted(api) == {OLD}
        api.run_command("PUT", "/overrides", {"auth": auth})
        assert list_accepted(api) == {OLD, NEW, WRONG}


def test_server_with_strict_credentials_accepts_both_tokens_of_a_parent() -> None:
    child = DeclaredAccount("AC" + "c" * 32, "child", parent=Api(make_settings()).mock.demo.sid)
    settings = make_settings(auth=AuthSetting.STRICT, account=(child,))
    with Api(settings, loads(ROTATION)) as api:
        path = f"/2010-04-01/Accounts/{child.sid}/Recordings.json"
        assert [request(api, secret, path).status_code for secret in (OLD, NEW)] == [200, 401]
        api.run_command("POST", "/clock", {"advance": "1h"})
        assert [request(api, secret, path).status_code for secret in (OLD, NEW)] == [200, 200]
        api.run_command("POST", "/clock", {"advance": "10m"})
        assert [request(api, secret, path).status_code for secret in (OLD, NEW)] == [401, 200]


def test_scenario_of_a_test_may_be_strict_in_its_account_only(api: Api) -> None:
    api.run_command("PUT", "/scenario", {"scenario": {"auth": "strict"}})
    other = "AC" + "d" * 32
    assert list_accepted(api) == {OLD}
    api.auth = (other, "any")
    assert api.get(f"/2010-04-01/Accounts/{other}/Recordings.json").status_code == 200


def test_events_are_the_same_in_every_run() -> None:
    logs = []
    for _ in range(2):
        with Api(make_settings(), loads(ROTATION)) as api:
            logs.append(api.run_command("POST", "/clock", {"advance": "3h"})["events"])
    assert logs[0] == logs[1]

from typing import Any

from mockserver.rest.auth import DeclaredAccount
from mockserver.testing.handles import MockServer
from scenarios.loading.load import loads
from scenarios.rules import Fault, NetworkFault, Then
from tests.harness import Api, make_settings

SHOP = DeclaredAccount(sid="AC" + "c" * 32, token="of-shop", name="Shop & co")
CHILD = DeclaredAccount(sid="AC" + "D" * 32, token="of-child", parent=SHOP.sid)
OTHER = "AC" + "e" * 32
SCENARIO = """
version: 1
name: flight
recordings:
  - {id: busy, status: in-progress, timeline: [{after: {signal: go}, status: completed}]}
  - {id: quiet, status: completed, timeline: [{after: {signal: go}, set: {duration: 3}}]}
"""


def list_rows(api: Api) -> list[dict[str, Any]]:
    found = api.get("/_mock/accounts").json()
    assert found["account_count"] == len(found["accounts"])
    rows: list[dict[str, Any]] = found["accounts"]
    return rows


def test_demo_declared_and_used_accounts_are_listed() -> None:
    with Api(make_settings(account=(SHOP, CHILD))) as api:
        rows = list_rows(api)
        sids = [row["account_sid"] for row in rows]
        assert sids == [api.mock.demo.sid, SHOP.sid, CHILD.sid.replace("D", "d")]
        assert [row["is_demo"] for row in rows] == [True, False, False]
        assert [row["name"] for row in rows] == [None, "Shop & co", None]
        assert rows[2]["parent_account_sid"] == SHOP.sid
        assert rows[1] == {
            "name": "Shop & co",
            "account_sid": SHOP.sid,
            "parent_account_sid": None,
            "is_demo": False,
            "is_in_memory": False,
            "scenario": None,
            "now": None,
            "in_flight": 0,
            "requests": 0,
            "refused": 0,
            "last_request": None,
        }
        assert api.mock.find_account(SHOP.sid) is None  # looking creates nothing
        api.auth = (OTHER, "x")
        api.get(f"/2010-04-01/Accounts/{OTHER}/Recordings.json")
        assert [row["account_sid"] for row in list_rows(api)] == [*sids, OTHER]


def test_row_counts_recordings_in_flight_and_refused_requests() -> None:
    with Api(scenario=loads(SCENARIO)) as api:
        row = list_rows(api)[0]
        assert (row["scenario"], row["in_flight"], row["requests"], row["last_request"]) == ("flight", 2, 0, None)
        assert row["now"] == "2026-01-01T00:00:00Z"
        api.get(f"{api.root}/Recordings/RE1.json?Token=secret")
        row = list_rows(api)[0]
        assert (row["requests"], row["refused"]) == (1, 1)
        assert row["last_request"] == {
            "number": 0,
            "at": "2026-01-01T00:00:00Z",
            "method": "GET",
            "target": f"{api.root}/Recordings/RE1.json?Token=***",
            "status": 404,
        }
        api.get(api.list_path)
        api.get_account().fault_rules.add(fault=Fault(then=Then(fault=NetworkFault.EMPTY_RESPONSE)))
        try:
            api.get(api.list_path)
        except ConnectionResetError:
            row = list_rows(api)[0]
        assert (row["requests"], row["refused"]) == (3, 2)


def test_name_of_a_declared_account_is_its_friendly_name() -> None:
    with Api(make_settings(account=(SHOP, CHILD))) as api:
        api.auth = (SHOP.sid, SHOP.token)
        assert api.get(f"/2010-04-01/Accounts/{SHOP.sid}.json").json()["friendly_name"] == "Shop & co"
        accounts = api.get("/2010-04-01/Accounts.json?FriendlyName=Shop%20%26%20co").json()["accounts"]
        assert [account["sid"] for account in accounts] == [SHOP.sid]
        assert api.mock.find_name(CHILD.sid) is None


def test_names_of_a_scenario_are_listed() -> None:
    with Api(scenario=loads("{version: 1, name: two, accounts: [{id: main, name: Main}, {id: shop}]}")) as api:
        assert [row["name"] for row in list_rows(api)] == ["Main", None]
        assert [row["scenario"] for row in list_rows(api)] == ["two", "two"]


def test_snapshots_are_listed_oldest_first() -> None:
    with Api(scenario=loads(SCENARIO)) as api:
        assert api.run_command("GET", "/snapshots") == []
        first = api.run_command("POST", "/snapshots", {"name": "first"})
        api.run_command("POST", "/clock", {"advance": "5s"})
        second = api.run_command("POST", "/snapshots", {"name": "second"})
        assert api.run_command("GET", "/snapshots") == [first, second]
        assert (second["at"], second["scenario"]) == ("2026-01-01T00:00:05Z", "flight")
        assert second["size"] > 100
        assert second["taken_at"] >= first["taken_at"] > "2026"
        api.run_command("POST", "/snapshots", {"name": "first"})
        assert [snapshot["name"] for snapshot in api.run_command("GET", "/snapshots")] == ["second", "first"]
        other = api.send_command("GET", "/snapshots", account=OTHER).json()
        assert other == []


def test_handles_list_accounts_and_snapshots() -> None:
    with MockServer(count=5) as server:
        mock = server.account()
        mock.snapshot("mine")
        assert [snapshot.name for snapshot in mock.snapshots()] == ["mine"]
        assert [row.is_demo for row in server.list_accounts().accounts] == [True]

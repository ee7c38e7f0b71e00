"""Scenarios with accounts, and with tokens, in the fixture, the handle, the commands and a server that reloads."""

import asyncio
import json
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest
import requests

from generators.seeds import derive_scripted_account_sid
from mockserver.app import create_app
from mockserver.cli import reload as watching
from mockserver.cli.mock_setup import combine_scenarios, load_scenarios
from mockserver.cli.reload import Watch
from mockserver.mock import Mock
from mockserver.server.listener import BackgroundServer
from mockserver.settings.settings import Settings
from mockserver.testing.handles import MockServer, MockTwilio
from scenarios.problems import ScenarioError
from tests.commands import main
from tests.harness import make_settings
from tests.integration.test_pytest_plugin import run_and_assert_outcomes
from tests.integration.test_reload import write_file

pytest_plugins = ["pytester"]
import_module("mockserver.control.client.proxy_check")  # pytester forgets modules that a run imports first

pytestmark = pytest.mark.usefixtures("data_dir")
SID = "AC" + "1" * 32
SHOPS = """
name: shops
auth: strict
accounts:
  - {id: main, token: main-token, corpus: {count: 2}}
  - {id: shop, name: Shop, parent: main, recordings: [{id: it, timeline: [{status: processing}]}],
     expect: [{op: fetch_recording}]}
"""
SHOP_TESTS = """
import json, pathlib, pytest, requests

seen = []
shops = pytest.mark.recmock(scenario="shops.yaml")

def get_status(mock, account, auth=None):
    return requests.get(f"{account.url}/Recordings.json", auth=auth or mock.auth).status_code

@shops
@pytest.mark.parametrize("number", range(2))
def test_accounts(recmock, number):
    main, shop = recmock.accounts.values()
    assert main is recmock and shop is recmock.accounts["shop"]
    assert recmock.auth == (recmock.account_sid, "main-token")
    assert [get_status(main, main), get_status(main, shop), get_status(shop, shop)] == [200, 200, 200]
    assert [get_status(shop, main), get_status(main, main, (main.account_sid, "x"))] == [401, 401]
    assert [account.friendly_name for account in recmock.client().api.accounts.list()] == ["recmock account", "Shop"]
    assert main.client().recordings.list() and len(shop.requests) == 2
    assert shop.recordings.get("it").status == "processing"
    assert shop.sink.url != main.sink.url
    seen.append({main.account_sid, shop.account_sid})

def test_sids_differ(recmock):
    assert recmock.accounts == {}
    assert len(set.union(*seen)) == 4

@pytest.mark.recmock(scenario="shops.yaml", corpus=3, auth="any")
def test_marker_applies_to_each(recmock):
    shop = recmock.accounts["shop"]
    assert (recmock.corpus.spec.listed, shop.corpus.spec.listed) == (3, 3)
    assert get_status(shop, recmock, (recmock.account_sid, "x")) == 200

@pytest.mark.recmock(scenario={"auth": "strict", "tokens": [{"after": "1h", "create": "secondary", "token": "new"},
                                                            {"after": "1h", "promote": "secondary"}]})
def test_rotation(recmock):
    old = recmock.auth_token
    tokens = []
    for _ in range(3):
        auths = {token: (recmock.account_sid, token) for token in (old, "new")}
        tokens.append([token for token, auth in auths.items() if get_status(recmock, recmock, auth) == 200])
        assert recmock.auth_token == tokens[-1][0]
        recmock.clock.advance("1h")
    assert tokens == [[old], [old, "new"], ["new"]]
"""


@pytest.fixture
def external_url() -> Iterator[str]:
    with BackgroundServer(create_app(Mock(Settings(count=77)))) as server:
        yield server.base_url


def test_each_test_has_its_own_accounts(pytester: pytest.Pytester, external_url: str) -> None:
    pytester.path.joinpath("shops.yaml").write_text(SHOPS)
    pytester.makepyfile(SHOP_TESTS)
    for options in ((), ("--recmock-url", external_url), ("--recmock-url", external_url)):
        run_and_assert_outcomes(pytester, *options, "-p", "no:randomly", passed=5)


def test_scenario_of_the_session_gives_each_test_its_own_accounts(pytester: pytest.Pytester, external_url: str) -> None:
    pytester.path.joinpath("shops.yaml").write_text(SHOPS)
    pytester.makepyfile(
        """
        import pytest
        sids = set()
        @pytest.mark.parametrize("number", range(3))
        def test_accounts(recmock, number):
            sids.update(account.account_sid for account in recmock.accounts.values())
            assert len(sids) == 2 * (number + 1)
            assert recmock.auth_token == "main-token"
        """
    )
    for options in ((), ("--recmock-url", external_url)):
        run_and_assert_outcomes(pytester, "--recmock-scenario", "shops.yaml", "-p", "no:randomly", *options, passed=3)


def test_fixed_sid_is_refused_in_tests(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        f"""
        import pytest
        @pytest.mark.recmock(scenario={{"accounts": [{{"sid": "{SID}"}}]}})
        def test_sid(recmock): ...
        """
    )
    output = run_and_assert_outcomes(pytester, errors=1)
    sentence = "accounts[0].sid: expected an id, from which the SID follows for each test, found"
    assert f"@pytest.mark.recmock(scenario=...): {sentence} '{SID}': tests share a server." in output


def test_handle_sets_up_accounts(tmp_path: Path) -> None:
    tmp_path.joinpath("shops.yaml").write_text(SHOPS)
    with MockTwilio() as mock:
        mock.folders = [tmp_path]
        before = mock.auth_token
        with pytest.raises(
            ScenarioError, match=r"^accounts: expected a scenario of one account, found shops, which sets up"
        ):
            mock.scenario.arm("shops.yaml")
        with pytest.raises(
            ScenarioError, match=r"^accounts: expected a scenario that sets up accounts, found happy-path\.$"
        ):
            mock.set_up_accounts("happy-path")
        with pytest.raises(ScenarioError, match=r"^accounts\[0\]\.sid: expected an id"):
            mock.set_up_accounts({"accounts": [{"sid": SID}]})
        assert (mock.accounts, mock.auth_token) == ({}, before)
        handles = asyncio.run(mock.set_up_accounts_async("shops.yaml"))
        assert [*handles] == ["main", "shop"]
        assert (mock.auth_token, handles["shop"].folders) == ("main-token", [tmp_path])
        assert handles["shop"].accounts["main"].account_sid == mock.account_sid
        mock.reset()
        assert mock.auth_token == "main-token"


def test_handle_of_a_server_with_accounts(tmp_path: Path) -> None:
    file = tmp_path / "shops.yaml"
    file.write_text(SHOPS)
    with MockServer(scenario=file) as server:
        main = server.account()
        assert main.auth_token == "main-token"
        assert len(main.client().recordings.list()) == 2
        assert [*main.accounts] == ["main", "shop"]


PROGRAM = """
import os, requests
sid, auth = os.environ["TWILIO_ACCOUNT_SID"], (os.environ["TWILIO_ACCOUNT_SID"], os.environ["TWILIO_AUTH_TOKEN"])
root = os.environ["RECMOCK_URL"] + "/2010-04-01/Accounts"
print(auth[1])
children = [account["sid"] for account in requests.get(f"{root}.json", auth=auth).json()["accounts"][1:]]
for child in children:
    for recording in requests.get(f"{root}/{child}/Recordings.json?PageSize=1", auth=auth).json()["recordings"]:
        FETCH and requests.get(f"{root}/{child}/Recordings/{recording['sid']}.json", auth=auth)
"""


@pytest.mark.parametrize(("fetches", "code"), [(True, 0), (False, 1)])
def test_run_checks_the_expectations_of_all_accounts(
    fetches: bool, code: int, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "shops.yaml"
    file.write_text(SHOPS)
    program = PROGRAM.replace("FETCH", str(fetches))
    assert main(["scenario", "run", str(file), "--", sys.executable, "-c", program]) == code
    out, err = capfd.readouterr()
    assert out == "main-token\n"
    assert err.startswith(f"recmock: {'met' if fetches else 'NOT MET'}: Expected fetch_recording")


def test_validate_and_explain_accounts(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "shops.yaml"
    file.write_text(SHOPS)
    assert main(["scenario", "validate", str(file)]) == 0
    assert main(["scenario", "explain", str(file)]) == 0
    assert "\n\nshop: a subaccount of main, whose credentials may act on it, named 'Shop'." in capsys.readouterr().out
    assert main(["scenario", "explain", "--json", str(file)]) == 0
    assert [account["name"] for account in json.loads(capsys.readouterr().out)["accounts"]] == ["main", "shop"]
    file.write_text(
        "accounts:\n  - {id: a, parent: b}\n"
        "  - {id: a, recordings: [{status: done}],\n     tokens: [{promote: secondary}]}\n"
    )
    assert main(["scenario", "validate", str(file)]) == 1
    lines = [line.removeprefix(f"recmock: {file}:") for line in capsys.readouterr().err.splitlines()]
    assert [line.partition(": expected")[0] for line in lines] == [
        "2: accounts[0].parent",
        "3: accounts[1].recordings[0].status",
        "3: accounts[1].id",
        "3: accounts[1].auth",
        "4: accounts[1].tokens[0].promote",
    ]


def test_import_of_accounts_is_reported_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    saved = {"recordings": [{"sid": "RE" + "1" * 32, "account_sid": SID, "status": "completed", "duration": "3"}]}
    tmp_path.joinpath("saved.json").write_text(json.dumps(saved))
    file = tmp_path / "shops.yaml"
    file.write_text("accounts: [{id: a, corpus: {count: 0}, recordings: saved.json}, {id: b}]")
    assert main(["scenario", "validate", str(file)]) == 0
    report = [line for line in capsys.readouterr().out.splitlines() if ": import: " in line]
    assert report
    assert main(["scenario", "run", str(file), "--", "true"]) == 0
    printed = [line for line in capsys.readouterr().err.splitlines() if line.startswith("recmock: import: ")]
    assert [line.partition("import: ")[2] for line in printed] == [line.partition("import: ")[2] for line in report]


def test_edited_accounts_are_reloaded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    file, saved = Path("shops.yaml"), Path("saved.json")
    write_file(file, "accounts: [{id: main, token: first}, {id: shop, corpus: {count: 0}, recordings: saved.json}]")
    write_file(saved, '{"recordings": []}')
    mock = Mock(make_settings())
    mock.replace_scenario(combine_scenarios(load_scenarios(["shops.yaml"])))
    shop = derive_scripted_account_sid("0", mock.demo.sid, "shop")
    seen: list[object] = []
    edits = iter(
        [
            lambda: write_file(saved, json.dumps({"recordings": [{"sid": "RE" + "1" * 32, "status": "completed"}]})),
            None,
            lambda: seen.append(len(mock.account(shop).state.created)),
            lambda: write_file(file, "accounts: [{id: main, token: second}]"),
            None,
            lambda: seen.append(mock.demo.token),
            lambda: write_file(file, "accounts: [{id: main, parent: x}]"),
            None,
            lambda: write_file(file, "corpus: {count: 3}"),
            None,
        ]
    )

    async def pause(seconds: float) -> None:
        try:
            edit = next(edits)
        except StopIteration:
            raise asyncio.CancelledError from None
        if edit is not None:
            edit()

    watch = Watch(["shops.yaml"])
    monkeypatch.setattr(watching, "real_pause", pause)
    with pytest.raises(asyncio.CancelledError):
        asyncio.run(watch.run(mock))
    assert seen == [1, "second"]
    lines = [line for line in capsys.readouterr().err.splitlines() if "import: " not in line]
    assert lines[:2] == [f"recmock: {name} changed: every account restarts." for name in ("saved.json", "shops.yaml")]
    assert lines[2].endswith("found 'x'. The server keeps the scenario that it has.")
    assert lines[3:] == ["recmock: shops.yaml changed: every account restarts."]
    assert mock.demo.token != "second"
    assert mock.account(shop).corpus.spec.listed == 3


def test_serve_prints_the_accounts(tmp_path: Path) -> None:
    from mockserver.cli.foreground_server import _make_banner

    file = tmp_path / "shops.yaml"
    file.write_text(SHOPS)
    scenarios = load_scenarios([str(file)])
    mock = Mock(make_settings(), scenario=scenarios[0])
    lines = _make_banner(mock, mock.settings.listen, scenarios).format().splitlines()
    shop = derive_scripted_account_sid("0", mock.demo.sid, "shop")
    text = " ".join(line.strip() for line in lines)
    assert f"main: {mock.demo.sid}, token main-token" in text
    assert f"shop: {shop}, token {mock.account(shop).token}" in text


def test_server_with_accounts_serves_over_sockets(tmp_path: Path) -> None:
    file = tmp_path / "shops.yaml"
    file.write_text(SHOPS)
    mock = Mock(make_settings(), scenario=load_scenarios([str(file)])[0])
    server = BackgroundServer(create_app(mock))
    mock.set_address(server.address)
    with server:
        url = f"{server.base_url}/2010-04-01/Accounts.json"
        accounts = requests.get(url, auth=(mock.demo.sid, "main-token"), timeout=10).json()["accounts"]
        assert [account["friendly_name"] for account in accounts] == ["recmock account", "Shop"]

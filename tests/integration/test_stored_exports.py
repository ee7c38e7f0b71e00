"""`recmock export --store`: an account is read from a store that no server uses."""

import json
from pathlib import Path
from typing import Any

import pytest

from mockserver.account.export.reading import read_export
from mockserver.mock import Mock
from mockserver.settings.store_url import StoreUrl
from tests.accounts import make_scenario
from tests.commands import main
from tests.exports.sessions import export, replay
from tests.harness import Api, make_settings

CALL = "/Calls/CA{:032x}/Recordings.json"
SHOPS = make_scenario(accounts=[{"id": "main"}, {"id": "shop", "parent": "main", "name": "shop"}])


def fill(store: StoreUrl, **settings: Any) -> tuple[str, str]:
    """Change the demo account in a store. Return its SID, and its export by the server."""
    with Api(make_settings(store=store, count=5, seed="other", **settings)) as api:
        for number in range(3):
            api.post(CALL.format(number)[1:])
        api.get(f"{api.root}/Recordings/RE{0:032x}.json")
        api.call_control_api("POST", "/clock", {"advance": "90s"})
        api.call_control_api("PUT", "/overrides", {"wire": "schema"})
        return api.mock.demo.sid, drop_clock_setting(export(api.mock, api.get_account()))


def drop_clock_setting(text: str) -> str:
    """Return an export without the setting of the server that a store does not know."""
    header, _, lines = text.partition("\n")
    values = json.loads(header)
    assert values["settings"].pop("clock") == [0.0]
    return json.dumps(values, separators=(",", ":")) + "\n" + lines


def export_from(store: StoreUrl, capsys: pytest.CaptureFixture[str], *words: str) -> str:
    """Return what the command prints."""
    assert main(["export", *words, "--store", get_text(store)]) == 0
    return capsys.readouterr().out


def get_text(store: StoreUrl) -> str:
    return str(store) if store.server is None else store.server


def fail_to_export(store: str, capsys: pytest.CaptureFixture[str], *words: str) -> str:
    """Return the error message of the command."""
    assert main(["export", *words, "--store", store]) == 2
    output = capsys.readouterr()
    assert output.out == ""
    return output.err


def test_export_from_store_is_that_of_its_server(any_store: StoreUrl, capsys: pytest.CaptureFixture[str]) -> None:
    sid, expected = fill(any_store)
    assert export_from(any_store, capsys) == expected
    assert export_from(any_store, capsys, sid.upper()) == expected  # and the store is as it was
    account = (mock := replay(expected)).account(sid)
    assert (mock.demo.sid, len(account.state.recordings)) == (sid, 3)


def test_long_history_keeps_its_numbers(
    store: StoreUrl, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mockserver.account.account.MIN_LENGTH", 2)
    _, expected = fill(store)
    assert export_from(store, capsys) == expected
    assert read_export(expected).commands[0].number == 4


def test_account_of_scenario_is_found_by_its_name(store: StoreUrl, capsys: pytest.CaptureFixture[str]) -> None:
    with Api(make_settings(store=store, count=0), scenario=SHOPS) as api:
        shop = next(row for row in api.get("/_mock/accounts").json()["accounts"] if row["name"] == "shop")
    header = json.loads(export_from(store, capsys, "shop").splitlines()[0])
    assert (header["account_sid"], header["name"]) == (shop["account_sid"], "shop")
    error = fail_to_export(str(store), capsys, "shp")
    assert f"--store: expected an account of {store}, which has AC" in error
    assert "found 'shp'. Did you mean shop?" in error


def test_scrubbed_export_has_no_texts(store: StoreUrl, capsys: pytest.CaptureFixture[str]) -> None:
    fill(store)
    header = json.loads(export_from(store, capsys, "--scrub").splitlines()[0])
    assert header["is_scrubbed"] is True


def test_store_in_use_is_refused(any_store: StoreUrl, capsys: pytest.CaptureFixture[str]) -> None:
    fill(any_store)
    with Api(make_settings(store=any_store, count=5, seed="other")):
        assert fail_to_export(get_text(any_store), capsys) == (
            f"recmock: --store: expected that no server uses {any_store}, found one. "
            "Leave --store out, and give its --url.\n"
        )


def test_stores_without_the_account_are_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert fail_to_export("memory", capsys) == (
        "recmock: --store: expected sqlite:FILE or redis://HOST:PORT, found memory: leave --store out.\n"
    )
    missing = tmp_path / "missing.db"
    assert (
        fail_to_export(f"sqlite:{missing}", capsys) == f"recmock: --store: expected a file, found none at {missing}.\n"
    )
    assert not missing.exists()
    (empty := tmp_path / "empty.db").touch()
    assert fail_to_export(f"sqlite:{empty}", capsys) == (
        f"recmock: --store: expected a store of accounts, found nothing in sqlite:{empty}.\n"
    )
    mock = Mock(make_settings(store=StoreUrl(many := tmp_path / "many.db"), count=0))
    mock.open_store()
    for number in range(9):
        mock.account(f"AC{number:032x}").start_recording(f"CA{number:032x}")
    mock.close_store()
    error = fail_to_export(f"sqlite:{many}", capsys, "AC" + "f" * 32)
    assert f"which has AC{0:032x}, AC{1:032x}, AC{2:032x}, AC{3:032x}, AC{4:032x}, ..., found 'ACfff" in error

"""Only requests that matter to a timeline are commands, and an unknown SID is looked up once for each account."""

from collections.abc import Iterator

import pytest

from generators.sids import Kind, SidCipher
from tests.harness import Api, make_settings
from tests.sockets import CALL


@pytest.fixture
def api() -> Iterator[Api]:
    with Api(make_settings(count=200)) as api:
        yield api


def test_request_is_a_command_only_if_it_shows_a_recording_that_waits(api: Api) -> None:
    waiting = api.post(f"Calls/{CALL}/Recordings.json").json()["sid"]
    newest, *others = api.list_sids("PageSize=200")
    assert newest == waiting
    account = api.get_account()
    before = account.next_command
    for sid in others[:2]:
        assert api.get(api.get_recording_path(sid)).status_code == 200
    assert others[2:7] == [
        recording["sid"] for recording in api.get_page(f"PageSize=5&PageToken=PA{others[1]}")["recordings"]
    ]
    assert account.next_command == before
    assert api.get(api.get_recording_path(waiting)).status_code == 200
    assert account.next_command == before + 1
    assert waiting in [recording["sid"] for recording in api.get_page("PageSize=5")["recordings"]]
    assert account.next_command == before + 2


def test_unknown_sid_is_decoded_once_for_each_account(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    unknown, decoded = f"RE{'5' * 32}", []
    assert api.get(api.get_recording_path(unknown)).status_code == 404  # imports the explanations
    decode = SidCipher.decode

    def count_decode(self: SidCipher, kind: Kind, sid: str) -> int | None:
        decoded.append(sid)
        return decode(self, kind, sid)

    monkeypatch.setattr(SidCipher, "decode", count_decode)
    assert api.get(api.get_recording_path(unknown)).status_code == 404
    alone = len(decoded)
    api.mock.account(f"AC{'7' * 32}")
    decoded.clear()
    assert api.get(api.get_recording_path(unknown)).status_code == 404
    assert len(decoded) == alone + 1
    assert alone == 3

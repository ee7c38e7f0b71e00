"""Expectations with an order, in an account: what callbacks, steps, signals and deletions are to them."""

from typing import Any

import pytest

from mockserver.rest.representations.wires import WireSetting
from mockserver.testing.sink import Sink
from tests.accounts import make_scenario
from tests.harness import Api, make_settings

MEDIA = "fetch_recording_media"


def make_api(*expected: dict[str, Any], **fields: Any) -> Api:
    scenario = make_scenario(expect=list(expected), **fields)
    return Api(make_settings(wire=WireSetting.TWILIO, count=3, mix="completed=1"), scenario)


def check(api: Api) -> list[bool]:
    return [result["is_met"] for result in api.run_command("GET", "/expectations")]


def download(api: Api, handle: str = "late") -> int:
    return api.get(f"{api.root}/Recordings/{api.get_account().resolve_handle(handle)}.mp3").status_code


@pytest.mark.parametrize("is_early", [False, True])
def test_media_is_expected_after_the_callback_was_answered(is_early: bool) -> None:
    expected = {"op": MEDIA, "sid": "late", "after": {"callback": "completed"}, "within": "5s"}
    with Sink() as sink:
        recording = {
            "id": "late",
            "status": "processing",
            "status_callback": sink.url,
            "timeline": [{"after": {"time": "10s"}, "status": "completed"}],
        }
        with make_api(expected, recordings=[recording]) as api:
            if is_early:
                assert download(api) == 404
            api.run_command("POST", "/clock", {"advance": "10s"})
            sink.wait_for(1)
            assert download(api) == 200
            assert check(api) == [not is_early]


def test_deletion_by_a_client_or_a_step_is_a_moment() -> None:
    expected = {"op": MEDIA, "min": 0, "before": {"status": "deleted"}}
    timeline = [{"after": {"signal": "delete"}, "status": "deleted"}]
    pick = {"id": "doomed", "timeline": timeline}
    for is_step in (True, False):
        with make_api(expected, pick=[pick]) as api:
            sid = api.get_account().resolve_handle("doomed")
            assert download(api, "doomed") == 200
            if is_step:
                api.run_command("POST", "/signals", {"name": "delete"})
            else:
                api.request("DELETE", f"{api.root}/Recordings/{sid}.json")
            assert check(api) == [True]
            assert download(api, "doomed") == 404
            assert check(api) == [False]


def test_generated_recording_was_completed_before() -> None:
    pick = {"id": "doomed", "timeline": [{"after": {"signal": "delete"}, "status": "deleted"}]}
    with make_api({"op": MEDIA, "after": {"status": "completed"}}, pick=[pick]) as api:
        other = api.get_account().corpus.get_sid(0)
        assert [download(api, handle) for handle in ("doomed", other, "RE" + "9" * 32)] == [200, 200, 404]
        api.run_command("POST", "/signals", {"name": "delete"})
        (result,) = api.run_command("GET", "/expectations")
        assert [line.partition(":")[0] for line in result["why"].splitlines()] == [
            f"Expected {MEDIA}",
            "  broken by 2",
        ]


def test_signal_is_a_moment() -> None:
    recording = {"id": "late", "timeline": [{"after": {"signal": "go"}, "status": "deleted"}]}
    with make_api({"op": "list_recordings", "never": True, "after": {"signal": "go"}}, recordings=[recording]) as api:
        api.get(api.list_path)
        assert check(api) == [True]
        api.run_command("POST", "/signals", {"name": "go"})
        api.get(api.list_path)
        assert check(api) == [False]


def test_moments_begin_again_when_the_account_is_reset() -> None:
    expected = {"op": MEDIA, "min": 0, "before": {"status": "deleted"}}
    with make_api(expected, recordings=[{"id": "late", "status": "completed"}]) as api:
        for path in ("/rollback", "/reset"):
            api.run_command("POST", "/snapshots", {})
            api.request("DELETE", f"{api.root}/Recordings/{api.get_account().resolve_handle('late')}.json")
            assert download(api) == 404
            assert check(api) == [False]
            api.run_command("POST", path, {})
            assert download(api) == 200
            assert check(api) == [True]


def test_moments_stay_when_the_journal_is_emptied() -> None:
    with make_api(
        {"op": MEDIA, "after": {"status": "completed"}}, recordings=[{"id": "late", "status": "completed"}]
    ) as api:
        assert download(api) == 200
        api.send_command("DELETE", "/requests")
        assert download(api) == 200
        assert check(api) == [True]

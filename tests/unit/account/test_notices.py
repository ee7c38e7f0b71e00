import pytest

from mockserver.account.account_marks import NoticeKind
from mockserver.account.notices import LOOK_SECONDS, MAX_NOTICES, Follower, Notice
from mockserver.mock import Mock
from tests.harness import Api, make_settings


class Looks:
    """A follower of the demo account, and the time of its looks."""

    def __init__(self, mock: Mock, follower: Follower) -> None:
        self.mock = mock
        self.follower = follower
        self.now = 0.0

    def take(self) -> list[Notice]:
        self.now += 2 * LOOK_SECONDS
        return self.follower.take(self.now)

    def take_kinds(self) -> list[NoticeKind]:
        return [notice.kind for notice in self.take()]


def test_follower_gets_one_notice_for_all_changes_of_a_kind_since_the_last_look() -> None:
    with Api() as api, api.mock.notices.follow(api.mock.demo.sid) as follower:
        looks = Looks(api.mock, follower)
        assert looks.take() == []
        for _ in range(3):
            api.get(api.list_path)
        (notice,) = looks.take()
        assert (notice.kind, notice.values) == (NoticeKind.REQUEST, {"since": 0, "next": 3})
        api.get(api.list_path)
        assert looks.take()[0].values == {"since": 3, "next": 4}
        assert looks.take() == []


def test_looks_are_a_tenth_of_a_second_apart_at_least() -> None:
    with Api() as api, api.mock.notices.follow(api.mock.demo.sid) as follower:
        follower.take(1.0)
        api.get(api.list_path)
        assert follower.take(1.0 + 0.9 * LOOK_SECONDS) == []
        assert [notice.kind for notice in follower.take(1.0 + 1.1 * LOOK_SECONDS)] == [NoticeKind.REQUEST]


@pytest.mark.parametrize(
    ("method", "path", "command", "kinds"),
    [
        ("POST", "/clock", {"mode": "scaled", "rate": 60}, ["clock", "recording"]),
        ("POST", "/recordings", {"id": "mine"}, ["recording", "event"]),
        ("POST", "/faults", {"limits": [{"requests": 1, "per": "1s"}]}, ["recording", "rules"]),
        ("POST", "/faults", {"faults": [{"then": {"status": 500}}]}, ["recording", "rules"]),
        ("POST", "/arrivals", {"every": "1h"}, ["recording", "rules"]),
        ("POST", "/calls", {"twiml": "<Response/>", "wait": False}, ["recording", "event", "call"]),
        ("POST", "/snapshots", {}, ["account"]),
        ("PUT", "/overrides", {"auth": "strict"}, ["account"]),
        ("DELETE", "/requests", {}, ["request"]),
        ("GET", "", None, []),
        ("GET", "/requests", None, []),
    ],
)
def test_notice_says_what_a_command_changed(
    method: str, path: str, command: dict[str, object] | None, kinds: list[str]
) -> None:
    with Api() as api, api.mock.notices.follow(api.mock.demo.sid) as follower:
        looks = Looks(api.mock, follower)
        looks.take()
        assert api.send_command(method, path, command).status_code == 200
        assert looks.take_kinds() == kinds


def test_emptied_journal_begins_again() -> None:
    with Api() as api:
        api.get(api.list_path)
        api.get(api.list_path)
        with api.mock.notices.follow(api.mock.demo.sid) as follower:
            looks = Looks(api.mock, follower)
            looks.take()
            api.run_command("DELETE", "/requests")
            api.get(api.list_path)
            assert [notice.values for notice in looks.take()] == [{"since": 0, "next": 1}]


def test_callback_and_its_new_attempt_are_noticed() -> None:
    with Api() as api, api.mock.notices.follow(api.mock.demo.sid) as follower:
        looks = Looks(api.mock, follower)
        looks.take()
        command = {"timeline": [{"status": "completed"}], "status_callback": "http://127.0.0.1:9/x"}
        api.run_command("POST", "/recordings", command)
        assert "callback" in looks.take_kinds()
        assert looks.take() == []
        api.run_command("POST", "/callbacks/0/redeliver")
        assert "callback" in looks.take_kinds()


def test_replaced_and_forgotten_accounts_are_noticed() -> None:
    with Api() as api, api.mock.notices.follow(api.mock.demo.sid) as follower:
        looks = Looks(api.mock, follower)
        looks.take()
        api.run_command("POST", "/reset")
        assert "account" in looks.take_kinds()
        api.mock.forget(api.mock.demo.sid)
        assert looks.take_kinds() == ["account"]
        assert looks.take() == []
        api.get(api.list_path)
        assert looks.take_kinds() == ["account"]


def test_follower_that_comes_again_gets_what_it_missed() -> None:
    with Api() as api, api.mock.notices.follow(api.mock.demo.sid) as other:
        looks = Looks(api.mock, other)
        looks.take()
        api.get(api.list_path)
        (first,) = looks.take()
        api.get(api.list_path)
        (second,) = looks.take()
        with api.mock.notices.follow(api.mock.demo.sid, first.id) as follower:
            assert follower.last_id == first.id
            assert follower.take(looks.now) == [second]
            assert follower.take(looks.now) == []
            assert follower.last_id == second.id


@pytest.mark.parametrize("text", ["", "-1", "7", "other.1-0", "0000000000000000.1-x", "0000000000000000.1-9", "²-²"])
def test_follower_with_an_id_of_no_use_lags(text: str) -> None:
    mock = Mock(make_settings())
    with mock.notices.follow(mock.demo.sid) as other:
        assert other.last_id == "0000000000000000.1-0"
        with mock.notices.follow(mock.demo.sid, text) as follower:
            assert [(notice.id, notice.kind) for notice in follower.take(1.0)] == [("0000000000000000.1-0", "lag")]
            assert follower.take(1.0) == []


def test_follower_lags_after_a_gap_in_which_nobody_followed() -> None:
    mock = Mock(make_settings())
    with mock.notices.follow(mock.demo.sid) as follower:
        last_id = follower.last_id
    assert mock.notices.count_followers(mock.demo.sid) == 0
    with mock.notices.follow(mock.demo.sid.upper(), last_id) as follower:
        assert mock.notices.count_followers(mock.demo.sid) == 1
        assert [notice.kind for notice in follower.take(1.0)] == [NoticeKind.LAG]


def test_notices_are_kept_for_a_slow_follower_up_to_a_bound() -> None:
    with Api() as api, api.mock.notices.follow(api.mock.demo.sid) as fast:
        sid, looks = api.mock.demo.sid, Looks(api.mock, fast)
        looks.take()
        with api.mock.notices.follow(sid) as within, api.mock.notices.follow(sid, within.last_id) as beyond:
            for number in range(MAX_NOTICES):
                api.get(api.list_path)
                assert len(looks.take()) == 1
                if number == 0:
                    assert len(within.take(looks.now)) == 1
            api.get(api.list_path)
            assert len(looks.take()) == 1
            assert len(within.take(looks.now)) == MAX_NOTICES
            assert [notice.kind for notice in beyond.take(looks.now)] == [NoticeKind.LAG]
            assert beyond.last_id == within.last_id

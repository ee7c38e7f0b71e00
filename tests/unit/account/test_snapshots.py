"""Snapshots and rollbacks of an account."""

import msgspec
import pytest

from mockserver.account.snapshots import Snapshots
from mockserver.account.state.state import DeliveryState, State
from mockserver.callbacks.outcome import Failure, Outcome
from mockserver.mock import Mock
from mockserver.settings.settings import Profile
from scenarios.model import Scenario
from tests.accounts import CALLBACK_URL, list_steps, make_account, make_scenario
from tests.harness import Api, make_settings

OTHER_SID = "AC" + "7" * 32
CALL = "CA" + "1" * 32
SUCCESS = Outcome(204, None, "")
TIMED_OUT = Outcome(None, Failure.READ_TIMEOUT, "Too slow.")


def make_rich_scenario() -> Scenario:
    """Return a scenario that uses everything that a state can hold."""
    return make_scenario(
        recordings=[
            {
                "id": "a",
                "status": "processing",
                "status_callback": f"{CALLBACK_URL}#rc=5",
                "status_callback_event": ["completed"],
                "encryption_details": {"encryption_public_key_sid": "CR1", "deep": [1, {"x": None}]},
                "timeline": [
                    {"after": {"any": [{"fetches": 3}, {"time": "20s"}, {"signal": "go"}]}, "status": "completed"},
                    {
                        "after": {"all": [{"callback": "completed"}, {"at": "2026-01-02T00:00:00.25Z"}]},
                        "status": "deleted",
                    },
                ],
            },
            {"id": "b", "status": "completed", "sid": "RE" + "AB" * 16, "date_created": "2025-12-01T00:00:00Z"},
            {"id": "c", "status": "deleted"},
        ],
        pick=[
            {
                "id": "p",
                "count": 2,
                "timeline": [{"after": {"lists": 2}, "status": "deleted"}],
                "where": {"status": "completed"},
            }
        ],
        faults=[
            {
                "when": {"op": "fetch_recording", "every": 7, "header": {"User-Agent": "*"}},
                "then": {
                    "status": 429,
                    "retry_after": 2,
                    "enforce_retry_after": True,
                    "delay": {"uniform": {"lower": "0s", "upper": "1ms"}},
                },
            }
        ],
        sequences=[{"when": {"op": "fetch_recording_media"}, "answers": [404, {"status": 500}, "ok"]}],
        page_drift=[{"insert": 1, "delete": 1, "times": 2}],
    )


def change_everything(api: Api) -> None:
    """Make every possible change to an account."""
    account = api.get_account()
    sid = api.get_page("PageSize=1")["recordings"][0]["sid"]
    api.get(api.get_recording_path(sid))
    api.get(api.get_recording_path(account.resolve_handle("a")))
    api.request("DELETE", api.get_recording_path(account.resolve_handle("b")))
    api.post(f"Calls/{CALL}/Recordings.json", RecordingStatusCallback=CALLBACK_URL)
    api.post(f"Calls/{CALL}/Recordings/Twilio.CURRENT.json", Status="paused")
    api.get(f"{api.root}/Recordings/{sid}.mp3")
    account.scheduler.set_rate(0.0)
    account.timelines.signal("go")
    account.advance(3600)
    account.fault_rules.remove(0)
    account.state.page_drift.clear()


def test_rollback_restores_every_response_byte_for_byte() -> None:
    with Api(make_settings(count=60), make_rich_scenario()) as api:
        api.get_page()
        api.get(api.get_recording_path(api.get_account().resolve_handle("a")))
        api.mock.snapshots.take(api.get_account(), "here")
        kept = api.mock.snapshots.find(api.mock.demo.sid, "here")
        assert kept is not None
        account = api.mock.roll_back(api.mock.demo.sid, kept.state, kept.scenario)
        before = get_bodies(api)
        for _ in range(3):
            change_everything(api)
            assert before != get_bodies(api)
            again = api.mock.roll_back(api.mock.demo.sid, kept.state, kept.scenario)
            assert again is api.get_account()
            assert again is not account
            assert kept.state == again.snapshot()
            assert before == get_bodies(api)


def get_bodies(api: Api) -> list[bytes]:
    """Request resources that reading does not change, and at the end a list, which it does."""
    account, root = api.get_account(), f"/_mock/accounts/{api.mock.demo.sid}"
    ledger = account.recordings.recording_index
    sids = [ledger.get_sid(index) for index in (*range(0, account.corpus.count, 9), *ledger.created)]
    paths = ["/clock", "/scenario", "/events", "/faults", "/callbacks", *(f"/recordings/{sid}" for sid in sids)]
    shown = [api.get(f"{root}{path}") for path in paths]
    fetched = [api.get(api.get_recording_path(account.resolve_handle("a"))) for _ in range(2)]
    listed = api.get(f"{api.list_path}?PageSize=1000&IncludeSoftDeleted=true")
    return [each.content for each in (*shown, *fetched, listed)]


def test_state_is_equal_after_msgpack_round_trip() -> None:
    account = make_account(make_rich_scenario(), count=60)
    account.start_recording(CALL)
    account.timelines.signal("go")
    (delivery,) = account.callbacks.get_ready()
    account.callbacks.mark_sending(delivery.number)
    account.callbacks.record_outcome(delivery.number, TIMED_OUT)
    account.advance(0.5)
    encoded = account.snapshot()
    decoded = msgspec.msgpack.decode(encoded, type=State)
    assert decoded == account.state
    assert msgspec.msgpack.encode(decoded) == encoded
    assert len(decoded.timers) > 0
    assert decoded.deliveries[0].attempts[0].detail == "Too slow."


def test_state_with_adversarial_recordings_survives_round_trip() -> None:
    step = {"after": {"signal": "go"}, "status": "deleted"}
    picks = make_scenario(
        pick=[{"id": "p", "count": 100, "where": {"status": "completed"}, "price_unit": "EUR", "timeline": [step]}]
    )
    account = make_account(picks, profile=Profile.ADVERSARIAL)
    account.timelines.signal("go")
    assert msgspec.msgpack.decode(account.snapshot(), type=State) == account.state


def test_rollback_resumes_timers_and_callbacks() -> None:
    mock = Mock(make_settings(count=3), scenario=make_small_scenario())
    account = mock.account(mock.demo.sid)
    account.advance(20)
    (delivery,) = account.callbacks.get_ready()
    account.callbacks.mark_sending(delivery.number)
    kept = account.snapshot()
    account.callbacks.record_outcome(delivery.number, SUCCESS)
    assert list_steps(account)[-1] == "deleted"
    back = mock.roll_back(mock.demo.sid, kept, account.scenario)
    assert back.clock.now() == account.clock.now()
    (again,) = back.callbacks.get_ready()
    assert (again, again.state) == (delivery, DeliveryState.PENDING), "what was under way is to be sent again"
    back.callbacks.mark_sending(again.number)
    back.callbacks.record_outcome(again.number, TIMED_OUT)
    kept = back.snapshot()
    third = mock.roll_back(mock.demo.sid, kept, back.scenario)
    assert third.callbacks.get_ready() == []
    third.advance(1)
    (last,) = third.callbacks.get_ready()
    third.callbacks.mark_sending(last.number)
    third.callbacks.record_outcome(last.number, SUCCESS)
    assert list_steps(third)[-1] == "deleted"


def make_small_scenario() -> Scenario:
    timeline = [
        {"after": {"time": "20s"}, "status": "completed", "callback": "completed"},
        {"after": {"callback": "completed"}, "status": "deleted"},
    ]
    return make_scenario(
        recordings=[{"id": "a", "status": "processing", "status_callback": CALLBACK_URL, "timeline": timeline}]
    )


def test_rollback_changes_only_its_account() -> None:
    mock = Mock(make_settings(count=60), scenario=make_rich_scenario())
    one, other = mock.account(mock.demo.sid), mock.account(OTHER_SID)
    mock.snapshots.take(one, "x")
    mock.snapshots.take(other, "x")
    other.advance(100)
    one.advance(50)
    kept = mock.snapshots.find(one.sid, "x")
    assert kept is not None
    mock.roll_back(one.sid, kept.state, kept.scenario)
    assert mock.account(OTHER_SID) is other
    assert other.clock.now() - mock.account(one.sid).clock.now() == 100_000_000
    assert mock.snapshots.find("AC" + "8" * 32, "x") is None


def test_sixteen_snapshots_are_kept_and_names_can_be_reused() -> None:
    snapshots, account = Snapshots(), make_account(count=3)
    for number in range(16):
        snapshots.take(account, str(number))
    snapshots.take(account, "0")
    snapshots.take(account, "new")
    assert snapshots.find(account.sid, "1") is None
    assert snapshots.find(account.sid, "0") is not None
    assert snapshots.find(account.sid, "2") is not None


@pytest.mark.parametrize("rate", [0.0, 1.0, 60.0])
def test_rollback_keeps_clock_rate(rate: float) -> None:
    mock = Mock(make_settings(count=3))
    account = mock.account(mock.demo.sid)
    account.scheduler.set_rate(rate)
    back = mock.roll_back(account.sid, account.snapshot(), None)
    assert back.clock.rate == rate
    assert back.clock.now() >= account.state.now

"""Snapshots and rollbacks of an account."""

import msgspec
import pytest

from mockserver.account.commands.callbacks import RecordOutcome
from mockserver.account.commands.requests import RecordResponse
from mockserver.account.gradual import run_at_once
from mockserver.account.snapshots import Snapshots
from mockserver.account.state import decoding
from mockserver.account.state.decoding import decode_state
from mockserver.account.state.deliveries import DeliveryState
from mockserver.callbacks.outcome import Failure, Outcome
from mockserver.mock import Mock
from mockserver.settings.choices import Profile
from scenarios.model import Scenario
from scenarios.operations import RequestKind
from scenarios.timeline import TimelineProgress
from tests.accounts import CALLBACK_URL, list_steps, make_account, make_scenario
from tests.harness import Api, make_settings

OTHER_SID = "AC" + "7" * 32
CALL = "CA" + "1" * 32
SUCCESS = Outcome(204, None, "")
NOT_CONNECTED = Outcome(None, Failure.CONNECT_TIMEOUT, "Too slow.")


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
        snapshot = api.mock.snapshots.find(api.mock.demo.sid, "here")
        assert snapshot is not None
        account = api.mock.roll_back(api.mock.demo.sid, snapshot.state, snapshot.scenario)
        before = get_bodies(api)
        for _ in range(3):
            change_everything(api)
            assert before != get_bodies(api)
            restored_account = api.mock.roll_back(api.mock.demo.sid, snapshot.state, snapshot.scenario)
            assert restored_account is api.get_account()
            assert restored_account is not account
            assert snapshot.state == restored_account.snapshot()
            assert before == get_bodies(api)


def get_bodies(api: Api) -> list[bytes]:
    """Request resources that reading does not change, and at the end a list, which it does."""
    account, root = api.get_account(), f"/_mock/accounts/{api.mock.demo.sid}"
    recording_index = account.recordings.recording_index
    sids = [recording_index.get_sid(index) for index in (*range(0, account.corpus.count, 9), *recording_index.created)]
    paths = ["/clock", "/scenario", "/events", "/faults", "/callbacks", *(f"/recordings/{sid}" for sid in sids)]
    control_responses = [api.get(f"{root}{path}") for path in paths]
    recording_responses = [api.get(api.get_recording_path(account.resolve_handle("a"))) for _ in range(2)]
    list_response = api.get(f"{api.list_path}?PageSize=1000&IncludeSoftDeleted=true")
    return [response.content for response in (*control_responses, *recording_responses, list_response)]


def test_state_is_equal_after_msgpack_round_trip() -> None:
    account = make_account(make_rich_scenario(), count=60)
    account.start_recording(CALL)
    account.timelines.signal("go")
    (delivery,) = account.callbacks.get_ready()
    account.callbacks.mark_sending(delivery.number)
    account.apply(RecordOutcome(number=delivery.number, outcome=NOT_CONNECTED))
    account.advance(0.5)
    encoded = account.snapshot()
    decoded = run_at_once(decode_state(encoded))
    assert decoded == account.state
    assert msgspec.msgpack.encode(decoded) == encoded
    assert len(decoded.timers) > 0
    assert decoded.deliveries[0].attempts[0].detail == "Too slow."


def test_state_with_adversarial_recordings_survives_round_trip() -> None:
    step = {"after": {"signal": "go"}, "status": "deleted"}
    scenario = make_scenario(
        pick=[{"id": "p", "count": 100, "where": {"status": "completed"}, "price_unit": "EUR", "timeline": [step]}]
    )
    account = make_account(scenario, profile=Profile.ADVERSARIAL)
    account.timelines.signal("go")
    assert run_at_once(decode_state(account.snapshot())) == account.state


def test_rollback_resumes_timers_and_callbacks() -> None:
    mock = Mock(make_settings(count=3), scenario=make_small_scenario())
    account = mock.account(mock.demo.sid)
    account.advance(20)
    (delivery,) = account.callbacks.get_ready()
    account.callbacks.mark_sending(delivery.number)
    snapshot = account.snapshot()
    account.apply(RecordOutcome(number=delivery.number, outcome=SUCCESS))
    assert list_steps(account)[-1] == "deleted"
    second_account = mock.roll_back(mock.demo.sid, snapshot, account.scenario)
    assert second_account.clock.now() == account.clock.now()
    (pending_delivery,) = second_account.callbacks.get_ready()
    assert (pending_delivery, pending_delivery.state) == (delivery, DeliveryState.PENDING), (
        "what was under way is to be sent again"
    )
    second_account.callbacks.mark_sending(pending_delivery.number)
    second_account.apply(RecordOutcome(number=pending_delivery.number, outcome=NOT_CONNECTED))
    snapshot = second_account.snapshot()
    third_account = mock.roll_back(mock.demo.sid, snapshot, second_account.scenario)
    assert third_account.callbacks.get_ready() == []
    third_account.advance(1)
    (last_delivery,) = third_account.callbacks.get_ready()
    third_account.callbacks.mark_sending(last_delivery.number)
    third_account.apply(RecordOutcome(number=last_delivery.number, outcome=SUCCESS))
    assert list_steps(third_account)[-1] == "deleted"
    last_account = mock.roll_back(mock.demo.sid, third_account.snapshot(), third_account.scenario)
    assert [delivery.state for delivery in last_account.callbacks] == [DeliveryState.DELIVERED]
    assert last_account.callbacks.get_ready() == []


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
    account, other_account = mock.account(mock.demo.sid), mock.account(OTHER_SID)
    mock.snapshots.take(account, "x")
    mock.snapshots.take(other_account, "x")
    other_account.advance(100)
    account.advance(50)
    snapshot = mock.snapshots.find(account.sid, "x")
    assert snapshot is not None
    mock.roll_back(account.sid, snapshot.state, snapshot.scenario)
    assert mock.account(OTHER_SID) is other_account
    assert other_account.clock.now() - mock.account(account.sid).clock.now() == 100_000_000
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
    restored_account = mock.roll_back(account.sid, account.snapshot(), None)
    assert restored_account.clock.rate == rate
    assert restored_account.clock.now() >= account.state.now


def test_equal_timelines_are_one_object_after_decoding() -> None:
    account = make_account(count=0)
    first, second = (account.start_recording(f"CA{number:032x}") for number in range(2))
    for _ in range(2):
        account.apply(RecordResponse(operation=None, kind=RequestKind.FETCH, indices=(second,), page=0))
    account.timelines.signal("stopped", first)
    decoded = run_at_once(decode_state(account.snapshot()))
    assert decoded.playing == account.state.playing
    assert decoded.playing[first].timeline is decoded.playing[second].timeline


def test_stored_progress_has_every_field_of_the_progress() -> None:
    assert {*decoding._StoredProgress.__struct_fields__} == {*TimelineProgress.__struct_fields__}

"""The setup of a scenario in a new account."""

from typing import Any

import pytest

from generators.model import Recording, Status
from mockserver.account.account import Account
from mockserver.account.commands.recordings import DeleteRecording
from mockserver.account.setup_error import ScenarioSetupError
from mockserver.account.state.state import FIRST_CREATED
from mockserver.mock import Mock
from mockserver.settings.choices import Profile
from scenarios.explain.timelines import explain_scenario
from scenarios.model import Scenario
from scenarios.problems import ScenarioError
from tests.accounts import CALLBACK_URL, list_steps, make_account, make_scenario
from tests.harness import T0, make_settings

SID = "RE" + "0123456789ABCDEF" * 2
SIGNAL_TRIGGER = {"signal": "go"}
TYPICAL = -1
"""Stands for the duration that the corpus gives a recording that sets none."""
CALL = "CA" + "ABCDEF0123456789" * 2


def get_recording(account: Account, handle: str = "it") -> Recording:
    return account.recordings.recording_index.get(account.state.handles[handle])


def make_account_with_recording(**fields: Any) -> Account:
    return make_account(make_scenario(recordings=[{"id": "it", **fields}]), count=3)


def make_account_with_pick(profile: Profile = Profile.REALISTIC, mix: str = "", **fields: Any) -> Account:
    step = {"after": {"signal": "go"}, "set": {"price_unit": "EUR"}}
    return make_account(make_scenario(pick=[{"id": "it", "timeline": [step], **fields}]), profile=profile, mix=mix)


def test_scripted_recording_has_given_fields() -> None:
    account = make_account_with_recording(
        status="completed",
        duration=61,
        price="-0.5",
        price_unit="EUR",
        channels=2,
        source="Trunking",
        track="inbound",
        call_sid=CALL,
        date_created="2025-12-31T00:30:00Z",
        start_time="2025-12-31T00:00:00Z",
        date_updated="2025-12-31T01:00:00Z",
        encryption_details={"encryption_public_key_sid": "CR1"},
        transcript="Hello.",
    )
    recording = get_recording(account)
    assert (recording.status, recording.duration, recording.price, recording.price_unit) == (
        Status.COMPLETED,
        61,
        -50_000,
        "EUR",
    )
    assert (recording.channels, recording.source, recording.track, recording.transcript) == (
        2,
        "Trunking",
        "inbound",
        "Hello.",
    )
    assert (recording.call_sid, recording.conference_sid) == (CALL[:2] + CALL[2:].lower(), None)
    assert (recording.start_time, recording.date_created, recording.date_updated) == (
        T0 - 86_400,
        T0 - 84_600,
        T0 - 82_800,
    )
    assert recording.encryption is not None
    assert recording.encryption.given == {"encryption_public_key_sid": "CR1"}


@pytest.mark.parametrize(
    ("fields", "status", "duration", "has_error"),
    [
        ({}, "completed", TYPICAL, False),
        ({"status": "in-progress"}, "processing", None, False),
        ({"status": "processing"}, "processing", None, False),
        ({"status": "completed", "duration": 7}, "completed", 7, False),
        ({"status": "absent", "error_code": 16102}, "absent", None, True),
        ({"status": "failed"}, "failed", None, True),
        ({"status": "deleted", "duration": 9}, "deleted", 9, False),
        (
            {"timeline": [{"status": "paused"}, {"after": {"signal": "x"}, "status": "stopped"}]},
            "processing",
            None,
            False,
        ),
        ({"timeline": [{"after": SIGNAL_TRIGGER, "status": "deleted"}]}, "completed", TYPICAL, False),
    ],
)
def test_scripted_recording_has_initial_status_and_fields(
    fields: dict[str, Any], status: str, duration: int | None, has_error: bool
) -> None:
    account = make_account_with_recording(**fields)
    recording = get_recording(account)
    assert (recording.status.value, recording.error_code is not None) == (status, has_error)
    typical_duration = account.recordings.recording_index.get_typical_duration(account.state.handles["it"])
    assert recording.duration == (typical_duration if duration == TYPICAL else duration)
    if fields.get("error_code"):
        assert recording.error_code == 16102


@pytest.mark.parametrize("fields", [{"status": "completed"}, {"status": "processing"}])
def test_fields_apply_from_the_step_with_their_status(fields: dict[str, Any]) -> None:
    last_step = {"after": {"signal": "go"}, "status": "completed" if fields["status"] == "processing" else "deleted"}
    account = make_account_with_recording(
        **fields, duration=9, price="-1", date_updated="2026-01-01T00:00:30Z", timeline=[last_step]
    )
    assert get_recording(account).date_updated == T0 + 30
    account.timelines.signal("go")
    assert (get_recording(account).duration, get_recording(account).price) == (9, -100_000)
    assert get_recording(account).date_updated == T0
    assert account.scenario is not None
    assert list_steps(account) == [step.what for step in explain_scenario(account.scenario).steps]


def test_step_without_status_moves_date_updated() -> None:
    account = make_account_with_recording(
        status="completed",
        timeline=[
            {"after": {"time": "9s"}, "set": {"channels": 2}},
            {"after": {"time": "9s"}, "callback": "completed"},
            {"after": {"time": "9s"}, "set": {"channels": 1, "date_updated": "2026-01-01T00:00:01Z"}},
        ],
    )
    found = [get_recording(account).date_updated]
    for _ in range(3):
        account.advance(9)
        found.append(get_recording(account).date_updated)
    assert found == [T0, T0 + 9, T0 + 9, T0 + 1]


def test_deleted_recording_has_scripted_date_and_no_error_code() -> None:
    account = make_account_with_recording(
        status="completed",
        timeline=[
            {"after": SIGNAL_TRIGGER, "set": {"error_code": 16107}},
            {"after": SIGNAL_TRIGGER, "status": "deleted", "set": {"date_updated": "2026-01-01T00:00:03Z"}},
        ],
    )
    account.timelines.signal("go")
    assert get_recording(account).error_code == 16107
    account.timelines.signal("go")
    it = get_recording(account)
    assert (it.status, it.date_updated, it.error_code) == (Status.DELETED, T0 + 3, None)


def test_deletion_through_the_api_removes_error_code() -> None:
    account = make_account_with_recording(status="completed", timeline=[{"set": {"error_code": 16111}}])
    account.advance(60)
    account.apply(DeleteRecording(sid=get_recording(account).sid))
    it = get_recording(account)
    assert (it.status, it.date_updated, it.error_code) == (Status.DELETED, T0 + 60, None)


def test_fields_of_step_override_fields_of_recording() -> None:
    account = make_account_with_recording(
        duration=9, timeline=[{"status": "processing"}, {"status": "completed", "set": {"duration": 5}}]
    )
    assert get_recording(account).duration == 5


def test_conference_recording_has_conference_source() -> None:
    conference_sid = "CF" + "A" * 32
    recording = get_recording(make_account_with_recording(conference_sid=conference_sid))
    assert (recording.source, recording.conference_sid) == ("Conference", conference_sid[:2] + "a" * 32)
    api_recording = get_recording(make_account_with_recording(source="StartConferenceRecordingAPI"))
    assert api_recording.conference_sid is not None
    assert get_recording(make_account_with_recording()).source == "DialVerb"


def test_recording_with_past_date_is_sorted_among_generated_recordings() -> None:
    scenario = make_scenario(
        recordings=[
            {"id": "it", "status": "completed", "date_created": "1970-01-01T00:00:00Z"},
            {"id": "other", "status": "completed", "date_created": "2025-11-17T00:00:00.5Z"},
        ]
    )
    account = make_account(scenario, count=100)
    recording_index = account.recordings.recording_index
    positions = [
        recording_index.find_position(recording_index.get_sid(index)) for index in (FIRST_CREATED, FIRST_CREATED + 1)
    ]
    assert positions[0] == 0
    assert positions[1] is not None
    older_dates = [
        recording_index.get(recording_index.positions.get_index(position)).date_created
        for position in range(1, positions[1])
    ]
    assert max(older_dates) <= get_recording(account, "other").date_created
    assert get_recording(account).date_created == 0


@pytest.mark.parametrize("sid", [SID, SID[:2] + SID[2:].lower()])
def test_saved_recording_keeps_its_sid(sid: str) -> None:
    account = make_account(make_scenario(recordings=[{"sid": sid, "status": "completed"}]), count=3)
    for spelling in (SID, SID[:2] + SID[2:].lower()):
        assert account.recordings.recording_index.get(account.recordings.find(spelling)).sid == sid
    assert account.state.handles == {sid: FIRST_CREATED}


def test_scripted_sid_of_generated_recording_is_rejected() -> None:
    sid = make_account(count=3).corpus.get_sid(1)
    with pytest.raises(
        ScenarioSetupError, match=f"recording it: expected a SID that no generated recording has, found {sid}"
    ):
        make_account_with_recording(sid=sid)
    assert get_recording(make_account(make_scenario(recordings=[{"id": "it", "sid": sid}]), count=1)).sid == sid


def test_new_recording_does_not_reuse_imported_sid() -> None:
    account = make_account(count=3)
    imported_sid = account.corpus.get_sid(FIRST_CREATED + 1)
    account = make_account_with_recording(sid=imported_sid)
    index = account.start_recording(CALL)
    sid = account.recordings.recording_index.get_sid(index)
    assert index == FIRST_CREATED + 1
    assert sid != imported_sid
    assert account.recordings.find(sid) == index
    assert account.recordings.find(imported_sid) == FIRST_CREATED


def test_media_file_of_scripted_recording_is_attached(tmp_path: Any) -> None:
    file = tmp_path / "own.wav"
    file.write_bytes(b"RIFF")
    account = make_account_with_recording(status="completed", media=str(file))
    assert account.state.media_files == {FIRST_CREATED: str(file)}


@pytest.mark.parametrize(
    ("where", "is_match"),
    [
        ({"status": "processing"}, lambda recording: recording.status is Status.PROCESSING),
        ({"source": "Trunking"}, lambda recording: recording.source == "Trunking"),
        ({"channels": 2}, lambda recording: recording.channels == 2),
        ({"conference": True}, lambda recording: recording.conference_sid is not None),
        (
            {"conference": False, "status": "absent"},
            lambda recording: recording.conference_sid is None and recording.status == "absent",
        ),
        ({"encrypted": True}, lambda recording: recording.encryption is not None),
    ],
)
def test_pick_selects_newest_matching_recording(where: dict[str, Any], is_match: Any) -> None:
    account = make_account_with_pick(where=where, mix="encrypted=0.05")
    index = account.state.handles["it"]
    corpus = account.corpus
    assert is_match(corpus.generate_recording(index))
    newer_recordings = [corpus.generate_recording(number) for number in range(index + 1, corpus.count)]
    assert not [
        recording for recording in newer_recordings if is_match(recording) and recording.status is not Status.DELETED
    ]


def test_picks_select_no_recording_twice() -> None:
    step = {"after": {"signal": "go"}, "set": {"price_unit": "EUR"}}
    picks = [{"id": name, "count": 3, "timeline": [step]} for name in ("a", "b")]
    account = make_account(make_scenario(pick=picks), count=10, mix="completed=1")
    assert account.state.handles == {"a-1": 9, "a-2": 8, "a-3": 7, "b-1": 6, "b-2": 5, "b-3": 4}
    assert list_steps(account) == []
    account.timelines.signal("go")
    assert list_steps(account) == ["price_unit EUR"] * 6


def test_pick_of_encrypted_recordings_of_plain_account_names_the_mix() -> None:
    with pytest.raises(ScenarioSetupError, match=r"or change the mix, such as corpus: {mix: {encrypted: 0\.05}}\.$"):
        make_account_with_pick(where={"encrypted": True})
    with pytest.raises(ScenarioSetupError, match=r"or change the mix\.$"):
        make_account_with_pick(where={"encrypted": True, "status": "processing"}, mix="encrypted=1,processing=0")


def test_failed_pick_leaves_account_unchanged() -> None:
    step = {"after": {"signal": "go"}, "set": {"price_unit": "EUR"}}
    scenario = make_scenario(pick=[{"id": "it", "count": 4, "where": {"channels": 2}, "timeline": [step]}])
    mock = Mock(make_settings(count=3))
    before = mock.account(mock.demo.sid)
    with pytest.raises(ScenarioSetupError, match="pick it: expected 4 recordings that match `where`, found"):
        mock.set_up_scenario(mock.demo.sid, scenario)
    assert mock.account(mock.demo.sid) is before
    with pytest.raises(ScenarioSetupError):
        Mock(make_settings(count=0), scenario=scenario)


def test_picked_recording_has_given_fields() -> None:
    account = make_account_with_pick(
        where={"status": "processing"},
        price_unit="EUR",
        duration=9,
        timeline=[{"after": {"signal": "go"}, "status": "completed"}],
        status_callback=CALLBACK_URL,
    )
    assert get_recording(account).price_unit == "EUR"
    assert get_recording(account).duration is None
    account.timelines.signal("go")
    assert get_recording(account).duration == 9
    assert [delivery.event for delivery in account.callbacks] == ["completed"]


def test_picked_recording_has_no_adversarial_body() -> None:
    account = make_account_with_pick(profile=Profile.ADVERSARIAL, price_unit="EUR")
    assert type(get_recording(account)) is Recording
    assert get_recording(account).price_unit == "EUR"


def test_status_callback_setting_is_default_subscription() -> None:
    scenario = make_scenario(recordings=[{"id": "it", "status": "completed"}])
    account = make_account(scenario, status_callback=CALLBACK_URL, public_url="https://example.com")
    (delivery,) = account.callbacks
    assert delivery.url == CALLBACK_URL
    assert dict(delivery.parameters)["RecordingUrl"].startswith("https://example.com/2010-04-01/")


@pytest.mark.parametrize(
    "when", [{"path": "*"}, {"account": f"AC{'1' * 32}"}, {"sid": SID}, {"header": {"A": "b"}}, {"every": 2}]
)
def test_page_drift_rejects_conditions_other_than_op_and_page(when: dict[str, Any]) -> None:
    with pytest.raises(ScenarioError, match=r"page_drift\[0\]\.when\.\w+: expected op and page only"):
        make_scenario(page_drift=[{"when": when, "insert": 1}])


def test_new_scenario_replaces_all_accounts() -> None:
    mock = Mock(make_settings(count=3), scenario=make_scenario(recordings=[{"id": "a"}]))
    other_account = mock.account(f"AC{'1' * 32}")
    mock.replace_scenario(Scenario(name="none"))
    assert mock.account(other_account.sid) is not other_account
    assert mock.account(mock.demo.sid).state.handles == {}
    assert other_account.state.playing == {}


def test_profile_of_scenario_replaces_that_of_the_server() -> None:
    plans = [{"profile": "adversarial"}, {"profile": "adversarial", "mix": {"dual": 1}}, {"profile": "realistic"}]
    profiles = [Profile.REALISTIC, Profile.REALISTIC, Profile.ADVERSARIAL]
    mixes = [
        make_account(make_scenario(corpus=plan), profile=profile, count=3, mix="deleted=0").corpus.spec.mix
        for plan, profile in zip(plans, profiles, strict=True)
    ]
    assert [(mix.adversarial, mix.encrypted) for mix in mixes] == [(1, 0.05), (1, 0.05), (0, 0)]
    assert [mix.status[Status.DELETED] for mix in mixes] == [0, 0.04, 0]

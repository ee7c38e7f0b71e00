"""The effect of each status on a recording, from every other status."""

import msgspec
import pytest

from generators.model import AdversarialRecording, InFlight, Recording, Status
from generators.random_fields import RandomFields
from mockserver.account.resources.status_change import (
    RecordingWithProgress,
    apply_status,
    parse_price,
    with_fields,
    without_adversarial_body,
)
from mockserver.account.state.in_progress import RecordingInProgress, get_in_flight_status
from scenarios.statuses import RecordingStatus
from scenarios.steps import RecordingFields
from tests.accounts import make_account

NOW = 1_767_225_600_000_000
SECOND = 1_000_000
DEFAULT_DURATION = 77

FINISHED_STATUSES = [RecordingStatus.COMPLETED, RecordingStatus.ABSENT, RecordingStatus.FAILED]
LIVE = [RecordingStatus.IN_PROGRESS, RecordingStatus.PAUSED, RecordingStatus.STOPPED]
STATUS_BY_RECORDING_STATUS = {
    RecordingStatus.IN_PROGRESS: Status.PROCESSING,
    RecordingStatus.PAUSED: Status.PROCESSING,
    RecordingStatus.STOPPED: Status.PROCESSING,
    RecordingStatus.PROCESSING: Status.PROCESSING,
    RecordingStatus.COMPLETED: Status.COMPLETED,
    RecordingStatus.ABSENT: Status.ABSENT,
    RecordingStatus.FAILED: Status.FAILED,
}
IN_FLIGHT_BY_RECORDING_STATUS = {
    RecordingStatus.IN_PROGRESS: InFlight.IN_PROGRESS,
    RecordingStatus.PAUSED: InFlight.PAUSED,
    RecordingStatus.STOPPED: InFlight.STOPPED,
}


def find_recording(status: Status) -> Recording:
    corpus = make_account().corpus
    return next(
        recording for recording in map(corpus.generate_recording, range(corpus.count)) if recording.status is status
    )


def get_random_fields() -> RandomFields:
    return make_account().corpus.random_fields(5)


def get_default_duration() -> int:
    return DEFAULT_DURATION


@pytest.mark.parametrize("recording_status", STATUS_BY_RECORDING_STATUS)
@pytest.mark.parametrize("status", list(Status))
def test_apply_status_sets_fields_from_every_status(status: Status, recording_status: RecordingStatus) -> None:
    before = find_recording(status)
    after = apply_status(
        RecordingWithProgress(before, None), recording_status, NOW, get_random_fields, get_default_duration
    )
    recording = after.recording
    assert recording.status is STATUS_BY_RECORDING_STATUS[recording_status]
    assert recording.date_updated == NOW // SECOND
    assert recording.is_scripted
    assert (recording.duration, recording.price) == (
        (DEFAULT_DURATION, -500) if recording_status is RecordingStatus.COMPLETED else (None, None)
    )
    assert (recording.error_code is not None) == (recording_status in (RecordingStatus.ABSENT, RecordingStatus.FAILED))
    assert get_in_flight_status(after.progress) is IN_FLIGHT_BY_RECORDING_STATUS.get(recording_status)
    constant_fields = ("sid", "call_sid", "conference_sid", "source", "channels", "track", "start_time", "date_created")
    assert [getattr(before, name) for name in constant_fields] == [getattr(recording, name) for name in constant_fields]


@pytest.mark.parametrize("recording_status", STATUS_BY_RECORDING_STATUS)
@pytest.mark.parametrize("first_status", [RecordingStatus.IN_PROGRESS, RecordingStatus.PAUSED])
def test_recording_in_progress_has_recorded_duration(
    first_status: RecordingStatus, recording_status: RecordingStatus
) -> None:
    first = apply_status(
        RecordingWithProgress(find_recording(Status.PROCESSING), None),
        first_status,
        NOW,
        get_random_fields,
        get_default_duration,
    )
    after = apply_status(first, recording_status, NOW + 9 * SECOND, get_random_fields, get_default_duration)
    assert after.recording.duration == (9 if recording_status is RecordingStatus.COMPLETED else None)
    if recording_status in FINISHED_STATUSES:
        assert after.progress is None
    else:
        assert after.progress is not None
        assert after.progress.status is IN_FLIGHT_BY_RECORDING_STATUS.get(recording_status)
        assert after.progress.compute_duration_seconds(NOW + 9 * SECOND) == 9


def test_stopped_recording_keeps_its_duration() -> None:
    changes = [
        (RecordingStatus.IN_PROGRESS, 0),
        (RecordingStatus.PAUSED, 2),
        (RecordingStatus.IN_PROGRESS, 4),
        (RecordingStatus.STOPPED, 7),
        (RecordingStatus.PROCESSING, 60),
    ]
    state = RecordingWithProgress(find_recording(Status.PROCESSING), None)
    for recording_status, seconds in [*changes, (RecordingStatus.COMPLETED, 99)]:
        state = apply_status(state, recording_status, NOW + seconds * SECOND, get_random_fields, get_default_duration)
    assert state.recording.duration == 7
    assert RecordingInProgress(since=NOW).resume(NOW + 5) == RecordingInProgress(since=NOW)


@pytest.mark.parametrize("first_status", [RecordingStatus.STOPPED, RecordingStatus.PROCESSING])
@pytest.mark.parametrize("reopened_status", [RecordingStatus.IN_PROGRESS, RecordingStatus.PAUSED])
def test_stopped_recording_is_active_again_when_a_command_resumes_it(
    first_status: RecordingStatus, reopened_status: RecordingStatus
) -> None:
    changes = [(RecordingStatus.IN_PROGRESS, 0), (first_status, 5), (reopened_status, 60)]
    state = RecordingWithProgress(find_recording(Status.PROCESSING), None)
    for recording_status, seconds in changes:
        state = apply_status(state, recording_status, NOW + seconds * SECOND, get_random_fields, get_default_duration)
    assert get_in_flight_status(state.progress) is IN_FLIGHT_BY_RECORDING_STATUS[reopened_status]
    after = apply_status(state, RecordingStatus.COMPLETED, NOW + 64 * SECOND, get_random_fields, get_default_duration)
    assert after.recording.duration == 9


def test_stopped_recording_that_was_not_recorded_here_has_its_typical_duration() -> None:
    state = RecordingWithProgress(find_recording(Status.PROCESSING), None)
    for recording_status in (RecordingStatus.STOPPED, RecordingStatus.PROCESSING, RecordingStatus.COMPLETED):
        state = apply_status(state, recording_status, NOW, get_random_fields, get_default_duration)
    assert state.recording.duration == DEFAULT_DURATION


def test_with_fields_sets_given_fields() -> None:
    before = find_recording(Status.COMPLETED)
    fields = {
        "duration": "61",
        "price_unit": "EUR",
        "error_code": 16101,
        "channels": 1,
        "source": "RecordVerb",
        "track": "inbound",
        "start_time": "2025-01-01T00:00:00.9Z",
        "date_updated": "2025-01-02T00:00:00Z",
    }
    after = with_fields(before, msgspec.convert(fields, RecordingFields))
    assert (after.duration, after.price, after.price_unit, after.error_code) == (61, -500, "EUR", 16101)
    assert (after.channels, after.source, after.track) == (1, "RecordVerb", "inbound")
    assert (after.start_time, after.date_updated) == (1_735_689_600, 1_735_776_000)
    assert with_fields(before, RecordingFields()) is before


def test_with_fields_accepts_null() -> None:
    fields = RecordingFields(duration=None, price=None, start_time=None, encryption_details=None, error_code=None)
    after = with_fields(find_recording(Status.COMPLETED), fields)
    assert (after.duration, after.price, after.start_time, after.encryption, after.error_code) == (None,) * 5
    assert with_fields(after, RecordingFields(duration=3, price="-1")).price == -100_000


def test_saved_encryption_details_are_kept() -> None:
    details = {"encryption_public_key_sid": "CR1"}
    for status in (Status.COMPLETED, Status.PROCESSING):
        after = with_fields(find_recording(status), RecordingFields(encryption_details=details))
        assert after.encryption is not None
        assert after.encryption.given == details
        assert len(after.encryption.content_key) == 32
        updated_recording = with_fields(after, RecordingFields(encryption_details={"other": 1}))
        assert updated_recording.encryption is not None
        assert updated_recording.encryption.content_key == after.encryption.content_key


@pytest.mark.parametrize(
    ("value", "units"), [("-0.00250", -250), (-0.0025, -250), (0, 0), ("1", 100_000), ("0.000006", 1), (1e-7, 0)]
)
def test_price_is_parsed_to_integer_units(value: float | str, units: int) -> None:
    assert parse_price(value) == units


def test_without_adversarial_body_returns_plain_recording() -> None:
    plain = find_recording(Status.COMPLETED)
    adversarial = AdversarialRecording(**msgspec.structs.asdict(plain), body={"duration": 2**80})
    assert without_adversarial_body(adversarial) == plain
    assert type(without_adversarial_body(adversarial)) is Recording

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
from mockserver.account.state.in_progress import RecordingInProgress
from scenarios.model import RecordingFields
from scenarios.statuses import RecordingStatus
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
    return next(each for each in map(corpus.generate_recording, range(corpus.count)) if each.status is status)


def get_random_fields() -> RandomFields:
    return make_account().corpus.random_fields(5)


@pytest.mark.parametrize("stage", STATUS_BY_RECORDING_STATUS)
@pytest.mark.parametrize("status", list(Status))
def test_apply_status_sets_fields_from_every_status(status: Status, stage: RecordingStatus) -> None:
    before = find_recording(status)
    after = apply_status(RecordingWithProgress(before, None), stage, NOW, get_random_fields(), DEFAULT_DURATION)
    shown = after.recording
    assert shown.status is STATUS_BY_RECORDING_STATUS[stage]
    assert shown.date_updated == NOW // SECOND
    assert shown.is_scripted
    assert (shown.duration, shown.price) == (
        (DEFAULT_DURATION, -500) if stage is RecordingStatus.COMPLETED else (None, None)
    )
    assert (shown.error_code is not None) == (stage in (RecordingStatus.ABSENT, RecordingStatus.FAILED))
    expected = (
        None
        if stage in FINISHED_STATUSES or stage in (RecordingStatus.PROCESSING, RecordingStatus.STOPPED)
        else IN_FLIGHT_BY_RECORDING_STATUS[stage]
    )
    assert (None if after.progress is None else after.progress.status) == expected
    kept = ("sid", "call_sid", "conference_sid", "source", "channels", "track", "start_time", "date_created")
    assert [getattr(before, name) for name in kept] == [getattr(shown, name) for name in kept]


@pytest.mark.parametrize("stage", STATUS_BY_RECORDING_STATUS)
@pytest.mark.parametrize("begun", [RecordingStatus.IN_PROGRESS, RecordingStatus.PAUSED])
def test_recording_in_progress_has_recorded_duration(begun: RecordingStatus, stage: RecordingStatus) -> None:
    first = apply_status(
        RecordingWithProgress(find_recording(Status.PROCESSING), None),
        begun,
        NOW,
        get_random_fields(),
        DEFAULT_DURATION,
    )
    after = apply_status(first, stage, NOW + 9 * SECOND, get_random_fields(), DEFAULT_DURATION)
    assert after.recording.duration == (9 if stage is RecordingStatus.COMPLETED else None)
    if stage in FINISHED_STATUSES:
        assert after.progress is None
    else:
        assert after.progress is not None
        assert after.progress.status is IN_FLIGHT_BY_RECORDING_STATUS.get(stage, InFlight.STOPPED)
        assert after.progress.compute_duration_seconds(NOW + 9 * SECOND) == 9


def test_stopped_recording_keeps_its_duration() -> None:
    course = [
        (RecordingStatus.IN_PROGRESS, 0),
        (RecordingStatus.PAUSED, 2),
        (RecordingStatus.IN_PROGRESS, 4),
        (RecordingStatus.STOPPED, 7),
        (RecordingStatus.PROCESSING, 60),
    ]
    state = RecordingWithProgress(find_recording(Status.PROCESSING), None)
    for stage, after in [*course, (RecordingStatus.COMPLETED, 99)]:
        state = apply_status(state, stage, NOW + after * SECOND, get_random_fields(), DEFAULT_DURATION)
    assert state.recording.duration == 7
    assert RecordingInProgress(since=NOW).resume(NOW + 5) == RecordingInProgress(since=NOW)


def test_with_fields_sets_given_fields() -> None:
    before = find_recording(Status.COMPLETED)
    given = {
        "duration": "61",
        "price_unit": "EUR",
        "error_code": 16101,
        "channels": 1,
        "source": "RecordVerb",
        "track": "inbound",
        "start_time": "2025-01-01T00:00:00.9Z",
        "date_updated": "2025-01-02T00:00:00Z",
    }
    after = with_fields(before, msgspec.convert(given, RecordingFields))
    assert (after.duration, after.price, after.price_unit, after.error_code) == (61, -500, "EUR", 16101)
    assert (after.channels, after.source, after.track) == (1, "RecordVerb", "inbound")
    assert (after.start_time, after.date_updated) == (1_735_689_600, 1_735_776_000)
    assert with_fields(before, RecordingFields()) is before


def test_with_fields_accepts_null() -> None:
    facts = RecordingFields(duration=None, price=None, start_time=None, encryption_details=None, error_code=None)
    after = with_fields(find_recording(Status.COMPLETED), facts)
    assert (after.duration, after.price, after.start_time, after.encryption, after.error_code) == (None,) * 5
    assert with_fields(after, RecordingFields(duration=3, price="-1")).price == -100_000


def test_saved_encryption_details_are_kept() -> None:
    saved = {"encryption_public_key_sid": "CR1"}
    for status in (Status.COMPLETED, Status.PROCESSING):
        after = with_fields(find_recording(status), RecordingFields(encryption_details=saved))
        assert after.encryption is not None
        assert after.encryption.given == saved
        assert len(after.encryption.content_key) == 32
        again = with_fields(after, RecordingFields(encryption_details={"other": 1}))
        assert again.encryption is not None
        assert again.encryption.content_key == after.encryption.content_key


@pytest.mark.parametrize(
    ("said", "units"), [("-0.00250", -250), (-0.0025, -250), (0, 0), ("1", 100_000), ("0.000006", 1), (1e-7, 0)]
)
def test_price_is_parsed_to_integer_units(said: float | str, units: int) -> None:
    assert parse_price(said) == units


def test_without_adversarial_body_returns_plain_recording() -> None:
    plain = find_recording(Status.COMPLETED)
    worn = AdversarialRecording(**msgspec.structs.asdict(plain), body={"duration": 2**80})
    assert without_adversarial_body(worn) == plain
    assert type(without_adversarial_body(worn)) is Recording

import pytest
from faker import Faker

from generators.contract import find_violations
from generators.model import Source, Status
from generators.provider import RecordingProvider
from generators.sids import Kind, is_sid


@pytest.fixture
def fake() -> Faker:
    faker = Faker()
    faker.add_provider(RecordingProvider)
    faker.seed_instance(7)
    return faker


def test_every_recording_conforms(fake: Faker) -> None:
    found = [fake.recording() for _ in range(300)]
    assert [find_violations(recording) for recording in found if find_violations(recording)] == []
    assert {recording["status"] for recording in found} <= set(Status)
    assert {recording["source"] for recording in found} == set(Source)
    assert {recording["channels"] for recording in found} == {1, 2}
    assert {recording["encryption_details"] for recording in found} == {None}


def test_every_status_is_drawn(fake: Faker) -> None:
    assert set(Status) == {fake.recording_status() for _ in range(3000)}


def test_recording_is_encrypted_if_its_details_are_given(fake: Faker) -> None:
    found = [fake.recording(encryption_details=fake.recording_encryption_details()) for _ in range(300)]
    assert [find_violations(recording) for recording in found if find_violations(recording)] == []
    codes = {recording["error_code"] for recording in found if recording["status"] in ("absent", "failed")}
    assert codes & {16104, 16105, 16106}, "errors of encryption"


def test_absent_recordings_have_every_error_code_of_plain_absent_ones(fake: Faker) -> None:
    found = {fake.recording(status="absent")["error_code"] for _ in range(400)}
    assert found == {16101, 16102}


def test_given_fields_are_kept(fake: Faker) -> None:
    found = fake.recording(status="absent", source="Conference", sid="RE" + "1" * 32, duration="7")
    assert found["sid"] == "RE" + "1" * 32
    assert found["uri"].endswith(f"/Recordings/RE{'1' * 32}.json")
    assert found["duration"] == "7"
    assert found["price"] is None
    assert is_sid(found["conference_sid"], Kind.CONFERENCE)


def test_single_field_generators_return_valid_values(fake: Faker) -> None:
    assert is_sid(fake.recording_sid(), Kind.RECORDING)
    assert is_sid(fake.account_sid(), Kind.ACCOUNT)
    assert is_sid(fake.call_sid(), Kind.CALL)
    assert fake.recording_price("61") == "-0.00500"
    assert float(fake.recording_price()) < 0
    assert fake.recording_channels("RecordVerb") == 1
    assert fake.recording_error_code("completed") is None
    assert 4 <= int(fake.recording_duration()) <= 3600


def test_same_seed_gives_the_same_recordings() -> None:
    values = []
    for _ in range(2):
        faker = Faker()
        faker.add_provider(RecordingProvider)
        faker.seed_instance(3)
        values.append([faker.recording_sid(), faker.recording_status(), faker.recording_duration()])
    assert values[0] == values[1]

"""The work of a list depends on its own page, not on what else the account has."""

from collections.abc import Callable, Iterator
from urllib.parse import quote

import pytest

from generators.model import Source, Status
from mockserver.account.account import Account
from mockserver.account.resources.call_filter import CallFilter
from mockserver.account.resources.filter import RecordingFilter
from mockserver.account.resources.recording_updates import set_status
from mockserver.rest.paging import PageRequest
from scenarios.statuses import RecordingStatus
from scenarios.steps import RecordingFields
from tests.harness import T0, Api, make_settings
from tests.work_counter import WorkCounter

CROWD = 3000
PAGE_SIZE = 20
CALL, CONFERENCE = "CA" + "7" * 32, "CF" + "7" * 32


@pytest.fixture
def api() -> Iterator[Api]:
    with Api(make_settings(count=10**6, mix="deleted=0.2,processing=0,conference=0.4")) as api:
        yield api


def create_recordings(account: Account, status: RecordingStatus | None, *, call_sid: str | None = None) -> list[int]:
    indices = [account.recordings.add(source=Source.DIAL_VERB, call_sid=call_sid) for _ in range(CROWD)]
    for index in indices if status is not None else ():
        set_status(account.recordings.recording_index, index, status)
    return indices


def delete_newest_of_corpus(account: Account) -> None:
    """Delete the newest completed recordings of the corpus. Some between them cannot be deleted."""
    count, layout = account.corpus.count, account.corpus.layout
    for index in range(count - CROWD, count):
        if layout.get_status(index) is Status.COMPLETED:
            account.recordings.delete(account.corpus.get_sid(index))


def delete_created(account: Account) -> None:
    create_recordings(account, RecordingStatus.DELETED)


def change_then_delete_newest_of_corpus(account: Account) -> None:
    for index in range(account.corpus.count - CROWD, account.corpus.count):
        set_status(account.recordings.recording_index, index, RecordingStatus.DELETED, RecordingFields(duration=7))


def delete_and_purge(account: Account) -> None:
    delete_newest_of_corpus(account)
    delete_created(account)
    account.advance(40 * 24 * 3600)


def start_recordings(account: Account) -> None:
    create_recordings(account, None)


def record_one_call(account: Account) -> None:
    create_recordings(account, RecordingStatus.COMPLETED, call_sid=CALL)


def fail_newest_of_corpus(account: Account) -> None:
    for index in range(account.corpus.count - CROWD, account.corpus.count):
        set_status(account.recordings.recording_index, index, RecordingStatus.FAILED)


def delete_newest_transcriptions(account: Account) -> None:
    for index in create_recordings(account, RecordingStatus.COMPLETED):
        account.transcriptions.delete(account.corpus.sids.encode(account.transcriptions.kind, index))
    layout = account.corpus.layout
    for index in range(account.corpus.count - CROWD, account.corpus.count):
        if layout.is_audible(index):
            account.transcriptions.delete(account.corpus.sids.encode(account.transcriptions.kind, index))


PAST = quote("2025-12-01T00:00:00Z")


@pytest.mark.parametrize(
    ("crowd", "path"),
    [
        (delete_newest_of_corpus, "Recordings.json?"),
        (delete_created, "Recordings.json?"),
        (change_then_delete_newest_of_corpus, "Recordings.json?"),
        (delete_newest_of_corpus, "Recordings.json?IncludeSoftDeleted=true"),
        (delete_and_purge, "Recordings.json?IncludeSoftDeleted=true"),
        (delete_and_purge, "Recordings.json?"),
        (start_recordings, f"Recordings.json?DateCreated%3C={PAST}"),
        (start_recordings, f"Calls.json?StartTime%3C={PAST}"),
        (start_recordings, "Calls.json?"),
        (start_recordings, "Transcriptions.json?"),
        (start_recordings, "Conferences.json?"),
        (record_one_call, "Calls.json?"),
        (record_one_call, "Conferences.json?"),
        (fail_newest_of_corpus, "Transcriptions.json?"),
        (fail_newest_of_corpus, "Recordings.json?"),
        (fail_newest_of_corpus, f"Calls.json?StartTime%3C={PAST}"),
        (fail_newest_of_corpus, f"Conferences.json?DateCreated%3C={PAST}"),
        (delete_newest_transcriptions, "Transcriptions.json?"),
    ],
)
def test_page_is_found_without_a_look_at_the_crowd(
    api: Api, monkeypatch: pytest.MonkeyPatch, crowd: Callable[[Account], None], path: str
) -> None:
    api.get_twilio_json(path)
    crowd(api.get_account())
    counter = WorkCounter(monkeypatch)
    name = path.partition(".")[0].lower()
    page = api.get_twilio_json(f"{path}&PageSize={PAGE_SIZE}")
    assert len(page[name]) == PAGE_SIZE
    following = api.get(page["next_page_uri"], x_mock_wire="twilio").json()
    assert len(following[name]) == PAGE_SIZE
    assert following["previous_page_uri"] is not None
    assert counter.get_most() < 2 * CROWD / 3


def test_recordings_of_one_call_are_found_among_thousands_in_progress(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = api.get_account()
    start_recordings(account)
    own = account.recordings.add(source=Source.DIAL_VERB, call_sid=CALL, conference_sid=CONFERENCE)
    other = account.recordings.add(source=Source.DIAL_VERB, call_sid=CALL)
    generated = account.corpus.generate_recording(10**6 - 1)
    counter = WorkCounter(monkeypatch)
    for path, expected in (
        (f"Calls/{CALL}/Recordings.json", [other, own]),
        (f"Conferences/{CONFERENCE}/Recordings.json", [own]),
        (f"Recordings.json?CallSid={CALL.upper().replace('CA', 'CA', 1)}&ConferenceSid={CONFERENCE}", [own]),
    ):
        shown = [recording["sid"] for recording in api.get_twilio_json(path)["recordings"]]
        assert [account.recordings.recording_index.get_sid(index) for index in expected] == shown
    assert api.get_twilio_json(f"Calls/{generated.call_sid}/Recordings.json")["recordings"]
    assert counter.get_most() < 200


def test_older_recording_of_a_call_takes_its_place_in_the_list(api: Api) -> None:
    account = api.get_account()
    later = account.recordings.add(source=Source.DIAL_VERB, call_sid=CALL, instant=(T0 - 5) * 10**6)
    api.get_twilio_json("Calls.json?")
    account.recordings.add(source=Source.DIAL_VERB, call_sid=CALL, instant=(T0 - 2000) * 10**6)
    calls = api.get_twilio_json("Calls.json?PageSize=1000")["calls"]
    assert [call["sid"] for call in calls].count(CALL) == 1
    assert calls[0]["sid"] != CALL
    assert api.get_twilio_json(f"Calls/{CALL}/Recordings.json")["recordings"][0]["sid"] == (
        account.recordings.recording_index.get_sid(later)
    )


def test_lists_of_a_copied_account_are_those_of_the_account(api: Api) -> None:
    account = api.get_account()
    for crowd in (delete_newest_transcriptions, delete_newest_of_corpus, delete_created, start_recordings):
        crowd(account)
    copy, request = api.mock.copy_account(account), PageRequest(size=200, number=0, cursor=None)
    for selection in (RecordingFilter(), RecordingFilter(include_deleted=True)):
        assert account.recordings.list(selection, request) == copy.recordings.list(selection, request)
    assert account.transcriptions.list(request) == copy.transcriptions.list(request)
    assert account.calls.list(CallFilter(), request) == copy.calls.list(CallFilter(), request)


def test_calls_are_filtered_by_a_start_of_their_own(api: Api) -> None:
    scripted = {"status": "completed", "date_created": "2025-12-20T12:00:00Z"}
    early, plain = CALL, CALL.replace("7", "8")
    recordings = [
        {**scripted, "call_sid": early, "start_time": "2025-12-01T00:00:30Z"},
        {**scripted, "call_sid": plain},
    ]
    for recording in recordings:
        api.run_command("POST", "/recordings", recording)
    for query, expected in (
        ("StartTime=2025-12-01T00:00:30Z", [early]),
        ("StartTime=2025-12-20T12:00:00Z", [plain]),
        ("StartTime%3E=2025-12-20T12:00:00Z&StartTime%3C=2025-12-20T12:00:01Z", [plain]),
    ):
        calls = [call["sid"] for call in api.get_twilio_json(f"Calls.json?{query}")["calls"]]
        assert expected == [sid for sid in calls if sid in (early, plain)]


def test_touched_recording_that_was_generated_as_deleted_stays_hidden(api: Api) -> None:
    account = api.get_account()
    count, layout = account.corpus.count, account.corpus.layout
    index = next(index for index in range(count - 100, count) if layout.get_status(index) is Status.DELETED)
    account.recordings.recording_index.touch(index)
    sid = account.corpus.get_sid(index)
    assert sid not in [
        recording["sid"] for recording in api.get_twilio_json("Recordings.json?PageSize=200")["recordings"]
    ]

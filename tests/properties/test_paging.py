"""A walk through pages, in both directions, equals a plain list that the test itself sorts and filters."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from hypothesis import given, settings
from hypothesis import strategies as st

from generators.page_tokens import MAX_PAGE_SIZE
from tests.accounts import make_scenario
from tests.harness import T0, Api, make_settings

COUNT = 90
SECOND = 1_000_000
DAY_SECONDS = 86_400
RETENTION_SECONDS = 40 * DAY_SECONDS
MIXES = st.sampled_from(["", "deleted=0.97", "deleted=1", "deleted=0.5,processing=0.1,conference=0.6", "deleted=0"])
CALLS = ("CA" + "ab" * 16, "CA" + "cd" * 16)
CONFERENCE = "CF" + "ef" * 16
JUMPS = st.sampled_from([0, 1, DAY_SECONDS, 39 * DAY_SECONDS, RETENTION_SECONDS - 1, RETENTION_SECONDS])


@dataclass
class ModelRecording:
    """What the list knows of a recording."""

    sid: str
    call_sid: str
    conference_sid: str | None
    sort_key: tuple[int, int, int]
    """The instant in microseconds, then the corpus before what was created, each in its own order."""
    status: str
    deleted_at: float | None = None
    """In seconds since the epoch."""
    is_imported: bool = False

    @property
    def created(self) -> int:
        """The instant of creation, in seconds since the epoch."""
        return self.sort_key[0] // SECOND


@dataclass
class Query:
    """The filters of a list as text, and as conditions on a recording."""

    parts: list[str]
    conditions: list[Callable[[ModelRecording], bool]]
    includes_deleted: bool

    def select(self, recordings: list[ModelRecording], now: float) -> list[ModelRecording]:
        """Return the recordings that a list shows, newest first."""
        return [
            recording
            for recording in sorted(recordings, key=lambda recording: recording.sort_key, reverse=True)
            if all(condition(recording) for condition in self.conditions)
            and (
                recording.deleted_at is None
                or (self.includes_deleted and now < recording.deleted_at + RETENTION_SECONDS)
            )
        ]


def format_instant(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def list_generated(api: Api) -> list[ModelRecording]:
    """Return the model of the corpus: its recordings and instants are pure functions of their index."""
    corpus = api.get_account().corpus
    found = []
    for index in range(corpus.count):
        recording = corpus.generate_recording(index)
        key = (corpus.timetable.get_instant(index), 0, index)
        model = ModelRecording(recording.sid, recording.call_sid, recording.conference_sid, key, recording.status.value)
        if model.status == "deleted":
            model.deleted_at = corpus.timetable.get_deletion_instant(index) / SECOND
        found.append(model)
    return found


@st.composite
def imported_recordings(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Draw scripted recordings of the past, at equal seconds and midnights too."""
    ages = st.integers(0, 3) | st.integers(0, 90 * DAY_SECONDS) | st.integers(0, 5).map(lambda days: days * DAY_SECONDS)
    return [
        {
            "id": f"r{number}",
            "sid": f"RE{number:032x}",
            "status": draw(st.sampled_from(["completed", "absent", "processing"])),
            "date_created": format_instant(T0 - draw(ages)),
            "call_sid": draw(st.sampled_from(CALLS)),
            **draw(st.sampled_from([{}, {"conference_sid": CONFERENCE}])),
        }
        for number in range(draw(st.integers(0, 8)))
    ]


def build_imported(number: int, fields: dict[str, Any]) -> ModelRecording:
    instant = int(datetime.fromisoformat(fields["date_created"]).timestamp()) * SECOND
    key = (instant, 1, number)
    return ModelRecording(
        fields["sid"], fields["call_sid"], fields.get("conference_sid"), key, fields["status"], is_imported=True
    )


def create_recording(api: Api, recordings: list[ModelRecording], call_sid: str) -> None:
    """Record a call, and complete the recording. A call of imported recordings is over, and cannot be recorded."""
    now, path = api.get_account().clock.now(), f"Calls/{call_sid}/Recordings"
    created = api.post(f"{path}.json").json()
    if any(recording.is_imported and recording.call_sid == call_sid for recording in recordings):
        assert created["code"] == 21220
        return
    sid = created["sid"]
    api.post(f"{path}/{sid}.json", Status="stopped")
    api.advance(2)
    recordings.append(ModelRecording(sid, call_sid, None, (now, 1, len(recordings)), "completed"))


def delete_recording(api: Api, recording: ModelRecording) -> None:
    assert api.request("DELETE", api.get_recording_path(recording.sid)).status_code == 204
    recording.deleted_at = api.get_account().clock.now() / SECOND


def change_overlay(data: st.DataObject, api: Api, recordings: list[ModelRecording]) -> None:
    """Create, delete and change recordings, and let time pass."""
    for change in data.draw(st.lists(st.sampled_from(["create", "delete", "change", "advance"]), max_size=12)):
        present = [
            recording for recording in recordings if recording.deleted_at is None and recording.status == "completed"
        ]
        if change == "create":
            create_recording(api, recordings, data.draw(st.sampled_from(CALLS)))
        elif change == "advance":
            api.advance(data.draw(JUMPS))
        elif present:
            recording = data.draw(st.sampled_from(present))
            if change == "delete":
                delete_recording(api, recording)
            else:
                api.run_command("POST", f"/recordings/{recording.sid}", {"set": {"duration": 7}})


@st.composite
def queries(draw: st.DrawFn, recordings: list[ModelRecording]) -> Query:
    """Draw filters that recordings meet just, or just fail to meet."""
    query = Query([], [], draw(st.booleans()))
    if query.includes_deleted:
        query.parts.append("IncludeSoftDeleted=true")
    if not recordings:
        return query
    if draw(st.integers(0, 2)) == 0:
        call_sid = draw(st.sampled_from(recordings)).call_sid
        query.parts.append(f"CallSid=CA{draw(st.sampled_from([call_sid, call_sid.upper()]))[2:]}")
        query.conditions.append(lambda recording: recording.call_sid == call_sid)
    if draw(st.integers(0, 4)) == 0:
        conference_sid = draw(st.sampled_from(recordings)).conference_sid or CONFERENCE
        query.parts.append(f"ConferenceSid={conference_sid}")
        query.conditions.append(lambda recording: recording.conference_sid == conference_sid)
    for operator in sorted(draw(st.sets(st.sampled_from(["", "<", ">"])))):
        add_date_filter(query, operator, draw(date_bounds(recordings)))
    return query


@st.composite
def date_bounds(draw: st.DrawFn, recordings: list[ModelRecording]) -> str:
    """Draw a date, an instant, or a midnight near a recording."""
    seconds = draw(st.sampled_from(recordings)).created + draw(st.integers(-1, 1))
    midnight = seconds - seconds % DAY_SECONDS
    return draw(st.sampled_from([format_instant(seconds), format_instant(seconds)[:10], format_instant(midnight)]))


def add_date_filter(query: Query, operator: str, text: str) -> None:
    """Add a filter: an equal midnight selects its day, and a date counts as its midnight (WIRE §3)."""
    bound = int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())
    query.parts.append(f"{quote(f'DateCreated{operator}')}={quote(text)}")
    if operator == "<":
        query.conditions.append(lambda recording: recording.created <= bound)
    elif operator == ">":
        query.conditions.append(lambda recording: recording.created >= bound)
    elif text.endswith("T00:00:00Z") or len(text) == 10:
        query.conditions.append(lambda recording: format_instant(recording.created)[:10] == text[:10])
    else:
        query.conditions.append(lambda recording: recording.created == bound)


def list_pages(api: Api, query: str, size: int) -> list[dict[str, Any]]:
    body = api.get_page(f"{query}&PageSize={size}")
    found = [body]
    while body["next_page_uri"] is not None:
        body = api.get(body["next_page_uri"]).json()
        found.append(body)
    return found


def page_sizes(count: int) -> st.SearchStrategy[int]:
    """Draw a page size, often one that the number of recordings is a multiple of: a mix may make thousands."""
    divisors = [size for size in range(1, min(count, MAX_PAGE_SIZE) + 1) if count % size == 0]
    return st.integers(1, 40) | st.sampled_from(divisors or [1])


@given(st.data(), MIXES, imported_recordings())
@settings(max_examples=25)
def test_filters_over_an_overlay_equal_the_filtered_list(
    data: st.DataObject, mix: str, imported: list[dict[str, Any]]
) -> None:
    scenario = make_scenario(recordings=imported) if imported else None
    with Api(make_settings(count=COUNT, mix=mix, seed=data.draw(st.text(max_size=2))), scenario) as api:
        recordings = list_generated(api)
        recordings += [build_imported(number, fields) for number, fields in enumerate(imported)]
        change_overlay(data, api, recordings)
        query = data.draw(queries(recordings))
        now = api.get_account().clock.now() / SECOND
        expected = [
            (recording.sid, recording.status if recording.deleted_at is None else "deleted")
            for recording in query.select(recordings, now)
        ]
        size = data.draw(page_sizes(len(expected)))

        def list_shown(pages: list[dict[str, Any]]) -> list[tuple[str, str]]:
            return [(recording["sid"], recording["status"]) for page in pages for recording in page["recordings"]]

        forward = list_pages(api, "&".join(query.parts), size)
        assert expected == list_shown(forward)
        assert [page["page"] for page in forward] == list(range(len(forward)))
        assert [len(page["recordings"]) for page in forward] == [
            len(expected[start : start + size]) for start in range(0, max(1, len(expected)), size)
        ]

        backward = [forward[-1]]
        while (uri := backward[-1]["previous_page_uri"]) is not None:
            backward.append(api.get(uri).json())
        assert expected == list_shown(backward[::-1])


@given(st.data(), st.integers(1, 20))
@settings(max_examples=15)
def test_deletions_during_paging_hide_and_repeat_no_recording(data: st.DataObject, size: int) -> None:
    with Api(make_settings(count=COUNT)) as api:
        recordings = {recording.sid: recording for recording in reversed(list_generated(api))}
        before = [recording for recording in recordings.values() if recording.deleted_at is None]
        body = api.get_page(f"PageSize={size}")
        found = [recording["sid"] for recording in body["recordings"]]
        while body["next_page_uri"] is not None:
            for recording in data.draw(st.lists(st.sampled_from(before), max_size=5)):
                if recording.status == "completed" and recording.deleted_at is None:
                    delete_recording(api, recording)
            body = api.get(body["next_page_uri"]).json()
            found += [recording["sid"] for recording in body["recordings"]]
        assert len(found) == len(set(found))
        remaining = [recording.sid for recording in before if recording.deleted_at is None]
        assert remaining == [sid for sid in found if recordings[sid].deleted_at is None]

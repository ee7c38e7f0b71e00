from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from generators.corpus.corpus import Corpus, CorpusSpec
from generators.corpus.mix import Mix
from generators.corpus.timetable import RETENTION
from generators.distributions import MAX_RUN_LENGTH
from generators.instants import SECOND
from generators.model import CONFERENCE_SOURCES, DUAL_SOURCES, Recording, Source, Status
from generators.sids import Kind
from tests.harness import T0

SPEC = CorpusSpec(seed="0", account_sid="AC" + "0" * 32, count=2000, t0=T0, span=90 * 86400, mix=Mix())
CORPUS = Corpus(SPEC)
RECORDINGS = [CORPUS.generate_recording(index) for index in range(CORPUS.count)]


def make_corpus(**changes: object) -> Corpus:
    return Corpus(msgspec.structs.replace(SPEC, **changes))


def test_recording_is_a_pure_function_of_seed_account_and_index() -> None:
    second_corpus = make_corpus()
    assert [second_corpus.generate_recording(index) for index in (1999, 0, 1000)] == [
        RECORDINGS[1999],
        RECORDINGS[0],
        RECORDINGS[1000],
    ]
    assert make_corpus(seed="1").generate_recording(0).sid != RECORDINGS[0].sid
    assert make_corpus(account_sid="AC" + "1" * 32).generate_recording(0).sid != RECORDINGS[0].sid


@given(st.data())
@settings(max_examples=40)
def test_recordings_together_equal_single_ones(data: st.DataObject) -> None:
    count, span = data.draw(
        st.sampled_from([(5, 5), (70, 90 * 86400), (1000, 3600), (10**6, 3600), (10**9, 90 * 86400)])
    )
    mix = data.draw(st.sampled_from(["", "conference=1", "processing=0.5,deleted=0.3", "encrypted=0.5"]))
    corpus = make_corpus(count=count, mix=Mix.parse(mix), span=span)
    start = data.draw(st.integers(0, count - 1) | st.just(max(0, count - 100)))
    window = range(start, min(count, start + data.draw(st.integers(0, 150))))
    scattered = data.draw(st.lists(st.integers(0, count - 1), max_size=9))
    for indices in (window, window[::-1], window[::3], scattered):
        assert list(map(corpus.generate_recording, indices)) == corpus.generate_recordings(indices)


@pytest.mark.parametrize("indices", [range(-1, 10), [3, 2000, 4, 5], [2000]])
def test_recordings_outside_the_corpus_raise_index_error(indices: Sequence[int]) -> None:
    with pytest.raises(IndexError, match=r"expected an index from 0 to 1999, found (-1|2000)"):
        CORPUS.generate_recordings(indices)


def test_only_dates_depend_on_t0() -> None:
    date_keys = {"date_created", "date_updated", "start_time"}
    later_corpus = make_corpus(t0=T0 + 7 * 86400)

    def without_dates(recording: Recording) -> dict[str, object]:
        return {key: value for key, value in msgspec.structs.asdict(recording).items() if key not in date_keys}

    for index in range(0, 1900, 100):
        assert without_dates(RECORDINGS[index]) == without_dates(later_corpus.generate_recording(index))


@pytest.mark.parametrize(
    ("count", "span"), [(1, 1), (2, 60), (65, 10), (2000, 3600), (2000, 90 * 86400), (10**9, 90 * 86400)]
)
def test_instants_are_strictly_increasing_before_t0(count: int, span: int) -> None:
    corpus = make_corpus(count=count, span=span)
    start = max(0, count - 300)
    instants = [corpus.timetable.get_instant(index) for index in range(start, count)]
    assert all(earlier < later for earlier, later in pairwise(instants))
    assert (T0 - span) * SECOND <= corpus.timetable.get_instant(0)
    assert instants[-1] < T0 * SECOND
    for index, instant in zip(range(start, count), instants, strict=True):
        assert corpus.timetable.find_first_since(instant) == index
        assert corpus.timetable.find_first_since(instant + 1) == index + 1
    assert corpus.timetable.find_first_since(0) == 0
    assert corpus.timetable.find_first_since(T0 * SECOND) == count


def get_end_time(recording: Recording) -> int:
    assert recording.start_time is not None
    return recording.start_time + (recording.duration or 0)


def test_recording_fields_are_consistent() -> None:
    for index, recording in enumerate(RECORDINGS):
        block, place = CORPUS.layout.get_block(index)
        is_recorded = recording.status in (Status.COMPLETED, Status.DELETED)
        assert (recording.duration is not None) == (recording.price is not None) == is_recorded
        assert recording.date_created == recording.start_time
        assert get_end_time(recording) <= recording.date_updated <= T0
        assert (recording.error_code is not None) == (recording.status in (Status.ABSENT, Status.FAILED))
        assert (recording.conference_sid is not None) == (recording.source in CONFERENCE_SOURCES)
        assert recording.channels == 1 + (block.is_dual(place) and recording.source in DUAL_SOURCES)
        assert (recording.encryption is not None) == (block.is_encrypted(place) and is_recorded)
        if recording.price is not None:
            assert recording.duration is not None
            assert -250 * max(1, -(-recording.duration // 60)) == recording.price


@pytest.mark.parametrize(("count", "span"), [(200, 5), (500, 60), (300, 1000)])
def test_newest_recordings_end_before_t0(count: int, span: int) -> None:
    corpus = make_corpus(count=count, span=span)
    for recording in map(corpus.generate_recording, range(count)):
        assert get_end_time(recording) <= recording.date_updated <= T0


def test_status_and_source_counts_follow_default_mix() -> None:
    assert {status: 2000 * share for status, share in SPEC.mix.status.items()} == pytest.approx(
        Counter(recording.status for recording in RECORDINGS), abs=5
    )
    assert {source: 2000 * share for source, share in SPEC.mix.source.items()} == pytest.approx(
        Counter(recording.source for recording in RECORDINGS), abs=10
    )
    assert Counter(recording.status for recording in RECORDINGS)[Status.PROCESSING] == 10
    assert all(r.status is not Status.PROCESSING for r in RECORDINGS[: 2000 - 40])


def test_recordings_are_encrypted_only_if_the_mix_asks() -> None:
    assert {recording.encryption for recording in RECORDINGS} == {None}
    assert not {recording.error_code for recording in RECORDINGS} & {16104, 16105, 16106}, "errors of encryption"
    corpus = make_corpus(mix=Mix.from_shares({"encrypted": 0.05}))
    encrypted = sum(corpus.generate_recording(index).encryption is not None for index in range(2000))
    assert 0.03 < encrypted / 2000 < 0.07


def test_call_or_conference_has_one_run_of_recordings() -> None:
    for index, recording in enumerate(RECORDINGS):
        run = CORPUS.get_call_indices(recording.call_sid)
        assert index in run
        assert len(run) <= (MAX_RUN_LENGTH if recording.conference_sid else 3)
        assert {recording.call_sid} == {RECORDINGS[member].call_sid for member in run}
        assert {recording.source} == {RECORDINGS[member].source for member in run}
        if recording.conference_sid is not None:
            assert run == CORPUS.get_conference_indices(recording.conference_sid)
    runs = Counter(recording.call_sid for recording in RECORDINGS if recording.conference_sid)
    assert max(runs.values()) > 2


def test_unknown_parents_have_no_recordings() -> None:
    assert range(0) == CORPUS.get_call_indices("CA" + "0" * 32)
    large_corpus = make_corpus(count=10**6)
    last_recording = large_corpus.generate_recording(10**6 - 1)
    assert range(0) == CORPUS.get_call_indices(last_recording.call_sid)
    call_recording = next(recording for recording in RECORDINGS if recording.conference_sid is None)
    index = CORPUS.sids.decode(Kind.CALL, call_recording.call_sid)
    assert index is not None
    assert range(0) == CORPUS.get_conference_indices(CORPUS.sids.encode(Kind.CONFERENCE, index))
    inner_index = next(
        i for i, recording in enumerate(RECORDINGS) if CORPUS.get_call_indices(recording.call_sid).start < i
    )
    assert range(0) == CORPUS.get_call_indices(CORPUS.sids.encode(Kind.CALL, inner_index))


@pytest.mark.parametrize("index", [-1, 2000])
def test_index_out_of_range_raises_index_error(index: int) -> None:
    with pytest.raises(IndexError, match=f"expected an index from 0 to 1999, found {index}"):
        CORPUS.generate_recording(index)


def test_index_of_returns_none_for_sids_outside_corpus() -> None:
    assert CORPUS.find_index(RECORDINGS[17].sid) == 17
    assert CORPUS.find_index(CORPUS.get_sid(2000)) is None
    assert CORPUS.find_index("nonsense") is None


@pytest.mark.parametrize("newest_first", [True, False])
@pytest.mark.parametrize("deleted_from", [None, 0, 1000, 1990, 5000])
@pytest.mark.parametrize(
    "mix",
    [
        {},
        {"deleted": 0.97},
        {"deleted": 1},
        {"deleted": 0.9999, "processing": 0.0001},
        {"deleted": 0.98, "processing": 0.01},
    ],
)
@pytest.mark.parametrize("window", [range(2000), range(5, 5), range(70, 71), range(100, 1999)])
def test_layout_walk_equals_filtered_list(
    window: range, mix: dict[str, float], deleted_from: int | None, newest_first: bool
) -> None:
    corpus = make_corpus(mix=Mix.from_shares(mix))
    expected = [
        index
        for index in window
        if corpus.layout.get_status(index) is not Status.DELETED or (deleted_from is not None and index >= deleted_from)
    ]
    found = list(corpus.layout.walk(window, newest_first=newest_first, first_visible_deleted=deleted_from))
    assert (expected[::-1] if newest_first else expected) == found


def test_deleted_recordings_are_purged_oldest_first() -> None:
    instants = [CORPUS.timetable.get_deletion_instant(index) for index in range(2000)]
    assert instants == sorted(instants)
    now = T0 * SECOND
    assert now - RETENTION < instants[0]
    assert instants[-1] <= now
    assert CORPUS.timetable.find_first_retained(now) == 0
    assert CORPUS.timetable.find_first_retained(instants[0] + RETENTION - 1) == 0
    assert CORPUS.timetable.find_first_retained(now + RETENTION) == 2000
    middle = now + RETENTION // 2
    assert [instant + RETENTION > middle for instant in instants] == [
        i >= CORPUS.timetable.find_first_retained(middle) for i in range(2000)
    ]
    for index, recording in enumerate(RECORDINGS):
        if recording.status is Status.DELETED:
            assert get_end_time(recording) <= recording.date_updated
            assert recording.date_updated == instants[index] // SECOND


def test_empty_corpus_has_no_recordings() -> None:
    corpus = make_corpus(count=0)
    assert corpus.timetable.find_first_since(T0 * SECOND) == 0
    assert corpus.timetable.find_first_retained(T0 * SECOND) == 0
    assert corpus.find_index(RECORDINGS[0].sid) is None
    assert list(corpus.layout.walk(range(0), newest_first=True, first_visible_deleted=None)) == []


def test_traits_follow_shares_of_mix() -> None:
    dual_corpus = make_corpus(mix=Mix.from_shares({"dual": 1, "encrypted": 1, "conference": 0}))
    found = [dual_corpus.generate_recording(index) for index in range(500)]
    assert all((recording.channels == 2) == (recording.source in DUAL_SOURCES) for recording in found)
    assert all(recording.encryption is not None for recording in found if recording.status is Status.COMPLETED)
    assert {r.conference_sid for r in found} == {None}
    assert {r.channels for r in map(make_corpus(mix=Mix.from_shares({"dual": 0})).generate_recording, range(500))} == {
        1
    }
    processing_corpus = make_corpus(mix=Mix.from_shares({"processing": 1}))
    assert {processing_corpus.layout.get_status(index) for index in range(2000)} == {Status.PROCESSING}
    conference_corpus = make_corpus(mix=Mix.from_shares({"Conference": 1 / 64, "StartConferenceRecordingAPI": 0}))
    assert Source.CONFERENCE in {conference_corpus.generate_recording(index).source for index in range(200)}


def test_layout_walk_skips_blocks_of_deleted_recordings() -> None:
    corpus = make_corpus(count=200_000, mix=Mix.from_shares({"deleted": 0.998}))
    expected = [index for index in range(150_000, 200_000) if corpus.layout.get_status(index) is not Status.DELETED]
    found = list(corpus.layout.walk(range(150_000, 200_000), newest_first=False, first_visible_deleted=None))
    assert expected == found


@pytest.mark.parametrize("newest_first", [True, False])
@pytest.mark.parametrize(
    "mix",
    [
        *({"completed": 0.004}, {"encrypted": 0.995}, {"completed": 0}, {"encrypted": 1}, {}),
        *({"processing": 0.5}, {"processing": 1}, {"processing": 0.0197}, {"processing": 0.01, "completed": 0.01}),
    ],
)
def test_audible_walk_lists_completed_unencrypted_recordings(mix: dict[str, float], newest_first: bool) -> None:
    corpus = make_corpus(mix=Mix.from_shares(mix))
    recordings = ((index, corpus.generate_recording(index)) for index in range(100, 1999))
    expected = [i for i, r in recordings if r.status is Status.COMPLETED and r.encryption is None]
    candidates = corpus.layout.walk_audible(range(100, 1999), newest_first=newest_first)
    found = [index for index in candidates if corpus.layout.is_audible(index)]
    assert (expected[::-1] if newest_first else expected) == found


@pytest.mark.parametrize("count", [1, 2, 63, 64, 65, 100, 127])
def test_last_run_ends_with_the_corpus(count: int) -> None:
    corpus = make_corpus(count=count)
    last = corpus.generate_recording(count - 1)
    assert corpus.get_call_indices(last.call_sid)[-1] == count - 1

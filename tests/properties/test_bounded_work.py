"""A list visits at most 100 times its page size, whatever the mix of a billion recordings."""

from datetime import UTC, date, datetime
from itertools import product
from urllib.parse import urlencode

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from generators.content.calls_and_conferences import list_friendly_names
from generators.content.word_pools import load_word_pools
from generators.sids import Kind
from tests.harness import T0, Api, make_settings
from tests.work_counter import WorkCounter

BILLION = 10**9
LISTS = {
    "Recordings": Kind.RECORDING,
    "Transcriptions": Kind.TRANSCRIPTION,
    "Calls": Kind.CALL,
    "Conferences": Kind.CONFERENCE,
}
SHARES = st.sampled_from([0, 0.00001, 0.00002, 0.001, 1 / 64, 0.0199, 0.3, 0.5, 0.97, 0.9999, 1])
STATUSES = ("deleted", "completed", "processing", "absent")


@st.composite
def mixes(draw: st.DrawFn) -> str:
    """Draw shares, most of them extreme."""
    parts, room = [], 1.0
    for name in draw(st.permutations(STATUSES))[: draw(st.integers(0, 3))]:
        share = min(draw(SHARES), room)
        room -= share
        parts.append(f"{name}={share:.6f}")
    parts += [f"{name}={draw(SHARES)}" for name in ("encrypted", "conference") if draw(st.booleans())]
    return ",".join(parts)


@st.composite
def places(draw: st.DrawFn) -> tuple[str, int] | None:
    """Draw the first page, or the direction and the index of a page token."""
    index = st.sampled_from([0, 1, BILLION // 2, BILLION - BILLION // 50, BILLION - 1]) | st.integers(0, BILLION - 1)
    return draw(st.none() | st.tuples(st.sampled_from(["PA", "PB"]), index))


@given(mix=mixes(), place=places(), size=st.sampled_from([1, 50, 200]))
@example(mix="processing=0.5", place=None, size=50)
@example(mix="completed=0.015625,encrypted=0.984375", place=None, size=1)
@example(mix="completed=0.00002,processing=0.0199", place=("PB", BILLION - BILLION // 50), size=50)
@example(mix="conference=0.00001", place=("PB", 0), size=50)
@settings(max_examples=10)
def test_every_list_of_every_mix_is_bounded(mix: str, place: tuple[str, int] | None, size: int) -> None:
    with pytest.MonkeyPatch.context() as monkeypatch, Api(make_settings(count=BILLION, mix=mix)) as api:
        corpus, counter = api.get_account().corpus, WorkCounter(monkeypatch)
        for name, kind in LISTS.items():
            token = {} if place is None else {"PageToken": place[0] + corpus.sids.encode(kind, place[1])}
            for options in ({}, {"IncludeSoftDeleted": "true"}) if kind is Kind.RECORDING else ({},):
                counter.clear()
                page = api.get_twilio_json(f"{name}.json?{urlencode({'PageSize': size, **token, **options})}")
                assert len(page[name.lower()]) <= size
                assert counter.get_most() <= 100 * size, (name, options)


ENDED = datetime.fromtimestamp(T0 - 5_000_000, UTC)
FILTERS: list[tuple[str, dict[str, str | date]]] = [
    ("Calls", {"EndTime": ENDED}),
    ("Calls", {"EndTime<": ENDED}),
    ("Calls", {"EndTime>": ENDED}),
    ("Calls", {"EndTime": ENDED.date(), "From": load_word_pools().phone_numbers[3]}),
    ("Calls", dict(zip(("From", "To"), load_word_pools().phone_numbers[8:], strict=False))),
    ("Conferences", {"DateUpdated": ENDED}),
    ("Conferences", {"FriendlyName": min(list_friendly_names())}),
]


@pytest.mark.parametrize(
    ("mix", "size"),
    [
        *product(["", "conference=1", "conference=0.00002", "absent=1", "deleted=0.9999"], [1, 2, 20]),
        ("conference=0.00002", 1000),
    ],
)
def test_filters_are_bounded_on_the_first_page_and_its_neighbours(
    monkeypatch: pytest.MonkeyPatch, mix: str, size: int
) -> None:
    with Api(make_settings(count=BILLION, mix=mix)) as api:
        counter = WorkCounter(monkeypatch)
        for name, conditions in FILTERS:
            texts = {
                key: value.isoformat().replace("+00:00", "Z") if isinstance(value, date) else value
                for key, value in conditions.items()
            }
            target = f"{api.root}/{name}.json?{urlencode({**texts, 'PageSize': size})}"
            for neighbour in ("next_page_uri", "next_page_uri", "previous_page_uri"):
                counter.clear()
                page = api.get(target, x_mock_wire="twilio").json()
                assert counter.get_most() <= 100 * size, (target, counter.get_most())
                if page[neighbour] is None:
                    break
                target = page[neighbour]


def test_corpus_that_is_not_larger_than_a_search_has_no_empty_pages_of_rare_matches() -> None:
    with Api(make_settings(count=4096, mix="deleted=0")) as api:
        calls = api.get_twilio_json("Calls.json?PageSize=1000")["calls"]
        rare = urlencode({"From": calls[-1]["from"], "To": calls[-1]["to"]})
        response = api.get(f"{api.root}/Calls.json?PageSize=1&{rare}", x_mock_wire="twilio")
        assert len(response.json()["calls"]) == 1
        assert "X-Mock-Warning" not in response.headers


def test_pages_of_an_exact_end_list_every_call_that_ended_then() -> None:
    """A million recordings leave few candidates, so that the test can look at them all."""
    with Api(make_settings(count=10**6, mix="processing=0")) as api:
        corpus = api.get_account().corpus
        ended = T0 - 5_000_000
        since = corpus.timetable.find_first_since((ended - 4 * 3600) * 10**6)
        stop = corpus.timetable.find_first_since((ended + 1) * 10**6)
        runs = (corpus.layout.get_run_starting_at(index, is_conference=False) for index in range(since, stop))
        expected = [
            corpus.sids.encode(Kind.CALL, run.start) for run in runs if run and corpus.compute_run_end(run) == ended
        ]
        text = datetime.fromtimestamp(ended, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        page = api.get_twilio_json(f"Calls.json?EndTime={text}")
        found = page["calls"]
        while page["next_page_uri"] is not None:
            page = api.get(page["next_page_uri"], x_mock_wire="twilio").json()
            found += page["calls"]
    assert expected[::-1] == [call["sid"] for call in found]

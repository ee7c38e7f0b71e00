from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.errors import InvalidArgument

from generators.content.adversarial import _get_body_drawer, draw_body
from generators.contract import find_violations
from generators.sids import Kind, is_sid
from generators.strategies import recording_pages, recordings, sids


@given(recordings())
@settings(max_examples=50)
def test_recordings_conform(recording: dict[str, Any]) -> None:
    assert find_violations(recording) == []
    assert is_sid(recording["sid"], Kind.RECORDING)


@given(recordings(status="absent", source="Trunking"))
@settings(max_examples=20)
def test_status_and_source_can_be_chosen(recording: dict[str, Any]) -> None:
    assert recording["status"] == "absent"
    assert recording["source"] == "Trunking"
    assert find_violations(recording) == []


@given(recording_pages(min_size=1, max_size=3, account_sid="AC" + "0" * 32))
@settings(max_examples=30)
def test_pages_have_twilios_envelope(page: dict[str, Any]) -> None:
    assert 1 <= len(page["recordings"]) <= 3
    assert page["start"] == page["page"] * 3
    assert page["end"] == page["start"] + len(page["recordings"]) - 1
    for recording in page["recordings"]:
        assert find_violations(recording) == []
        assert recording["account_sid"] == "AC" + "0" * 32
    if page["next_page_uri"] is not None:
        assert page["next_page_uri"].endswith(f"&PageToken=PA{page['recordings'][-1]['sid']}")


@given(recording_pages(max_size=1))
@settings(max_examples=30)
def test_empty_page_starts_and_ends_at_zero(page: dict[str, Any]) -> None:
    if not page["recordings"]:
        assert (page["start"], page["end"], page["next_page_uri"], page["previous_page_uri"]) == (0, 0, None, None)


@given(sids("CA"))
@settings(max_examples=20)
def test_sids_have_requested_kind(sid: str) -> None:
    assert is_sid(sid, Kind.CALL)


def test_adversarial_body_depends_only_on_seed_and_buffer() -> None:
    assert draw_body("0", b"\x01\x00") == draw_body("0", b"\x01\x01")
    assert draw_body("0", b"\x01\x00") != draw_body("0", b"\x02\x00")
    assert draw_body("0", b"\x01\x00") != draw_body("1", b"\x01\x00")


def test_invalid_buffer_is_skipped_for_next_buffer(monkeypatch: pytest.MonkeyPatch) -> None:
    assert _get_body_drawer().draw(b"") is None
    drawer = _get_body_drawer()
    bodies = iter([None, {"sid": "second"}])
    monkeypatch.setattr(drawer, "draw", lambda _: next(bodies))
    assert draw_body("a seed of its own", b"\x03\x00") == {"sid": "second"}


@pytest.mark.parametrize(
    "make_strategy",
    [
        lambda: sids("ZZ"),
        lambda: recordings(status="paused"),
        lambda: recordings(source="Radio"),
        lambda: recording_pages(max_size=0),
        lambda: recording_pages(min_size=3, max_size=2),
        lambda: recording_pages(max_size=1001),
    ],
)
def test_invalid_arguments_raise_invalid_argument(make_strategy: Any) -> None:
    with pytest.raises(InvalidArgument, match=r"Expected .* found "):
        st.lists(make_strategy())

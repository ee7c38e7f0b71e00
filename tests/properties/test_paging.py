"""A walk through pages, in both directions, equals the plain list."""

from typing import Any
from urllib.parse import quote

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.harness import Api, make_settings

COUNT = 150
MIXES = st.sampled_from(["", "deleted=0.97", "deleted=1", "deleted=0.5,processing=0.1", "deleted=0"])


@st.composite
def queries(draw: st.DrawFn, recordings: list[dict[str, Any]]) -> str:
    """Draw filters, and equivalent plain predicates on the schema wire."""
    parts: list[str] = []
    if not recordings:
        return ""
    if draw(st.booleans()):
        parts.append(f"CallSid={draw(st.sampled_from(recordings))['call_sid']}")
    for name in ("DateCreated", "DateCreated<", "DateCreated>"):
        if draw(st.integers(0, 3)) == 0:
            instant = draw(st.sampled_from(recordings))["date_created"]
            parts.append(f"{quote(name)}={draw(st.sampled_from([instant, instant[:10]]))}")
    return "&".join(parts)


def list_pages(api: Api, query: str, size: int) -> list[dict[str, Any]]:
    body = api.get_page(f"{query}&PageSize={size}")
    found = [body]
    while body["next_page_uri"] is not None:
        body = api.get(body["next_page_uri"]).json()
        found.append(body)
    return found


@given(st.data(), MIXES, st.integers(1, 60), st.booleans())
@settings(max_examples=60)
def test_paging_forward_and_backward_equals_unpaged_list(
    data: st.DataObject, mix: str, size: int, include_deleted: bool
) -> None:
    with Api(make_settings(count=COUNT, mix=mix, seed=data.draw(st.text(max_size=2)))) as api:
        all_recordings = api.get_page("PageSize=1000&IncludeSoftDeleted=true")["recordings"]
        for recording in data.draw(st.lists(st.sampled_from(all_recordings), max_size=20)):
            api.request("DELETE", api.get_recording_path(recording["sid"]))
        query = data.draw(queries(all_recordings)) + ("&IncludeSoftDeleted=true" if include_deleted else "")
        expected = api.get_page(f"{query}&PageSize=1000")["recordings"]
        assert include_deleted or "deleted" not in {recording["status"] for recording in expected}

        forward = list_pages(api, query, size)
        assert expected == [recording for page in forward for recording in page["recordings"]]
        assert [page["page"] for page in forward] == list(range(len(forward)))
        assert all(len(page["recordings"]) == size for page in forward[:-1])

        backward = [forward[-1]]
        while (uri := backward[-1]["previous_page_uri"]) is not None:
            backward.append(api.get(uri).json())
        found = [recording for page in reversed(backward) for recording in page["recordings"]]
        assert expected == found


@given(st.data(), st.integers(1, 20))
@settings(max_examples=40)
def test_deletions_during_paging_hide_and_repeat_no_recording(data: st.DataObject, size: int) -> None:
    with Api(make_settings(count=COUNT)) as api:
        before = api.list_sids("PageSize=1000")
        body = api.get_page(f"PageSize={size}")
        found = [recording["sid"] for recording in body["recordings"]]
        deleted_sids: set[str] = set()
        while body["next_page_uri"] is not None:
            for sid in data.draw(st.lists(st.sampled_from(before), max_size=5)):
                if api.request("DELETE", api.get_recording_path(sid)).status_code == 204:
                    deleted_sids.add(sid)
            body = api.get(body["next_page_uri"]).json()
            found += [recording["sid"] for recording in body["recordings"]]
        assert len(found) == len(set(found))
        assert [sid for sid in before if sid not in deleted_sids] == [sid for sid in found if sid not in deleted_sids]

"""Neighbours share an entry of the cache, and a change of one of them is seen at once."""

from collections.abc import Hashable
from typing import Any

import pytest

from mockserver.rest.representations.cache import ByteCache
from tests.harness import Api, make_settings

COUNT = 1000


@pytest.fixture
def api() -> Any:
    with Api(make_settings(count=COUNT)) as api:
        yield api


def test_page_looks_up_few_entries(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Hashable] = []
    get = ByteCache.get

    def count_get(self: ByteCache, key: Hashable) -> Any:
        asked.append(key)
        return get(self, key)

    monkeypatch.setattr(ByteCache, "get", count_get)
    assert len(api.get_page("PageSize=1000")["recordings"]) > 900
    assert len(asked) < 20
    asked.clear()
    assert len(api.get_page("PageSize=999&Page=0")["recordings"]) > 900
    assert len(asked) < 20


def test_page_encodes_what_no_other_page_has_shown(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    first = api.get_page("PageSize=50")["recordings"]
    generated: list[int] = []
    index = api.get_account().recordings.recording_index
    generate = index.corpus.generate_recordings

    def count_generated(indices: Any) -> Any:
        generated.extend(indices)
        return generate(indices)

    monkeypatch.setattr(index.corpus, "generate_recordings", count_generated)
    assert api.get_page("PageSize=53")["recordings"][:50] == first
    assert len(generated) == 3
    assert api.get(api.get_recording_path(first[7]["sid"])).json() == first[7]
    assert len(generated) == 3


def test_changed_recordings_are_shown_at_once(api: Api) -> None:
    page = api.get_page("PageSize=50")["recordings"]
    deleted, kept = [recording["sid"] for recording in page if recording["status"] == "completed"][10:12]
    assert api.request("DELETE", api.get_recording_path(deleted)).status_code == 204
    shown = {
        recording["sid"]: recording for recording in api.get_page("PageSize=51&IncludeSoftDeleted=true")["recordings"]
    }
    assert shown[deleted]["status"] == "deleted"
    assert shown[kept]["status"] == "completed"
    assert deleted not in [recording["sid"] for recording in api.get_page("PageSize=52")["recordings"]]


def test_recording_of_a_call_is_shown_after_each_change(api: Api) -> None:
    call = f"CA{'1' * 32}"
    sid = api.post(f"Calls/{call}/Recordings.json").json()["sid"]
    path = f"{api.root}/Calls/{call}/Recordings/{sid}.json"
    statuses = [api.get(path).json()["status"]]
    api.post(f"Calls/{call}/Recordings/{sid}.json", Status="stopped")
    api.advance(60)
    statuses.append(api.get(path).json()["status"])
    assert statuses == ["processing", "completed"]
    assert api.get(f"{api.list_path}?CallSid={call}").json()["recordings"][0]["status"] == "completed"


def test_cached_fragments_of_a_block_are_counted_once(api: Api) -> None:
    cache = api.mock.cache
    sids = [recording["sid"] for recording in api.get_page("PageSize=20")["recordings"]]
    cache.clear()
    for number in range(100):  # each query is another response, and all show the same recordings
        assert api.get(f"{api.get_recording_path(sids[number % 20])}?n={number}").status_code == 200
    fragment_entries = {key: entry for key, entry in cache._entries.items() if isinstance(key, tuple) and len(key) == 4}
    assert len(fragment_entries) <= 2
    sizes = [cost for _, cost in fragment_entries.values()]
    assert sum(sizes) < 20 * 1500 + 2 * 400

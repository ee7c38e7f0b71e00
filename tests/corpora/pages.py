"""Pages of corpora, as the digests of what a list shows."""

import json
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from generators.content import adversarial
from mockserver.settings import Profile
from mockserver.settings.settings import Settings
from tests.harness import Api, make_settings

GOLDEN = Path(__file__).parent / "golden.digests"
COUNTS = (10**9, 1_000_000, 4096, 1000, 5)
MIXES = {
    "default": "",
    "encrypted": "encrypted=0.05",
    "processing": "processing=0.3",
    "deleted": "deleted=0.4",
    "conference": "conference=0.9",
    "adversarial": "",
}
NAMES = [f"{count} {mix}" for count in COUNTS for mix in MIXES]
_WIRES = ("twilio", "schema")
_PAGE_SIZE = 150
"""More than two blocks."""


def list_digests(name: str) -> Iterator[str]:
    """Yield a line for each wire of a corpus: its name, the wire, and a digest of its newest, inner and oldest pages.

    The bodies of adversarial recordings are replaced, because they depend on the version of Hypothesis.
    """
    with pytest.MonkeyPatch.context() as patch, Api(_make_settings(name)) as api:
        patch.setattr(adversarial, "draw_body", _draw_plain_body)
        for wire in _WIRES:
            pages = [_list_recordings(api, query, wire) for query in _list_queries(api)]
            assert all(pages)
            yield f"{name} {wire} {sha256(json.dumps(pages).encode()).hexdigest()}"


def _make_settings(name: str) -> Settings:
    count, mix = name.split()
    profile = Profile.ADVERSARIAL if mix == "adversarial" else Profile.REALISTIC
    return make_settings(count=int(count), mix=MIXES[mix], profile=profile)


def _draw_plain_body(seed: str, random_bytes: bytes) -> dict[str, Any]:
    return {"price": seed, "error_code": int.from_bytes(random_bytes, "little")}


def _list_queries(api: Api) -> list[str]:
    """Return the queries of the newest page, of one inside, and of the oldest."""
    corpus = api.get_account().corpus
    stops = (corpus.count // 3 + 41, min(_PAGE_SIZE, corpus.count - 1))
    return ["", *(f"PageToken=PA{corpus.get_sid(min(stop, corpus.count - 1))}" for stop in stops)]


def _list_recordings(api: Api, query: str, wire: str) -> Any:
    target = f"{api.list_path}?IncludeSoftDeleted=true&PageSize={_PAGE_SIZE}&{query}"
    response = api.get(target, x_mock_wire=wire)
    assert response.status_code == 200, response.text
    return response.json()["recordings"]

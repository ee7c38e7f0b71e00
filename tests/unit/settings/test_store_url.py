"""The place of the accounts, as a setting."""

from pathlib import Path

import pytest

from mockserver.settings.parsing import BadValueError
from mockserver.settings.store_url import StoreUrl


@pytest.mark.parametrize(
    ("text", "path", "kind", "shown"),
    [
        ("memory", None, "memory", "memory"),
        ("sqlite:a.db", Path("a.db"), "sqlite", "sqlite:a.db"),
        ("sqlite:///data/a.db", Path("/data/a.db"), "sqlite", "sqlite:/data/a.db"),
        ("sqlite:/data/a:b.db", Path("/data/a:b.db"), "sqlite", "sqlite:/data/a:b.db"),
        ("redis://localhost", None, "redis", "redis://localhost"),
        ("rediss://user:secret@host:6380/2?prefix=mine", None, "redis", "rediss://user:***@host:6380/2?prefix=mine"),
        ("redis://:secret@host", None, "redis", "redis://:***@host"),
        ("unix:///run/redis.sock", None, "redis", "unix:///run/redis.sock"),
    ],
)
def test_stores_are_read_and_shown(text: str, path: Path | None, kind: str, shown: str) -> None:
    store = StoreUrl.parse(text)
    assert (store.path, store.kind, str(store)) == (path, kind, shown)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("disk", "'disk'"),
        ("sqlite:", "'sqlite:...'"),
        ("", "''"),
        ("mongo://user:secret@host", "'mongo:...'"),
        ("redis://user:secret@", "'redis:...'"),
        ("redis://host:port", "'redis:...'"),
        ("redis://host?prefix=", "'redis:...'"),
        ("unix://", "'unix:...'"),
    ],
)
def test_other_stores_are_refused_without_their_passwords(text: str, found: str) -> None:
    with pytest.raises(BadValueError) as caught:
        StoreUrl.parse(text)
    assert str(caught.value) == f"expected memory, sqlite:FILE, or redis://HOST:PORT, found {found}."

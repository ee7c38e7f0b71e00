"""The JSON of resources, cached for pages and fetches that show the same ones.

Neighbours share an entry of the cache: a page looks up a few entries, not one for each resource.
"""

from collections.abc import Sequence
from typing import Any

from mockserver.server.exchange import Exchange
from mockserver.server.results import Resource, ResourcePage

_BLOCK_SIZE = 64
"""The resources with consecutive indices that share an entry of the cache."""
_FRAGMENT_OVERHEAD = 150
"""The size of a cached fragment without its text, in bytes: its index, revision and place in the dictionary."""


class _Block:
    """The cached fragments of resources with consecutive indices."""

    __slots__ = ("fragments", "size")

    def __init__(self) -> None:
        self.fragments: dict[int, tuple[Any, bytes]] = {}
        """Revisions and fragments by index."""
        self.size = 0

    def put(self, index: int, revision: object, fragment: bytes) -> None:
        """Store a fragment, and replace the one of an earlier revision."""
        before = self.fragments.get(index)
        self.size += len(fragment) + (_FRAGMENT_OVERHEAD if before is None else -len(before[1]))
        self.fragments[index] = (revision, fragment)


def get_fragments(result: Resource | ResourcePage, indices: Sequence[int], exchange: Exchange) -> list[bytes]:
    """Return the JSON of resources, with a placeholder for scheme and host. What the cache lacks is read at once."""
    account_key, wire = exchange.account.cache_key, exchange.wire
    cache, resource_type, get_revision = exchange.mock.cache, result.resource_type, result.source.get_revision

    def make_key(number: int) -> tuple[object, ...]:
        return account_key, id(resource_type), number, wire

    blocks: dict[int, _Block] = {}
    fragments: list[bytes] = []
    missing: dict[int, Any] = {}
    for place, index in enumerate(indices):
        number, revision = index // _BLOCK_SIZE, get_revision(index)
        block = blocks.get(number)
        if block is None:
            block = blocks[number] = cache.get(make_key(number)) or _Block()
        kept = block.fragments.get(index)
        if kept is not None and kept[0] == revision:
            fragments.append(kept[1])
        else:
            missing[place] = revision
            fragments.append(b"")
    if not missing:
        return fragments
    changed = set()
    values = result.get_resources([indices[place] for place in missing])
    for (place, revision), value in zip(missing.items(), values, strict=True):
        index = indices[place]
        fragments[place] = fragment = resource_type.encode_fragment(value, wire)
        blocks[index // _BLOCK_SIZE].put(index, revision, fragment)
        changed.add(index // _BLOCK_SIZE)
    for number in changed:
        cache.put(make_key(number), blocks[number], blocks[number].size)
    return fragments

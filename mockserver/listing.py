"""Pages of a listing, newest first, cut out of anything that can be walked in both directions."""

from collections.abc import Iterator
from itertools import islice
from typing import Protocol

import msgspec


class Walk(Protocol):
    """Yields the visible indices of a rising window, in descending or rising order, lazily."""

    def __call__(self, window: range, *, newest_first: bool) -> Iterator[int]: ...


class Slice(msgspec.Struct, frozen=True):
    """The indices of one page, newest first, and where its neighbours begin.

    A neighbour is None where nothing visible lies on that side. `next` is the index that the next page
    is older than, `previous` the one that the previous page is newer than: those of the page's own last
    and first record, or, where the page is empty, the place where it would be.
    """

    indices: tuple[int, ...]
    previous: int | None
    next: int | None


def first_page(walk: Walk, window: range, size: int) -> Slice:
    """Return the newest page of a window."""
    found = tuple(islice(walk(window, newest_first=True), size + 1))
    indices = found[:size]
    return Slice(indices=indices, previous=None, next=indices[-1] if len(found) > size else None)


def page_older_than(index: int, walk: Walk, window: range, size: int) -> Slice:
    """Return the page that follows a record, which need not be in the window or visible."""
    page = first_page(walk, range(window.start, max(window.start, min(window.stop, index))), size)
    newest = page.indices[0] if page.indices else index - 1
    newer = walk(range(max(window.start, newest + 1), max(window.stop, newest + 1)), newest_first=False)
    return Slice(indices=page.indices, previous=newest if newest >= 0 and _any(newer) else None, next=page.next)


def page_newer_than(index: int, walk: Walk, window: range, size: int) -> Slice:
    """Return the page that precedes a record, which need not be in the window or visible."""
    ahead = range(max(window.start, index + 1), max(window.stop, index + 1))
    found = tuple(islice(walk(ahead, newest_first=False), size + 1))
    indices = found[:size][::-1]
    oldest = indices[-1] if indices else index + 1
    older = walk(range(window.start, max(window.start, min(window.stop, oldest))), newest_first=True)
    return Slice(
        indices=indices, previous=indices[0] if len(found) > size else None, next=oldest if _any(older) else None
    )


def _any(indices: Iterator[int]) -> bool:
    return next(indices, None) is not None

"""Pages of a listing, newest first, cut from anything that can be walked in both directions.

A listing is laid out on positions: whole numbers that rise with time. A page token names a record, and a
record has a position. So recordings may be created or deleted between two pages without moving the others.
"""

from collections.abc import Callable, Iterator
from itertools import islice
from typing import Protocol

import msgspec

from mockserver.rest.errors import make_invalid_parameter_error
from mockserver.rest.paging import PageRequest, PageTokens

NEVER = 1 << 62
"""An instant after every clock, in microseconds."""
BEFORE_OLDEST = (1 << 64) - 1
"""The index of the position before the oldest record, which has a SID of its own: an empty page may start there."""


class Walk(Protocol):
    """Yields the visible positions of an ascending window lazily, in either order."""

    def __call__(self, window: range, *, newest_first: bool) -> Iterator[int]: ...


class Listing(msgspec.Struct, frozen=True, kw_only=True):
    """A list to cut pages from.

    Args:
        window: the ascending range of positions in the list.
        walk: yields the visible positions.
        position: returns the position of a SID, or None if the SID never existed. The record may be invisible or
            outside the window. The SID of `BEFORE_OLDEST` has the position -1.
        index: returns the index of the record at a position.
        sid: returns the SID of an index.
    """

    window: range
    walk: Walk
    position: Callable[[str], int | None]
    index: Callable[[int], int]
    sid: Callable[[int], str]


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """The indices of one page, newest first."""

    indices: tuple[int, ...]
    tokens: PageTokens
    expires_at: int = NEVER
    """When the page may change by time alone, in microseconds since the epoch."""


def get_page(listing: Listing, request: PageRequest, expires_at: int = NEVER) -> Page:
    """Return the requested page.

    Raises:
        TwilioError: 20001 if the page token names no record that ever existed.
    """
    if request.cursor is None:
        found = _slice_newest(listing.walk, listing.window, request.size)
    else:
        position = listing.position(request.cursor.sid)
        if position is None:
            sid = request.cursor.sid
            raise make_invalid_parameter_error(
                "PageToken", "PA or PB and the SID of a record of this list", sid, unknown_sid=sid
            )
        cut = _slice_older_than if request.cursor.is_after else _slice_newer_than
        found = cut(position, listing.walk, listing.window, request.size)
    tokens = PageTokens(
        previous=None if found.previous is None else _get_boundary_sid(listing, found.previous),
        next=None if found.next is None else _get_boundary_sid(listing, found.next),
    )
    return Page(indices=tuple(map(listing.index, found.positions)), tokens=tokens, expires_at=expires_at)


def _get_boundary_sid(listing: Listing, position: int) -> str:
    return listing.sid(BEFORE_OLDEST if position < 0 else listing.index(position))


class _Slice(msgspec.Struct, frozen=True):
    """The positions of one page, and its boundaries to the neighbour pages.

    A boundary is None if nothing visible is on that side. The next page is older than `next`, the previous page
    is newer than `previous`. These are the positions of the page's last and first record. For an empty page they
    are the positions beside the place that it would have.
    """

    positions: tuple[int, ...]
    previous: int | None
    next: int | None


def _slice_newest(walk: Walk, window: range, size: int) -> _Slice:
    found = tuple(islice(walk(window, newest_first=True), size + 1))
    positions = found[:size]
    return _Slice(positions=positions, previous=None, next=positions[-1] if len(found) > size else None)


def _slice_older_than(position: int, walk: Walk, window: range, size: int) -> _Slice:
    page = _slice_newest(walk, range(window.start, max(window.start, min(window.stop, position))), size)
    newest = page.positions[0] if page.positions else position - 1
    newer = walk(range(max(window.start, newest + 1), max(window.stop, newest + 1)), newest_first=False)
    return _Slice(positions=page.positions, previous=newest if _has_any(newer) else None, next=page.next)


def _slice_newer_than(position: int, walk: Walk, window: range, size: int) -> _Slice:
    ahead = range(max(window.start, position + 1), max(window.stop, position + 1))
    found = tuple(islice(walk(ahead, newest_first=False), size + 1))
    positions = found[:size][::-1]
    oldest = positions[-1] if positions else position + 1
    older = walk(range(window.start, max(window.start, min(window.stop, oldest))), newest_first=True)
    previous = positions[0] if len(found) > size else None
    return _Slice(positions=positions, previous=previous, next=oldest if _has_any(older) else None)


def _has_any(positions: Iterator[int]) -> bool:
    return next(positions, None) is not None

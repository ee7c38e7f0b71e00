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
_MAX_EXAMINED = 1 << 12
"""A page ends when the search has read so many rows, even if it is empty. Its next page continues there. So rare
matches in a huge corpus take no longer than a full page. A list with no more positions is searched whole.
"""
_MAX_EXAMINED_PER_RECORD = 75
"""The page also ends after so many rows for each record of its size. With the look for the neighbour pages, a request
visits at most 100 for each.
"""
_NEIGHBOUR_SHARE = 10
"""The look for a neighbour page ends after a tenth of the rows of a page: there may be one."""


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
        matches: returns True if the record at a visible position is in the list; None if all are.
        count_rows: returns the number of recordings that `matches` reads for a position; None if it reads one.
    """

    window: range
    walk: Walk
    position: Callable[[str], int | None]
    index: Callable[[int], int]
    sid: Callable[[int], str]
    matches: Callable[[int], bool] | None = None
    count_rows: Callable[[int], int] | None = None


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
        found = _slice_newest(listing, listing.window, request.size)
    else:
        position = listing.position(request.cursor.sid)
        if position is None:
            sid = request.cursor.sid
            raise make_invalid_parameter_error(
                "PageToken", "PA or PB and the SID of a record of this list", sid, unknown_sid=sid
            )
        cut = _slice_older_than if request.cursor.is_after else _slice_newer_than
        found = cut(position, listing, request.size)
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
    is newer than `previous`. These are the positions of the page's last and first record, or of the last candidate if
    the page ended early. For an empty page they are the positions beside the place that it would have.
    """

    positions: tuple[int, ...]
    previous: int | None
    next: int | None


def _slice_newest(listing: Listing, window: range, size: int) -> _Slice:
    limit = _get_max_examined(listing, size)
    positions, next_boundary = _take(listing, window, size, limit, newest_first=True)
    return _Slice(positions=positions, previous=None, next=next_boundary)


def _slice_older_than(position: int, listing: Listing, size: int) -> _Slice:
    window = listing.window
    page = _slice_newest(listing, range(window.start, max(window.start, min(window.stop, position))), size)
    newest = page.positions[0] if page.positions else position - 1
    newer = range(max(window.start, newest + 1), max(window.stop, newest + 1))
    has_newer = _has_at(listing, position) or _has_any(listing, newer, size, newest_first=False)
    return _Slice(positions=page.positions, previous=newest if has_newer else None, next=page.next)


def _slice_newer_than(position: int, listing: Listing, size: int) -> _Slice:
    window = listing.window
    ahead = range(max(window.start, position + 1), max(window.stop, position + 1))
    limit = _get_max_examined(listing, size)
    ascending, previous_boundary = _take(listing, ahead, size, limit, newest_first=False)
    positions = ascending[::-1]
    oldest = positions[-1] if positions else position + 1
    older = range(window.start, max(window.start, min(window.stop, oldest)))
    has_older = _has_at(listing, position) or _has_any(listing, older, size, newest_first=True)
    return _Slice(positions=positions, previous=previous_boundary, next=oldest if has_older else None)


def _take(
    listing: Listing, window: range, size: int, max_examined: int, *, newest_first: bool
) -> tuple[tuple[int, ...], int | None]:
    """Return the first positions of a walk, at most `size`, and the boundary behind them if there may be more."""
    walk = listing.walk(window, newest_first=newest_first)
    if listing.matches is None:
        found = tuple(islice(walk, size + 1))
        return found[:size], found[size - 1] if len(found) > size else None
    positions: list[int] = []
    examined = 0
    for position in walk:
        examined += 1 if listing.count_rows is None else listing.count_rows(position)
        if listing.matches(position):
            if len(positions) == size:
                return tuple(positions), positions[-1]
            positions.append(position)
        elif examined >= max_examined:
            return tuple(positions), position
    return tuple(positions), None


def _get_max_examined(listing: Listing, size: int) -> int:
    is_small = len(listing.window) <= _MAX_EXAMINED
    return _MAX_EXAMINED if is_small else min(_MAX_EXAMINED, _MAX_EXAMINED_PER_RECORD * size)


def _has_at(listing: Listing, position: int) -> bool:
    """Return True if the record at a position is in the list. This saves the walk to the next match of a filter."""
    if listing.matches is None or position not in listing.window:
        return False
    return _has_any(listing, range(position, position + 1), 1, newest_first=True)


def _has_any(listing: Listing, window: range, size: int, *, newest_first: bool) -> bool:
    """Return True if a window beside a page of `size` records may have a record of the list."""
    limit = _get_max_examined(listing, size) // _NEIGHBOUR_SHARE
    positions, boundary = _take(listing, window, 1, limit, newest_first=newest_first)
    return bool(positions) or boundary is not None

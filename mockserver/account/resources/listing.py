"""Pages of a listing, newest first, cut out of anything that can be walked in both directions.

A listing is laid out on positions, whole numbers that rise with time: a page's token names a record,
a record has a position, and what is listed may change under the pages without disturbing the others.
"""

from collections.abc import Callable, Iterator
from itertools import islice
from typing import Protocol

import msgspec

from mockserver.rest.errors import invalid_parameter
from mockserver.rest.paging import PageRequest, Tokens

NEVER = 1 << 62
"""Later than any clock, in microseconds."""


class Walk(Protocol):
    """Yields the visible positions of a rising window, in descending or rising order, lazily."""

    def __call__(self, window: range, *, newest_first: bool) -> Iterator[int]: ...


class Listing(msgspec.Struct, frozen=True, kw_only=True):
    """What can be listed.

    Args:
        window: the positions that are asked for, rising.
        walk: finds those that are visible.
        position: the position of the record with a SID, which need not be visible or in the window;
            None where there is no such record.
        index: the index of the record at a position.
        sid: the SID of the record with an index.
    """

    window: range
    walk: Walk
    position: Callable[[str], int | None]
    index: Callable[[int], int]
    sid: Callable[[int], str]


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """A page of records by index, newest first."""

    indices: tuple[int, ...]
    tokens: Tokens
    expires: int = NEVER
    """When time alone may change this page, in microseconds since 1970."""


def get_page(listing: Listing, request: PageRequest, expires: int = NEVER) -> Page:
    """Return the page that is asked for.

    Raises:
        TwilioError: 20001 where its token names no record that there ever was.
    """
    if request.cursor is None:
        found = _newest_slice(listing.walk, listing.window, request.size)
    else:
        position = listing.position(request.cursor.sid)
        if position is None:
            sid = request.cursor.sid
            raise invalid_parameter("PageToken", "PA or PB and the SID of a record of this list", sid, unknown=sid)
        cut = _slice_older_than if request.cursor.older else _slice_newer_than
        found = cut(position, listing.walk, listing.window, request.size)
    tokens = Tokens(
        previous=None if found.previous is None else listing.sid(listing.index(found.previous)),
        next=None if found.next is None else listing.sid(listing.index(found.next)),
    )
    return Page(indices=tuple(map(listing.index, found.positions)), tokens=tokens, expires=expires)


class _Slice(msgspec.Struct, frozen=True):
    """The positions of one page, and where its neighbours begin.

    A neighbour is None where nothing visible lies on that side. `next` is the position that the next page
    is older than, `previous` the one that the previous page is newer than: those of the page's own last
    and first record, or, where the page is empty, beside the place where it would be.
    """

    positions: tuple[int, ...]
    previous: int | None
    next: int | None


def _newest_slice(walk: Walk, window: range, size: int) -> _Slice:
    found = tuple(islice(walk(window, newest_first=True), size + 1))
    positions = found[:size]
    return _Slice(positions=positions, previous=None, next=positions[-1] if len(found) > size else None)


def _slice_older_than(position: int, walk: Walk, window: range, size: int) -> _Slice:
    page = _newest_slice(walk, range(window.start, max(window.start, min(window.stop, position))), size)
    newest = page.positions[0] if page.positions else position - 1
    newer = walk(range(max(window.start, newest + 1), max(window.stop, newest + 1)), newest_first=False)
    return _Slice(
        positions=page.positions, previous=newest if newest >= 0 and _has_any(newer) else None, next=page.next
    )


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

"""Live calls and conferences as resources, in one list with those that are derived from recordings.

The positions of the list are those of the recordings, with the live ones in between, by their instants of creation.
"""

import heapq
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import chain

import msgspec

from generators.model import Call, Conference
from generators.sids import Kind, fold_sid
from mockserver.account.resources.call_filter import ParentFilter
from mockserver.account.resources.calls_and_conferences import DerivedParents
from mockserver.account.resources.listing import NEVER, Listing, Page, Walk, get_page
from mockserver.account.resources.live_resources import build_call, build_conference, find_price_instant
from mockserver.account.resources.recording_index import RecordingIndex
from mockserver.account.state.calls_state import CallsState
from mockserver.account.state.live_calls import FIRST_LIVE, LiveCall
from mockserver.account.state.live_conferences import LiveConference
from mockserver.rest.paging import PageRequest


class LivePositions(msgspec.Struct, frozen=True):
    """Where the live calls or conferences are between the derived ones, at one version of the account.

    Forgotten ones keep their place, because a page token may name them.
    """

    version: int
    numbers: Sequence[int]
    """The numbers of the live ones, in order of creation."""
    places: Mapping[int, int]
    """Where each number is among them."""
    ranks: Sequence[int]
    """How many recordings were created before each of them."""
    shown: frozenset[int]
    """The numbers of those that are not forgotten."""
    hidden: frozenset[int]
    """The indices of derived ones that are replaced or deleted."""

    def count_before(self, position: int) -> int:
        """Return how many live ones are before a position of the list."""
        return bisect_left(range(len(self.ranks)), position, key=self.get_position)

    def get_position(self, place: int) -> int:
        """Return the position of the live one at a place among the live ones."""
        return self.ranks[place] + place

    def find_number(self, position: int) -> int | None:
        """Return the number of the live one at a position, or None if there is none."""
        place = self.count_before(position)
        is_here = place < len(self.ranks) and self.get_position(place) == position
        return self.numbers[place] if is_here else None

    def to_derived(self, position: int) -> int:
        """Return the position among the derived ones of a position in the list."""
        return position - self.count_before(position)

    def from_derived(self, position: int) -> int:
        """Return the position in the list of a position among the derived ones."""
        return position + bisect_right(self.ranks, position)

    def iter_live(self, window: range, *, newest_first: bool) -> Iterator[int]:
        """Yield the positions of the live ones in an ascending window."""
        places = range(self.count_before(window.start), self.count_before(window.stop))
        for place in reversed(places) if newest_first else places:
            if self.numbers[place] in self.shown:
                yield self.get_position(place)


class LiveParents:
    """The calls, or the conferences, of an account that has live ones, or of which some are deleted."""

    def __init__(self, derived: DerivedParents, recording_index: RecordingIndex) -> None:
        self._kind = derived.kind
        self._derived = derived
        self._recording_index = recording_index
        self._state = recording_index.state
        self._positions = LivePositions(-1, (), {}, (), frozenset(), frozenset())

    @property
    def _live(self) -> CallsState:
        live = self._state.live
        return live if isinstance(live, CallsState) else CallsState()

    @property
    def _resources(self) -> Mapping[int, LiveCall | LiveConference]:
        return self._live.calls if self._kind is Kind.CALL else self._live.conferences

    def get(self, index: int) -> Call | Conference:
        """Return a call or conference as a fetch shows it."""
        resource = self._resources.get(index - FIRST_LIVE)
        if resource is None:
            return self._derived.get(index)
        corpus = self._recording_index.corpus
        if isinstance(resource, LiveConference):
            return build_conference(resource, corpus.spec.account_sid)
        return build_call(
            resource, corpus.spec.account_sid, self._get_parent_sid(resource), self._recording_index.clock.now()
        )

    def _get_parent_sid(self, call: LiveCall) -> str | None:
        if call.parent is None:
            return None
        parent = self._live.calls.get(call.parent)
        return (
            self._recording_index.corpus.sids.encode(Kind.CALL, FIRST_LIVE + call.parent)
            if parent is None
            else parent.sid
        )

    def get_revision(self, index: int) -> object:
        """Return a value that differs after every change."""
        if index - FIRST_LIVE not in self._resources:
            return self._derived.get_revision(index)
        return self._state.version, self.get_expiry(index)

    def get_expiry(self, index: int) -> int:
        """Return when time alone may change it: a call has its price some time after its end."""
        resource = self._resources.get(index - FIRST_LIVE)
        if not isinstance(resource, LiveCall):
            return NEVER
        priced_at = find_price_instant(resource)
        return NEVER if priced_at is None or priced_at <= self._recording_index.clock.now() else priced_at

    def find(self, sid: str) -> int | None:
        """Return the index by SID, or None if it is no live one."""
        number = self._find_number(sid)
        return None if number is None or number not in self._resources else FIRST_LIVE + number

    def _find_number(self, sid: str) -> int | None:
        """Return the number that a SID has or had."""
        number = self._live.adopted.get(fold_sid(sid))
        if number is not None:
            return number
        index = self._recording_index.corpus.sids.decode(self._kind, sid)
        return None if index is None or index < FIRST_LIVE else index - FIRST_LIVE

    def list(self, derived: Listing, parent_filter: ParentFilter, request: PageRequest) -> Page:
        """Return a page of both, newest first.

        Args:
            derived: the listing of those that match and are derived.
        """
        positions = self._positions = self._locate()
        page = get_page(
            Listing(
                window=range(len(derived.window) + len(positions.numbers)),
                walk=_merge_walks(positions, derived),
                position=lambda sid: self._find_position(positions, derived, sid),
                index=lambda position: _get_index(positions, derived, position),
                sid=lambda index: self._get_sid(derived, index),
                matches=None if derived.matches is None else self._build_predicate(positions, derived, parent_filter),
                count_rows=_build_row_count(positions, derived),
            ),
            request,
        )
        return msgspec.structs.replace(page, expires_at=min(map(self.get_expiry, page.indices), default=NEVER))

    def _build_predicate(
        self, positions: LivePositions, derived: Listing, parent_filter: ParentFilter
    ) -> Callable[[int], bool]:
        matches_derived = derived.matches

        def matches(position: int) -> bool:
            number = positions.find_number(position)
            if number is not None:
                return parent_filter.matches(self.get(FIRST_LIVE + number))
            return matches_derived is None or matches_derived(positions.to_derived(position))

        return matches

    def _find_position(self, positions: LivePositions, derived: Listing, sid: str) -> int | None:
        number = self._find_number(sid)
        if number is not None:
            place = positions.places.get(number)
            return None if place is None else positions.get_position(place)
        position = derived.position(sid)
        return None if position is None else positions.from_derived(position)

    def _get_sid(self, derived: Listing, index: int) -> str:
        number = index - FIRST_LIVE
        if number in self._resources:
            return self._resources[number].sid
        if number in self._live.forgotten:  # its SID only marks the position
            return self._recording_index.corpus.sids.encode(self._kind, index)
        return derived.sid(index)

    def _locate(self) -> LivePositions:
        """Return where the live ones are now."""
        if self._positions.version == self._state.version:
            return self._positions
        resources, find_window = self._resources, self._recording_index.positions.find_window
        instants = {number: resource.created_at for number, resource in resources.items()}
        if self._kind is Kind.CALL:
            instants |= self._live.forgotten
        numbers = sorted(instants, key=lambda number: (instants[number], number))
        places = {number: place for place, number in enumerate(numbers)}
        ranks = [find_window(instants[number] + 1, None).start for number in numbers]
        sids = chain((resource.sid for resource in resources.values()), self._state.deleted_call_sids)
        hidden = frozenset(index for sid in sids if (index := self._derived.find_or_none(sid)) is not None)
        return LivePositions(self._state.version, numbers, places, ranks, frozenset(resources), hidden)


def _get_index(positions: LivePositions, derived: Listing, position: int) -> int:
    number = positions.find_number(position)
    return derived.index(positions.to_derived(position)) if number is None else FIRST_LIVE + number


def _merge_walks(positions: LivePositions, derived: Listing) -> Walk:
    def walk(window: range, *, newest_first: bool) -> Iterator[int]:
        start, stop = positions.to_derived(window.start), positions.to_derived(max(window.start, window.stop))
        found = derived.walk(range(start, stop), newest_first=newest_first)
        shown = (position for position in found if derived.index(position) not in positions.hidden)
        return heapq.merge(
            map(positions.from_derived, shown),
            positions.iter_live(window, newest_first=newest_first),
            reverse=newest_first,
        )

    return walk


def _build_row_count(positions: LivePositions, derived: Listing) -> Callable[[int], int] | None:
    count_derived = derived.count_rows
    if count_derived is None:
        return None
    return lambda position: (
        count_derived(positions.to_derived(position)) if positions.find_number(position) is None else 1
    )

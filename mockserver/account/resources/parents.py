"""The calls and conferences of an account: those that begin here, and those that recordings belong to."""

from functools import cached_property
from typing import TYPE_CHECKING

from generators.model import Call, Conference
from generators.sids import Kind, fold_sid
from mockserver.account.resources.call_filter import ParentFilter
from mockserver.account.resources.calls_and_conferences import DerivedParents
from mockserver.account.resources.listing import NEVER, Page, get_page
from mockserver.account.resources.recording_index import RecordingIndex
from mockserver.rest.errors import TwilioError
from mockserver.rest.paging import PageRequest

if TYPE_CHECKING:
    from mockserver.account.resources.live_parents import LiveParents


class Parents:
    """The calls, or the conferences, of an account. A live one replaces the one that its recordings would show.

    Args:
        kind: call or conference.
    """

    def __init__(self, kind: Kind, recording_index: RecordingIndex) -> None:
        self.kind = kind
        self.derived = DerivedParents(kind, recording_index)
        self._recording_index = recording_index
        self._state = recording_index.state

    @cached_property
    def _live(self) -> "LiveParents":
        """Those that begin here. Not imported before the first call is placed or deleted."""
        from mockserver.account.resources.live_parents import LiveParents

        return LiveParents(self.derived, self._recording_index)

    @property
    def _is_derived_only(self) -> bool:
        return self._state.live is None and not self._state.deleted_call_sids

    def get(self, index: int) -> Call | Conference:
        """Return a call or conference."""
        return self.derived.get(index) if self._is_derived_only else self._live.get(index)

    def get_revision(self, index: int) -> object:
        """Return a value that differs after every change of the call or conference."""
        return self.derived.get_revision(index) if self._is_derived_only else self._live.get_revision(index)

    def get_expiry(self, index: int) -> int:
        """Return when time alone may change it, in microseconds since the epoch."""
        return NEVER if self._is_derived_only else self._live.get_expiry(index)

    def find(self, sid: str) -> int:
        """Return the index by SID.

        Raises:
            TwilioError: 20404 if there is no such call or conference, or it was deleted.
        """
        index = self.find_or_none(sid)
        if index is None:
            raise TwilioError(20404, f"No recording of this account belongs to {sid}.", unknown_sid=sid)
        return index

    def find_or_none(self, sid: str) -> int | None:
        """Return the index by SID, or None if there is no such call or conference, or it was deleted."""
        if self.is_deleted(sid):
            return None
        index = None if self._is_derived_only else self._live.find(sid)
        return self.derived.find_or_none(sid) if index is None else index

    def is_live(self, sid: str) -> bool:
        """Return True if a call or conference began here."""
        return not self._is_derived_only and self._live.find(sid) is not None

    def is_deleted(self, sid: str) -> bool:
        """Return True if a call was deleted."""
        return fold_sid(sid) in self._state.deleted_call_sids

    def list(self, parent_filter: ParentFilter, request: PageRequest) -> Page:
        """Return a page of those that match a filter, newest first.

        Raises:
            TwilioError: 20001 if the page token names no call or conference of this account.
        """
        listing = self.derived.build_listing(parent_filter)
        if self._is_derived_only:
            return get_page(listing, request)
        return self._live.list(listing, parent_filter, request)

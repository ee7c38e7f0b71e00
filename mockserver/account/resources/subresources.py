"""The transcriptions, add-on results and payloads of an account, derived from its recordings.

A deleted recording's own paths answer 404. Its transcription stays in the account's list, because Twilio
deletes each resource separately.
"""

from collections.abc import Callable, Iterator
from functools import cached_property

from generators.content import subresources
from generators.model import AddOnResult, Payload, Recording, Transcription
from generators.random_fields import RandomFields
from generators.sids import Kind, SidCipher
from mockserver.account.resources.listing import Listing, Page, get_page
from mockserver.account.resources.not_found import explain_no_subresource
from mockserver.account.resources.recordings import Recordings
from mockserver.account.state.range_set import RangeSet
from mockserver.rest.errors import TwilioError
from mockserver.rest.paging import PageRequest

_Build = Callable[[Recording, int, RandomFields, SidCipher], Transcription | AddOnResult | Payload]
_BUILDERS: dict[Kind, _Build] = {
    Kind.TRANSCRIPTION: subresources.build_transcription,
    Kind.ADD_ON_RESULT: subresources.build_add_on_result,
    Kind.PAYLOAD: subresources.build_payload,
}


class Subresources:
    """The subresources of one kind. The index of a subresource leads back to its recording.

    Args:
        kind: transcription, add-on result or payload.
        recordings: the account's recordings.
    """

    def __init__(self, kind: Kind, recordings: Recordings) -> None:
        self.kind = kind
        self._recordings = recordings
        self._ledger = recordings.index
        self._sids = recordings.index.corpus.sids

    def get(self, index: int) -> Transcription | AddOnResult | Payload:
        """Return the subresource with an index."""
        recording, _ = subresources.locate(self.kind, index)
        return _BUILDERS[self.kind](
            self._ledger.get_even_if_deleted(recording), index, self._ledger.corpus.chance(recording), self._sids
        )

    def revision(self, index: int) -> int:
        """Return a value that changes with the subresource: the revision of its recording."""
        recording, _ = subresources.locate(self.kind, index)
        return self._ledger.state.revisions.get(recording, 0)

    def data(self, index: int) -> str:
        """Return the JSON data of a payload."""
        recording, _ = subresources.locate(self.kind, index)
        return subresources.build_payload_data(
            self._ledger.get_even_if_deleted(recording), index, self._ledger.corpus.chance(recording)
        )

    def find(self, sid: str, *, recording_sid: str | None = None, among: range | None = None) -> int:
        """Return the index by SID.

        Args:
            recording_sid: the recording that the subresource must belong to; it must be visible.
            among: the allowed indices.

        Raises:
            TwilioError: 20404 if there is none.
        """
        owner = None if recording_sid is None else self._recordings.find(recording_sid)
        index = self._sids.decode(self.kind, sid)
        if index is None:
            noun = self.kind.name.lower().replace("_", "-")
            why = f"{sid[:60]!r} is not the SID of a {noun} of this account."
            raise TwilioError(20404, why, unknown=sid)
        recording, _ = subresources.locate(self.kind, index)
        if recording not in self._ledger or index not in self._index_range_of(recording):
            raise TwilioError(20404, explain_no_subresource(self._ledger, recording, sid))
        if (owner is not None and owner != recording) or (among is not None and index not in among):
            owner_sid = self._ledger.sid(recording)
            raise TwilioError(20404, f"{sid} belongs to {owner_sid}, which is not in this path.")
        if index in self._deleted:
            raise TwilioError(20404, f"{sid} is deleted.")
        return index

    def delete(self, sid: str, *, recording_sid: str | None = None, among: range | None = None) -> None:
        """Delete a subresource permanently.

        Raises:
            TwilioError: 20404 if there is none.
        """
        self._deleted.add(self.find(sid, recording_sid=recording_sid, among=among))
        self._ledger.state.version += 1

    def list_for_recording(self, recording_sid: str, asked: PageRequest, *, among: range | None = None) -> Page:
        """Return a page of a recording's subresources, newest first.

        Args:
            among: the allowed indices.

        Raises:
            TwilioError: 20404 if the recording is unknown; 20001 if the page token belongs to another list.
        """
        own = self._index_range_of(self._recordings.find(recording_sid))
        there = [index for index in own if index not in self._deleted and (among is None or index in among)]

        def walk(window: range, *, newest_first: bool) -> Iterator[int]:
            inside = [index for index in there if index in window]
            return reversed(inside) if newest_first else iter(inside)

        listing = Listing(
            window=range(own.start, own.stop),
            walk=walk,
            position=lambda sid: self._sids.decode(self.kind, sid),
            index=int,  # position and index are the same number
            sid=self._sid,
        )
        return get_page(listing, asked)

    def list(self, asked: PageRequest) -> Page:
        """Return a page of all transcriptions of the account, in the order of their recordings.

        Raises:
            TwilioError: 20001 if the page token names no transcription of this account.
        """
        places, layout = self._ledger.positions, self._ledger.corpus.layout

        def generated(window: range, *, newest_first: bool) -> Iterator[int]:
            for gap in self._deleted.gaps(window, descending=newest_first):
                yield from layout.walk_audible(gap, newest_first=newest_first)

        def is_seen(index: int) -> bool:
            return index not in self._deleted and len(self._index_range_of(index)) > 0

        listing = Listing(
            window=places.all(),
            walk=places.walk(generated, is_seen),
            position=lambda sid: self._ledger.position_of(sid, self.kind),
            index=places.index,
            sid=self._sid,
        )
        return get_page(listing, asked)

    @cached_property
    def _deleted(self) -> RangeSet:
        return self._ledger.state.subresources_deleted.setdefault(self.kind.value, RangeSet())

    def _sid(self, index: int) -> str:
        return self._sids.encode(self.kind, index)

    def _index_range_of(self, recording: int) -> range:
        chance = self._ledger.corpus.chance(recording)
        return subresources.indices_of_recording(
            self.kind, self._ledger.get_even_if_deleted(recording), recording, chance
        )

"""The transcriptions, add-on results and payloads of an account, derived from its recordings.

A deleted recording's own paths answer 404. Its transcription stays in the account's list, because Twilio
deletes each resource separately.
"""

from collections.abc import Callable, Iterator
from functools import cached_property, partial

import msgspec

from generators.content import subresources
from generators.corpus.explain_sid import KIND_NOUNS
from generators.model import AddOnResult, Payload, Recording, Transcription
from generators.random_fields import RandomFields
from generators.sids import Kind, SidCipher
from mockserver.account.resources.explain_sid import explain_no_subresource
from mockserver.account.resources.list_members import ListMembers, SkippedIndices
from mockserver.account.resources.listing import BEFORE_OLDEST, Listing, Page, get_page
from mockserver.account.resources.recordings import Recordings
from mockserver.account.state.range_set import RangeSet
from mockserver.account.state.state import FIRST_CREATED
from mockserver.rest.errors import TwilioError
from mockserver.rest.paging import PageRequest

_Builder = Callable[[Recording, int, RandomFields, SidCipher], Transcription | AddOnResult | Payload]
_BUILDERS: dict[Kind, _Builder] = {
    Kind.TRANSCRIPTION: subresources.build_transcription,
    Kind.ADD_ON_RESULT: subresources.build_add_on_result,
    Kind.PAYLOAD: subresources.build_payload,
}


class _ShownTranscriptions(msgspec.Struct, frozen=True):
    """What a list of transcriptions shows beyond the plain corpus, and what it leaves out of it."""

    members: ListMembers
    skipped: SkippedIndices


class Subresources:
    """The subresources of one kind. The index of a subresource leads back to its recording.

    Args:
        kind: transcription, add-on result or payload.
        recordings: the account's recordings.
    """

    def __init__(self, kind: Kind, recordings: Recordings) -> None:
        self.kind = kind
        self._recordings = recordings
        self._recording_index = recordings.recording_index
        self._sid_cipher = recordings.recording_index.corpus.sids
        self._deletions = recordings.recording_index.state.deleted_subresources

    def get(self, index: int) -> Transcription | AddOnResult | Payload:
        """Return the subresource with an index."""
        recording, _ = subresources.split_subresource_index(self.kind, index)
        return _BUILDERS[self.kind](
            self._recording_index.get_even_if_deleted(recording),
            index,
            self._recording_index.get_random_fields(recording),
            self._sid_cipher,
        )

    def get_revision(self, index: int) -> int:
        """Return a value that changes with the subresource: the revision of its recording."""
        recording, _ = subresources.split_subresource_index(self.kind, index)
        return self._recording_index.state.revisions.get(recording, 0)

    def get_data(self, index: int) -> str:
        """Return the JSON data of a payload."""
        recording, _ = subresources.split_subresource_index(self.kind, index)
        return subresources.build_payload_data(
            self._recording_index.get_even_if_deleted(recording),
            index,
            self._recording_index.get_random_fields(recording),
        )

    def find(self, sid: str, *, recording_sid: str | None = None, allowed_indices: range | None = None) -> int:
        """Return the index by SID.

        Args:
            recording_sid: the recording that the subresource must belong to; it must be visible.
            allowed_indices: the allowed indices.

        Raises:
            TwilioError: 20404 if there is none.
        """
        owner = None if recording_sid is None else self._recordings.find(recording_sid)
        index = self._sid_cipher.decode(self.kind, sid)
        if index is None:
            noun = KIND_NOUNS[self.kind]
            article = "an" if noun.startswith("a") else "a"
            why = f"{sid[:60]!r} is not the SID of {article} {noun} of this account."
            raise TwilioError(20404, why, unknown_sid=sid)
        recording, _ = subresources.split_subresource_index(self.kind, index)
        if recording not in self._recording_index or index not in self._get_index_range(recording):
            raise TwilioError(20404, explain_no_subresource(self._recording_index, recording, sid))
        if (owner is not None and owner != recording) or (allowed_indices is not None and index not in allowed_indices):
            owner_sid = self._recording_index.get_sid(recording)
            raise TwilioError(20404, f"{sid} belongs to {owner_sid}, which is not in this path.")
        if index in self._deleted_indices:
            raise TwilioError(20404, f"{sid} is deleted.")
        return index

    def delete(self, sid: str, *, recording_sid: str | None = None, allowed_indices: range | None = None) -> None:
        """Delete a subresource permanently.

        Raises:
            TwilioError: 20404 if there is none.
        """
        index = self.find(sid, recording_sid=recording_sid, allowed_indices=allowed_indices)
        self._deletions.setdefault(self.kind.value, RangeSet()).add(index)
        if self.kind is Kind.TRANSCRIPTION:
            self._update_shown(self._shown, index)
        self._recording_index.state.version += 1

    def list_for_recording(
        self, recording_sid: str, request: PageRequest, *, allowed_indices: range | None = None
    ) -> Page:
        """Return a page of a recording's subresources, newest first.

        Args:
            allowed_indices: the allowed indices.

        Raises:
            TwilioError: 20404 if the recording is unknown; 20001 if the page token belongs to another list.
        """
        own = self._get_index_range(self._recordings.find(recording_sid))
        there = [
            index
            for index in own
            if index not in self._deleted_indices and (allowed_indices is None or index in allowed_indices)
        ]

        def walk(window: range, *, newest_first: bool) -> Iterator[int]:
            inside = [index for index in there if index in window]
            return reversed(inside) if newest_first else iter(inside)

        listing = Listing(
            window=range(own.start, own.stop),
            walk=walk,
            position=lambda sid: -1 if (index := self._sid_cipher.decode(self.kind, sid)) == BEFORE_OLDEST else index,
            index=int,  # position and index are the same number
            sid=self._get_sid,
        )
        return get_page(listing, request)

    def list(self, request: PageRequest) -> Page:
        """Return a page of all transcriptions of the account, in the order of their recordings.

        Raises:
            TwilioError: 20001 if the page token names no transcription of this account.
        """
        places, layout = self._recording_index.positions, self._recording_index.corpus.layout
        shown = self._shown

        def matches(position: int) -> bool:
            index = places.get_index(position)
            return index >= FIRST_CREATED or index in self._recording_index.state.recordings or layout.is_audible(index)

        listing = Listing(
            window=places.get_all(),
            walk=places.walk(shown.skipped.walk, shown.members.created, shown.members.changed),
            position=lambda sid: self._recording_index.find_position(sid, self.kind),
            index=places.get_index,
            sid=self._get_sid,
            matches=matches,
        )
        return get_page(listing, request)

    @cached_property
    def _shown(self) -> "_ShownTranscriptions":
        """The transcriptions beyond the plain corpus, updated with every change from the first list on."""
        corpus, state = self._recording_index.corpus, self._recording_index.state
        shown = _ShownTranscriptions(
            ListMembers(state), SkippedIndices(corpus.layout.walk_audible, corpus.layout.is_audible, corpus.count)
        )
        for start, stop in zip(self._deleted_indices.starts, self._deleted_indices.stops, strict=True):
            for index in range(start, stop):
                self._update_shown(shown, index)
        self._recording_index.watch(partial(self._update_shown, shown))
        return shown

    def _update_shown(self, shown: "_ShownTranscriptions", index: int) -> None:
        if index < FIRST_CREATED:
            shown.skipped.add(index)
        changed = self._recording_index.state.recordings.get(index)
        is_there = (
            changed is not None and index not in self._deleted_indices and subresources.has_transcription(changed)
        )
        shown.members.set(index, is_there)

    @property
    def _deleted_indices(self) -> RangeSet:
        return self._deletions.get(self.kind.value) or RangeSet()

    def _get_sid(self, index: int) -> str:
        return self._sid_cipher.encode(self.kind, index)

    def _get_index_range(self, recording: int) -> range:
        chance = self._recording_index.get_random_fields(recording)
        return subresources.compute_subresource_indices(
            self.kind, self._recording_index.get_even_if_deleted(recording), recording, chance
        )


def find_payload_indices(add_on_results: Subresources, result_sid: str, recording_sid: str | None) -> range:
    """Return the indices that payloads of an add-on result can have.

    Raises:
        TwilioError: 20404 if the recording has no such result.
    """
    result = add_on_results.find(result_sid, recording_sid=recording_sid)
    return range(result * subresources.PAYLOADS_PER_RESULT, (result + 1) * subresources.PAYLOADS_PER_RESULT)

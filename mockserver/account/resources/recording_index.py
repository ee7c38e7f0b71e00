"""The present state of each recording: the corpus combined with the overlay.

Recordings are known by index; see `state`.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import msgspec

from generators import distributions
from generators.corpus.corpus import Corpus
from generators.corpus.timetable import RETENTION
from generators.instants import SECOND
from generators.model import Recording, RequestedTranscription, SpokenTurn, Status, TranscriptionStatus
from generators.random_fields import RandomFields
from generators.sids import Kind
from mockserver.account.gradual import Steps
from mockserver.account.resources.listed_recordings import ListedRecordings
from mockserver.account.resources.listing import BEFORE_OLDEST, NEVER
from mockserver.account.resources.overlay import CreatedRecordings, Deletions
from mockserver.account.resources.positions import ListPositions
from mockserver.account.state.state import State
from mockserver.account.time.clock import Clock

Revision = tuple[int, Status]
_MILLISECONDS = 1000
"""The number of milliseconds in a second."""


class RecordingIndex:
    """Reads recordings as they are at the clock's present instant, and stores their changes."""

    def __init__(self, corpus: Corpus, clock: Clock, state: State) -> None:
        self.corpus = corpus
        self.clock = clock
        self.state = state
        self.created = CreatedRecordings(state)
        self.deletions = Deletions(state)
        self.positions = ListPositions(corpus, state)
        self.listed = ListedRecordings(corpus, state)
        self._watchers: list[Callable[[int], None]] = []
        self._handles_by_index = {index: handle for handle, index in state.handles.items()}
        self._cached_retention: tuple[int, int] = (0, -1)

    def load(self) -> Steps[None]:
        """Index what a given state contains, in small steps. Call this before any other method."""
        yield from self.created.load()
        yield from self.positions.load()
        yield from self.listed.load(self.positions.list_created())

    def __contains__(self, index: int) -> bool:
        """Return True if the index belongs to a recording, even a deleted one."""
        return index < self.corpus.count or index in self.created

    def find_index(self, sid: str) -> int | None:
        """Return the index of a recording by SID, including deleted ones, or None if it never existed."""
        index = self.created.find_index(sid)
        return self.corpus.find_index(sid) if index is None else index

    def find_position(self, sid: str, kind: Kind = Kind.RECORDING) -> int | None:
        """Return the position of a recording's SID, or of another kind of SID with the same index, or None if unknown.

        The positions beside the newest and the oldest count too: the page beside an empty one starts there.
        """
        index = self.created.find_index(sid) if kind is Kind.RECORDING else None
        if index is None:
            index = self.corpus.sids.decode(kind, sid)
        if index is None:
            return None
        if index == BEFORE_OLDEST:
            return -1
        if index in self.created:
            return self.positions.get_position(index, self.created.get_creation_instant(index))
        return self.positions.get_position(index) if index <= self.corpus.count else None

    def get_sid(self, index: int) -> str:
        """Return the SID of a recording, or of the position after the newest."""
        return self.state.recordings[index].sid if index in self.created else self.corpus.get_sid(index)

    def get_name(self, index: int) -> str:
        """Return the handle of a recording, or its SID if it has no handle."""
        return self._handles_by_index.get(index) or self.get_sid(index)

    def get_even_if_deleted(self, index: int) -> Recording:
        """Return a recording as it is now, ignoring its deletion."""
        changed = self.state.recordings.get(index)
        return self.corpus.generate_recording(index) if changed is None else changed

    def get(self, index: int) -> Recording:
        """Return a recording as a fetch shows it now."""
        return self._show(index, self.get_even_if_deleted(index))

    def get_all(self, indices: Sequence[int]) -> list[Recording]:
        """Return recordings as fetches show them now, in half the time of one after the other."""
        found = {index: self.state.recordings[index] for index in indices if index in self.state.recordings}
        generated = [index for index in indices if index not in found]
        found.update(zip(generated, self.corpus.generate_recordings(generated), strict=True))
        return [self._show(index, found[index]) for index in indices]

    def _show(self, index: int, recording: Recording) -> Recording:
        shown_at = self.deletions.get_shown_instant(index)
        if shown_at is None:
            return recording
        # Twilio shows a deleted recording without an error code (WIRE §6), also one with a warning such as 16107.
        return msgspec.structs.replace(
            recording, status=Status.DELETED, date_updated=shown_at // SECOND, error_code=None
        )

    def get_status(self, index: int) -> Status:
        """Return the status that a fetch shows now."""
        if index in self.deletions.all:
            return Status.DELETED
        changed = self.state.recordings.get(index)
        return self.corpus.layout.get_status(index) if changed is None else changed.status

    def get_revision(self, index: int) -> Revision | None:
        """Return a value that differs after every change of a recording: it invalidates rendered bytes.

        It is None for a recording that the corpus generates, as long as nothing changes it.
        """
        if index not in self.state.recordings and index not in self.state.deleted:
            return None
        return self.state.revisions.get(index, 0), self.get_status(index)

    def get_random_fields(self, index: int) -> RandomFields:
        """Return the random fields of a recording."""
        return self.corpus.random_fields(self.created.get_origin(index) if index in self.created else index)

    def get_typical_duration(self, index: int) -> int:
        """Return the duration in seconds of a recording that nothing else determines."""
        recording = self.get_even_if_deleted(index)
        if recording.turns is not None:
            last = max((turn.stop_ms for turn in recording.turns), default=0)
            return min(max(1, -(-last // _MILLISECONDS)), distributions.MAX_CALL_DURATION)
        if recording.transcript is not None:
            from generators.content.dialogue import estimate_seconds

            return min(estimate_seconds(recording.transcript), distributions.MAX_CALL_DURATION)
        if index < self.corpus.count and (lasted := self.corpus.generate_recording(index).duration) is not None:
            return lasted
        return distributions.draw_duration(self.get_random_fields(index).duration)

    def is_retained(self, index: int) -> bool:
        """Return True if the metadata of a deleted recording is still kept."""
        if index in self.deletions.all:
            self.purge_expired()
            return index not in self.deletions.purged
        return index >= self.purge_expired()[0]

    def purge_expired(self) -> tuple[int, int]:
        """Return the first index whose generated deletion is still kept, and the instant until which this holds."""
        now = self.clock.now()
        since, until = self._cached_retention
        if now >= until:
            timetable = self.corpus.timetable
            since = timetable.find_first_retained(now)
            until = timetable.get_deletion_instant(since) + RETENTION if since < self.corpus.count else NEVER
            self._cached_retention = (since, until)
        if purged := self.deletions.purge(now):
            self.listed.remove_purged(purged)
        due = self.deletions.find_next_purge()
        return since, until if due is None else min(until, due)

    # -- taking down -----------------------------------------------------------------------------

    def add(
        self, recording: Recording, instant: int, *, is_of_live_call: bool = False, origin: int | None = None
    ) -> int:
        """Add a recording created at an instant, in microseconds since the epoch, and return its index.

        Args:
            origin: the index that its random fields follow from, if it is another.
        """
        index = self.created.add(recording, instant, is_of_live_call=is_of_live_call, origin=origin)
        self.positions.add(index, instant)
        self._record_change(index)
        return index

    def watch(self, watcher: Callable[[int], None]) -> None:
        """Call a watcher with the index of each created, changed or deleted recording: now, and after each change."""
        self._watchers.append(watcher)
        for index in self.state.recordings:
            watcher(index)

    def set_handle(self, index: int, handle: str) -> None:
        """Set the handle of a recording."""
        self.state.handles[handle] = index
        self._handles_by_index[index] = handle

    def put(self, index: int, recording: Recording) -> None:
        """Replace a recording."""
        self.state.recordings[index] = recording
        self.state.revisions[index] = self.state.revisions.get(index, 0) + 1
        self._record_change(index)

    def touch(self, index: int) -> None:
        """Move a recording's `date_updated` to now."""
        now = self.clock.now() // SECOND
        self.put(index, msgspec.structs.replace(self.get_even_if_deleted(index), date_updated=now))

    def show_on_twilio_wire(self, index: int, values: Mapping[str, Any]) -> None:
        """Show these values on Twilio's wire until a change replaces them."""
        if values:
            self.put(index, msgspec.structs.replace(self.get_even_if_deleted(index), twilio_wire=values))

    def set_turns(self, index: int, turns: tuple[SpokenTurn, ...]) -> None:
        """Set what is said in a recording: its media and its transcription have these words, at these times."""
        self.put(index, msgspec.structs.replace(self.get_even_if_deleted(index), turns=turns))

    def set_transcription(self, index: int, status: TranscriptionStatus | None) -> None:
        """Set the status of the transcription that a call asked for. It is created now if it has no status yet.

        Without a status, the recording has none.

        It is readable when its recording is completed. One that is completed has failed if nothing was said.
        """
        now, recording = self.clock.now() // SECOND, self.get_even_if_deleted(index)
        before = recording.transcription
        created = now if before is None or before.status is None else before.date_created
        requested = RequestedTranscription(status, created, now)
        self.put(index, msgspec.structs.replace(recording, transcription=requested))

    def delete(self, index: int, shown_at: int | None = None) -> None:
        """Delete a recording. Its metadata is kept for 40 days.

        Args:
            shown_at: the instant of the deletion to show, in microseconds since the epoch; now if left out.
        """
        self.deletions.add(index, self.clock.now(), shown_at)
        changed = self.state.recordings.get(index)  # what the corpus generates has no values for Twilio's wire
        if changed is not None and (shown := changed.without_twilio_values(("error_code",))) is not changed:
            self.put(index, shown)
        self._record_change(index)

    def _record_change(self, index: int) -> None:
        self.state.version += 1
        self.listed.update(index)
        for watcher in self._watchers:
            watcher(index)

    def resolve_handle(self, handle_or_sid: str) -> str:
        """Return the SID of a recording by its handle. Any other text is returned unchanged."""
        index = self.state.handles.get(handle_or_sid)
        return handle_or_sid if index is None else self.get_sid(index)

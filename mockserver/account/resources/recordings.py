"""The recordings of an account, and the operations on them."""

import msgspec
from msgspec import UNSET, UnsetType

from generators.instants import SECOND
from generators.model import CONFERENCE_SOURCES, InFlight, Recording, Source, Status, Track
from generators.sids import Kind, fold_sid
from generators.suggestion import shorten_list
from mockserver.account.resources.filter import RecordingFilter, build_filtered_listing
from mockserver.account.resources.listing import NEVER, Page, get_page
from mockserver.account.resources.parent import Parent
from mockserver.account.resources.recording_index import RecordingIndex
from mockserver.account.state.in_progress import PauseBehavior, RecordingInProgress, get_in_flight_status
from mockserver.rest.errors import TwilioError
from mockserver.rest.paging import PageRequest

CURRENT = "Twilio.CURRENT"
"""Stands for the SID of the only active recording of a call or conference."""


class Recordings:
    """Recordings by index; see `RecordingIndex`."""

    def __init__(self, recording_index: RecordingIndex) -> None:
        self.recording_index = recording_index

    # -- reading ---------------------------------------------------------------------------------

    def find(self, sid: str, *, parent: Parent | None = None, include_deleted: bool = False) -> int:
        """Return the index of a visible recording by SID.

        Args:
            parent: the call or conference that the recording must belong to.

        Raises:
            TwilioError: 20404 if no such recording is visible.
        """
        index = self.recording_index.find_index(sid)
        if index is None or (parent is not None and not self._belongs_to(index, parent)):
            from mockserver.account.resources.explain_sid import make_missing_error  # only for mistakes

            raise make_missing_error(self.recording_index, sid, index, parent)
        if self.recording_index.get_status(index) is Status.DELETED:
            if not include_deleted:
                why = f"{sid} is deleted. With IncludeSoftDeleted=true, a fetch or a list shows it for 40 days."
                raise TwilioError(20404, why, found_status=Status.DELETED)
            if not self.recording_index.is_retained(index):
                raise TwilioError(20404, f"{sid} was deleted more than 40 days ago, so its metadata is gone.")
        return index

    def list(self, recording_filter: RecordingFilter, request: PageRequest) -> Page:
        """Return a page of the recordings that match a filter.

        Raises:
            TwilioError: 20001 if the page token names no recording of this account.
        """
        return get_page(
            build_filtered_listing(self.recording_index, recording_filter),
            request,
            self.get_next_expiry(recording_filter.include_deleted),
        )

    def get_next_expiry(self, include_deleted: bool) -> int:
        """Return when time alone may change the response, in microseconds since the epoch. Timers are not included."""
        return self.recording_index.purge_expired()[1] if include_deleted else NEVER

    # -- changing --------------------------------------------------------------------------------

    def delete(self, sid: str, *, parent: Parent | None = None) -> int:
        """Delete a recording. Its metadata is kept for 40 days.

        Raises:
            TwilioError: 20404 if no such recording is visible; 20009 if it is not completed.
        """
        index = self.find(sid, parent=parent)
        status = self.recording_index.get_status(index)
        if status is not Status.COMPLETED:  # Twilio does this (WIRE §6)
            raise TwilioError(
                20009, f"{sid} is {status.value}. Only completed recordings can be deleted.", found_status=status
            )
        self.recording_index.delete(index)
        return index

    def find_active(self, call_sid: str, source: Source) -> int | None:
        """Return the index of the active recording of a call from a source, or None if there is none.

        A call with recordings in the corpus is over, and a scripted call is over when its recordings are. Any other
        call counts as in progress, so a test can use any CallSid.

        Raises:
            TwilioError: 21220 if the call is over.
        """
        active = self.recording_index.created.get_active_of_parent(call_sid)
        for index in active:
            if self.recording_index.get_even_if_deleted(index).source is source:
                return index
        if self.recording_index.corpus.get_call_indices(call_sid) and not active:
            raise TwilioError(
                21220, f"{call_sid} is over: its recordings were created before T0. Use any other CallSid."
            )
        if self.recording_index.created.is_parent_over(call_sid):
            raise TwilioError(21220, f"{call_sid} is over, because its scripted recordings are. Use any other CallSid.")
        return None

    def add(
        self,
        *,
        sid: str | None = None,
        call_sid: str | None = None,
        conference_sid: str | UnsetType | None = UNSET,
        source: Source,
        channels: int = 1,
        track: Track = Track.BOTH,
        transcript: str | None = None,
        instant: int | None = None,
        is_of_live_call: bool = False,
    ) -> int:
        """Create a recording with status processing, and return its index.

        Args:
            sid: the recording SID; derived if left out, like the call's.
            conference_sid: the conference's SID; None if there is none; derived from the source if left out.
            instant: the instant of creation, in microseconds since the epoch; now if left out.
            is_of_live_call: True if its call goes on when the recording is over.
        """
        recordings, corpus = self.recording_index, self.recording_index.corpus
        index, at = recordings.created.next_index, recordings.clock.now() if instant is None else instant
        conference = self._derive_conference_sid(source, index) if conference_sid is UNSET else conference_sid
        recording = Recording(
            sid=self._find_unused_sid(index) if sid is None else sid,
            account_sid=corpus.spec.account_sid,
            call_sid=corpus.sids.encode(Kind.CALL, index) if call_sid is None else fold_sid(call_sid),
            conference_sid=conference and fold_sid(conference),
            status=Status.PROCESSING,
            source=source,
            channels=channels,
            track=track,
            start_time=at // SECOND,
            date_created=at // SECOND,
            date_updated=at // SECOND,
            transcript=transcript,
            is_scripted=True,
        )
        return recordings.add(recording, at, is_of_live_call=is_of_live_call)

    def _derive_conference_sid(self, source: Source, index: int) -> str | None:
        is_conference = source in CONFERENCE_SOURCES
        return self.recording_index.corpus.sids.encode(Kind.CONFERENCE, index) if is_conference else None

    def update(self, sid: str, parent: Parent, status: InFlight, behavior: PauseBehavior) -> tuple[int, bool]:
        """Pause, resume or stop an active recording. An update to its present status changes nothing.

        Returns:
            The index, and True if the recording changed.

        Raises:
            TwilioError: 20404 if no such recording exists; 16108 if `Twilio.CURRENT` matches several; 21220 if the
                recording is over.
        """
        index, progress = self._resolve_active(sid, parent)
        now = self.recording_index.clock.now()
        if status is InFlight.STOPPED:
            changed = progress.stop(now)
        else:
            changed = progress.pause(now, behavior) if status is InFlight.PAUSED else progress.resume(now)
        if changed == progress:
            return index, False
        self.recording_index.state.in_progress[index] = changed
        self.recording_index.touch(index)
        return index, True

    def get_in_flight(self, index: int) -> Recording:
        """Return a recording as the response to a change shows it."""
        progress = self.recording_index.state.in_progress.get(index)
        return msgspec.structs.replace(self.recording_index.get(index), in_flight=get_in_flight_status(progress))

    def _find_unused_sid(self, index: int) -> str:
        """Return an unused SID for a created recording: a scenario may have imported the usual one."""
        sid = self.recording_index.corpus.get_sid(index + self.recording_index.state.first_of_epoch)
        while self.recording_index.created.find_index(sid) is not None:
            sid = self.recording_index.corpus.derive_handle_sid(sid)
        return sid

    def _resolve_active(self, sid: str, parent: Parent) -> tuple[int, RecordingInProgress]:
        recording_index = self.recording_index
        if sid == CURRENT:
            active = recording_index.created.get_active_of_parent(parent.sid)
            if not active:
                raise TwilioError(20404, f"{parent.sid} has no active recording.")
            if len(active) > 1:
                sids = shorten_list([recording_index.get_sid(index) for index in active])
                raise TwilioError(16108, f"{parent.sid} has {len(active)} active recordings: {sids}. Name one.")
            return active[0], recording_index.state.in_progress[active[0]]
        index = self.find(sid, parent=parent)
        progress = recording_index.state.in_progress.get(index)
        if progress is None or progress.is_stopped:
            raise TwilioError(
                21220, f"{sid} is {recording_index.get_status(index).value}: only an active recording can be updated."
            )
        return index, progress

    def _belongs_to(self, index: int, parent: Parent) -> bool:
        recording = self.recording_index.get_even_if_deleted(index)
        of = recording.call_sid if parent.kind is Kind.CALL else recording.conference_sid
        return of is not None and fold_sid(of) == fold_sid(parent.sid)

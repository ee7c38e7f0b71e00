"""The recordings of an account, and all that can be done to them."""

from collections.abc import Mapping
from typing import Self

import msgspec

from generators.model import Recording, Source, Status, Track
from generators.sids import Kind, is_sid
from mockserver.errors import TwilioError
from mockserver.ledger import Ledger
from mockserver.listing import NEVER, Page, turn
from mockserver.live import LiveRecording, PauseBehavior, Subscription
from mockserver.rest.paging import PageRequest
from mockserver.selection import Positions, Selection

CURRENT = "Twilio.CURRENT"
"""Stands for the SID of the one active recording of a call or conference."""
_FINISHED = (Status.COMPLETED, Status.ABSENT, Status.FAILED)


class Parent(msgspec.Struct, frozen=True):
    """The call or conference that a path names."""

    kind: Kind
    sid: str

    @classmethod
    def named(cls, kind: Kind, sid: str) -> Self:
        """Return the one with a SID.

        Raises:
            TwilioError: 20404 where that is none of the kind.
        """
        if not is_sid(sid, kind):
            raise TwilioError(20404, f"Expected {kind.value} and 32 hexadecimal digits, found {sid[:60]!r}.")
        return cls(kind, sid)

    @classmethod
    def of_path(cls, path: Mapping[str, str]) -> Self | None:
        """Return the one that a path's parameters name, if they name one.

        Raises:
            TwilioError: 20404 where its SID is none.
        """
        for name, kind in (("call_sid", Kind.CALL), ("conference_sid", Kind.CONFERENCE)):
            if name in path:
                return cls.named(kind, path[name])
        return None


class Recordings:
    """Recordings by index; see `ledger`."""

    def __init__(self, ledger: Ledger) -> None:
        self.version = 0
        """Grows with every change: what was rendered of an older version is void."""
        self.ledger = ledger
        self.positions = Positions(ledger)

    # -- reading ---------------------------------------------------------------------------------

    def find(self, sid: str, *, parent: Parent | None = None, include_deleted: bool = False) -> int:
        """Return the index of the recording with a SID.

        Args:
            parent: the call or conference that it must be of.

        Raises:
            TwilioError: 20404 where there is none to see.
        """
        index = self.ledger.corpus.sids.decode(Kind.RECORDING, sid)
        if index is None or index not in self.ledger:
            raise TwilioError(20404, self._why_unknown(sid, index))
        if parent is not None and not self._is_of(index, parent):
            raise TwilioError(20404, f"{sid} is a recording, but not of {parent.sid}.")
        if self.ledger.status(index) is Status.DELETED:
            if not include_deleted:
                raise TwilioError(20404, f"{sid} is deleted. With IncludeSoftDeleted=true it is shown for 40 days.")
            if not self.ledger.is_remembered(index):
                raise TwilioError(20404, f"{sid} was deleted more than 40 days ago, so its metadata is gone.")
        return index

    def list(self, selection: Selection, asked: PageRequest) -> Page:
        """Return a page of the recordings that are selected.

        Raises:
            TwilioError: 20001 where the page's token names no recording of this account.
        """
        return turn(self.positions.selected(selection), asked, self.expires(selection.include_deleted))

    def expires(self, include_deleted: bool) -> int:
        """Return when time alone may change what is shown, in microseconds since 1970."""
        forgotten = self.ledger.retention()[1] if include_deleted else NEVER
        return min(forgotten, self.ledger.next_completion())

    # -- changing --------------------------------------------------------------------------------

    def delete(self, sid: str, *, parent: Parent | None = None) -> None:
        """Delete a recording; its metadata is kept for 40 days.

        Raises:
            TwilioError: 20404 where there is none to see; 20009 where it is not finished.
        """
        index = self.find(sid, parent=parent)
        status = self.ledger.status(index)
        if status not in _FINISHED:
            raise TwilioError(20009, f"{sid} is {status.value}. Finished recordings can be deleted.")
        self.ledger.deleted.add(index, self.ledger.clock.now())
        self.version += 1

    def create(
        self, call_sid: str, *, channels: int, track: Track, subscription: Subscription | None
    ) -> tuple[Recording, bool]:
        """Start recording a call through the API, unless that is under way.

        A call of which the corpus has recordings is over. Any other is taken to be in progress, so that a
        test can start with any CallSid.

        Returns:
            The recording, and whether it is new.

        Raises:
            TwilioError: 21220 where the call is over.
        """
        source = Source.START_CALL_RECORDING_API
        active = self.ledger.started.active(call_sid)
        for index in active:
            if self.ledger.started[index].source is source:
                return self._in_flight(index), False
        if self.ledger.corpus.of_call(call_sid) and not active:
            raise TwilioError(21220, f"{call_sid} is over: its recordings were made before T0. Any other SID will do.")
        index = self.begin(call_sid, source=source, channels=channels, track=track, subscription=subscription)
        return self._in_flight(index), True

    def begin(
        self,
        call_sid: str,
        *,
        conference_sid: str | None = None,
        source: Source,
        channels: int = 1,
        track: Track = Track.BOTH,
        subscription: Subscription | None = None,
    ) -> int:
        """Start a recording, whoever asked for it, and return its index."""
        now = self.ledger.clock.now()
        self.version += 1
        return self.ledger.started.add(
            LiveRecording(
                call_sid=_lower(call_sid),
                conference_sid=None if conference_sid is None else _lower(conference_sid),
                source=source,
                channels=channels,
                track=track,
                subscription=subscription,
                started_at=now,
                since=now,
            )
        )

    def pause(self, sid: str, parent: Parent, behavior: PauseBehavior) -> Recording:
        """Pause a recording; a paused one stays as it is.

        Raises:
            TwilioError: as `_active` does.
        """
        index, live = self._active(sid, parent)
        return self._change(index, live.paused(self.ledger.clock.now(), behavior))

    def resume(self, sid: str, parent: Parent) -> Recording:
        """Go on with a paused recording; one that is not paused stays as it is.

        Raises:
            TwilioError: as `_active` does.
        """
        index, live = self._active(sid, parent)
        return self._change(index, live.resumed(self.ledger.clock.now()))

    def stop(self, sid: str, parent: Parent) -> Recording:
        """Stop a recording for good; after two seconds of processing it is completed.

        Raises:
            TwilioError: as `_active` does.
        """
        index, live = self._active(sid, parent)
        return self._change(index, live.stopped(self.ledger.clock.now()))

    def _active(self, sid: str, parent: Parent) -> tuple[int, LiveRecording]:
        """Return the recording that is meant, which must be under way.

        Raises:
            TwilioError: 20404 where there is none; 16108 where `Twilio.CURRENT` could be several;
                21220 where it is over.
        """
        if sid == CURRENT:
            active = self.ledger.started.active(parent.sid)
            if not active:
                raise TwilioError(20404, f"{parent.sid} has no active recording.")
            if len(active) > 1:
                sids = ", ".join(self.ledger.corpus.sid(index) for index in active)
                raise TwilioError(16108, f"{parent.sid} has {len(active)} active recordings: {sids}. Name one.")
            return active[0], self.ledger.started[active[0]]
        index = self.find(sid, parent=parent)
        if index not in self.ledger.started or self.ledger.started[index].stopped_at is not None:
            raise TwilioError(21220, f"{sid} is {self.ledger.status(index).value}: only an active one can be changed.")
        return index, self.ledger.started[index]

    def _change(self, index: int, live: LiveRecording) -> Recording:
        self.ledger.started.replace(index, live)
        self.version += 1
        return self._in_flight(index)

    def _in_flight(self, index: int) -> Recording:
        return msgspec.structs.replace(self.ledger.get(index), in_flight=self.ledger.started[index].in_flight)

    def _is_of(self, index: int, parent: Parent) -> bool:
        recording = self.ledger.get(index)
        of = recording.call_sid if parent.kind is Kind.CALL else recording.conference_sid
        return of is not None and of[2:] == parent.sid[2:].lower()

    def _why_unknown(self, sid: str, index: int | None) -> str:
        if index is None:
            return f"{sid} is none of this account's: it was made with another seed or account, or by hand."
        return f"{sid} would be recording {index}, but this account has {self.ledger.corpus.count}."


def _lower(sid: str) -> str:
    return sid[:2] + sid[2:].lower()

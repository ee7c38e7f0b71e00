"""The filters of the lists of calls and of conferences."""

from enum import StrEnum
from typing import Protocol

import msgspec

from generators.content.calls_and_conferences import draw_friendly_name, draw_numbers, list_friendly_names
from generators.content.word_pools import load_word_pools
from generators.corpus.corpus import Corpus
from generators.distributions import MAX_DURATION
from generators.instants import SECOND
from generators.model import Call, CallStatus, Conference
from generators.sids import fold_sid
from mockserver.rest.date_filters import DateRange


class FilterCallStatus(StrEnum):
    """The statuses that a list of calls can be filtered by."""

    QUEUED = "queued"
    RINGING = "ringing"
    IN_PROGRESS = "in-progress"
    CANCELED = "canceled"
    COMPLETED = "completed"
    FAILED = "failed"
    BUSY = "busy"
    NO_ANSWER = "no-answer"


class FilterConferenceStatus(StrEnum):
    """The statuses that a list of conferences can be filtered by."""

    INIT = "init"
    IN_PROGRESS = "in-progress"
    COMPLETED = "completed"


class ParentFilter(Protocol):
    """A filter for calls, or for conferences. All given conditions must hold."""

    @property
    def started(self) -> DateRange:
        """When the call started, or the conference was created."""

    @property
    def ended(self) -> DateRange:
        """When the call ended, or the conference was last updated."""

    @property
    def is_given(self) -> bool:
        """True if there is a condition."""

    def may_match_generated(self) -> bool:
        """Return True if calls or conferences of the corpus, which are all over, can match."""

    @property
    def reads_sid(self) -> bool:
        """True if a condition is about what the SID alone determines."""

    def matches_sid(self, sid: str) -> bool:
        """Return True if what the SID alone determines matches."""

    def matches(self, resource: Call | Conference) -> bool:
        """Return True if a call or conference matches."""


class CallFilter(msgspec.Struct, frozen=True, kw_only=True):
    """A filter for calls. All given conditions must hold."""

    status: str | None = None
    from_number: str | None = None
    to_number: str | None = None
    parent_call_sid: str | None = None
    """No call of a recording has a parent: only calls that begin here match."""
    started: DateRange = DateRange()
    ended: DateRange = DateRange()

    @property
    def is_given(self) -> bool:
        """True if there is a condition."""
        return self != CallFilter()

    def may_match_generated(self) -> bool:
        """Return True if calls of the corpus, which are all completed, can match."""
        numbers = (None, *load_word_pools().phone_numbers)
        is_possible = self.status in (None, CallStatus.COMPLETED) and self.parent_call_sid is None
        return is_possible and self.from_number in numbers and self.to_number in numbers

    @property
    def reads_sid(self) -> bool:
        """True if a condition is about the numbers, which the SID determines."""
        return self.from_number is not None or self.to_number is not None

    def matches_sid(self, sid: str) -> bool:
        """Return True if the numbers match."""
        from_number, to_number = draw_numbers(sid)
        return self.from_number in (None, from_number) and self.to_number in (None, to_number)

    def matches(self, resource: Call | Conference) -> bool:
        """Return True if a call matches."""
        assert isinstance(resource, Call)
        return (
            (self.parent_call_sid is None or fold_sid(self.parent_call_sid) == resource.parent_call_sid)
            and self.status in (None, resource.status)
            and self.from_number in (None, resource.from_number)
            and self.to_number in (None, resource.to_number)
            and self.started.contains(resource.start_time)
            and self.ended.contains(resource.end_time)
        )


class ConferenceFilter(msgspec.Struct, frozen=True, kw_only=True):
    """A filter for conferences. All given conditions must hold."""

    status: str | None = None
    friendly_name: str | None = None
    started: DateRange = DateRange()
    ended: DateRange = DateRange()

    @property
    def is_given(self) -> bool:
        """True if there is a condition."""
        return self != ConferenceFilter()

    def may_match_generated(self) -> bool:
        """Return True if conferences of the corpus, which are all completed, can match."""
        return self.status in (None, CallStatus.COMPLETED) and (
            self.friendly_name is None or self.friendly_name in list_friendly_names()
        )

    @property
    def reads_sid(self) -> bool:
        """True if there is a condition about the friendly name, which the SID determines."""
        return self.friendly_name is not None

    def matches_sid(self, sid: str) -> bool:
        """Return True if the friendly name matches."""
        return self.friendly_name in (None, draw_friendly_name(sid))

    def matches(self, resource: Call | Conference) -> bool:
        """Return True if a conference matches."""
        assert isinstance(resource, Conference)
        return (
            self.status in (None, resource.status)
            and self.friendly_name in (None, resource.friendly_name)
            and self.started.contains(resource.date_created)
            and self.ended.contains(resource.date_updated)
        )


def select_corpus_range(corpus: Corpus, parent_filter: ParentFilter) -> range:
    """Return the corpus indices outside which no call or conference starts that matches.

    The range is exact for `started`. For `ended` it reaches back by the longest duration of a recording.
    """
    if not parent_filter.may_match_generated():
        return range(0)
    find_first, count = corpus.timetable.find_first_since, corpus.count
    started, ended = parent_filter.started, parent_filter.ended
    starts, stops = [0], [count]
    if started.since is not None:
        starts.append(find_first(started.since * SECOND))
    if ended.since is not None:
        last = find_first((ended.since - MAX_DURATION) * SECOND)
        starts.append(corpus.layout.get_run(last).start if last < count else count)
    stops += [find_first(bound * SECOND) for bound in (started.before, ended.before) if bound is not None]
    return range(max(starts), max(*starts, min(stops)))

"""Page drift: recordings that are inserted or deleted just after the server returned a list page."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from generators.model import Source, Status
from mockserver.account.resources.recording_updates import set_status
from mockserver.account.resources.recordings import Recordings
from mockserver.account.state.rules import PageDriftState
from mockserver.account.state.state import State
from mockserver.account.time.event_log import EventLog
from mockserver.account.timelines import Timelines
from scenarios.operations import Operation
from scenarios.rules import PageDriftRule
from scenarios.statuses import RecordingStatus
from scenarios.windows import Phase, build_window

if TYPE_CHECKING:
    from mockserver.account.windows import Windows


class PageDrift:
    """The page drift rules of an account.

    Args:
        get_windows: returns the windows of the account's rules, which few accounts have.
    """

    def __init__(
        self, recordings: Recordings, timelines: Timelines, events: EventLog, get_windows: "Callable[[], Windows]"
    ) -> None:
        self._recordings = recordings
        self._timelines = timelines
        self._events = events
        self._get_windows = get_windows
        self._state: State = recordings.recording_index.state

    def arm(self, rule: PageDriftRule, name: str) -> None:
        """Add a rule.

        Args:
            name: its name in the log of events.
        """
        window = build_window(rule)
        number = None if window is None else self._get_windows().arm(window, name)
        self._state.page_drift.append(PageDriftState(rule=rule, remaining_times=rule.times, window=number))

    def apply_after_page(self, operation: Operation, page: int, indices: Sequence[int]) -> None:
        """Apply the rules for a page that was returned with the given recordings."""
        for armed in self._state.page_drift:
            when = armed.rule.when
            if armed.remaining_times and when.op in (None, operation) and when.page in (None, page):
                if armed.window is not None and not self._is_open(armed.window):
                    continue
                armed.remaining_times -= 1
                self._state.observations += 1
                self._delete(indices, armed.rule.delete)
                self._insert(armed.rule.insert)

    def _is_open(self, window: int) -> bool:
        """Return True if a rule applies to a page, and count the page as a request that the rule matches."""
        windows = self._get_windows()
        phase = windows.get_phase(window)
        windows.record_request(window)
        return phase is Phase.OPEN

    def _delete(self, indices: Sequence[int], count: int) -> None:
        """Delete the last completed recordings of a page: no others can be deleted (WIRE §6)."""
        recording_index = self._recordings.recording_index
        completed = [index for index in indices if recording_index.get_status(index) is Status.COMPLETED]
        for index in completed[max(0, len(completed) - count) :]:
            self._events.record(
                "deleted",
                recording_index.get_name(index),
                recording_index.get_sid(index),
                "deleted between two pages",
            )
            self._timelines.stop(index)
            recording_index.delete(index)

    def _insert(self, count: int) -> None:
        recording_index = self._recordings.recording_index
        for _ in range(count):
            index = self._recordings.add(source=Source.DIAL_VERB)
            set_status(recording_index, index, RecordingStatus.COMPLETED)
            self._events.record(
                "inserted",
                recording_index.get_name(index),
                recording_index.get_sid(index),
                "completed between two pages",
            )

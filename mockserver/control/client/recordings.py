"""Adds and changes recordings of an account."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from mockserver.control.client.changes import AccountChanges
from mockserver.control.client.connection import ControlConnection
from mockserver.control.client.event_loops import run_in_thread
from mockserver.control.views.history import HistoryView
from mockserver.control.views.recording_list import RecordingListView
from mockserver.control.views.recordings import RecordingView
from mockserver.control.views.scenario import EventView
from mockserver.control.views.sound import TurnsView, WaveformView
from mockserver.control.views.timelines import WholeTimelineView
from scenarios.files import find_file

if TYPE_CHECKING:
    from typing import Unpack

    from mockserver.control.client.argument_types import (
        RecordingDefinition,
        RecordingValues,
        StatusName,
        StepCallback,
    )

__tracebackhide__ = True
RecordingReference = str | RecordingView
"""A recording's handle or SID, or a result of `add` or `get`."""


class RecordingsClient:
    """Recordings by handle or SID.

    Args:
        account_path: the account's path below `/_mock`.
        folders: where to look for media files before the working directory.
    """

    def __init__(self, connection: ControlConnection, account_path: str, folders: Sequence[Path] = ()) -> None:
        self._connection = connection
        self._changes = AccountChanges(connection, account_path)
        self._account_path = account_path
        self._folders = folders

    def add(self, *, callback: str | None = None, **fields: "Unpack[RecordingDefinition]") -> RecordingView:
        """Add a recording. It is the newest one unless `date_created` is given.

        A receiver on the caller's own event loop cannot answer its callbacks meanwhile: use `add_async`.

        Args:
            callback: the URL for its callbacks. As with Twilio, it gets `completed` only, unless
                `status_callback_event` names others.
            fields: fields of a scenario's `recordings`, such as id, status, timeline, duration, source or transcript.
                A file in `media` is found beside the test, or in the working directory.
        """
        command: dict[str, Any] = dict(fields)
        if callback is not None:
            command["status_callback"] = callback
        if isinstance(command.get("media"), str | Path):
            command["media"] = str(find_file(command["media"], self._folders))
        return self._changes.send("/recordings", RecordingView, command, twin="add_async")

    async def add_async(self, *, callback: str | None = None, **fields: "Unpack[RecordingDefinition]") -> RecordingView:
        """Add a recording like `add`, without blocking the event loop that a receiver may run on."""
        return await run_in_thread(self.add, callback=callback, **fields)

    def get(self, recording: RecordingReference) -> RecordingView:
        """Return a recording as it is now."""
        return self._connection.request("GET", f"{self._account_path}{_build_path(recording)}", RecordingView)

    def list(
        self, status: "StatusName | None" = None, *, limit: int = 50, older_than: str | None = None
    ) -> RecordingListView:
        """Return recordings with their true statuses, newest first. No client of the API is counted for it.

        Args:
            status: the true status; a corpus of any size is searched in parts of 10,000 recordings.
            limit: 100 at most.
            older_than: where the list goes on, as the part before says.
        """
        parameters: dict[str, str | int] = {"limit": limit}
        if status is not None:
            parameters["status"] = status
        if older_than is not None:
            parameters["older_than"] = older_than
        path = f"{self._account_path}/recordings"
        return self._connection.request("GET", path, RecordingListView, parameters=parameters)

    def timeline(self, recording: RecordingReference) -> WholeTimelineView:
        """Return all steps of a recording's timeline: those it took, the one it awaits, and the later ones."""
        path = f"{self._account_path}{_build_path(recording)}/timeline"
        return self._connection.request("GET", path, WholeTimelineView)

    def history(self, recording: RecordingReference, limit: int = 1000) -> HistoryView:
        """Return what happened to a recording: events, callbacks and requests in one order, the latest 1,000."""
        path, parameters = f"{self._account_path}{_build_path(recording)}/history", {"limit": limit}
        return self._connection.request("GET", path, HistoryView, parameters=parameters)

    def waveform(self, recording: RecordingReference, width: int = 240) -> WaveformView:
        """Return how loud a completed recording is: the root mean square of each column, by channel.

        Args:
            width: the number of columns, 2,000 at most.
        """
        path, parameters = f"{self._account_path}{_build_path(recording)}/waveform", {"width": width}
        return self._connection.request("GET", path, WaveformView, parameters=parameters)

    def turns(self, recording: RecordingReference) -> TurnsView:
        """Return who says what in a recording, and when. The words have times too."""
        return self._connection.request("GET", f"{self._account_path}{_build_path(recording)}/turns", TurnsView)

    def timelines(self, limit: int = 100, *, also: Sequence[str] = ()) -> tuple[WholeTimelineView, ...]:
        """Return the timelines that wait, the first 100 at most.

        Args:
            also: the SIDs of other recordings, 200 at most, whose timelines follow although they are over. Unknown SIDs
                are left out.
        """
        path = f"{self._account_path}/timelines"
        parameters: dict[str, str | int] = {"limit": limit, "also": ",".join(also)}
        return self._connection.request("GET", path, tuple[WholeTimelineView, ...], parameters=parameters)

    def transition(
        self,
        recording: RecordingReference,
        status: "StatusName | None" = None,
        *,
        callback: "StepCallback | Sequence[StepCallback] | None" = None,
        **fields: "Unpack[RecordingValues]",
    ) -> tuple[EventView, ...]:
        """Change a recording now, and return the events, callbacks included.

        A receiver on the caller's own event loop cannot answer its callbacks meanwhile: use `transition_async`.

        Args:
            status: the new status; None keeps the present one.
            callback: the callback events to send, or what is wrong with a callback, such as
                `{"event": "completed", "signature": "missing"}`; if left out, those of the recording's subscription.
            fields: fields to set, such as `duration=12`.
        """
        step: dict[str, Any] = {"set": fields} if fields else {}
        if status is not None:
            step["status"] = status
        if callback is not None:
            step["callback"] = callback
        return self._changes.send_for_events(_build_path(recording), step, twin="transition_async")

    async def transition_async(
        self,
        recording: RecordingReference,
        status: "StatusName | None" = None,
        *,
        callback: "StepCallback | Sequence[StepCallback] | None" = None,
        **fields: "Unpack[RecordingValues]",
    ) -> tuple[EventView, ...]:
        """Change a recording like `transition`, without blocking the event loop that a receiver may run on."""
        return await run_in_thread(self.transition, recording, status, callback=callback, **fields)

    def step(self, recording: RecordingReference) -> tuple[EventView, ...]:
        """Run the next step of a recording's timeline, whatever it waits for, and return the events.

        A receiver on the caller's own event loop cannot answer its callbacks meanwhile: use `step_async`.
        """
        return self._changes.send_for_events(f"{_build_path(recording)}/step", twin="step_async")

    async def step_async(self, recording: RecordingReference) -> tuple[EventView, ...]:
        """Run the next step like `step`, without blocking the event loop that a receiver may run on."""
        return await run_in_thread(self.step, recording)


def get_handle_or_sid(recording: RecordingReference) -> str:
    """Return what names a recording in a path or a command.

    Raises:
        TypeError: if it is neither a handle, a SID nor an object with a SID.
    """
    name = recording if isinstance(recording, str) else getattr(recording, "sid", None)
    if not isinstance(name, str):
        raise TypeError(f"expected a recording's handle or SID, or a result of `add` or `get`, found {recording!r}")
    return name


def _build_path(recording: RecordingReference) -> str:
    return f"/recordings/{quote(get_handle_or_sid(recording), safe='')}"

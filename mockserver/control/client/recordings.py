"""Adds and changes recordings of an account."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from mockserver.control.client.connection import ControlConnection
from mockserver.control.client.events import collect_events
from mockserver.control.views.accounts import ChangeResult
from mockserver.control.views.recordings import RecordingView
from mockserver.control.views.scenario import EventView

RecordingReference = str | RecordingView
"""A recording's handle or SID, or a result of `add` or `get`."""


class RecordingsClient:
    """Recordings by handle or SID.

    Args:
        account_path: the account's path below `/_mock`.
    """

    def __init__(self, connection: ControlConnection, account_path: str) -> None:
        self._connection = connection
        self._account_path = account_path
        self._path = f"{account_path}/recordings"

    def add(self, *, callback: str | None = None, **fields: Any) -> RecordingView:
        """Add a recording. It is the newest one unless `date_created` is given.

        Args:
            callback: the URL for its callbacks, for all events unless `status_callback_event` names some.
            fields: fields of a scenario's `recordings`, such as id, status, timeline, duration, source or transcript.
        """
        if callback is not None:
            events = ["in-progress", "completed", "absent", "failed"]
            fields = {"status_callback": callback, "status_callback_event": events, **fields}
        return self._connection.request("POST", self._path, RecordingView, fields)

    def get(self, recording: RecordingReference) -> RecordingView:
        """Return a recording as it is now."""
        return self._connection.request("GET", self._build_path(recording), RecordingView)

    def transition(
        self,
        recording: RecordingReference,
        status: str | None = None,
        *,
        callback: str | Sequence[str] | None = None,
        **fields: Any,
    ) -> tuple[EventView, ...]:
        """Change a recording now, and return the events, callbacks included.

        Args:
            status: the new status; None keeps the present one.
            callback: the callback events to send; if left out, those of the recording's subscription.
            fields: fields to set, such as `duration=12`.
        """
        step: dict[str, Any] = {"set": fields} if fields else {}
        if status is not None:
            step["status"] = status
        if callback is not None:
            step["callback"] = callback
        return self._change(self._build_path(recording), step)

    def step(self, recording: RecordingReference) -> tuple[EventView, ...]:
        """Run the next step of a recording's timeline, whatever it waits for, and return the events."""
        return self._change(f"{self._build_path(recording)}/step")

    def _change(self, path: str, command: dict[str, Any] | None = None) -> tuple[EventView, ...]:
        result = self._connection.request("POST", path, ChangeResult, command)
        return collect_events(self._connection, self._account_path, result)

    def _build_path(self, recording: RecordingReference) -> str:
        return f"{self._path}/{quote(recording if isinstance(recording, str) else recording.sid, safe='')}"

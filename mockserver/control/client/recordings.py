"""An account's recordings, added and changed from outside."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from mockserver.control.client.connection import ControlConnection
from mockserver.control.views import ChangeResult, EventView, RecordingView

Named = str | RecordingView
"""A recording's handle or SID, or what `add` and `get` return."""


class RecordingsClient:
    """Recordings by handle or SID.

    Args:
        root: the account's path below `/_mock`.
    """

    def __init__(self, line: ControlConnection, root: str) -> None:
        self._line = line
        self._path = f"{root}/recordings"

    def add(self, *, callback: str | None = None, **fields: Any) -> RecordingView:
        """Add a recording, the newest unless `date_created` says otherwise.

        Args:
            callback: the URL that is told of its statuses, all that there are unless `status_callback_event` names
                some.
            fields: as a scenario's `recordings` have them: id, status, timeline, duration, source, says, media...
        """
        if callback is not None:
            events = ["in-progress", "completed", "absent", "failed"]
            fields = {"status_callback": callback, "status_callback_event": events, **fields}
        return self._line.request("POST", self._path, RecordingView, fields)

    def get(self, recording: Named) -> RecordingView:
        """Return a recording as it is now."""
        return self._line.request("GET", self._path_of(recording), RecordingView)

    def transition(
        self, recording: Named, status: str | None = None, *, callback: str | Sequence[str] | None = None, **fields: Any
    ) -> tuple[EventView, ...]:
        """Bring a recording into another status now, and return what happened, callbacks included.

        Args:
            status: a status; None leaves it as it is.
            callback: the events that are told; those that somebody subscribed to where it is left out.
            fields: what is set besides, such as `duration=12`.
        """
        step: dict[str, Any] = {"set": fields} if fields else {}
        if status is not None:
            step["status"] = status
        if callback is not None:
            step["callback"] = callback
        return self._line.request("POST", self._path_of(recording), ChangeResult, step).events

    def step(self, recording: Named) -> tuple[EventView, ...]:
        """Take the next step of a recording's timeline, whatever it waits for, and return what happened."""
        return self._line.request("POST", f"{self._path_of(recording)}/step", ChangeResult).events

    def _path_of(self, recording: Named) -> str:
        return f"{self._path}/{quote(recording if isinstance(recording, str) else recording.sid, safe='')}"

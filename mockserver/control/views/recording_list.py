"""The view of a list of recordings, with their true statuses."""

from typing import TYPE_CHECKING

import msgspec

from generators.instants import SECOND
from mockserver.control.views.instants import serialize_instant

if TYPE_CHECKING:  # the clients decode the views without the server's modules
    from mockserver.account.account import Account


class RecordingRowView(msgspec.Struct, frozen=True, kw_only=True):
    """A recording in a list."""

    handle: str | None
    sid: str
    status: str
    """The true status."""
    shown_status: str
    """The status that clients see."""
    error_code: int | None
    duration: int | None
    """Seconds, or None while there is no audio."""
    channels: int
    source: str
    call_sid: str
    conference_sid: str | None
    is_encrypted: bool
    date_created: str
    revision: int
    """The number of changes so far."""
    has_timeline: bool
    """True if a step of its timeline waits."""


class RecordingListView(msgspec.Struct, frozen=True, kw_only=True):
    """Recordings, newest first."""

    recordings: list[RecordingRowView]
    looked_at: int
    """The number of recordings that were looked at: 10,000 at most."""
    older_than: str | None
    """The SID with which the list goes on; None at its end."""


def get_true_status(account: "Account", index: int) -> str:
    """Return the status of a recording, also while clients see it as processing."""
    from mockserver.account.state.in_progress import get_in_flight_status

    in_flight = get_in_flight_status(account.state.in_progress.get(index))
    return (in_flight or account.recordings.recording_index.get_status(index)).value


def serialize_recording_row(account: "Account", index: int) -> RecordingRowView:
    ledger = account.recordings.recording_index
    shown, name = ledger.get(index), ledger.get_name(index)
    return RecordingRowView(
        handle=None if name == shown.sid else name,
        sid=shown.sid,
        status=get_true_status(account, index),
        shown_status=shown.status.value,
        error_code=shown.error_code,
        duration=shown.duration,
        channels=shown.channels,
        source=shown.source.value,
        call_sid=shown.call_sid,
        conference_sid=shown.conference_sid,
        is_encrypted=shown.encryption is not None,
        date_created=serialize_instant(shown.date_created * SECOND),
        revision=account.state.revisions.get(index, 0),
        has_timeline=index in account.state.playing,
    )

"""The view of a recording."""

from typing import TYPE_CHECKING, Any

import msgspec

if TYPE_CHECKING:  # the clients decode the views without the server's modules
    from mockserver.account.account import Account


class RecordingView(msgspec.Struct, frozen=True, kw_only=True):
    """A recording as a fetch shows it now, with its handle."""

    handle: str | None
    sid: str
    call_sid: str
    conference_sid: str | None
    status: str
    in_flight: str | None
    """Its true status while a fetch shows another one; None if the fetch shows the true one."""
    document: dict[str, Any]
    """The recording on Twilio's wire."""
    schema_document: dict[str, Any]
    """The recording on the wire of `recording.schema.json`."""
    revision: int
    """The number of its changes so far."""


def serialize_recording(account: "Account", index: int, base_url: str) -> RecordingView:
    from mockserver.account.state.in_progress import get_in_flight_status
    from mockserver.rest.representations.recording import build_recording
    from mockserver.rest.representations.wires import Wire

    ledger, in_flight = account.recordings.recording_index, get_in_flight_status(account.state.in_progress.get(index))
    shown = ledger.get(index)
    name = ledger.get_name(index)
    return RecordingView(
        handle=None if name == shown.sid else name,
        sid=shown.sid,
        call_sid=shown.call_sid,
        conference_sid=shown.conference_sid,
        status=shown.status.value,
        in_flight=None if in_flight is None else in_flight.value,
        document=build_recording(shown, Wire.TWILIO, base_url),
        schema_document=build_recording(shown, Wire.SCHEMA, base_url),
        revision=account.state.revisions.get(index, 0),
    )

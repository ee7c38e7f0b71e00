"""Scripted recordings whose date is still to come, as plain values."""

import msgspec

from scenarios.model import ScriptedRecording


class UpcomingRecording(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """A scripted recording whose date is still to come."""

    definition: ScriptedRecording
    handle: str
    status_callback: str | None
    """The callback URL if the recording has no other."""
    base_url: str
    """Scheme and host of the URLs in callbacks."""

"""Explains when a scripted recording begins to exist, which is when its first step runs."""

from datetime import datetime

from scenarios.model import ScriptedRecording
from scenarios.relative_dates import RelativeDate, describe_relative_date, get_offset
from scenarios.triggers import format_instant


def describe_creation(recording: ScriptedRecording, start: datetime | None) -> str:
    """Describe when a recording is created, such as `at once, dated 2d before the start`.

    Args:
        recording: the recording, with its dates resolved if the start is known.
        start: the start of the account's clock, if known.
    """
    created = recording.date_created
    if created is None or recording.imported:
        return "at once"
    if isinstance(created, RelativeDate):
        described = describe_relative_date(created)
        return described if get_offset(created) > 0 else f"at once, dated {described}"
    described = format_instant(created)
    if start is None:
        return f"at {described}, or at once if that is past"
    return f"at {described}" if created > start else f"at once, dated {described}"

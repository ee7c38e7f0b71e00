"""Why a trigger can never fire: what is wrong with its value, at its place in a timeline."""

from collections.abc import Set as AbstractSet
from datetime import datetime
from typing import Any

import msgspec

from scenarios.problems import describe_value
from scenarios.statuses import CallbackEvent, RecordingStatus


class CheckContext(msgspec.Struct, frozen=True):
    """What is known about a recording before a step."""

    status: RecordingStatus | None
    sent_events: AbstractSet[CallbackEvent]
    start: datetime | None
    """The start of the account's clock."""
    latest_instant: datetime | None
    """The latest instant that an earlier step waits for."""


def find_no_problem(value: Any, context: CheckContext) -> None:
    """Return None."""


def find_media_problem(count: int, context: CheckContext) -> str | None:
    """Explain why a client cannot download the media by then, or return None."""
    if context.status in (None, RecordingStatus.COMPLETED):
        return None
    return f"expected downloads of a completed recording, but it is {context.status} by then."


def find_callback_problem(event: CallbackEvent, context: CheckContext) -> str | None:
    """Explain why no callback about an event was sent by then, or return None."""
    if event in context.sent_events:
        return None
    return (
        f"expected a callback that was sent, but no earlier step sends {event}: "
        f"give one `callback: {event}`, or the recording a status_callback for it."
    )


def find_instant_problem(at: datetime, context: CheckContext) -> str | None:
    """Explain why an instant is over by then, or return None."""
    if context.start and at < context.start:
        start = describe_value(context.start)
        return f"expected an instant after the clock's start at {start}, found {describe_value(at)}."
    if context.latest_instant and at <= context.latest_instant:
        earlier = f"{describe_value(context.latest_instant)}, which an earlier step waits for"
        return f"expected an instant after {earlier}, found {describe_value(at)}."
    return None

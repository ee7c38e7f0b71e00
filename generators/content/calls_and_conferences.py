"""The calls and conferences of recordings, derived from the recordings."""

from collections.abc import Sequence
from functools import cache
from hashlib import shake_256

from generators.content.word_pools import load_word_pools
from generators.model import Call, CallStatus, Conference, Recording, Source

_OUTBOUND_DIRECTIONS = {Source.OUTBOUND_API: "outbound-api", Source.TRUNKING: "trunking-terminating"}


def draw_numbers(call_sid: str) -> tuple[str, str]:
    """Return the numbers of the caller and of the called party."""
    numbers = load_word_pools().phone_numbers
    draws = shake_256(call_sid.encode()).digest(2)
    return numbers[draws[0] % len(numbers)], numbers[draws[1] % len(numbers)]


def draw_friendly_name(conference_sid: str) -> str:
    """Return the friendly name of a conference."""
    pools = load_word_pools()
    draws = shake_256(conference_sid.encode()).digest(2)
    return _format_friendly_name(pools.goods[draws[0] % 64], pools.first_names[draws[1] % 64])


@cache
def list_friendly_names() -> frozenset[str]:
    """Return every friendly name that a conference can have."""
    pools = load_word_pools()
    return frozenset(_format_friendly_name(goods, name) for goods in pools.goods for name in pools.first_names)


def _format_friendly_name(goods: str, first_name: str) -> str:
    return f"{goods} with {first_name}"


def build_call(recordings: Sequence[Recording], *, is_over: bool) -> Call:
    """Return the call of its recordings, of which there is at least one, in order."""
    first = recordings[0]
    ended = _compute_end_time(recordings) if is_over else None
    from_number, to_number = draw_numbers(first.call_sid)
    started = _get_start_time(first)
    return Call(
        sid=first.call_sid,
        account_sid=first.account_sid,
        from_number=from_number,
        to_number=to_number,
        direction=_OUTBOUND_DIRECTIONS.get(first.source, "inbound"),
        status=CallStatus.COMPLETED if ended is not None else CallStatus.IN_PROGRESS,
        date_created=started,
        date_updated=started if ended is None else ended,
        start_time=started,
        end_time=ended,
        duration=None if ended is None else ended - started,
        is_priced=ended is not None,
    )


def build_conference(recordings: Sequence[Recording], *, is_over: bool) -> Conference:
    """Return the conference of its recordings, of which there is at least one, in order."""
    first = recordings[0]
    assert first.conference_sid is not None
    ended = _compute_end_time(recordings) if is_over else None
    return Conference(
        sid=first.conference_sid,
        account_sid=first.account_sid,
        friendly_name=draw_friendly_name(first.conference_sid),
        status=CallStatus.IN_PROGRESS.value if ended is None else CallStatus.COMPLETED.value,
        date_created=first.date_created,
        date_updated=first.date_created if ended is None else ended,
        reason_ended=None if ended is None else "last-participant-left",
    )


def _compute_end_time(recordings: Sequence[Recording]) -> int:
    """Return the end of the last recording."""
    return max(_get_start_time(recording) + (recording.duration or 0) for recording in recordings)


def _get_start_time(recording: Recording) -> int:
    return recording.date_created if recording.start_time is None else recording.start_time

"""The calls and conferences of recordings, derived from the recordings."""

from collections.abc import Sequence
from hashlib import shake_256

from generators.content.word_pools import load_word_pools
from generators.model import Call, CallStatus, Conference, Recording, Source

_OUTBOUND_DIRECTIONS = {Source.OUTBOUND_API: "outbound-api", Source.TRUNKING: "trunking-terminating"}


def build_call(recordings: Sequence[Recording], *, is_over: bool) -> Call:
    """Return the call of its recordings, of which there is at least one, in order."""
    first = recordings[0]
    ended = _compute_end_time(recordings) if is_over else None
    numbers = load_word_pools().phone_numbers
    draws = shake_256(first.call_sid.encode()).digest(2)
    return Call(
        sid=first.call_sid,
        account_sid=first.account_sid,
        from_number=numbers[draws[0] % len(numbers)],
        to_number=numbers[draws[1] % len(numbers)],
        direction=_OUTBOUND_DIRECTIONS.get(first.source, "inbound"),
        status=CallStatus.COMPLETED if ended is not None else CallStatus.IN_PROGRESS,
        start_time=_get_start_time(first),
        end_time=ended,
    )


def build_conference(recordings: Sequence[Recording], *, is_over: bool) -> Conference:
    """Return the conference of its recordings, of which there is at least one, in order."""
    first = recordings[0]
    assert first.conference_sid is not None
    ended = _compute_end_time(recordings) if is_over else None
    pools = load_word_pools()
    draws = shake_256(first.conference_sid.encode()).digest(2)
    return Conference(
        sid=first.conference_sid,
        account_sid=first.account_sid,
        friendly_name=f"{pools.goods[draws[0] % 64]} with {pools.first_names[draws[1] % 64]}",
        status=CallStatus.COMPLETED if ended is not None else CallStatus.IN_PROGRESS,
        date_created=first.date_created,
        date_updated=first.date_created if ended is None else ended,
    )


def _compute_end_time(recordings: Sequence[Recording]) -> int:
    """Return the end of the last recording."""
    return max(_get_start_time(recording) + (recording.duration or 0) for recording in recordings)


def _get_start_time(recording: Recording) -> int:
    return recording.date_created if recording.start_time is None else recording.start_time

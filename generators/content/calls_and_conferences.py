"""The calls and conferences that recordings belong to, told from the recordings themselves."""

from collections.abc import Sequence
from hashlib import shake_256

from generators.content.word_pools import words
from generators.model import Call, CallStatus, Conference, Recording, Source

_OUTBOUND = {Source.OUTBOUND_API: "outbound-api", Source.TRUNKING: "trunking-terminating"}


def call(recordings: Sequence[Recording], *, is_over: bool) -> Call:
    """Return the call of its recordings, which are in order and at least one."""
    first = recordings[0]
    ended = _ended(recordings) if is_over else None
    numbers = words().numbers
    draws = shake_256(first.call_sid.encode()).digest(2)
    return Call(
        sid=first.call_sid,
        account_sid=first.account_sid,
        caller=numbers[draws[0] % len(numbers)],
        called=numbers[draws[1] % len(numbers)],
        direction=_OUTBOUND.get(first.source, "inbound"),
        status=CallStatus.COMPLETED if ended is not None else CallStatus.IN_PROGRESS,
        start_time=_began(first),
        end_time=ended,
    )


def conference(recordings: Sequence[Recording], *, is_over: bool) -> Conference:
    """Return the conference of its recordings, which are in order and at least one."""
    first = recordings[0]
    assert first.conference_sid is not None
    ended = _ended(recordings) if is_over else None
    pools = words()
    draws = shake_256(first.conference_sid.encode()).digest(2)
    return Conference(
        sid=first.conference_sid,
        account_sid=first.account_sid,
        friendly_name=f"{pools.goods[draws[0] % 64]} with {pools.first_names[draws[1] % 64]}",
        status=CallStatus.COMPLETED if ended is not None else CallStatus.IN_PROGRESS,
        date_created=first.date_created,
        date_updated=first.date_created if ended is None else ended,
    )


def _ended(recordings: Sequence[Recording]) -> int:
    """Return when the last of the recordings ended."""
    return max(_began(recording) + (recording.duration or 0) for recording in recordings)


def _began(recording: Recording) -> int:
    return recording.date_created if recording.start_time is None else recording.start_time

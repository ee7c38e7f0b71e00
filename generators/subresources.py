"""Which transcriptions, add-on results and payloads belong to a recording, by identity.

Their indices are arithmetic on the recording's own, so a SID of theirs leads back to its recording.
"""

from generators.sids import Kind, SidCipher

_ROOM = {Kind.TRANSCRIPTION: 1, Kind.ADD_ON_RESULT: 4, Kind.PAYLOAD: 16}
"""How many indices of a kind belong to one recording: one transcription, four results of four payloads each."""

SUBRESOURCES = tuple(_ROOM)


def sid(cipher: SidCipher, kind: Kind, recording: int, ordinal: int = 0) -> str:
    """Return the SID of a recording's n-th subresource of a kind, n from 0.

    Args:
        recording: the recording's index.
        ordinal: payloads are counted through the results, four to each.

    Raises:
        IndexError: where a recording has no such place.
    """
    room = _ROOM[kind]
    if not 0 <= ordinal < room:
        raise IndexError(f"expected an ordinal from 0 to {room - 1} for {kind.value}, found {ordinal}")
    return cipher.encode(kind, recording * room + ordinal)


def recording_of(kind: Kind, index: int) -> tuple[int, int]:
    """Return the recording's index, and the ordinal, behind the index of a subresource."""
    return divmod(index, _ROOM[kind])

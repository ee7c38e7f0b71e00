"""What is said on a call, and what of it a recording contains."""

from collections.abc import Iterable, Sequence

import msgspec

from generators.instants import SECOND
from generators.model import SpokenTurn, Track
from mockserver.account.state.in_progress import PauseBehavior
from mockserver.account.state.live_recordings import LegRecording, RecordingPause, Side, Utterance
from scenarios.callers import MAX_SPEECH_LENGTH

_MILLISECOND = SECOND // 1000
MAX_UTTERANCES = 2_000
"""The most that the talk of one call holds: a document may say 1,000 things 1,000 times."""
MAX_TEXT = MAX_SPEECH_LENGTH
"""The most characters of one utterance. A longer text takes its time, but its end is not noted."""
_SIDES_OF_TRACK = {
    Track.INBOUND: (Side.PARTY,),
    Track.OUTBOUND: (Side.OTHER,),
    Track.BOTH: (Side.PARTY, Side.OTHER),
}


def add_utterance(talk: list[Utterance], utterance: Utterance) -> None:
    """Add an utterance, and drop the oldest one if there are very many."""
    if len(talk) >= MAX_UTTERANCES:
        del talk[0]
    if len(utterance.text) > MAX_TEXT:
        utterance = msgspec.structs.replace(utterance, text=utterance.text[:MAX_TEXT])
    talk.append(utterance)


def cut_off(talk: list[Utterance], instant: int) -> None:
    """End what is heard at an instant."""
    while talk and talk[-1].stop > instant:
        last = talk.pop()
        if last.start < instant:
            talk.append(msgspec.structs.replace(last, stop=instant))


def swap_sides(utterance: Utterance) -> Utterance:
    """Return an utterance as the other end of a connection hears it."""
    other = Side.OTHER if utterance.side is Side.PARTY else Side.PARTY
    is_person = utterance.side is Side.PARTY
    return Utterance(other, utterance.start, utterance.stop, utterance.text, utterance.digits, is_person)


class RecordedTalk:
    """The part of a talk that one recording contains.

    Args:
        until: the end of the recording.
    """

    def __init__(self, recording: LegRecording, talk: Sequence[Utterance], until: int) -> None:
        self._pauses = [
            pause if pause.stop is not None else RecordingPause(pause.start, until, pause.behavior)
            for pause in recording.pauses
        ]
        self._since, self._until = recording.since, until
        self._is_dual = recording.options.channels > 1
        sides = (Side.PARTY,) if recording.is_party_only else _SIDES_OF_TRACK[recording.options.track]
        heard = [utterance for utterance in talk if utterance.stop > self._since and utterance.side in sides]
        self._parts = [part for utterance in heard for part in self._cut(utterance)]
        self._trim(recording.options.trim)

    def _cut(self, utterance: Utterance) -> Iterable[Utterance]:
        """Yield what is recorded of an utterance: the pauses of the recording are not."""
        start, stop = max(utterance.start, self._since), min(utterance.stop, self._until)
        is_paused = any(
            pause.start <= utterance.start and pause.stop is not None and utterance.start < pause.stop
            for pause in self._pauses
        )
        if start < stop and not is_paused:
            yield Utterance(utterance.side, start, stop, utterance.text, utterance.digits)

    def _trim(self, is_trimmed: bool) -> None:
        self._start, self._end = self._since, self._until
        if is_trimmed:
            self._start = min((part.start for part in self._parts), default=self._until)
            self._end = max((part.stop for part in self._parts), default=self._until)

    @property
    def duration(self) -> int:
        """The length of the recording, in microseconds."""
        return self._place(self._end) - self._place(self._start)

    def _place(self, instant: int) -> int:
        """Return the time of an instant without the pauses before it that are left out."""
        skipped = sum(
            min(instant, pause.stop) - min(instant, pause.start)
            for pause in self._pauses
            if pause.behavior is PauseBehavior.SKIP and pause.stop is not None
        )
        return instant - skipped

    def to_turns(self, party_channel: int = 1) -> tuple[SpokenTurn, ...]:
        """Return what is said, with times from the start of the recording.

        Args:
            party_channel: the channel of the person on the line, if there are two. Twilio documents the first; other
                people found the second (WIRE-CALLS §3.6).
        """
        is_reversed = self._is_dual and party_channel == 2
        origin = self._place(self._start)
        return tuple(
            SpokenTurn(
                1 if (part.side is Side.PARTY) is not is_reversed else 2,
                (self._place(part.start) - origin) // _MILLISECOND,
                (self._place(part.stop) - origin) // _MILLISECOND,
                part.text,
                part.digits,
            )
            for part in self._parts
            if part.text or part.digits
        )

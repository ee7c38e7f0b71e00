"""What is said in live conferences: everybody speaks once, one after the other."""

import msgspec

from mockserver.account.calls import person
from mockserver.account.calls.context import CallContext
from mockserver.account.calls.talk import add_utterance, swap_sides
from mockserver.account.state.activities import InConference
from mockserver.account.state.live_calls import LiveCall
from mockserver.account.state.live_conferences import LiveConference, Participant
from mockserver.account.state.live_recordings import Side, Utterance
from mockserver.account.state.waiting import WaitKind


class ConferenceTalk:
    """Lets the participants of conferences talk."""

    def __init__(self, context: CallContext) -> None:
        self._context = context
        self._live = context.live

    def talk(self, conference: LiveConference) -> None:
        """Let everybody who has not spoken yet say something."""
        present = list_present(conference)
        at = max(conference.talk_until, self._context.clock.now())
        for participant in present:
            if not (participant.muted or participant.hold or participant.has_spoken):
                participant.has_spoken = True
                at = self._speak(conference, self._live.calls[participant.call], at)
        conference.talk_until = at
        for participant in present:
            call = self._live.calls[participant.call]
            assert isinstance(call.doing, InConference), "the call is present"
            call.doing = msgspec.structs.replace(call.doing, done_at=at)
            self._context.schedule(call)

    def _speak(self, conference: LiveConference, call: LiveCall, at: int) -> int:
        """Let a participant say something, and return the instant at which the next one speaks."""
        text = person.take_speech(call)
        if text is None:
            return at
        own = Utterance(Side.PARTY, at, at + person.measure_speech(text), text)
        heard = swap_sides(own)
        add_utterance(conference.talk, own if conference.first == call.number else heard)
        for participant in list_present(conference):
            other = self._live.calls[participant.call]
            add_utterance(other.talk, own if other is call else heard)
        return own.stop + person.REACTION

    def is_silent(self, call: LiveCall) -> bool:
        """Return True if a call waits in a conference in which all is said: only another call can go on."""
        doing = call.doing
        if not isinstance(doing, InConference) or _hears_announcement(call):
            return False
        return self._live.conferences[doing.conference].talk_until <= self._context.clock.now()


def _hears_announcement(call: LiveCall) -> bool:
    return call.waiting is not None and call.waiting.kind is WaitKind.ANNOUNCEMENT


def list_present(conference: LiveConference) -> list[Participant]:
    """Return the participants that have joined."""
    return [participant for participant in conference.participants if participant.joined_at is not None]

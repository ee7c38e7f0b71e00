"""What caller and callee of a `<Dial>` say while they are connected, and the `*` with which the caller ends it."""

from mockserver.account.calls import person
from mockserver.account.calls.speaking import hear
from mockserver.account.calls.talk import add_utterance, swap_sides
from mockserver.account.state.live_calls import LiveCall
from mockserver.account.state.live_recordings import Side, Utterance
from mockserver.twiml import acts

_STAR = "*"


def talk(caller: LiveCall, callee: LiveCall, now: int) -> int:
    """Let both persons say something, and return the instant at which they have finished."""
    at = now
    for speaker, listener in ((callee, caller), (caller, callee)):
        text = person.take_speech(speaker)
        if text is not None:
            utterance = Utterance(Side.PARTY, at, at + person.measure_speech(text), text)
            add_utterance(speaker.talk, utterance)
            add_utterance(listener.talk, swap_sides(utterance))
            at = utterance.stop + person.REACTION
    return at


def press_star(caller: LiveCall, act: acts.Dial, at: int) -> int | None:
    """Let the caller end a `<Dial>` with hangupOnStar by a `*`, if that is their next key.

    Returns:
        The instant at which the key is pressed; None if the caller does not press it.
    """
    if not act.hangup_on_star or person.take_finish_key(caller, _STAR) is None:
        return None
    return hear(caller, at, digits=_STAR)

"""What is heard on a call: what it plays, and what the party says and presses."""

from generators.instants import SECOND
from mockserver.account.calls import person
from mockserver.account.calls.talk import add_utterance
from mockserver.account.state.live_calls import LiveCall
from mockserver.account.state.live_recordings import Side, Utterance
from mockserver.twiml import acts
from mockserver.twiml.durations import measure_seconds

_MAX_LOOPS = 20
"""How often a text is noted that is spoken again and again. The time is that of all loops."""

_APPLICATION_ERROR = "We are sorry, an application error has occurred. Goodbye."
_ERROR_TIME = 4 * SECOND
"""How long Twilio's spoken error message takes, in microseconds."""


def speak_error(call: LiveCall, start: int) -> int:
    """Let the call say that its app made an error, and return the instant at which it has finished."""
    add_utterance(call.talk, Utterance(Side.OTHER, start, start + _ERROR_TIME, _APPLICATION_ERROR))
    return start + _ERROR_TIME


def speak(call: LiveCall, act: acts.Say | acts.Play, start: int) -> int:
    """Let the call play something, and return the instant at which it has finished."""
    stop = start + round(measure_seconds(act) * SECOND)
    loops = min(act.loop, _MAX_LOOPS)
    text = " ".join([act.text] * loops) if isinstance(act, acts.Say) and act.text else ""
    digits = (act.digits or "") * loops if isinstance(act, acts.Play) else ""
    media = (act.url or "") if isinstance(act, acts.Play) else ""
    add_utterance(call.talk, Utterance(Side.OTHER, start, stop, text, digits, media=media))
    return stop


def hear(call: LiveCall, start: int, *, text: str = "", digits: str = "") -> int:
    """Let the party speak or press keys, and return the instant at which they have finished."""
    stop = start + (person.measure_speech(text) if text else person.count_duration(digits))
    add_utterance(call.talk, Utterance(Side.PARTY, start, stop, text, digits))
    return stop

"""The person on the line of a call: what they say and press, as scripted."""

from typing import NamedTuple

from generators.content.dialogue import count_key_beats, draw_spoken_answer, estimate_seconds
from generators.instants import SECOND
from mockserver.account.state.live_calls import LiveCall
from mockserver.twiml.acts import Gather

_BEAT = SECOND // 5
"""The time of one key, in microseconds."""
REACTION = SECOND
"""The time until a person speaks or presses a key, in microseconds."""
WAITS = "wW"
CONFIDENCE = 0.92
"""How sure speech recognition is of what a person said."""


class KeyPresses(NamedTuple):
    """The keys that a person presses for a `<Gather>`."""

    digits: str
    finish_key: str


def take_speech(call: LiveCall, *, is_message: bool = False) -> str | None:
    """Return what the person says next, or None if they stay silent.

    Args:
        is_message: True for a `<Record>`, after which a person without a script leaves a message.
    """
    number = call.speech_used
    call.speech_used += 1
    if call.caller.speech is None:
        return draw_spoken_answer(call.sid.encode(), 0 if is_message else number + 1)
    return call.caller.speech[number] or None if number < len(call.caller.speech) else None


def has_keys(call: LiveCall) -> bool:
    """Return True if the person presses another key."""
    return any(key not in WAITS for key in call.caller.digits[call.digits_used :])


def take_keys(call: LiveCall, gather: Gather) -> KeyPresses:
    """Press keys until the `<Gather>` has what it asks for, or the person waits too long."""
    script = call.caller.digits[call.digits_used :]
    pressed, finish_key, used, waited = "", "", 0, 0
    for key in script:
        if key in WAITS:
            waited += count_duration(key)
            if waited > gather.timeout * SECOND:
                break
            used += 1
            continue
        used, waited = used + 1, 0
        if gather.finish_on_key and key == gather.finish_on_key:
            finish_key = key
            break
        pressed += key
        if gather.num_digits is not None and len(pressed) >= gather.num_digits:
            break
    call.digits_used += used
    return KeyPresses(pressed, finish_key)


def take_finish_key(call: LiveCall, finish_on_key: str) -> str | None:
    """Return the key with which the person ends a `<Record>`, if that is their next one.

    A key that a later question may ask for ends no recording: only `#` and `*` do, and a key that alone ends it.
    """
    rest = call.caller.digits[call.digits_used :]
    waits = len(rest) - len(rest.lstrip(WAITS))
    key = rest[waits : waits + 1]
    if not key or key not in finish_on_key or (key not in "#*" and len(finish_on_key) > 1):
        return None
    call.digits_used += waits + 1
    return key


def count_duration(keys: str) -> int:
    """Return how long keys and waits take, in microseconds."""
    return count_key_beats(keys) * _BEAT


def measure_speech(text: str) -> int:
    """Return how long a person says a text, in microseconds."""
    return estimate_seconds(text) * SECOND

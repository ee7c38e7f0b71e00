"""How long an act lasts that depends on nobody else."""

from generators.content.dialogue import estimate_seconds
from mockserver.twiml.acts import Pause, Play, Say

FOREIGN_SOUND_SECONDS = 5.0
"""A sound of another host is not fetched: each one lasts as long."""
_KEY_SECONDS = 0.2
"""A tone and the silence after it."""
_WAIT_SECONDS = {"w": 0.5, "W": 1.0}


def measure_seconds(act: Say | Play | Pause) -> float:
    """Return the duration of an act in seconds, all its loops included."""
    if isinstance(act, Pause):
        return float(act.seconds)
    return round(act.loop * (_measure_say(act) if isinstance(act, Say) else _measure_play(act)), 3)


def _measure_say(say: Say) -> float:
    return say.break_seconds + (estimate_seconds(say.text) if say.text else 0)


def _measure_play(play: Play) -> float:
    if play.digits is None:
        return FOREIGN_SOUND_SECONDS
    return sum(_WAIT_SECONDS.get(key, _KEY_SECONDS) for key in play.digits)

"""The durations of what is spoken, played and waited."""

import pytest

from generators.content.dialogue import estimate_seconds
from mockserver.twiml.acts import Pause, Play, Say
from mockserver.twiml.durations import FOREIGN_SOUND_SECONDS, measure_seconds

TEXT = "Please leave a message after the beep."


@pytest.mark.parametrize(
    ("act", "seconds"),
    [
        (Say(TEXT), estimate_seconds(TEXT)),
        (Say(TEXT, 3, 0.5), 3 * (estimate_seconds(TEXT) + 0.5)),
        (Say("", 2, 1.5), 3.0),
        (Play("/a.mp3"), FOREIGN_SOUND_SECONDS),
        (Play("/a.mp3", None, 4), 4 * FOREIGN_SOUND_SECONDS),
        (Play(digits="1ww2"), 1.4),
        (Play(digits="W#", loop=2), 2.4),
        (Pause(45), 45.0),
        (Pause(0), 0.0),
    ],
)
def test_duration(act: Say | Play | Pause, seconds: float) -> None:
    assert seconds == measure_seconds(act)

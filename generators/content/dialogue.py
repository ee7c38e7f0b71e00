"""The dialogue of a recording: turns of two voices, a pure function of its seed or of what was said.

Audio and transcription use the same dialogue.

Time is counted in beats of 200 ms, which is about one syllable.
"""

import math
import re
from collections.abc import Iterable
from functools import lru_cache
from hashlib import shake_256
from itertools import accumulate
from typing import NamedTuple

from generators.content.word_pools import load_word_pools
from generators.distributions import MAX_DURATION
from generators.model import Source, SpokenTurn

BEATS_PER_SECOND = 5
_BEAT_MS = 1000 // BEATS_PER_SECOND
PAUSE_BEATS_BY_KEY = {"w": 2.5, "W": 5.0}
"""The keys that only wait: for half a second, and for a second."""
_PAUSE_BEATS = (2, 3, 3, 4)
"""The beats of silence between two turns; two random bits choose."""
_SYLLABLE = r"(?i)[aeiouy]+"

_OPENING = (
    "Thank you for calling {company}, this is {agent}. How can I help you today?",
    "Hello, my name is {caller} {surname}, and I am calling from {city} about the {goods}.",
)
_VOICEMAIL = (
    "Hello, this is {caller} {surname} from {company}.",
    "I am calling about the {goods}, and I am sorry that I missed you.",
    "Please call me back when you have a moment.",
)
_CONVERSATION = (
    "Of course, let me look that up for you.",
    "Thank you. I ordered it a week ago and it has not arrived in {city} yet.",
    "I see the {goods} in our system. It left our warehouse this morning.",
    "That is good to hear. Will it be here before the weekend?",
    "It should be. Would you like a message when it is on its way?",
    "Yes please, to this number. And could you tell {agent} about it?",
    "I will note that down for {agent}. Is there anything else?",
    "There was one more thing. What does {company} charge for the {goods}?",
    "One moment please, I will ask a colleague.",
    "No problem, take your time.",
    "Thank you for waiting. The price has not changed since last year.",
    "Wonderful, then I would like another one for our office in {city}.",
    "I have added it. You will get a confirmation by mail.",
    "That was quick. Thank you for your help, {agent}.",
)


class Turn(NamedTuple):
    """A turn of voice 0 or 1, from one beat to another."""

    voice: int
    start: int
    stop: int
    text: str
    digits: str = ""
    """The keys that are heard, one for each beat."""


class Dialogue(NamedTuple):
    """The turns of a recording, in order, and its length in beats."""

    turns: tuple[Turn, ...]
    beats: int

    @property
    def text(self) -> str:
        """The text of all turns."""
        return " ".join(turn.text for turn in self.turns if turn.text)


@lru_cache(maxsize=32)
def build_dialogue(seed: bytes, seconds: int, source: Source) -> Dialogue:
    """Return the dialogue of a recording.

    Args:
        seed: the recording's own seed.
        seconds: the duration; the last turn is cut at its end. After an hour both speakers are silent, so that a long
            recording takes no more work than the longest generated one.
        source: `<Record>` has one voice, every other source two.
    """
    spoken_beats = min(seconds, MAX_DURATION) * BEATS_PER_SECOND
    alone = source is Source.RECORD_VERB
    draws = shake_256(seed).digest(64)
    names = _draw_names(draws)
    lines: dict[str, _Line] = {}
    turns: list[Turn] = []
    at = 1
    while (room := spoken_beats - at) > 0:
        number = len(turns)
        template = _choose_line(number, alone, draws)
        line = lines.get(template)
        if line is None:
            lines[template] = line = _Line.from_text(template.format(**names))
        if room < line.word_beats:
            line = _Line.from_text(_shorten_to_fit(line.text, room))
        stop = min(spoken_beats, at + line.beats)
        turns.append(Turn(0 if alone else number % 2, at, stop, line.text))
        at = stop + _PAUSE_BEATS[draws[number % 64] & 3]
    return Dialogue(tuple(turns), seconds * BEATS_PER_SECOND)


def draw_spoken_answer(seed: bytes, number: int) -> str:
    """Return what a person without a script says when a call listens for the n-th time, n from 0.

    Args:
        seed: the person's own seed, which chooses the name and the errand.
    """
    draws = shake_256(seed).digest(64)
    answers = _CONVERSATION[1::2]  # those of the person who calls
    text = " ".join(_VOICEMAIL) if number == 0 else answers[(draws[0] + number) % len(answers)]
    return text.format(**_draw_names(draws))


class _Line(NamedTuple):
    """A line of the dialogue, with its length in beats."""

    text: str
    beats: int
    word_beats: int
    """The sum over its words: the line is cut if there is less room."""

    @classmethod
    def from_text(cls, text: str) -> "_Line":
        return cls(" ".join(text.split()), _count_beats(text), sum(map(count_word_beats, text.split())))


@lru_cache(maxsize=32)
def build_dialogue_from_text(text: str, seconds: int) -> Dialogue:
    """Return the dialogue of a text: each line is a turn, and the voices alternate.

    Args:
        seconds: the duration; the whole text fits into it, however fast.
    """
    beats = seconds * BEATS_PER_SECOND
    lines = _split_lines(text)
    wanted = estimate_seconds(text) * BEATS_PER_SECOND
    turns: list[Turn] = []
    at = 1
    for number, line in enumerate(lines):
        stop = at + _count_beats(line)
        start, end = (min(beats, place * beats // max(beats, wanted)) for place in (at, stop))
        turns.append(Turn(number % 2, start, max(end, start), line))
        at = stop + _PAUSE_BEATS[0]
    return Dialogue(tuple(turns), beats)


def build_dialogue_from_turns(spoken_turns: Iterable[SpokenTurn], seconds: int) -> Dialogue:
    """Return the dialogue of turns that have their own times, to the nearest beat. Both voices may speak at once.

    Args:
        seconds: the duration; what is said after the end is not heard.
    """
    beats = seconds * BEATS_PER_SECOND
    in_order = sorted(spoken_turns, key=lambda turn: turn.start_ms)
    return Dialogue(tuple(_place_turn(turn, beats) for turn in in_order), beats)


def _place_turn(turn: SpokenTurn, beats: int) -> Turn:
    start, stop = (max(0, round(instant / _BEAT_MS)) for instant in (turn.start_ms, turn.stop_ms))
    stop = max(stop, start + 1, start + count_key_beats(turn.digits))
    return Turn(turn.channel - 1, min(start, beats), min(stop, beats), turn.text, turn.digits)


def count_key_beats(digits: str) -> int:
    """Return the number of beats in which keys are heard, with the pauses in between."""
    return math.ceil(sum(PAUSE_BEATS_BY_KEY.get(key, 1) for key in digits))


def keep_voice(dialogue: Dialogue, voice: int) -> Dialogue:
    """Return a dialogue without the turns of the other voice. If there are no others, this voice speaks them."""
    turns = tuple(turn for turn in dialogue.turns if turn.voice == voice)
    return dialogue._replace(turns=turns) if turns else speak_alone(dialogue, voice)


def speak_alone(dialogue: Dialogue, voice: int) -> Dialogue:
    """Return a dialogue in which one voice speaks all turns."""
    return dialogue._replace(turns=tuple(turn._replace(voice=voice) for turn in dialogue.turns))


def estimate_seconds(text: str) -> int:
    """Return the natural duration of a text in seconds, at least one."""
    beats = 1 + sum(_count_beats(line) + _PAUSE_BEATS[0] for line in _split_lines(text))
    return -(-beats // BEATS_PER_SECOND)


def _split_lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def _draw_names(draws: bytes) -> dict[str, str]:
    pools = load_word_pools()
    fields = {
        "company": pools.companies,
        "agent": pools.first_names,
        "caller": pools.first_names[::-1],
        "surname": pools.last_names,
        "city": pools.cities,
        "goods": pools.goods,
    }
    return {name: pool[draw % len(pool)] for (name, pool), draw in zip(fields.items(), draws, strict=False)}


def _choose_line(number: int, is_alone: bool, draws: bytes) -> str:
    opening = _VOICEMAIL if is_alone else _OPENING
    if number < len(opening):
        return opening[number]
    # Questions and answers alternate, so pairs are drawn: the same voice asks and continues.
    pair = draws[(number // 2) % 64] + number // 2
    return _CONVERSATION[(2 * pair + number % 2) % len(_CONVERSATION)]


def _count_beats(text: str) -> int:
    return max(1, len(re.findall(_SYLLABLE, text)))


count_word_beats = lru_cache(maxsize=4096)(_count_beats)
"""Cached: dialogues share most of their words."""


def _shorten_to_fit(text: str, max_beats: int) -> str:
    """Return the first words of a text that fit into a number of beats, at least one."""
    words = text.split()
    fitting = sum(beats <= max_beats for beats in accumulate(map(count_word_beats, words)))
    return " ".join(words[: max(1, fitting)])

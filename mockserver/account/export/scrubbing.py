"""Scrubs what people said, and their numbers, from recordings that a scenario imported."""

import re
from collections.abc import Iterator
from typing import Any

from scenarios.model import Scenario, ScriptedRecording

_TEXT_FIELDS = frozenset({"transcript", "text"})
_NUMBER = re.compile(r"\+?\d[\d\s().-]{6,18}\d")
"""A phone number, as people write it."""
_MIN_LENGTH = 8
"""A shorter line is replaced only in fields that hold texts: it may be in any other text by chance."""


class Scrubbing:
    """Replaces texts and numbers by others of the same length.

    Args:
        scenarios: what the account plays and played.
        added: the recordings that commands added.
    """

    def __init__(self, scenarios: list[Scenario], added: list[ScriptedRecording]) -> None:
        recordings = [*_list_imported(scenarios), *(recording for recording in added if recording.imported)]
        values = [text for recording in recordings for text in _list_texts(recording)]
        reports = [sentence for scenario in scenarios for sentence in scenario.import_report]
        self._lines = {line.strip() for text in values for line in text.splitlines()} - {""}
        self._texts = {*values, *self._lines}
        numbers = {number for text in (*values, *reports) for number in _NUMBER.findall(text)}
        long_texts = {text for text in (*self._texts, *numbers) if len(text) >= _MIN_LENGTH}
        escaped = map(re.escape, sorted(long_texts, key=len, reverse=True))
        self._known = re.compile("|".join(escaped)) if long_texts else None

    @property
    def is_needed(self) -> bool:
        """True if there is anything to replace."""
        return bool(self._texts) or self._known is not None

    def scrub(self, field: str, text: str) -> str:
        """Return the text of a field without what was imported."""
        if field in _TEXT_FIELDS and (text in self._texts or any(line in self._lines for line in text.splitlines())):
            return mask(text)
        return text if self._known is None else self._known.sub(lambda match: mask(match[0]), text)


def mask(text: str) -> str:
    """Return a text with an `x` for each letter and a 0 for each digit: its words stay as long as they are."""
    return "".join("0" if character.isdigit() else "x" if character.isalpha() else character for character in text)


def _list_imported(scenarios: list[Scenario]) -> Iterator[ScriptedRecording]:
    for scenario in scenarios:
        groups = (*scenario.calls, *scenario.conferences)
        recordings = (*scenario.recordings, *(recording for group in groups for recording in group.recordings))
        yield from (recording for recording in recordings if recording.imported)


def _list_texts(recording: ScriptedRecording) -> Iterator[str]:
    """Yield what is said in a recording, also by the steps of its timeline."""
    if recording.transcript is not None:
        yield recording.transcript
    values: Any = recording.twilio_wire.values()
    yield from (value for value in values if isinstance(value, str) and _NUMBER.fullmatch(value))

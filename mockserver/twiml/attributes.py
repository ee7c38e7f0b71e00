"""Reads the attributes of one element: a bad value warns with the code of its verb, and the default counts."""

import re
from collections.abc import Mapping
from typing import TypeVar

from generators.model import Track
from mockserver.twiml.acts import RecordingCallback
from mockserver.twiml.problems import ProblemList
from mockserver.twiml.urls import has_other_scheme
from mockserver.twiml.validation import Element

T = TypeVar("T")

SCHEMA_WARNING = 12200
"""The code of values that have no code of their own."""
_WHOLE_NUMBER = re.compile(r"\+?[0-9]{1,18}")
_BOOLEANS = {"true": True, "false": False}
_METHODS = {"get": "GET", "post": "POST"}
_TRIMS = {"trim-silence": True, "do-not-trim": False}
_TRACKS = {track.value: track for track in Track}
_RECORDING_EVENTS = frozenset({"in-progress", "completed", "absent", "failed"})


class Attributes:
    """The attributes of an element. White space around a value has no meaning, and an empty value is none."""

    def __init__(self, element: Element, problems: ProblemList) -> None:
        self._element = element
        self._values: dict[str, str | None] = dict.fromkeys(element.type.attributes)
        self._values |= {name: value.strip() for name, value in element.attributes.items()}
        self._problems = problems

    def get_text(self, name: str) -> str | None:
        """Return a value as it is, which may be empty, or None if the attribute is missing."""
        return self._values[name]

    def get_choice(self, name: str, choices: Mapping[str, T], default: T, code: int = SCHEMA_WARNING) -> T:
        """Return what a value of any case stands for."""
        text = self._values[name]
        if not text:
            return default
        if text.lower() not in choices:
            self.warn(code, name, f"expected {' or '.join(choices)}")
        return choices.get(text.lower(), default)

    def get_boolean(self, name: str, default: bool, code: int = SCHEMA_WARNING) -> bool:
        return self.get_choice(name, _BOOLEANS, default, code)

    def get_method(self, name: str, code: int = SCHEMA_WARNING) -> str:
        return self.get_choice(name, _METHODS, "POST", code)

    def get_trim(self, default: bool, code: int, on_error: bool) -> bool:
        """Return True to trim silence."""
        text = self._values["trim"]
        return self.get_choice("trim", _TRIMS, on_error if text else default, code)

    def get_track(self, name: str, code: int = SCHEMA_WARNING) -> Track:
        return self.get_choice(name, _TRACKS, Track.BOTH, code)

    def get_number(
        self, name: str, default: int, code: int = SCHEMA_WARNING, *, lowest: int = 1, highest: int = 14400
    ) -> int:
        """Return a whole number. A positive number out of bounds counts as the nearest bound."""
        found = self.get_optional_number(name, code, lowest=lowest, highest=highest)
        return default if found is None else found

    def get_optional_number(self, name: str, code: int, *, lowest: int = 1, highest: int = 14400) -> int | None:
        """Return a whole number, or None if it is missing or bad."""
        text = self._values[name]
        if not text:
            return None
        number = int(text) if _WHOLE_NUMBER.fullmatch(text) else -1
        if not lowest <= number <= highest:
            self.warn(code, name, f"expected a whole number from {lowest} to {highest}")
        return None if number < min(lowest, 1) else max(lowest, min(number, highest))

    def get_keys(self, name: str, default: str, pattern: str, code: int) -> str:
        """Return keys, which may be none: an empty value counts here."""
        text = self._values[name]
        if text is None:
            return default
        if re.fullmatch(pattern, text) is None:
            self.warn(code, name, "expected keys of 0123456789*#")
            return default
        return text

    def get_url(self, name: str, code: int = SCHEMA_WARNING) -> str | None:
        """Return an http or https URL, or a relative one."""
        text = self._values[name]
        if text and has_other_scheme(text):
            self.warn(code, name, "expected an http or https URL")
            return None
        return text or None

    def get_words(self, name: str, default: tuple[str, ...], known: frozenset[str], code: int) -> tuple[str, ...]:
        """Return words, such as events, which white space separates."""
        words = tuple(dict.fromkeys((self._values[name] or "").split()))
        if not known.issuperset(words):
            self.warn(code, name, f"expected some of {' '.join(sorted(known))}, with blanks between them")
            return default
        return words or default

    def get_recording_callback(self) -> RecordingCallback | None:
        method = self.get_method("recordingStatusCallbackMethod")
        events = self.get_words("recordingStatusCallbackEvent", ("completed",), _RECORDING_EVENTS, 13621)
        url = self.get_url("recordingStatusCallback", 13256)
        return None if url is None else RecordingCallback(url, method, events)

    def warn(self, code: int, name: str, expectation: str) -> None:
        """Add a problem of one attribute."""
        element = f"<{self._element.name} {name}> (line {self._element.line})"
        self._problems.add(code, f"{element}: {expectation}, found {(self._values[name] or '')[:100]!r}")

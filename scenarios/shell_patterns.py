"""Shell patterns for texts of requests, such as `*/Recordings/*.mp3`."""

import re
from fnmatch import translate
from functools import lru_cache
from typing import Annotated

from msgspec import Meta

MAX_PATTERN_LENGTH = 1000
"""The longest pattern. Longer ones take seconds to compile: the time grows with the square of the length."""
ShellPattern = Annotated[str, Meta(max_length=MAX_PATTERN_LENGTH)]


def matches_pattern(text: str, pattern: str) -> bool:
    """Return True if the whole text matches. Upper and lower case differ."""
    return _compile(pattern).match(text) is not None


@lru_cache(maxsize=256)
def _compile(pattern: str) -> re.Pattern[str]:
    return re.compile(translate(pattern))

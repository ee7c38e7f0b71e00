"""Output of commands: text for people, or JSON for programs."""

from collections.abc import Callable
from typing import TypeVar

import msgspec

Value = TypeVar("Value")


def print_value(value: Value, to_text: Callable[[Value], str], *, as_json: bool) -> int:
    """Print a value, and return exit code 0."""
    print(msgspec.json.format(msgspec.json.encode(value)).decode() if as_json else to_text(value))
    return 0

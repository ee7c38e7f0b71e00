"""Handles of what has no id."""

from collections.abc import Container
from itertools import count


def find_free_handle(first: int, taken: Container[str | None], noun: str = "recording") -> str:
    """Return a handle such as `recording-N` with the lowest number from `first` on that is not taken."""
    return next(handle for number in count(first) if (handle := f"{noun}-{number}") not in taken)

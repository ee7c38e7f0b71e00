"""Instants in an export: ISO 8601 with microseconds, which loses nothing."""

from datetime import datetime, timedelta

from generators.instants import EPOCH

_MICROSECOND = timedelta(microseconds=1)


def format_instant(instant: int) -> str:
    """Return microseconds since the epoch as text."""
    return (EPOCH + timedelta(microseconds=instant)).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def parse_instant(text: str) -> int:
    """Return the microseconds since the epoch.

    Raises:
        ValueError: if the text is no instant with a time zone; the message is a sentence.
    """
    try:
        return (datetime.fromisoformat(text) - EPOCH) // _MICROSECOND
    except (TypeError, ValueError):
        raise ValueError(f"expected an instant such as 2026-01-01T00:00:00.000000Z, found {text[:40]!r}") from None

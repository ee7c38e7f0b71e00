"""Instants as text."""

from datetime import timedelta

from generators.instants import EPOCH


def serialize_instant(instant: int) -> str:
    """Return microseconds since the epoch in ISO 8601."""
    return (EPOCH + timedelta(microseconds=instant)).isoformat().replace("+00:00", "Z")

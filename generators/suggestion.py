"""Suggests a known name for an unknown one."""

from collections.abc import Iterable


def suggest(name: str, known: Iterable[str]) -> str:
    """Return ` Did you mean ...?` with the closest known name, or an empty text if none is close."""
    import difflib  # only needed for error messages

    close = difflib.get_close_matches(name[:100], list(known), n=1, cutoff=0.6)
    return f" Did you mean {close[0]}?" if close else ""

"""The name that somebody meant, where what they wrote is none."""

from collections.abc import Iterable


def suggest(name: str, known: Iterable[str]) -> str:
    """Return ` Did you mean ...?` with the known name that is closest; nothing where none is close."""
    import difflib  # only on the way to an error message

    close = difflib.get_close_matches(name[:100], list(known), n=1, cutoff=0.6)
    return f" Did you mean {close[0]}?" if close else ""

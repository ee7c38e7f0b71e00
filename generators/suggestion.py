"""Names in messages: a suggestion for an unknown one, and the first of many."""

from collections.abc import Collection, Iterable
from itertools import islice


def suggest(name: str, known: Iterable[str]) -> str:
    """Return ` Did you mean ...?` with the closest known name, or an empty text if none is close."""
    close = find_closest(name, known)
    return f" Did you mean {close}?" if close else ""


def find_closest(name: str, known: Iterable[str]) -> str | None:
    """Return the closest known name, or None if none is close."""
    import difflib  # only needed for error messages

    return next(iter(difflib.get_close_matches(name[:100], list(known), n=1, cutoff=0.6)), None)


def shorten_list(names: Collection[str], limit: int = 5) -> str:
    """Return at most `limit` of the names as text, such as `a, b and 3 more`."""
    shown = ", ".join(islice(names, limit))
    return f"{shown} and {len(names) - limit} more" if len(names) > limit else shown

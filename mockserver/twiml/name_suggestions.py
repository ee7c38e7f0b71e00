"""Suggestions for names that TwiML does not have."""

from collections.abc import Iterable

from generators.suggestion import find_closest
from mockserver.twiml.elements import ELEMENT_TYPES, NAMES, Treatment

_SHORTEST_PART = 4


def suggest_name(name: str, known: Iterable[str]) -> str:
    """Return ` Did you mean ...?` with the known name that is nearest, or an empty text.

    A name that differs only in case or separators is nearest, then one that is a part of the other, as `channels` is of
    `recordingChannels`, then one that is spelled similarly.
    """
    names = sorted(known)
    folded_name = _fold(name)
    same = [known_name for known_name in names if _fold(known_name) == folded_name]
    parts = [known_name for known_name in names if _is_end(_fold(known_name), folded_name)]
    wholes = [known_name for known_name in names if _is_end(folded_name, _fold(known_name))]
    nearest = [*same, *sorted(parts, key=len, reverse=True), *sorted(wholes, key=len)]
    found = nearest[0] if nearest else find_closest(name, names)
    return f" Did you mean {found}?" if found else ""


def suggest_place(name: str) -> str:
    """Return ` It belongs in ...` if an element may be nested elsewhere, or an empty text."""
    places = {
        element_type.name
        for element_type in ELEMENT_TYPES.values()
        if name in NAMES
        and element_type.treatment is not Treatment.SPEECH
        and any(ELEMENT_TYPES[child].name == name for child in element_type.children)
    }
    return f" It belongs in {' or '.join(f'<{place}>' for place in sorted(places))}." if places else ""


def _is_end(part: str, whole: str) -> bool:
    return len(part) >= _SHORTEST_PART and whole.endswith(part)


def _fold(name: str) -> str:
    return name.replace("_", "").replace("-", "").lower()

"""The words of a `<Say>`, and the pauses that its SSML asks for."""

import re
from collections.abc import Iterator

from mockserver.twiml.acts import Say
from mockserver.twiml.elements import ELEMENT_TYPES
from mockserver.twiml.problems import ProblemList
from mockserver.twiml.validation import Element

MAX_CHARACTERS = 4096
_STRENGTHS = {"none": 0, "x-weak": 0, "weak": 250, "medium": 500, "strong": 750, "x-strong": 1000}
"""Milliseconds. SSML leaves them to the voice."""
_DEFAULT_STRENGTH = "medium"
_PAUSES_AFTER = {"s": _STRENGTHS["strong"], "p": _STRENGTHS["x-strong"]}
_TIME = re.compile(r"\+?([0-9]{0,6}(?:\.[0-9]{1,6})?)(m?s)")
_LONGEST_BREAK = 10_000


def read_say(element: Element, loop: int, problems: ProblemList) -> Say | None:
    """Return what a `<Say>` speaks, or None if it is empty."""
    text = " ".join("".join(_list_texts(element)).split())
    pauses = sum(_list_pauses(element, problems))
    if not text and not pauses:
        problems.add(13520, f"<Say> (line {element.line}): expected a text, found none")
        return None
    if len(text) > MAX_CHARACTERS:
        problems.add(13521, f"<Say> (line {element.line}): expected at most 4096 characters, found {len(text)}")
    return Say(text, loop, pauses / 1000)


def _list_texts(element: Element) -> Iterator[str]:
    if element.type is ELEMENT_TYPES["SsmlSub"] and element.attributes.get("alias"):
        yield element.attributes["alias"]
        return
    for part in element.content:
        if isinstance(part, str):
            yield part
        else:
            space = " " if part.name in (*_PAUSES_AFTER, "break") else ""
            yield from (space, *_list_texts(part), space)


def _list_pauses(element: Element, problems: ProblemList) -> Iterator[int]:
    """Yield the pauses in milliseconds."""
    for child in element.children:
        yield from _list_pauses(child, problems)
        yield _PAUSES_AFTER.get(child.name, 0)
        if child.name == "break":
            yield _measure_break(child, problems)


def _measure_break(element: Element, problems: ProblemList) -> int:
    time = element.attributes.get("time", "").strip()
    strength = element.attributes.get("strength", "").strip() or _DEFAULT_STRENGTH
    if match := _TIME.fullmatch(time):
        return min(_LONGEST_BREAK, int(float(match[1] or 0) * (1 if match[2] == "ms" else 1000)))
    if time or strength not in _STRENGTHS:
        expectation = "expected a time such as 2s or 500ms, or a strength such as medium"
        problems.add(12200, f"<break> (line {element.line}): {expectation}, found {(time or strength)[:100]!r}")
    return _STRENGTHS.get(strength, _STRENGTHS[_DEFAULT_STRENGTH])

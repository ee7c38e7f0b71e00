"""Checks a document against the table of elements. What Twilio does not know is left out, with a warning."""

from collections.abc import Iterator

import msgspec

from mockserver.twiml.elements import ELEMENT_TYPES, NAMES, ROOT, ElementType, Treatment
from mockserver.twiml.name_suggestions import suggest_name, suggest_place
from mockserver.twiml.problems import ProblemList, TwimlError, build_problem
from mockserver.twiml.xml_document import XmlDocument, XmlElement

_NESTING_CODES = {"Dial": 13215, "Gather": 13320, "Start": 14300}
"""The codes of a known element in the wrong parent, by parent. Other parents have none of their own."""
_NOT_PLAYED = 13750
"""Twilio's code for a verb that is not supported. Here it is a warning: the call goes on."""


class Element(msgspec.Struct, frozen=True):
    """An element that is played, with the attributes and children that Twilio knows."""

    type: ElementType
    attributes: dict[str, str]
    content: tuple["Element | str", ...]
    line: int
    is_empty: bool
    """True if the document has no element in it, known or not."""

    @property
    def name(self) -> str:
        return self.type.name

    @property
    def children(self) -> list["Element"]:
        return [part for part in self.content if not isinstance(part, str)]

    @property
    def text(self) -> str:
        """The element's own text, without white space at its ends."""
        return "".join(part for part in self.content if isinstance(part, str)).strip()


def validate(document: XmlDocument, problems: ProblemList) -> Element:
    """Return the root element, with everything in it that is known and played.

    Raises:
        TwimlError: 12102 if the root is not `<Response>`.
    """
    if document.root.name != ROOT.name:
        text = f"The root element must be Response, found {document.root.name[:100]}."
        raise TwimlError(build_problem(12102, text + suggest_name(document.root.name, (ROOT.name,))))
    for namespace in document.namespaces:
        problems.add(12200, f"TwiML has no namespaces: {namespace} is ignored")
    return _Validation(problems).read(document.root, ROOT)


class _Validation:
    def __init__(self, problems: ProblemList) -> None:
        self._problems = problems
        self._found: set[tuple[str, int, str, int]] = set()
        """Unknown names by place: finding a suggestion takes time."""

    def read(self, element: XmlElement, element_type: ElementType, *, is_skipped: bool = False) -> Element:
        for name in element.attributes:
            if name not in element_type.attributes and self._is_new(element, name):
                text = f"Attribute '{name}' is not allowed to appear in element '{element.name}'"  # as Twilio words it
                self._add(12200, text, element, suggest_name(name, element_type.attributes))
        attributes = {name: value for name, value in element.attributes.items() if name in element_type.attributes}
        content = tuple(self._read_content(element, element_type, is_skipped=is_skipped))
        is_empty = all(isinstance(part, str) for part in element.content)
        return Element(element_type, attributes, content, element.line, is_empty)

    def _read_content(
        self, element: XmlElement, element_type: ElementType, *, is_skipped: bool
    ) -> Iterator[Element | str]:
        child_types = {ELEMENT_TYPES[key].name: ELEMENT_TYPES[key] for key in element_type.children}
        for part in element.content:
            if isinstance(part, str):
                yield from self._read_text(part, element, element_type)
            elif part.name in child_types:
                yield from self._read_child(part, child_types[part.name], is_skipped=is_skipped)
            else:
                yield from self._read_misplaced(part, element, element_type, is_skipped=is_skipped)

    def _read_text(self, text: str, element: XmlElement, element_type: ElementType) -> Iterator[str]:
        if element_type.has_text:
            yield text
        elif text.strip():
            self._add(12200, f"Element '{element.name}' cannot have text", element)

    def _read_child(self, part: XmlElement, child_type: ElementType, *, is_skipped: bool) -> Iterator[Element]:
        starts_skipping = child_type.treatment is Treatment.SKIPPED
        if starts_skipping and not is_skipped:
            self._add(_NOT_PLAYED, f"<{part.name}> is not played by this mock and was skipped", part)
        child = self.read(part, child_type, is_skipped=is_skipped or starts_skipping)
        if not starts_skipping:
            yield child

    def _read_misplaced(
        self, part: XmlElement, parent: XmlElement, parent_type: ElementType, *, is_skipped: bool
    ) -> Iterator[Element | str]:
        """Warn of an element that is not allowed here. Within speech, its text is spoken all the same."""
        if self._is_new(parent, part.name, part.line):
            code = _NESTING_CODES.get(parent.name, 12200) if part.name in NAMES else 12200
            hint = suggest_place(part.name) or suggest_name(
                part.name, (ELEMENT_TYPES[key].name for key in parent_type.children)
            )
            self._add(code, f"Element '{part.name}' is not allowed in element '{parent.name}'", part, hint)
        if parent_type is ELEMENT_TYPES["Say"] or parent_type.treatment is Treatment.SPEECH:
            yield from self._read_content(part, parent_type, is_skipped=is_skipped)

    def _is_new(self, element: XmlElement, name: str, line: int = 0) -> bool:
        place = (element.name, element.line, name, line)
        is_new = not self._problems.is_full and place not in self._found
        self._found.add(place)
        return is_new

    def _add(self, code: int, text: str, element: XmlElement, hint: str = "") -> None:
        self._problems.add(code, f"{text} (line {element.line}).{hint}")

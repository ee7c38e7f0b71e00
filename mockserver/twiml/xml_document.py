"""Parsing XML without document types and entities, within a bound of depth."""

import codecs
import io
import re
from typing import Any
from xml.sax import SAXException, SAXParseException
from xml.sax.handler import ContentHandler, feature_namespaces
from xml.sax.xmlreader import InputSource, Locator

import msgspec

from mockserver.twiml.problems import TwimlError, build_problem

MAX_DEPTH = 64
"""Far more than TwiML can use: a `<Say>` with nested SSML has about ten levels."""
_XML_NAMESPACE = "http://www.w3.org/XML/1998/namespace"
_SCHEMA_NAMESPACE = "http://www.w3.org/2001/XMLSchema-instance"
_BYTE_ORDER_MARKS = (codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_CHARSET_PATTERN = r"(?i)(utf|iso|latin|us-ascii|ascii|windows|cp|koi8|euc|shift|big5|gb)[\w-]*"
"""Python has codecs that are no charsets, such as `punycode`."""
_PARSE_ERRORS = (SAXException, LookupError, ValueError, Warning)
"""An unknown encoding is a LookupError, what defusedxml refuses is a ValueError; some codecs warn."""


class XmlElement(msgspec.Struct):
    """An element, with its attributes, and its texts and children in document order."""

    name: str
    attributes: dict[str, str]
    line: int
    content: list["XmlElement | str"] = []


class XmlDocument(msgspec.Struct, frozen=True):
    """A parsed document. Names have no namespaces."""

    root: XmlElement
    namespaces: tuple[str, ...]
    """The namespaces that were dropped, in document order."""


def parse_xml(body: bytes, charset: str | None) -> XmlDocument:
    """Parse an answer.

    A byte order mark counts before the charset of the Content-Type, and this before the XML declaration (RFC 7303).

    Raises:
        TwimlError: 12100 if the body is not XML, or has a document type or more than `MAX_DEPTH` levels.
    """
    from defusedxml.expatreader import create_parser  # only calls need it

    builder = _TreeBuilder()
    parser = create_parser(forbid_dtd=True, namespaceHandling=True)
    parser.setFeature(feature_namespaces, True)
    parser.setContentHandler(builder)
    try:
        parser.parse(_build_source(body, charset))
    except _PARSE_ERRORS as error:
        raise TwimlError(build_problem(12100, f"Document parse failure: {_describe_error(error, body)}")) from None
    return XmlDocument(builder.root.content[0], tuple(builder.namespaces))  # type: ignore[arg-type]


class _TreeBuilder(ContentHandler):
    def __init__(self) -> None:
        super().__init__()
        self.root = XmlElement("", {}, 0)
        """The parent of the document's root element."""
        self.namespaces: dict[str, None] = {}
        self._open = [self.root]
        self._locator: Locator

    def setDocumentLocator(self, locator: Locator) -> None:
        self._locator = locator

    def startElementNS(self, name: Any, qname: str | None, attrs: Any) -> None:
        if len(self._open) > MAX_DEPTH:
            raise SAXException(f"elements are nested deeper than {MAX_DEPTH} levels")
        namespace, local_name = name
        if namespace is not None:
            self.namespaces[namespace] = None
        element = XmlElement(local_name, self._read_attributes(attrs), self._locator.getLineNumber() or 0)
        self._open[-1].content.append(element)
        self._open.append(element)

    def endElementNS(self, name: Any, qname: str | None) -> None:
        self._open.pop()

    def characters(self, content: str) -> None:
        self._open[-1].content.append(content)

    def _read_attributes(self, attrs: Any) -> dict[str, str]:
        attributes = {}
        for (namespace, name), value in attrs.items():
            if namespace is None:
                attributes[name] = value
            elif namespace == _XML_NAMESPACE:
                attributes[f"xml:{name}"] = value
            elif namespace != _SCHEMA_NAMESPACE:
                self.namespaces[namespace] = None
        return attributes


def _build_source(body: bytes, charset: str | None) -> InputSource:
    source = InputSource()
    source.setByteStream(io.BytesIO(body))
    if charset and not body.startswith(_BYTE_ORDER_MARKS) and re.fullmatch(_CHARSET_PATTERN, charset):
        try:
            source.setByteStream(io.BytesIO(body.decode(charset).encode()))
            source.setEncoding("utf-8")
        except (LookupError, UnicodeError):  # the charset is wrong: the document may know better
            pass
    return source


def _describe_error(error: Exception, body: bytes) -> str:
    from defusedxml import DefusedXmlException

    if isinstance(error, DefusedXmlException):
        return "a document type declaration is not allowed. TwiML has none: is the answer an HTML page?"
    if not isinstance(error, SAXParseException):
        return str(error)
    hint = ". Remove the white space before <?xml" if body.lstrip().startswith(b"<?xml") and body[:1].isspace() else ""
    return f"{error.getMessage()} in line {error.getLineNumber()}, column {error.getColumnNumber()}{hint}"

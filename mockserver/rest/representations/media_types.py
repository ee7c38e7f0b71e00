"""Representations by extension, as Twilio chooses them (WIRE §8), never by `Accept`."""

import re
from enum import StrEnum

from generators.model import API_VERSION


class Representation(StrEnum):
    """A form in which a resource is sent. The value is the extension."""

    JSON = "json"
    XML = "xml"
    CSV = "csv"
    HTML = "html"


_API_PREFIX = f"/{API_VERSION}/"
_REPRESENTATION_BY_EXTENSION = {form.value: form for form in Representation}
_EXTENSION = re.compile(r"\.([a-z0-9]{1,5})\Z")

MEDIA_TYPES = {
    Representation.JSON: b"application/json",
    Representation.XML: b"application/xml",
    Representation.CSV: b"text/csv; charset=utf-8",
    Representation.HTML: b"text/html; charset=utf-8",
}


def get_extension(path: str) -> str:
    """Return the extension of a path, or an empty text: `Twilio.CURRENT` has none."""
    match = _EXTENSION.search(path)
    return "" if match is None else match[1]


def choose_representation(path: str) -> Representation:
    """Return the representation for a path, errors included. Without an extension it is XML, as in 2010."""
    known = _REPRESENTATION_BY_EXTENSION.get(get_extension(path))
    if known is not None:
        return known
    return Representation.XML if path.startswith(_API_PREFIX) else Representation.JSON

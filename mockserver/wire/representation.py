"""Representations by extension, as Twilio chooses them (WIRE §8): never by `Accept`."""

from enum import StrEnum

from generators.model import API_VERSION


class Representation(StrEnum):
    """A form in which a resource is sent; the value is the extension."""

    JSON = "json"
    XML = "xml"
    CSV = "csv"
    HTML = "html"


MEDIA_TYPES = {
    Representation.JSON: b"application/json",
    Representation.XML: b"application/xml",
    Representation.CSV: b"text/csv; charset=utf-8",
    Representation.HTML: b"text/html; charset=utf-8",
}


def extension(path: str) -> str:
    """Return what stands after the last segment's first dot; empty where there is none."""
    return path.rpartition("/")[2].partition(".")[2]


def representation(path: str) -> Representation:
    """Return the form of what is sent for a path, errors included: XML without an extension, as in 2010."""
    asked = extension(path)
    if asked in list(Representation):
        return Representation(asked)
    return Representation.XML if path.startswith(f"/{API_VERSION}/") else Representation.JSON

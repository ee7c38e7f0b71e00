"""Representations by extension, as Twilio chooses them (WIRE §8), never by `Accept`."""

import re
from collections.abc import Mapping, Sequence
from enum import StrEnum
from functools import cache, lru_cache
from importlib import import_module
from typing import Any, Protocol, cast

import msgspec

from generators.model import API_VERSION


class Representation(StrEnum):
    """A form in which a resource is sent. The value is the extension."""

    JSON = "json"
    XML = "xml"
    CSV = "csv"
    HTML = "html"


_API_PREFIX = f"/{API_VERSION}/"
_REPRESENTATION_BY_EXTENSION = {form.value: form for form in Representation}
_EXTENSION = r"\.([a-z0-9]{1,5})\Z"
_MAX_EXTENSION_LENGTH = 6
"""With its dot."""


class Encoder(Protocol):
    """A module that encodes resources in one representation. Documents are JSON objects."""

    def encode_item(self, name: str, document: Mapping[str, Any]) -> bytes:
        """Return one resource."""

    def encode_page(
        self, name: str, list_key: str, envelope: Mapping[str, Any], documents: Sequence[Mapping[str, Any]]
    ) -> bytes:
        """Return a page of a list.

        Args:
            name: the XML element of one resource.
            list_key: the key of the list in JSON.
        """


class RepresentationRow(msgspec.Struct, frozen=True):
    """What belongs to a representation."""

    media_type: bytes
    encoder: str
    """The module in this package that encodes it."""


REPRESENTATIONS = {
    Representation.JSON: RepresentationRow(b"application/json", "json"),
    Representation.XML: RepresentationRow(b"application/xml", "xml"),
    Representation.CSV: RepresentationRow(b"text/csv; charset=utf-8", "csv"),
    Representation.HTML: RepresentationRow(b"text/html; charset=utf-8", "html"),
}
"""One row per representation."""
MEDIA_TYPES = {representation: row.media_type for representation, row in REPRESENTATIONS.items()}


@cache
def load_encoder(representation: Representation) -> Encoder:
    """Return the encoder of a representation. SDKs ask for JSON, so the other modules are imported late."""
    module = import_module(f"{__package__}.{REPRESENTATIONS[representation].encoder}")
    return cast(Encoder, module)


def get_extension(path: str) -> str:
    """Return the extension of a path, or an empty text: `Twilio.CURRENT` has none."""
    return _find_extension(path[-_MAX_EXTENSION_LENGTH:])


@lru_cache(maxsize=256)
def _find_extension(end_of_path: str) -> str:
    match = re.search(_EXTENSION, end_of_path)
    return "" if match is None else match[1]


def choose_representation(path: str) -> Representation:
    """Return the representation for a path, errors included. Without an extension it is XML, as in 2010."""
    known = _REPRESENTATION_BY_EXTENSION.get(get_extension(path))
    if known is not None:
        return known
    return Representation.XML if path.startswith(_API_PREFIX) else Representation.JSON

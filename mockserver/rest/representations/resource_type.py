"""A type of resource: its names, and how it becomes a document."""

from collections.abc import Callable
from typing import Any

import msgspec

from mockserver.rest.representations import json
from mockserver.rest.representations.wires import Wire


class ResourceType(msgspec.Struct, frozen=True):
    """A type of resource.

    Args:
        xml_element: its name in Twilio's XML, such as `AddOnResult`.
        list_key: the key of the records in a JSON list, such as `add_on_results`.
        build_document: (value, wire, base URL) -> the document that all representations are built from.
        encode_plain: (value, wire) -> the same document as a fragment of JSON, or None if the value needs the encoder.
    """

    xml_element: str
    list_key: str
    build_document: Callable[[Any, Wire, str], dict[str, Any]]
    encode_plain: Callable[[Any, Wire], bytes | None] | None = None

    def encode_fragment(self, value: Any, wire: Wire) -> bytes:
        """Return a value as JSON with a placeholder for scheme and host."""
        plain = None if self.encode_plain is None else self.encode_plain(value, wire)
        return json.encode_fragment(self.build_document(value, wire, "")) if plain is None else plain

"""A type of resource: its names, and how it becomes a document."""

from collections.abc import Callable
from typing import Any

import msgspec

from mockserver.rest.representations.wires import Wire


class ResourceType(msgspec.Struct, frozen=True):
    """A type of resource.

    Args:
        xml_element: its name in Twilio's XML, such as `AddOnResult`.
        list_key: the key of the records in a JSON list, such as `add_on_results`.
        build_document: (value, wire, base URL) -> the document that all representations are built from.
    """

    xml_element: str
    list_key: str
    build_document: Callable[[Any, Wire, str], dict[str, Any]]

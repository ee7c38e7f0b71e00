"""XML as Twilio's v2010 API sends it (WIRE §8): elements in PascalCase below `TwilioResponse`."""

import re
from collections.abc import Iterable, Mapping
from html import escape
from typing import Any

_PROLOG = "<?xml version='1.0' encoding='UTF-8'?>\n<TwilioResponse>"
_ILLEGAL_CHARACTER = "[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]"
"""Characters that XML 1.0 cannot contain, even escaped. Compiling the pattern takes 10 ms, so it is done late."""
_JSON_EXTENSION = ".json"
_ESCAPED_SPACES = str.maketrans({"\t": "&#9;", "\n": "&#10;", "\r": "&#13;"})
"""A parser would read these characters in an attribute as spaces."""
_VALID_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_ENVELOPE_ATTRIBUTES = {
    "page": "page",
    "page_size": "pagesize",
    "start": "start",
    "end": "end",
    "uri": "uri",
    "first_page_uri": "firstpageuri",
    "previous_page_uri": "previouspageuri",
    "next_page_uri": "nextpageuri",
}
"""The envelope's keys as attributes. Twilio leaves the attribute of a missing page empty."""


def encode_item(name: str, document: Mapping[str, Any]) -> bytes:
    """Return one resource as XML."""
    return _wrap_response(_encode_element(name, _without_extensions(document)))


def encode_page(name: str, list_key: str, envelope: Mapping[str, Any], documents: Iterable[Mapping[str, Any]]) -> bytes:
    """Return a list of resources as XML."""
    attributes = " ".join(
        f"{attribute}={_quote(_encode_text(envelope[field]))}" for field, attribute in _ENVELOPE_ATTRIBUTES.items()
    )
    plural = _to_pascal_case(list_key)
    records = "".join(_encode_element(name, _without_extensions(document)) for document in documents)
    return _wrap_response(f"<{plural} {attributes}>{records}</{plural}>")


def _without_extensions(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return a document whose URIs have no extension, as in Twilio's XML (WIRE §17)."""
    plain = dict(document)
    if isinstance(uri := document.get("uri"), str):
        plain["uri"] = uri.removesuffix(_JSON_EXTENSION)
    if isinstance(uris := document.get("subresource_uris"), Mapping):
        plain["subresource_uris"] = {
            name: path.removesuffix(_JSON_EXTENSION) if isinstance(path, str) else path for name, path in uris.items()
        }
    return plain


def _wrap_response(content: str) -> bytes:
    return f"{_PROLOG}{content}</TwilioResponse>".encode()


def _encode_element(name: str, value: object) -> str:
    """Return an element. A key that is no valid name is written as an attribute."""
    tag = _to_pascal_case(name)
    start = tag if _VALID_NAME.fullmatch(tag) else f"Item Name={_quote(_replace_illegal_characters(name))}"
    if isinstance(value, Mapping):
        content = "".join(_encode_element(str(key), inner) for key, inner in value.items())
    elif isinstance(value, list):
        content = "".join(_encode_element("Item", inner) for inner in value)
    else:
        content = escape(_encode_text(value), quote=False).replace("\r", "&#13;")
    return f"<{start}>{content}</{start.partition(' ')[0]}>" if content else f"<{start}/>"


def _encode_text(value: object) -> str:
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else _replace_illegal_characters(str(value))


def _quote(text: str) -> str:
    """Return the value of an attribute, in quotes."""
    return f'"{escape(text).translate(_ESCAPED_SPACES)}"'


def _replace_illegal_characters(text: str) -> str:
    return re.sub(_ILLEGAL_CHARACTER, "\N{REPLACEMENT CHARACTER}", text)


def _to_pascal_case(name: str) -> str:
    return "".join(part[:1].upper() + part[1:] for part in name.split("_"))

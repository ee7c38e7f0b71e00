"""The body of a POST request: the form that it contains, or why it is ignored."""

import codecs
import re
from collections.abc import Sequence
from urllib.parse import parse_qsl, urlencode

import msgspec

from mockserver.rest.headers import Header

URLENCODED_MEDIA_TYPE = "application/x-www-form-urlencoded"
MULTIPART_MEDIA_TYPE = "multipart/form-data"
_CHARSET = re.compile(r';\s*charset\s*=\s*"?([^";\s]+)', re.IGNORECASE)
_FORBIDDEN_CONTENTS = {
    codecs.BOM_UTF8: "a byte order mark",
    codecs.BOM_UTF16_LE: "a byte order mark",
    codecs.BOM_UTF16_BE: "a byte order mark",
    b"\x1f\x8b": "gzip",
}
"""The first bytes of bodies that no form has, and what they are."""
_FORBIDDEN_STARTS = tuple(_FORBIDDEN_CONTENTS)
_PYTHON_CODECS = frozenset({"raw-unicode-escape", "raw_unicode_escape", "unicode-escape", "unicode_escape"})
"""Codecs of Python that are no charsets: they evaluate escapes, and warn of invalid ones."""
_MAX_SHOWN_LENGTH = 80
"""The number of characters of a header value that a warning shows."""


class FormBody(msgspec.Struct, frozen=True):
    """A request body, read as a form."""

    encoded: bytes = b""
    """The form, URL-encoded in UTF-8; empty if the body is ignored."""
    warnings: tuple[str, ...] = ()
    """What was ignored, and why."""


def get_media_type(headers: Sequence[Header]) -> str:
    """Return the media type of a request body in lower case, without parameters; empty if the request names none."""
    return _strip_parameters(_get_header(headers, b"content-type"))


def read_form(body: bytes, headers: Sequence[Header]) -> FormBody:
    """Read a form by its Content-Type. Any other body is ignored: Twilio reads forms only.

    Args:
        headers: the request headers, with names in lower case.
    """
    if not body:
        return FormBody()
    content_type, encoding = _get_header(headers, b"content-type"), _get_header(headers, b"content-encoding")
    if content_type == URLENCODED_MEDIA_TYPE and not encoding and not body.startswith(_FORBIDDEN_STARTS):
        return FormBody(body)  # almost always
    media_type = _strip_parameters(content_type)
    found = _describe_foreign_body(body, media_type, encoding.strip().lower())
    if found is not None:
        return _ignore_body(found)
    if media_type == MULTIPART_MEDIA_TYPE:
        return _read_multipart(body, content_type)
    charset = _CHARSET.search(content_type)
    return FormBody(body) if charset is None else _decode_charset(body, charset[1])


def _describe_foreign_body(body: bytes, media_type: str, encoding: str) -> str | None:
    """Return what a body is instead of a form, or None if it is one."""
    if encoding not in ("", "identity"):
        return encoding[:_MAX_SHOWN_LENGTH]
    if media_type not in (URLENCODED_MEDIA_TYPE, MULTIPART_MEDIA_TYPE):
        return media_type[:_MAX_SHOWN_LENGTH] or "a body without Content-Type"
    return next((name for start, name in _FORBIDDEN_CONTENTS.items() if body.startswith(start)), None)


def _read_multipart(body: bytes, content_type: str) -> FormBody:
    from mockserver.rest.multipart import MultipartError, parse_multipart  # SDKs do not send it any more

    try:
        fields, file_names = parse_multipart(body, content_type)
    except MultipartError as error:
        return _ignore_body(f"{MULTIPART_MEDIA_TYPE} {error}")
    warnings = (f"{name[:_MAX_SHOWN_LENGTH]!r} is a file instead of a field, and was ignored." for name in file_names)
    return FormBody(urlencode(fields).encode(), tuple(warnings))


def _decode_charset(body: bytes, charset: str) -> FormBody:
    """Return a form in UTF-8. An unknown charset counts as UTF-8."""
    try:
        name = codecs.lookup(charset).name
        if name in ("utf-8", "ascii") or name in _PYTHON_CODECS:
            return FormBody(body)
        if "&=%".encode(name) != b"&=%":
            return _ignore_body(f"charset={charset[:_MAX_SHOWN_LENGTH]}")
        pairs = parse_qsl(body.decode("latin-1"), keep_blank_values=True, encoding=name, errors="replace")
    except (LookupError, ValueError):
        return FormBody(body)
    return FormBody(urlencode(pairs, errors="replace").encode())  # some charsets can write half a character


def _ignore_body(found: str) -> FormBody:
    return FormBody(warnings=(f"The body was ignored: expected a form, found {found}.",))


def _strip_parameters(content_type: str) -> str:
    return content_type.partition(";")[0].strip().lower()


def _get_header(headers: Sequence[Header], name: bytes) -> str:
    for header_name, value in headers:
        if header_name == name:
            return value.decode("latin-1")
    return ""

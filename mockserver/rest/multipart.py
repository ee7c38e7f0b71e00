"""Forms as multipart/form-data (RFC 7578): twilio-node sent every form so before version 4."""

import logging

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import Field, File, FormParser, parse_options_header

logging.getLogger("python_multipart").addHandler(logging.NullHandler())  # else it prints what we report ourselves


class MultipartError(Exception):
    """The body cannot be read. The message says why, as the end of a sentence."""


def parse_multipart(body: bytes, content_type: str) -> tuple[list[tuple[bytes, bytes]], list[str]]:
    """Return the fields, and the names of the parts that are files.

    Raises:
        MultipartError: if the body has no boundary, is malformed, or ends early.
    """
    boundary = parse_options_header(content_type)[1].get(b"boundary")
    if not boundary:
        raise MultipartError("without a boundary")
    fields: list[tuple[bytes, bytes]] = []
    file_names: list[str] = []
    ends: list[bool] = []

    def add_field(field: Field) -> None:
        fields.append((field.field_name or b"", field.value or b""))

    def add_file(file: File) -> None:
        file_names.append((file.field_name or b"").decode(errors="replace"))
        file.close()

    try:
        parser = FormParser("multipart/form-data", add_field, add_file, lambda: ends.append(True), boundary)
        parser.write(body)
        parser.finalize()
    except FormParserError as error:
        raise MultipartError(f"that is malformed ({error})") from None
    if not ends:
        raise MultipartError("without its last boundary")
    return fields, file_names

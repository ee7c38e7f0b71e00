"""CSV: a header row, and one row per resource."""

import csv
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TextIO

Document = Mapping[str, Any]


def encode_item(name: str, document: Document) -> bytes:
    """Return one resource as CSV. CSV has no place for its name."""
    return encode_table([document], document)


def encode_page(name: str, list_key: str, envelope: Document, documents: Sequence[Document]) -> bytes:
    """Return a list of resources as CSV. CSV has no place for the envelope."""
    return encode_table(documents, documents[0] if documents else ())


def encode_table(documents: Iterable[Document], columns: Iterable[str]) -> bytes:
    """Return resources as CSV. A cell holds an object as JSON, and is empty for null."""
    text = io.StringIO()
    write_csv(text, documents, columns, "\r\n")
    return text.getvalue().encode("utf-8", "replace")


def write_csv(stream: TextIO, documents: Iterable[Document], columns: Iterable[str], line_terminator: str) -> None:
    """Write resources one by one; see `encode_table`."""
    columns = tuple(columns)
    writer = csv.writer(stream, lineterminator=line_terminator)
    writer.writerow(columns)
    for document in documents:
        writer.writerow([format_cell(document.get(column)) for column in columns])


def format_cell(value: object) -> str:
    """Return the text of a table's cell."""
    if value is None:
        return ""
    return json.dumps(value) if isinstance(value, dict | list) else str(value)

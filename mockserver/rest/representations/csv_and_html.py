"""CSV and HTML: a header row, and one row per resource."""

import csv
import io
import json
from collections.abc import Iterable, Mapping
from html import escape
from typing import Any, TextIO

Documents = Iterable[Mapping[str, Any]]


def to_csv(documents: Documents, columns: Iterable[str]) -> bytes:
    """Return resources as CSV. A cell holds an object as JSON, and is empty for null."""
    text = io.StringIO()
    write_csv(text, documents, columns, "\r\n")
    return text.getvalue().encode("utf-8", "replace")


def write_csv(stream: TextIO, documents: Documents, columns: Iterable[str], line_terminator: str) -> None:
    """Write resources one by one; see `to_csv`."""
    writer = csv.writer(stream, lineterminator=line_terminator)
    writer.writerow(columns)
    for document in documents:
        writer.writerow([_format_cell(document.get(column)) for column in columns])


def to_html(title: str, documents: Documents, columns: Iterable[str]) -> bytes:
    """Return resources as an HTML page with a table."""
    head = "".join(f"<th>{escape(column)}</th>" for column in columns)
    rows = "".join(
        f"<tr>{''.join(f'<td>{escape(_format_cell(document.get(column)))}</td>' for column in columns)}</tr>"
        for document in documents
    )
    page = f"<!DOCTYPE html><title>{escape(title)}</title><table><tr>{head}</tr>{rows}</table>"
    return page.encode("utf-8", "replace")


def _format_cell(value: object) -> str:
    if value is None:
        return ""
    return json.dumps(value) if isinstance(value, dict | list) else str(value)

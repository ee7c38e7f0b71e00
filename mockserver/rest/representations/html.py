"""HTML: a page with a table, with a header row and one row per resource."""

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import Any

from mockserver.rest.representations.csv import format_cell

Document = Mapping[str, Any]


def encode_item(name: str, document: Document) -> bytes:
    """Return one resource as an HTML page."""
    return encode_table(name, [document], document)


def encode_page(name: str, list_key: str, envelope: Document, documents: Sequence[Document]) -> bytes:
    """Return a list of resources as an HTML page, without the envelope."""
    return encode_table(list_key, documents, documents[0] if documents else ())


def encode_table(title: str, documents: Iterable[Document], columns: Iterable[str]) -> bytes:
    """Return resources as an HTML page with a table."""
    columns = tuple(columns)
    head = "".join(f"<th>{escape(column)}</th>" for column in columns)
    rows = "".join(
        f"<tr>{''.join(f'<td>{escape(format_cell(document.get(column)))}</td>' for column in columns)}</tr>"
        for document in documents
    )
    page = f"<!DOCTYPE html><title>{escape(title)}</title><table><tr>{head}</tr>{rows}</table>"
    return page.encode("utf-8", "replace")

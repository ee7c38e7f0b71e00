"""Serializes journal entries, without secrets."""

from collections.abc import Iterable

from mockserver.control import journal_views as views
from mockserver.control.serializers import serialize_instant
from mockserver.journal import redaction
from mockserver.journal.journal import Entry
from mockserver.rest.header_names import WARNING_HEADER


def serialize_request(entry: Entry) -> views.RequestView:
    return views.RequestView(
        number=entry.number,
        at=serialize_instant(entry.at),
        operation=None if entry.operation is None else entry.operation.value,
        method=entry.method,
        target=entry.target,
        query=_group_by_name(redaction.redact_parameters(entry.query)),
        form=_group_by_name(redaction.redact_parameters(entry.body)),
        headers=[(name.decode("latin-1"), redaction.redact_header(name, value)) for name, value in entry.headers],
        status=entry.response.status,
        seconds=round(entry.seconds, 6),
        length=entry.response.length,
        reason=None if entry.response.reason is None else redaction.without_passwords(entry.response.reason),
        warnings=[redaction.without_passwords(warning) for warning in entry.response_headers(WARNING_HEADER)],
        rule=entry.rule,
        next_page_uri=entry.response.next_page_uri and redaction.redact_uri(entry.response.next_page_uri),
    )


def _group_by_name(pairs: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    values: dict[str, list[str]] = {}
    for name, value in pairs:
        values.setdefault(name, []).append(value)
    return values

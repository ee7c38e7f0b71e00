"""The journal as an HTTP archive, HAR 1.2, which browsers' tools and others read. Secrets are hidden."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Any

from mockserver import __version__
from mockserver.journal import redaction
from mockserver.journal.journal import Entry

Document = dict[str, Any]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FORM = "application/x-www-form-urlencoded"
_PHRASES = {status.value: status.phrase for status in HTTPStatus}


def archive(entries: Iterable[Entry], base_url: str, *, dropped: int) -> Document:
    """Return an archive.

    Args:
        base_url: scheme and host of this server.
        dropped: how many requests there were before, of which nothing is kept.
    """
    comment = f"{dropped} older requests are no longer in the journal." if dropped else ""
    return {
        "log": {
            "version": "1.2",
            "creator": {"name": "twilio-recordings-mock", "version": __version__},
            "entries": [_entry(entry, base_url) for entry in entries],
            "comment": comment,
        }
    }


def _entry(entry: Entry, base_url: str) -> Document:
    milliseconds = round(entry.seconds * 1000, 3)
    return {
        "startedDateTime": (_EPOCH + timedelta(microseconds=entry.at)).isoformat(timespec="milliseconds"),
        "time": milliseconds,
        "request": _request(entry, base_url),
        "response": _response(entry),
        "cache": {},
        "timings": {"send": 0, "wait": milliseconds, "receive": 0},
        "comment": "" if entry.answer.reason is None else redaction.without_passwords(entry.answer.reason),
    }


def _request(entry: Entry, base_url: str) -> Document:
    request: Document = {
        "method": entry.method,
        "url": f"{base_url}{entry.target}",
        "httpVersion": "HTTP/1.1",
        "cookies": [],
        "headers": list(_headers(entry.headers)),
        "queryString": list(_pairs(entry.query)),
        "headersSize": -1,
        "bodySize": len(entry.body),
    }
    if entry.body:
        params = list(_pairs(entry.body))
        request["postData"] = {"mimeType": _FORM, "params": params, "text": redaction.encoded(entry.body)}
    return request


def _response(entry: Entry) -> Document:
    mime_type = "" if entry.answer.media_type is None else entry.answer.media_type.decode()
    headers = list(_headers(entry.answer.headers))
    if entry.answer.media_type is not None:
        headers.append({"name": "content-type", "value": mime_type})
    return {
        "status": entry.answer.status,
        "statusText": _PHRASES.get(entry.answer.status, ""),
        "httpVersion": "HTTP/1.1",
        "cookies": [],
        "headers": headers,
        "content": {"size": entry.answer.length, "mimeType": mime_type, "comment": "Bodies are not kept."},
        "redirectURL": next(iter(entry.told(b"location")), ""),
        "headersSize": -1,
        "bodySize": entry.answer.length,
    }


def _headers(headers: Iterable[tuple[bytes, bytes]]) -> Iterator[Document]:
    for name, value in headers:
        yield {"name": name.decode("latin-1"), "value": redaction.header(name, value)}


def _pairs(raw: bytes) -> Iterator[Document]:
    for name, value in redaction.parameters(raw):
        yield {"name": name, "value": value}

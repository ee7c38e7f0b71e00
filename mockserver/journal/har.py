"""The journal as an HTTP archive (HAR 1.2), which browser tools read. Secrets are hidden."""

from collections.abc import Generator, Iterable, Iterator
from datetime import timedelta
from http import HTTPStatus
from typing import Any

from generators.instants import EPOCH
from mockserver import __version__
from mockserver.journal import redaction
from mockserver.journal.journal import Entry
from mockserver.rest.form_body import MULTIPART_MEDIA_TYPE, get_media_type

HarDocument = dict[str, Any]

_REASON_PHRASES = {status.value: status.phrase for status in HTTPStatus}


def build_har(entries: Iterable[Entry], base_url: str, *, dropped: int) -> Generator[None, None, HarDocument]:
    """Return the entries as a HAR document, and pause after each entry.

    Args:
        entries: no other code may change them in a pause.
        base_url: scheme and host of this server.
        dropped: the number of earlier requests that the journal has dropped.
    """
    built = []
    for entry in entries:
        built.append(_build_entry(entry, base_url))
        yield
    comment = f"{dropped} older requests are no longer in the journal." if dropped else ""
    return {
        "log": {
            "version": "1.2",
            "creator": {"name": "twilio-recordings-mock", "version": __version__},
            "entries": built,
            "comment": comment,
        }
    }


def _build_entry(entry: Entry, base_url: str) -> HarDocument:
    milliseconds = round(entry.seconds * 1000, 3)
    return {
        "startedDateTime": (EPOCH + timedelta(microseconds=entry.at)).isoformat(timespec="milliseconds"),
        "time": milliseconds,
        "request": _build_request(entry, base_url),
        "response": _build_response(entry),
        "cache": {},
        "timings": {"send": 0, "wait": milliseconds, "receive": 0},
        "comment": "" if entry.response.reason is None else redaction.without_passwords(entry.response.reason),
    }


def _build_request(entry: Entry, base_url: str) -> HarDocument:
    request: HarDocument = {
        "method": entry.method,
        "url": f"{base_url}{entry.target}",
        "httpVersion": "HTTP/1.1",
        "cookies": [],
        "headers": list(_build_headers(entry.headers)),
        "queryString": list(_build_pairs(entry.query)),
        "headersSize": -1,
        "bodySize": len(entry.body),
    }
    if entry.body:
        media_type = get_media_type(entry.headers)
        is_multipart = media_type == MULTIPART_MEDIA_TYPE  # its parts are in `params`, with secrets hidden by name
        request["postData"] = {
            "mimeType": media_type,
            "params": list(_build_pairs(entry.form)),
            "text": "" if is_multipart else redaction.redact_body(entry.body, media_type),
        }
    return request


def _build_response(entry: Entry) -> HarDocument:
    mime_type = "" if entry.response.media_type is None else entry.response.media_type.decode()
    headers = list(_build_headers(entry.response.headers))
    if entry.response.media_type is not None:
        headers.append({"name": "content-type", "value": mime_type})
    return {
        "status": entry.response.status,
        "statusText": _REASON_PHRASES.get(entry.response.status, ""),
        "httpVersion": "HTTP/1.1",
        "cookies": [],
        "headers": headers,
        "content": {
            "size": entry.response.length,
            "mimeType": mime_type,
            "comment": "The journal does not keep bodies.",
        },
        "redirectURL": next(iter(entry.response_headers(b"location")), ""),
        "headersSize": -1,
        "bodySize": entry.response.length,
    }


def _build_headers(headers: Iterable[tuple[bytes, bytes]]) -> Iterator[HarDocument]:
    for name, value in headers:
        yield {"name": name.decode("latin-1"), "value": redaction.redact_header(name, value)}


def _build_pairs(raw: bytes) -> Iterator[HarDocument]:
    for name, value in redaction.redact_parameters(raw):
        yield {"name": name, "value": value}

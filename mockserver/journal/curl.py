"""curl commands that repeat a request of the journal, without its secrets."""

import shlex
from collections.abc import Iterator
from urllib.parse import quote, urlsplit

from generators.sids import Kind, is_sid
from mockserver.journal import redaction
from mockserver.journal.journal import Entry
from mockserver.rest.auth import parse_credentials
from mockserver.rest.form_body import MULTIPART_MEDIA_TYPE, get_media_type

_OMITTED_HEADERS = frozenset({b"authorization", b"host", b"content-length", b"connection", b"accept-encoding"})
"""Headers that curl sends by itself, or that would only make its output harder to read."""
_PATH_SAFE = "/:@!$&'()*+,;=~"


def build_curl_command(entry: Entry, base_url: str) -> str:
    """Return a curl command that repeats the request.

    Args:
        base_url: scheme and host of this server. The shell inserts the secret from `$TWILIO_AUTH_TOKEN`, or from
            `$TWILIO_API_SECRET` for an API key.
    """
    query = f"?{redaction.redact_urlencoded(entry.query)}" if entry.query else ""
    url = f"{base_url}{quote(entry.path, safe=_PATH_SAFE)}{query}"
    parts = [
        "curl",
        "--globoff",
        *_build_method_arguments(entry.method),
        *_build_credential_arguments(entry),
        *_build_header_arguments(entry, base_url),
    ]
    return " ".join([*parts, *_build_body_arguments(entry), shlex.quote(url)])


def _build_method_arguments(method: str) -> list[str]:
    return {"GET": [], "HEAD": ["--head"]}.get(method, ["-X", shlex.quote(method)])


def _build_credential_arguments(entry: Entry) -> Iterator[str]:
    for name, value in entry.headers:
        if name.lower() == b"authorization":
            credentials = parse_credentials(value)
            if credentials is None:
                yield "-H " + shlex.quote(f"authorization: {redaction.redact_header(name, value)}")
            else:
                variable = "TWILIO_API_SECRET" if is_sid(credentials.username, Kind.API_KEY) else "TWILIO_AUTH_TOKEN"
                yield f'-u "{credentials.username}:${variable}"'


def _build_body_arguments(entry: Entry) -> Iterator[str]:
    media_type = get_media_type(entry.headers)
    if media_type == MULTIPART_MEDIA_TYPE:
        for name, value in redaction.redact_parameters(entry.form):
            yield "--form-string " + shlex.quote(f"{name}={value}")
    elif entry.body:
        yield "--data-raw " + shlex.quote(redaction.redact_body(entry.body, media_type))


def _build_header_arguments(entry: Entry, base_url: str) -> Iterator[str]:
    is_multipart = get_media_type(entry.headers) == MULTIPART_MEDIA_TYPE
    for name, value in entry.headers:
        if is_multipart and name.lower() == b"content-type":
            continue  # curl chooses the boundary
        lowered, redacted = name.lower(), redaction.redact_header(name, value)
        if lowered not in _OMITTED_HEADERS or (lowered == b"host" and redacted != urlsplit(base_url).netloc):
            yield "-H " + shlex.quote(f"{name.decode('latin-1')}: {redacted}")

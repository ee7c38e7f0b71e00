"""curl commands that repeat a request of the journal, without its secrets."""

import shlex
from collections.abc import Iterator
from urllib.parse import quote, urlsplit

from generators.sids import Kind, is_sid
from mockserver.journal import redaction
from mockserver.journal.journal import Entry
from mockserver.rest.auth import parse_credentials

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
    if entry.body:
        parts += ["--data-raw", shlex.quote(redaction.redact_urlencoded(entry.body))]
    return " ".join([*parts, shlex.quote(url)])


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


def _build_header_arguments(entry: Entry, base_url: str) -> Iterator[str]:
    for name, value in entry.headers:
        lowered, redacted = name.lower(), redaction.redact_header(name, value)
        if lowered not in _OMITTED_HEADERS or (lowered == b"host" and redacted != urlsplit(base_url).netloc):
            yield "-H " + shlex.quote(f"{name.decode('latin-1')}: {redacted}")

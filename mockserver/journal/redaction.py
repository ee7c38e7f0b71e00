"""Redaction: hides the secrets of requests (WIRE §11)."""

import re
from base64 import b64encode
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from urllib.parse import parse_qsl, quote, unquote_plus

from mockserver.rest.auth import parse_credentials
from mockserver.rest.form_body import URLENCODED_MEDIA_TYPE

HIDDEN = "***"
"""The placeholder for a secret."""
_CREDENTIAL_HEADERS = (b"authorization", b"proxy-authorization")
_COOKIE_HEADERS = (b"cookie", b"set-cookie")
_COOKIE_ATTRIBUTES = frozenset({"domain", "expires", "max-age", "path", "samesite"})
_SECRET_NAME_PATTERN = r"(?i)token|secret|passw|api-?_?key|credential|session|signature"
_PUBLIC_NAMES = frozenset({"PageToken", "i-twilio-idempotency-token"})
"""Names that look like those of a secret, but are public."""
_PASSWORD_PATTERNS = (
    r"(//[^/@\s:]*:)([^/\s]*)(@)",
    r"(?i)(%2F%2F(?:(?!%2F|%3A|%40)[^/\s])*%3A)((?:(?!%2F)[^/\s])*)(%40)",
)
"""The password in a URL, plain or escaped."""
_USUAL_PATTERN = re.compile(rb"(?:(?:Page(?:Size|Token)?|DateCreated(?:%3[CE])?|CallSid)=[^&]*+&?)*+")
"""The queries of clients that list recordings, almost always."""
_TOKEN_PATTERN = r"(?i)(auth_?token\W{1,8})\w+"
"""An auth token in an answer, after its name in JSON or XML."""
_QUERY_PARAMETER = r"([?&])([^?&=#\s]+)=([^&#\s\"'<>]+)"
_MIN_SECRET_LENGTH = 4
_FORM_SAFE = "-._~/:,*"


def redact_header(name: bytes, value: bytes) -> str:
    """Return the value of a header with secrets hidden. Credentials keep their scheme and username."""
    lowered = name.lower()
    if lowered in _CREDENTIAL_HEADERS:
        return _redact_credentials(value)
    text = value.decode("latin-1")
    if lowered in _COOKIE_HEADERS:
        return "; ".join(_redact_cookie(cookie.strip()) for cookie in text.split(";"))
    return HIDDEN if is_secret_name(lowered.decode("latin-1")) else without_passwords(text)


def redact_parameters(raw: bytes) -> Iterator[tuple[str, str]]:
    """Yield the pairs of a query string or a form, with secrets hidden."""
    for name, value in parse_qsl(raw.decode("latin-1"), keep_blank_values=True, errors="replace"):
        yield name, redact_parameter(name, value)


def redact_parameter(name: str, value: str) -> str:
    """Return the value of a parameter, or the placeholder if it is a secret."""
    return HIDDEN if value and is_secret_name(name) else without_passwords(value)


def redact_urlencoded(raw: bytes) -> str:
    """Return a query string or a form with secrets hidden, otherwise unchanged."""
    return replace_urlencoded(raw.decode("latin-1"), redact_parameter)


def replace_urlencoded(text: str, replace: Callable[[str, str], str]) -> str:
    """Return a query string or a form with other values of parameters, otherwise unchanged.

    Args:
        replace: returns the value of a parameter, given its name and value.
    """
    if not may_hold_secrets(text.encode("latin-1")):
        return text
    pairs = parse_qsl(text, keep_blank_values=True, errors="replace")
    replaced = [(name, replace(name, value)) for name, value in pairs]
    return text if replaced == pairs else _encode_pairs(replaced)


def replace_url_secrets(text: str, replace: Callable[[str], str]) -> str:
    """Return a text with other secrets in the queries of its URLs.

    Args:
        replace: returns what stands for a secret.
    """
    return re.sub(
        _QUERY_PARAMETER,
        lambda match: (
            match[0] if not is_secret_name(unquote_plus(match[2])) else f"{match[1]}{match[2]}={replace(match[3])}"
        ),
        text,
    )


def may_hold_secrets(raw: bytes) -> bool:
    """Return False if a query string or a form, or several with `&` between them, need no closer look."""
    if b"@" in raw or (b"%" in raw and (b"%40" in raw or b"%25" in raw)):  # passwords of URLs come before `@`
        return True
    if _USUAL_PATTERN.fullmatch(raw) is not None:
        return False
    names = {pair.partition(b"=")[0] for pair in raw.split(b"&")}
    return any(map(_is_secret_raw_name, names))


def redact_body(raw: bytes, media_type: str) -> str:
    """Return a body as text, with its secrets hidden."""
    return redact_urlencoded(raw) if media_type == URLENCODED_MEDIA_TYPE else without_passwords(raw.decode("latin-1"))


def find_secret_values(raw: bytes) -> Iterator[str]:
    """Yield the secrets in a query string or a form, plain and escaped."""
    for name, value in parse_qsl(raw.decode("latin-1"), keep_blank_values=True, errors="replace"):
        if value and is_secret_name(name):
            yield from (value, quote(value, safe=""), quote(value, _FORM_SAFE))


def redact_answer(raw: bytes, secrets: Iterable[str]) -> str:
    """Return the body of an answer as text, with its secrets hidden.

    Args:
        secrets: texts that it may repeat.
    """
    text = re.sub(_TOKEN_PATTERN, rf"\1{HIDDEN}", without_passwords(raw.decode(errors="replace")))
    for secret in secrets:
        if len(secret) >= _MIN_SECRET_LENGTH:  # a shorter one is in every text
            text = text.replace(secret, HIDDEN)
    return text


def redact_uri(text: str) -> str:
    """Return a path and its query with secrets hidden."""
    path, mark, query = text.partition("?")
    return f"{path}{mark}{redact_urlencoded(query.encode('latin-1'))}"


def without_passwords(text: str) -> str:
    """Return a text with the passwords of its URLs hidden."""
    return replace_passwords(text, lambda _: HIDDEN)


def replace_passwords(text: str, replace: Callable[[str], str]) -> str:
    """Return a text with other passwords in its URLs.

    Args:
        replace: returns what stands for a password.
    """
    if "@" not in text and "%40" not in text:  # almost always: a form may have thousands of values
        return text
    for pattern in _PASSWORD_PATTERNS:
        text = re.sub(pattern, lambda match: f"{match[1]}{replace(match[2])}{match[3]}", text)
    return text


def replace_header_secrets(name: str, value: str, replace: Callable[[str], str]) -> str:
    """Return the value of a header with other secrets in it, of the same form.

    Args:
        replace: returns what stands for a secret.
    """
    lowered = name.lower().encode("latin-1", "replace")
    if lowered in _CREDENTIAL_HEADERS:
        known = parse_credentials(value.encode("latin-1", "replace"))
        if known is not None:
            return f"Basic {b64encode(f'{known.username}:{replace(known.secret)}'.encode()).decode()}"
        scheme, space, secret = value.partition(" ")
        return f"{scheme} {replace(secret)}" if space else replace(value)
    if lowered in _COOKIE_HEADERS:
        pairs = (pair.partition("=") for pair in value.split(";"))
        return ";".join(
            f"{key}={replace(secret)}"
            if equals and key.strip().lower() not in _COOKIE_ATTRIBUTES
            else key + equals + secret
            for key, equals, secret in pairs
        )
    return replace(value) if is_secret_name(name) else replace_passwords(value, replace)


@lru_cache(maxsize=1024)
def _is_secret_raw_name(name: bytes) -> bool:
    return is_secret_name(unquote_plus(name.decode("latin-1")))


@lru_cache(maxsize=1024)
def is_secret_name(name: str) -> bool:
    """Return True if the value of a header, a parameter or a field of this name is a secret."""
    return name not in _PUBLIC_NAMES and re.search(_SECRET_NAME_PATTERN, name) is not None


def _redact_cookie(text: str) -> str:
    name, equals, _ = text.partition("=")
    return f"{name}={HIDDEN}" if equals else HIDDEN


def _redact_credentials(value: bytes) -> str:
    known = parse_credentials(value)
    if known is not None:
        return f"Basic {known.username}:{HIDDEN}"
    scheme, space, _ = value.partition(b" ")
    return f"{scheme.decode('latin-1')} {HIDDEN}" if space else HIDDEN


def _encode_pairs(pairs: Iterable[tuple[str, str]]) -> str:
    return "&".join(f"{quote(name, _FORM_SAFE)}={quote(value, _FORM_SAFE)}" for name, value in pairs)

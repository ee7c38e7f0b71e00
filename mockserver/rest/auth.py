"""HTTP Basic authentication with AccountSid and token, or with an API key (WIRE §11)."""

import binascii
import re
from base64 import b64decode
from collections.abc import Mapping
from enum import StrEnum
from functools import lru_cache
from hmac import compare_digest

import msgspec

from generators.sids import Kind, is_sid
from mockserver.rest.errors import TwilioError

_MAX_SHOWN = 5
_TOKEN = r"[0-9a-f]{32}"
_MEDIA = r"/Recordings/RE[0-9a-fA-F]{32}(\.wav|\.mp3)?\Z"


class AuthSetting(StrEnum):
    """Which credentials are accepted."""

    ANY = "any"
    """Credentials must be present and well-formed; any secret is accepted."""
    STRICT = "strict"
    """Only declared accounts with their tokens."""
    OFF = "off"
    """Requests need no credentials."""


class DeclaredAccount(msgspec.Struct, frozen=True):
    """An account with a chosen token. Its parent, if it has one, may act on it."""

    sid: str
    token: str
    parent: str | None = None


class Credentials(msgspec.Struct, frozen=True):
    """An AccountSid or the SID of an API key, and its secret."""

    username: str
    secret: str


def authenticate(header: bytes | None, account_sid: str | None, declared: Mapping[str, DeclaredAccount] | None) -> None:
    """Check the credentials of a request.

    Args:
        header: the value of `Authorization`.
        account_sid: the account that the path names, in lower case; None if it names none.
        declared: the known accounts by SID in lower case; None to accept any secret.

    Raises:
        TwilioError: 20003, with the reason.
    """
    if header is None:
        raise _unauthorized("No credentials: expected HTTP Basic with AccountSid:AuthToken.", "No credentials provided")
    found = _parse(header)
    if isinstance(found, str):
        raise _unauthorized(found, "invalid username")
    if declared is None:
        return
    known = declared.get(found.username.lower())
    if known is None:
        raise _unauthorized(f"{found.username} is not declared (--auth strict): {_find_declared(declared)}.")
    if not compare_digest(known.token.encode(), found.secret.encode()):
        raise _unauthorized(f"{found.username} is declared with another token (--auth strict).")
    if account_sid is not None and account_sid != known.sid.lower() and not _is_parent(known, account_sid, declared):
        raise _unauthorized(f"{found.username} is neither {account_sid} nor its parent (--auth strict).")


def parse_credentials(header: bytes | None) -> Credentials | None:
    """Return the credentials in an `Authorization` header, or None if they cannot be read."""
    found = None if header is None else _parse(header)
    return found if isinstance(found, Credentials) else None


def is_media_path(path: str) -> bool:
    """Return True for the path of a recording's media."""
    return re.search(_MEDIA, path) is not None


def _find_declared(declared: Mapping[str, DeclaredAccount]) -> str:
    shown = [each.sid for each in declared.values()][:_MAX_SHOWN]
    more = len(declared) - len(shown)
    return f"{', '.join(shown)}{f' and {more} more' if more else ''} {'are' if len(declared) > 1 else 'is'}"


def _is_parent(known: DeclaredAccount, account_sid: str, declared: Mapping[str, DeclaredAccount]) -> bool:
    child = declared.get(account_sid)
    return child is not None and child.parent is not None and child.parent.lower() == known.sid.lower()


@lru_cache(maxsize=1024)
def _parse(header: bytes) -> Credentials | str:
    """Return the credentials in a header, or a sentence about what is wrong. Cached: a client repeats its header."""
    scheme, _, encoded = header.partition(b" ")
    if scheme.lower() != b"basic":
        return "Expected HTTP Basic credentials, found another scheme. The mock issues no OAuth tokens."
    try:
        username, colon, secret = b64decode(encoded.strip(), validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return "Expected HTTP Basic credentials in Base64 and UTF-8."
    if not colon or not secret:
        return f"Expected a username and a secret, found no secret{_shorten(username)}."
    if not is_sid(username, Kind.ACCOUNT) and not is_sid(username, Kind.API_KEY):
        expected = "Expected an AccountSid (AC and 32 hexadecimal digits) or an API key (SK...) as the username"
        return f"{expected}, found {_describe(username, secret)}."
    return Credentials(username=username, secret=secret)


def _shorten(username: str) -> str:
    """Return a username for an error message, or a placeholder if it could be a secret."""
    return f" beside {username}" if is_sid(username, Kind.ACCOUNT) or is_sid(username, Kind.API_KEY) else ""


def _describe(username: str, secret: str) -> str:
    """Describe a wrong username without showing it, since it may be a secret in the wrong place."""
    if is_sid(secret, Kind.ACCOUNT) or is_sid(secret, Kind.API_KEY):
        return "it as the secret: username and secret are swapped"
    if re.fullmatch(_TOKEN, username):
        return "a value that looks like an auth token"
    return f"{len(username)} other characters" if username else "none"


def _unauthorized(reason: str, message: str | None = None) -> TwilioError:
    return TwilioError(
        20003,
        reason,
        message=None if message is None else f"Authentication Error - {message}",
        detail="Your AccountSid or AuthToken was incorrect." if message is None else "",
        headers=((b"www-authenticate", b'Basic realm="Twilio API"'),),
    )

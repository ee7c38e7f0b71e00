"""HTTP Basic authentication with AccountSid and token, or with an API key (WIRE §11)."""

import binascii
import re
from base64 import b64decode
from collections.abc import Mapping
from enum import StrEnum
from functools import lru_cache
from hmac import compare_digest

import msgspec

from generators.sids import SID_DIGITS, Kind, describe_sid, is_sid
from mockserver.rest.errors import TwilioError

_MAX_LISTED_SIDS = 5
_AUTH_TOKEN = r"[0-9a-f]{32}"
_MEDIA_PATH = rf"/Recordings/RE{SID_DIGITS}(\.wav|\.mp3)?\Z"


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


def authenticate(
    authorization: bytes | None, account_sid: str | None, declared_accounts: Mapping[str, DeclaredAccount] | None
) -> None:
    """Check the credentials of a request.

    Args:
        authorization: the value of `Authorization`.
        account_sid: the account that the path names, in lower case; None if it names none.
        declared_accounts: the known accounts by SID in lower case; None to accept any secret.

    Raises:
        TwilioError: 20003, with the reason.
    """
    if authorization is None:
        raise _make_unauthorized_error(
            "No credentials: expected HTTP Basic with AccountSid:AuthToken.", "No credentials provided"
        )
    found = _parse_authorization(authorization)
    if isinstance(found, str):
        raise _make_unauthorized_error(found, "invalid username")
    if declared_accounts is None:
        return
    known = declared_accounts.get(found.username.lower())
    if known is None:
        raise _make_unauthorized_error(
            f"{found.username} is not declared (--auth strict): {_describe_declared_accounts(declared_accounts)}."
        )
    if not compare_digest(known.token.encode(), found.secret.encode()):
        raise _make_unauthorized_error(f"{found.username} is declared with another token (--auth strict).")
    if (
        account_sid is not None
        and account_sid != known.sid.lower()
        and not _is_parent(known, account_sid, declared_accounts)
    ):
        raise _make_unauthorized_error(f"{found.username} is neither {account_sid} nor its parent (--auth strict).")


def parse_credentials(authorization: bytes | None) -> Credentials | None:
    """Return the credentials in an `Authorization` header, or None if they cannot be read."""
    found = None if authorization is None else _parse_authorization(authorization)
    return found if isinstance(found, Credentials) else None


def is_media_path(path: str) -> bool:
    """Return True for the path of a recording's media."""
    return re.search(_MEDIA_PATH, path) is not None


def _describe_declared_accounts(declared_accounts: Mapping[str, DeclaredAccount]) -> str:
    shown = [account.sid for account in declared_accounts.values()][:_MAX_LISTED_SIDS]
    more = len(declared_accounts) - len(shown)
    return f"{', '.join(shown)}{f' and {more} more' if more else ''} {'are' if len(declared_accounts) > 1 else 'is'}"


def _is_parent(parent: DeclaredAccount, account_sid: str, declared_accounts: Mapping[str, DeclaredAccount]) -> bool:
    child = declared_accounts.get(account_sid)
    return child is not None and child.parent is not None and child.parent.lower() == parent.sid.lower()


@lru_cache(maxsize=1024)
def _parse_authorization(authorization: bytes) -> Credentials | str:
    """Return the credentials in a header, or a sentence about what is wrong. Cached: a client repeats its header."""
    scheme, _, encoded = authorization.partition(b" ")
    if scheme.lower() != b"basic":
        return "Expected HTTP Basic credentials, found another scheme. The mock issues no OAuth tokens."
    try:
        username, colon, secret = b64decode(encoded.strip(), validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return "Expected HTTP Basic credentials in Base64 and UTF-8."
    if not colon or not secret:
        return f"Expected a username and a secret, found no secret{_mention_username(username)}."
    if not is_sid(username, Kind.ACCOUNT) and not is_sid(username, Kind.API_KEY):
        expected = f"Expected an AccountSid ({describe_sid(Kind.ACCOUNT)}) or an API key (SK...) as the username"
        return f"{expected}, found {_describe_wrong_username(username, secret)}."
    return Credentials(username=username, secret=secret)


def _mention_username(username: str) -> str:
    """Return a username for an error message, or a placeholder if it could be a secret."""
    return f" beside {username}" if is_sid(username, Kind.ACCOUNT) or is_sid(username, Kind.API_KEY) else ""


def _describe_wrong_username(username: str, secret: str) -> str:
    """Describe a wrong username without showing it, since it may be a secret in the wrong place."""
    if is_sid(secret, Kind.ACCOUNT) or is_sid(secret, Kind.API_KEY):
        return "it as the secret: username and secret are swapped"
    if re.fullmatch(_AUTH_TOKEN, username):
        return "a value that looks like an auth token"
    return f"{len(username)} other characters" if username else "none"


def _make_unauthorized_error(reason: str, message: str | None = None) -> TwilioError:
    return TwilioError(
        20003,
        reason,
        message=None if message is None else f"Authentication Error - {message}",
        detail="Your AccountSid or AuthToken was incorrect." if message is None else "",
        headers=((b"www-authenticate", b'Basic realm="Twilio API"'),),
    )

"""HTTP Basic authentication with AccountSid and token, or with an API key (WIRE §11)."""

import binascii
import re
from base64 import b64decode
from collections.abc import Collection, Mapping
from enum import StrEnum
from functools import lru_cache
from hmac import compare_digest

import msgspec

from generators.sids import SID_DIGITS, Kind, describe_sid, is_sid
from mockserver.rest.errors import TwilioError

_MAX_LISTED_SIDS = 5
MAX_AUTHORIZATION_BYTES = 1_000
"""The longest `Authorization` header of Basic credentials. Those of Twilio have less than a hundred."""
_AUTH_TOKEN = r"[0-9a-f]{32}"
_MEDIA_PATH = rf"/Recordings/RE{SID_DIGITS}(\.wav|\.mp3)?\Z"


class AuthSetting(StrEnum):
    """Which credentials are accepted."""

    ANY = "any"
    """Credentials must be present and well-formed; any secret is accepted."""
    STRICT = "strict"
    """Only declared accounts with their tokens, and declared API keys."""
    OFF = "off"
    """Requests need no credentials."""


class DeclaredAccount(msgspec.Struct, frozen=True):
    """An account with a chosen token. Its parent, if it has one, may act on it."""

    sid: str
    token: str
    parent: str | None = None
    secondary: str | None = None
    """A second token that is accepted while tokens are rotated."""
    name: str | None = None
    """Its friendly name; None for the usual one."""


class DeclaredApiKey(msgspec.Struct, frozen=True):
    """An API key with a chosen secret. It may do what its account may do."""

    sid: str
    secret: str
    account_sid: str


class Credentials(msgspec.Struct, frozen=True):
    """An AccountSid or the SID of an API key, and its secret."""

    username: str
    secret: str


def authenticate(
    authorization: bytes | None,
    account_sid: str | None,
    declared_accounts: Mapping[str, DeclaredAccount] | None,
    api_keys: Mapping[str, DeclaredApiKey],
) -> None:
    """Check the credentials of a request.

    Args:
        authorization: the value of `Authorization`.
        account_sid: the account that the path names; None if it names none.
        declared_accounts: the known accounts by SID in lower case; None to accept any secret.
        api_keys: the known API keys by SID in lower case.

    Raises:
        TwilioError: 20003, with the reason.
    """
    if authorization is None:
        raise _make_unauthorized_error(
            "No credentials: expected HTTP Basic with AccountSid:AuthToken.", "No credentials provided"
        )
    found = _parse_authorization(authorization[: MAX_AUTHORIZATION_BYTES + 1])
    if isinstance(found, str):
        raise _make_unauthorized_error(found, "invalid username")
    if declared_accounts is None:
        return
    key = api_keys.get(found.username.lower())
    if key is not None:
        _check_secret(found, (key.secret,), "secret")
        acting_sid, subject = key.account_sid, f"{found.username} is an API key of {key.account_sid}, which"
    else:
        known = declared_accounts.get(found.username.lower())
        if known is None:
            raise _make_unauthorized_error(_describe_unknown_username(found.username, declared_accounts))
        _check_secret(found, (known.token, *([known.secondary] if known.secondary else [])), "token")
        acting_sid, subject = known.sid, found.username
    if account_sid is not None and not _may_act_on(acting_sid.lower(), account_sid.lower(), declared_accounts):
        raise _make_unauthorized_error(f"{subject} is neither {account_sid} nor its parent (--auth strict).")


def parse_credentials(authorization: bytes | None) -> Credentials | None:
    """Return the credentials in an `Authorization` header, or None if they cannot be read."""
    found = None if authorization is None else _parse_authorization(authorization[: MAX_AUTHORIZATION_BYTES + 1])
    return found if isinstance(found, Credentials) else None


def is_media_path(path: str) -> bool:
    """Return True for the path of a recording's media."""
    return re.search(_MEDIA_PATH, path) is not None


def _check_secret(credentials: Credentials, secrets: Collection[str], noun: str) -> None:
    if not any(compare_digest(secret.encode(), credentials.secret.encode()) for secret in secrets):
        raise _make_unauthorized_error(f"{credentials.username} is declared with another {noun} (--auth strict).")


def _describe_unknown_username(username: str, declared_accounts: Mapping[str, DeclaredAccount]) -> str:
    if is_sid(username, Kind.API_KEY):
        return f"{username} is not declared (--auth strict): declare it with --api-key {username}:SECRET@AC..."
    return f"{username} is not declared (--auth strict): {_describe_declared_accounts(declared_accounts)}."


def _describe_declared_accounts(declared_accounts: Mapping[str, DeclaredAccount]) -> str:
    shown = [account.sid for account in declared_accounts.values()][:_MAX_LISTED_SIDS]
    more = len(declared_accounts) - len(shown)
    return f"{', '.join(shown)}{f' and {more} more' if more else ''} {'are' if len(declared_accounts) > 1 else 'is'}"


def _may_act_on(acting_sid: str, account_sid: str, declared_accounts: Mapping[str, DeclaredAccount]) -> bool:
    """Return True if an account is the other one or its parent. SIDs are in lower case."""
    child = declared_accounts.get(account_sid)
    is_parent = child is not None and child.parent is not None and child.parent.lower() == acting_sid
    return acting_sid == account_sid or is_parent


@lru_cache(maxsize=1024)
def _parse_authorization(authorization: bytes) -> Credentials | str:
    """Return the credentials in a header, or a sentence about what is wrong. Cached: a client repeats its header.

    Args:
        authorization: the value of the header, cut off one byte beyond the maximum, so that the cache stays small.
    """
    scheme, _, encoded = authorization.partition(b" ")
    if scheme.lower() != b"basic":
        return "Expected HTTP Basic credentials, found another scheme. The mock issues no OAuth tokens."
    if len(authorization) > MAX_AUTHORIZATION_BYTES:
        return f"Expected HTTP Basic credentials of at most {MAX_AUTHORIZATION_BYTES} bytes in Base64."
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

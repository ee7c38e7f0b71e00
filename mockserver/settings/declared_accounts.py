"""How the accounts and API keys that a user declares are read."""

from generators.sids import Kind, is_sid
from mockserver.rest.auth import DeclaredAccount, DeclaredApiKey
from mockserver.settings.parsing import BadValueError

_MAX_NAME_LENGTH = 64
"""The length of a friendly name at Twilio."""


def parse_account(text: str) -> DeclaredAccount:
    """Parse `AC...:TOKEN`, or `AC...:TOKEN@PARENT` for a subaccount of PARENT. `NAME=` before it is its name."""
    head, colon, rest = text.partition(":")
    name, equals, sid = head.rpartition("=")
    token, at, parent = rest.rpartition("@") if "@" in rest else (rest, "", "")
    is_sound = colon and token and is_sid(sid, Kind.ACCOUNT) and (not at or is_sid(parent, Kind.ACCOUNT))
    if not is_sound or (equals and not 0 < len(name) <= _MAX_NAME_LENGTH):
        raise BadValueError(
            "AC...:TOKEN or AC...:TOKEN@AC..., each AC followed by 32 hexadecimal digits, after NAME= of at most "
            f"{_MAX_NAME_LENGTH} characters if it has a name",
            text,
        )
    return DeclaredAccount(sid=sid, token=token, parent=parent or None, name=name or None)


def parse_api_key(text: str) -> DeclaredApiKey:
    """Parse `SK...:SECRET@AC...`, an API key of an account."""
    sid, _, rest = text.partition(":")
    secret, _, account_sid = rest.rpartition("@")
    if not (secret and is_sid(sid, Kind.API_KEY) and is_sid(account_sid, Kind.ACCOUNT)):
        raise BadValueError("SK...:SECRET@AC..., SK and AC each followed by 32 hexadecimal digits", text)
    return DeclaredApiKey(sid=sid, secret=secret, account_sid=account_sid)

"""The auth token that signs the callbacks of a request's account."""

from mockserver.rest.auth import parse_credentials
from mockserver.server.exchange import Exchange


def find_signing_token(exchange: Exchange) -> tuple[str, str]:
    """Return the token, and words for its origin.

    It is the primary token of an account that rotates them, the declared token, the secret of the request, or else the
    derived token (DESIGN §4).
    """
    account, mock = exchange.account, exchange.mock
    if account.state.auth_tokens is not None:
        return account.token, "the account's primary auth token"
    is_in_group = mock.groups.find(account.sid.lower()) is not None
    if is_in_group or any(declared.sid.lower() == account.sid.lower() for declared in mock.settings.account):
        return account.token, "the account's declared auth token"
    credentials = parse_credentials(exchange.headers.get(b"authorization"))
    if credentials is not None and credentials.username.lower() == account.sid.lower():
        return credentials.secret, "the auth token that made the subscription"
    return account.token, "the account's derived auth token"  # the secret of an API key or of a parent never signs

"""The auth token that signs the callbacks of a request's account."""

from mockserver.rest.auth import parse_credentials
from mockserver.server.exchange import Exchange


def find_signing_token(exchange: Exchange) -> tuple[str, str]:
    """Return the token, and words for its origin.

    It is the declared token, else the secret of the request, else the derived token (DESIGN §4).
    """
    account, declared_accounts = exchange.account, exchange.mock.settings.account
    if any(declared.sid.lower() == account.sid.lower() for declared in declared_accounts):
        return account.token, "the account's declared auth token"
    credentials = parse_credentials(exchange.headers.get(b"authorization"))
    if credentials is not None and credentials.username.lower() == account.sid.lower():
        return credentials.secret, "the auth token that made the subscription"
    return account.token, "the account's derived auth token"  # the secret of an API key or of a parent never signs

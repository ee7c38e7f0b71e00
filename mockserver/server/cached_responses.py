"""Whole responses in the cache: each is valid until its account changes, or until it expires."""

from mockserver.account.account import Account
from mockserver.account.resources.listing import NEVER
from mockserver.mock import Mock
from mockserver.rest.representations.wires import Wire
from mockserver.server.exchange import Exchange
from mockserver.server.response import Response

ResponseKey = tuple[Wire, str, str, bytes]
"""What a response to a GET depends on besides its account: wire, base URL, path and query."""
_CachedResponse = tuple[int, Response]
"""The account's version that a response was built from, and the response."""


def make_response_key(exchange: Exchange) -> ResponseKey:
    """Return the key of a request's response."""
    return exchange.wire, exchange.base_url, exchange.path, exchange.query_string


def find_response(mock: Mock, account: Account, key: ResponseKey) -> Response | None:
    """Return a response that is still valid, or None."""
    kept: _CachedResponse | None = mock.cache.get((account.cache_key, key))
    if kept is None or kept[0] != account.version:
        return None
    expires = kept[1].expires_at
    return kept[1] if expires == NEVER or account.clock.now() < expires else None


def keep_response(mock: Mock, exchange: Exchange, key: ResponseKey, response: Response) -> Response:
    """Put a response into the cache, and return it with everything prebuilt that later requests can reuse."""
    account = exchange.account
    response = response.to_cached(exchange.operation)
    size = len(response.body) + len(exchange.path) + len(exchange.query_string) + len(response.encode_headers())
    mock.cache.put((account.cache_key, key), (account.version, response), size)
    return response

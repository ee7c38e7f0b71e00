"""From what a handler returns to what is sent: the only place where values become bodies."""

import msgspec

from mockserver.account import Account, RecordingPage
from mockserver.exchange import Answer, Exchange
from mockserver.rest.paging import PageRequest, envelope
from mockserver.rest.query import Query
from mockserver.wire import json


class RecordingFound(msgspec.Struct, frozen=True):
    """A recording, by its index."""

    index: int
    expires: int


class RecordingsListed(msgspec.Struct, frozen=True):
    """A page of recordings, and what it answers."""

    page: RecordingPage
    asked: PageRequest
    query: Query


class Deleted(msgspec.Struct, frozen=True):
    """Something is gone, and there is nothing to say about it."""


Result = RecordingFound | RecordingsListed | Deleted


def render(result: Result, exchange: Exchange) -> Answer:
    """Return the answer that carries a result on the wire of its request."""
    if isinstance(result, Deleted):
        return Answer(204)
    if isinstance(result, RecordingFound):
        body, expires = _fragment(exchange, exchange.account, result.index), result.expires
    else:
        body, expires = _listed(result, exchange), result.page.expires
    return Answer(200, json.fill(body, exchange.base_url.encode()), json.MEDIA_TYPE, expires=expires)


def _listed(listed: RecordingsListed, exchange: Exchange) -> bytes:
    page, account = listed.page, exchange.account
    frame = envelope(exchange.path, listed.query, listed.asked, "recordings", len(page.indices), page.tokens)
    return json.page(frame, "recordings", [_fragment(exchange, account, index) for index in page.indices])


def _fragment(exchange: Exchange, account: Account, index: int) -> bytes:
    cache, revision = exchange.mock.cache, account.revision(index)
    key = (account.sid, index, revision, exchange.wire)
    kept: bytes | None = cache.get(key)
    if kept is None:
        kept = json.fragment(account.recording(index), exchange.wire)
        cache.put(key, kept, len(kept))
    return kept

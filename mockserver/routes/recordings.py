"""The recordings of an account."""

from collections.abc import Mapping

from generators.sids import Kind
from mockserver.account import Selection
from mockserver.exchange import Exchange
from mockserver.rendering import Deleted, RecordingFound, RecordingsListed
from mockserver.rest.filters import created_between
from mockserver.rest.paging import page_request
from mockserver.routes.resource import Resource


def list_recordings(exchange: Exchange, _: Mapping[str, str]) -> RecordingsListed:
    query = exchange.query
    asked = page_request(query)
    since, below = created_between(query)
    selection = Selection(
        since=since,
        below=below,
        call_sid=query.sid("CallSid", Kind.CALL),
        conference_sid=query.sid("ConferenceSid", Kind.CONFERENCE),
        include_deleted=query.boolean("IncludeSoftDeleted"),
    )
    return RecordingsListed(exchange.account.list(selection, asked), asked, query)


def fetch_recording(exchange: Exchange, path: Mapping[str, str]) -> RecordingFound:
    include_deleted = exchange.query.boolean("IncludeSoftDeleted")
    index, expires = exchange.account.fetch(path["sid"], include_deleted=include_deleted)
    return RecordingFound(index, expires)


def delete_recording(exchange: Exchange, path: Mapping[str, str]) -> Deleted:
    exchange.account.delete(path["sid"])
    return Deleted()


RECORDINGS = (
    Resource("Recordings.json", GET=list_recordings),
    Resource("Recordings/{sid}.json", GET=fetch_recording, DELETE=delete_recording),
)

"""The encoding of a journal's entries.

Many requests have the same headers and get the same cached response, so each of these is encoded once.
"""

from collections.abc import Iterable
from functools import cache
from typing import NamedTuple

import msgspec

from generators.instants import SECOND
from mockserver.journal.effects import Effect
from mockserver.journal.journal import Entry, Journal, LoggedResponse
from mockserver.rest.representations.wires import Wire
from scenarios.model import DECODE_LOCK
from scenarios.operations import Operation, RequestKind
from scenarios.rules import Then
from scenarios.timeline import TimelineProgress

_FIRST_ERROR_STATUS = 400


class _StoredStrike(msgspec.Struct, frozen=True, array_like=True):
    """A fault rule that was applied."""

    rule_number: int
    then: Then
    reason: str


class _StoredEffect(msgspec.Struct, frozen=True, array_like=True):
    """What a response triggered."""

    kind: RequestKind
    counted: dict[int, TimelineProgress]
    first_event: int
    next_event: int


class _StoredEntry(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """An entry, with the places of its headers and of its response."""

    number: int
    at: int
    received_at: int
    """On the machine's clock: ticks begin again with each start of the machine."""
    method: str
    path: str
    query: bytes
    packed_headers: int
    body: bytes
    operation: Operation | None
    seconds: float
    strike: _StoredStrike | None
    wire: Wire
    next_event: int
    response: int
    answer: bytes
    effect: _StoredEffect | None
    next_command: int = 0


class _StoredEntries(msgspec.Struct, frozen=True, array_like=True):
    """Entries, and the headers and responses that they share."""

    headers: tuple[bytes, ...]
    responses: tuple[LoggedResponse, ...]
    entries: tuple[_StoredEntry, ...]


class DecodedEntry(NamedTuple):
    """An entry, and what a journal keeps beside it."""

    entry: Entry
    answer: bytes
    """The first bytes of the body, if the request was refused, or a POST: these name what they made."""
    effect: Effect | None


def encode_requests(journal: Journal, entries: Iterable[Entry], tick_origin: int) -> bytes:
    """Return entries of a journal as bytes.

    Args:
        tick_origin: the instant of tick 0 on the machine's clock, in microseconds since the epoch.
    """
    headers: dict[bytes, int] = {}
    responses: dict[int, tuple[int, LoggedResponse]] = {}
    stored = []
    for entry in entries:
        place = headers.setdefault(entry.packed_headers, len(headers))
        response = responses.setdefault(id(entry.response), (len(responses), entry.response))[0]
        received_at = journal.newest.find_received_at(entry.tick, tick_origin)
        stored.append(_to_stored(entry, journal, place, response, received_at))
    return _ENCODER.encode(_StoredEntries(tuple(headers), tuple(own for _, own in responses.values()), tuple(stored)))


def decode_requests(data: bytes, tick_origin: int) -> list[DecodedEntry]:
    """Return encoded entries.

    Args:
        tick_origin: see `encode_requests`.
    """
    with DECODE_LOCK:
        found = _get_decoder().decode(data)
    return [
        _from_stored(own, found.headers[own.packed_headers], found.responses[own.response], tick_origin)
        for own in found.entries
    ]


_ENCODER = msgspec.msgpack.Encoder()


def _to_stored(entry: Entry, journal: Journal, headers: int, response: int, received_at: int) -> _StoredEntry:
    strike, effect = entry.strike, journal.newest.find_effect(entry.number, entry)
    keeps_answer = entry.method == "POST" or entry.response.status >= _FIRST_ERROR_STATUS
    return _StoredEntry(
        entry.number,
        entry.at,
        received_at,
        entry.method,
        entry.path,
        entry.query,
        headers,
        entry.body,
        entry.operation,
        entry.seconds,
        None if strike is None else _StoredStrike(strike.rule_number, strike.then, strike.reason),
        entry.wire,
        entry.next_event,
        response,
        (journal.newest.get_body(entry.number, journal.total) or b"") if keeps_answer else b"",
        None if effect is None else _StoredEffect(effect.kind, effect.counted, effect.first_event, effect.next_event),
        entry.next_command,
    )


def _from_stored(own: _StoredEntry, headers: bytes, response: LoggedResponse, tick_origin: int) -> DecodedEntry:
    entry = Entry(
        number=own.number,
        at=own.at,
        tick=(own.received_at - tick_origin) / SECOND,
        method=own.method,
        path=own.path,
        query=own.query,
        packed_headers=headers,
        body=own.body,
        operation=own.operation,
        seconds=own.seconds,
        strike=own.strike,
        wire=own.wire,
        next_event=own.next_event,
        next_command=own.next_command,
        response=response,
    )
    found = own.effect
    if found is None:
        return DecodedEntry(entry, own.answer, None)
    effect = Effect(own.number, entry, found.kind, found.counted, found.first_event, found.next_event)
    return DecodedEntry(entry, own.answer, effect)


@cache
def _get_decoder() -> msgspec.msgpack.Decoder[_StoredEntries]:
    return msgspec.msgpack.Decoder(_StoredEntries)

"""Requests of a journal as lines of an export, and back."""

import msgspec

from generators.instants import SECOND
from generators.model import Status
from mockserver.account.export.instants import format_instant, parse_instant
from mockserver.account.export.lines import JournaledRequest, Pairs, ResponseLine, RuleLine
from mockserver.journal.journal import Entry, Journal, LoggedResponse, pack_headers
from mockserver.journal.redaction import replace_urlencoded
from mockserver.journal.stand_ins import StandIns
from mockserver.rest.form_body import URLENCODED_MEDIA_TYPE
from mockserver.rest.headers import Header
from mockserver.rest.representations.wires import Wire
from mockserver.settings.machine_clock import stopwatch, wall_microseconds
from scenarios.operations import Operation


class RequestLines:
    """Makes the lines of requests.

    Args:
        journal: has the requests.
        stand_ins: the stand-ins of secrets.
        has_answers: False to leave out the bodies of answers.
    """

    def __init__(self, journal: Journal, stand_ins: StandIns, *, has_answers: bool = True) -> None:
        self._journal = journal
        self._has_answers = has_answers
        self._stand_ins = stand_ins
        self._tick_origin = find_tick_origin()

    def build(self, entry: Entry) -> JournaledRequest:
        """Return the line of a request."""
        headers = self._replace_headers(entry.headers)
        is_form = any(name.lower() == "content-type" and URLENCODED_MEDIA_TYPE in value for name, value in headers)
        body, binary_body = _split_body(entry.body)
        received_at = self._journal.newest.find_received_at(entry.tick, self._tick_origin)
        return JournaledRequest(
            number=entry.number,
            at=format_instant(entry.at),
            received_at=format_instant(received_at),
            method=entry.method,
            path=entry.path,
            query=self._stand_ins.replace_urlencoded(entry.query.decode("latin-1")),
            headers=headers,
            body=self._replace_body(body, is_form=is_form),
            binary_body=self._stand_ins.replace_text(binary_body.decode("latin-1")).encode("latin-1"),
            operation=None if entry.operation is None else entry.operation.value,
            seconds=entry.seconds,
            rule=None if entry.strike is None else self._build_rule(entry),
            wire=entry.wire.value,
            next_event=entry.next_event,
            response=self._build_response(entry),
        )

    def _build_rule(self, entry: Entry) -> RuleLine:
        assert entry.strike is not None
        then = msgspec.to_builtins(entry.strike.then)
        return RuleLine(
            rule_number=entry.strike.rule_number,
            reason=self._stand_ins.replace_text(entry.strike.reason),
            then=msgspec.convert(then, type(entry.strike.then)),
        )

    def _build_response(self, entry: Entry) -> ResponseLine:
        response, replace = entry.response, self._stand_ins.replace_text
        first_bytes = self._journal.newest.get_body(entry.number, self._journal.total) or b""
        text, _ = _split_body(first_bytes)
        return ResponseLine(
            status=response.status,
            reason=None if response.reason is None else replace(response.reason),
            next_page_uri=None if response.next_page_uri is None else replace(response.next_page_uri),
            headers=self._replace_headers(response.headers),
            media_type=None if response.media_type is None else response.media_type.decode("latin-1"),
            length=response.length,
            recordings=response.recordings,
            found_status=None if response.found_status is None else response.found_status.value,
            first_bytes=replace(text) if self._has_answers else "",
        )

    def _replace_headers(self, headers: "list[Header] | tuple[Header, ...]") -> Pairs:
        pairs = ((name.decode("latin-1"), value.decode("latin-1")) for name, value in headers)
        return tuple((name, self._stand_ins.replace_header(name, value)) for name, value in pairs)

    def _replace_body(self, body: str, *, is_form: bool) -> str:
        if is_form and body.isascii():
            body = replace_urlencoded(body, self._stand_ins.replace_parameter)
        return self._stand_ins.replace_text(body)


def restore_entry(line: JournaledRequest, next_command: int, tick_origin: int) -> Entry:
    """Return the request of a line.

    Raises:
        ValueError: if a word of the line has no meaning here.
    """
    response = line.response
    return Entry(
        number=line.number,
        at=parse_instant(line.at),
        tick=(parse_instant(line.received_at) - tick_origin) / SECOND,
        method=line.method,
        path=line.path,
        query=line.query.encode("latin-1"),
        packed_headers=pack_headers(_encode_headers(line.headers)),
        body=line.binary_body or line.body.encode(),
        operation=None if line.operation is None else Operation(line.operation),
        seconds=line.seconds,
        strike=line.rule,
        wire=Wire(line.wire),
        next_event=line.next_event,
        next_command=next_command,
        response=LoggedResponse(
            status=response.status,
            reason=response.reason,
            next_page_uri=response.next_page_uri,
            headers=tuple(_encode_headers(response.headers)),
            media_type=None if response.media_type is None else response.media_type.encode("latin-1"),
            length=response.length,
            recordings=response.recordings,
            found_status=None if response.found_status is None else Status(response.found_status),
        ),
    )


def find_tick_origin() -> int:
    """Return the instant of tick 0 on the machine's clock."""
    return wall_microseconds() - round(stopwatch() * SECOND)


def _encode_headers(pairs: Pairs) -> list[Header]:
    return [(name.encode("latin-1"), value.encode("latin-1")) for name, value in pairs]


def _split_body(body: bytes) -> tuple[str, bytes]:
    """Return a body as text, or as bytes if it is no text."""
    try:
        return body.decode(), b""
    except UnicodeDecodeError:
        return "", body

"""The request log: a line for each request to an account, written in batches between the requests."""

import asyncio
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import lru_cache
from typing import TextIO

from generators.instants import SECOND
from mockserver.account.account import Account
from mockserver.journal.journal import Entry
from mockserver.journal.redaction import may_hold_secrets, redact_urlencoded, without_passwords
from mockserver.journal.request_line import (
    COLORED,
    PLAIN,
    LineFormat,
    LineStyle,
    NumberTexts,
    RequestLine,
    describe_outcome,
    encode_json_line,
    escape_control_characters,
    is_printable,
)
from mockserver.mock import Mock
from mockserver.rest.representations.dates import format_iso8601
from mockserver.server.log_output import LogOutput, describe_missing, find_descriptor
from mockserver.settings.choices import LogFormat
from mockserver.settings.colors import shows_color
from mockserver.settings.machine_clock import stopwatch, wall_microseconds

_PAUSE_SECONDS = 0.05
"""Real seconds between two batches: a batch of one line would cost more than the line."""
_LOOK_INTERVAL = 512
"""The requests after which the log looks for the loop again: the one that was to write them may have ended."""
_MAX_CACHED = 128
"""Clients repeat their secrets, too: so many queries are kept without them."""

EntriesFormat = Callable[[Sequence[str | None], Sequence[Entry], int], list[str]]
"""Returns lines. Its arguments are the AccountSid or None of each request, the requests, and the milliseconds between
the stopwatch and the machine's time."""
_LAST_WAIT_SECONDS = 1.0
"""Real seconds that a reader may take at the end."""


@contextmanager
def log_requests(mock: Mock, stream: TextIO | None, environment: Mapping[str, str]) -> Iterator[None]:
    """Log the requests to a mock while the context is active, as its settings say.

    Args:
        stream: where the lines go. A stream without a descriptor gets none.
        environment: the environment variables, which may forbid colour.
    """
    descriptor = None if mock.settings.log is LogFormat.OFF else find_descriptor(stream)
    if stream is None or descriptor is None:
        yield
        return
    if mock.settings.log is LogFormat.JSON:
        output = LogOutput(descriptor, "utf-8", _describe_missing_as_json)
        log = RequestLog(output, format_as_json)
    else:
        output = LogOutput(descriptor, stream.encoding, describe_missing)
        is_colored = shows_color(is_terminal=os.isatty(descriptor), environment=environment)
        log = RequestLog(output, TextFormat(mock.demo.sid, COLORED if is_colored else PLAIN))
    mock.on_request = log.add
    try:
        yield
    finally:
        mock.on_request = None
        log.close()


class RequestLog:
    """Collects requests, and writes their lines soon after.

    Args:
        format_entries: returns the lines of requests.
    """

    def __init__(self, output: LogOutput, format_entries: EntriesFormat) -> None:
        self._output = output
        self._format_entries = format_entries
        self._sids: list[str | None] = []
        self._entries: list[Entry] = []
        """The requests whose lines are pending. Pairs would be more work for the garbage collector."""
        self._loop: asyncio.AbstractEventLoop | None = None
        """The loop that will write the pending lines."""

    def add(self, account: Account | None, entry: Entry) -> None:
        """Add a request. Its line is made later: here the client waits."""
        entries = self._entries
        if not len(entries) % _LOOK_INTERVAL:
            self._schedule()
        entries.append(entry)
        self._sids.append(None if account is None else account.sid)

    def close(self) -> None:
        """Write what is left."""
        self._loop = None
        self._output.write(self._format_pending(), _LAST_WAIT_SECONDS)

    def _schedule(self) -> None:
        """Let the running loop write what is pending. To ask for it is a system call."""
        loop = asyncio.get_running_loop()
        if loop is not self._loop:
            self._loop = loop
            loop.call_later(_PAUSE_SECONDS, self._write, loop)

    def _write(self, loop: asyncio.AbstractEventLoop) -> None:
        if loop is not self._loop:
            return
        self._loop = None
        self._output.write(self._format_pending())
        if self._output.is_waiting:
            self._schedule()

    def _format_pending(self) -> list[str]:
        sids, self._sids = self._sids, []
        entries, self._entries = self._entries, []
        if self._output.is_closed:
            return []
        return self._format_entries(sids, entries, wall_microseconds() // 1000 - round(stopwatch() * 1000))


class TextFormat:
    """Formats requests as text, with the time of the day in UTC.

    Args:
        demo_sid: the account that is shown as `demo`.
    """

    def __init__(self, demo_sid: str, style: LineStyle) -> None:
        self._demo_sid = demo_sid
        self._line_format = LineFormat(style)

    def __call__(self, sids: Sequence[str | None], entries: Sequence[Entry], offset: int) -> list[str]:
        """Return the lines of requests."""
        describe = _describe_request if _need_care(entries) else _describe_plain_request
        format_start, lines = self._line_format.format_start, []
        second_start, clock_time = -1000, ""  # no request was sent in this second
        latest = None
        for sid, entry in zip(sids, entries, strict=True):
            response, seconds = entry.response, entry.seconds
            if latest is None or not _is_repeated(entry, latest):
                latest, rest = entry, self._format_rest(sid, entry, describe(entry))
            millisecond = int((entry.tick + seconds) * 1000) - second_start
            if not 0 <= millisecond < 1000:
                second, millisecond = divmod(millisecond + second_start + offset, 1000)
                second_start, clock_time = second * 1000 - offset, format_iso8601(second)[11:19]
            lines.append(format_start(f"{clock_time}.{_MILLISECONDS[millisecond]}", seconds, response.status) + rest)
        return lines

    def _format_rest(self, sid: str | None, entry: Entry, request: str) -> str:
        operation, rule, reason = entry.operation, entry.rule, entry.response.reason
        return self._line_format.format_rest(
            "demo" if sid == self._demo_sid else sid or "-",
            request,
            None if operation is None else operation._value_,  # `value` takes three times as long
            "" if rule is None and reason is None else describe_outcome(rule, reason and without_passwords(reason)),
        )


def _is_repeated(entry: Entry, other: Entry) -> bool:
    """Return True if two requests were the same, and got the same cached response: one of one account."""
    return (
        entry.response is other.response
        and entry.path == other.path
        and entry.query == other.query
        and entry.method == other.method
        and entry.strike is other.strike
    )


def _describe_plain_request(entry: Entry) -> str:
    query = entry.query
    return f"{entry.method} {entry.path}?{query.decode('latin-1')}" if query else f"{entry.method} {entry.path}"


def format_as_json(sids: Sequence[str | None], entries: Sequence[Entry], offset: int) -> list[str]:
    """Return the lines of requests as JSON."""
    return [_encode_entry(sid, entry, offset) for sid, entry in zip(sids, entries, strict=True)]


def _encode_entry(sid: str | None, entry: Entry, offset: int) -> str:
    second, millisecond = divmod(int((entry.tick + entry.seconds) * 1000) + offset, 1000)
    response = entry.response
    line = RequestLine(
        f"{format_iso8601(second)[:-1]}.{_MILLISECONDS[millisecond]}Z",
        sid,
        None if sid is None else entry.number,
        entry.method,
        _find_target(entry),
        entry.operation,
        response.status,
        int(entry.seconds * SECOND) / 1000,
        response.reason and without_passwords(response.reason),
        entry.rule,
    )
    return encode_json_line(line)


def _need_care(entries: Sequence[Entry]) -> bool:
    """Return True if a request may hold secrets, or what a terminal would not print. One look at all is cheap."""
    queries = b"&".join([entry.query for entry in entries])
    paths, methods = "".join([entry.path for entry in entries]), "".join({entry.method for entry in entries})
    return may_hold_secrets(queries) or not is_printable(f"{methods}{paths}{queries.decode('latin-1')}")


def _describe_request(entry: Entry) -> str:
    return escape_control_characters(f"{entry.method} {_find_target(entry)}")


def _find_target(entry: Entry) -> str:
    """Return path and query, with secrets hidden. `Entry.target` takes longer: it imports what it needs."""
    return f"{entry.path}?{_redact_query(entry.query)}" if entry.query else entry.path


_redact_query = lru_cache(_MAX_CACHED)(redact_urlencoded)


_MILLISECONDS = NumberTexts("{:03}".format)


def _describe_missing_as_json(count: int) -> str:
    return f'{{"missing":{count}}}'

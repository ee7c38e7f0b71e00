"""A request in one line: as text for people, or as JSON for programs. What clients wrote is shown with escapes."""

from collections.abc import Callable

import msgspec

_PRINTABLE = bytes(range(ord(" "), 0x7F))
"""The characters of ASCII that a terminal prints."""
_MAX_KEPT_NUMBER = 1024


class LineStyle(msgspec.Struct, frozen=True):
    """The escape sequences of the parts of a line; empty ones if it has no colour."""

    success: str = ""
    redirection: str = ""
    client_error: str = ""
    server_error: str = ""
    operation: str = ""
    end: str = ""

    def format_status(self, status: int) -> str:
        """Return a status in its colour."""
        classes = {2: self.success, 3: self.redirection, 4: self.client_error}
        return f"{classes.get(status // 100, self.server_error)}{status}{self.end}"


PLAIN = LineStyle()
COLORED = LineStyle(
    success="\x1b[32m",
    redirection="\x1b[36m",
    client_error="\x1b[33m",
    server_error="\x1b[31m",
    operation="\x1b[2m",
    end="\x1b[0m",
)


class RequestLine(msgspec.Struct, frozen=True, gc=False):
    """What the JSON line of a request shows, with secrets hidden."""

    time: str
    """When the response was sent, by the machine's clock."""
    account: str | None
    """None if the request reached no account."""
    number: int | None
    """The number in the journal of the account."""
    method: str
    target: str
    """Path and query."""
    operation: str | None
    """None if the request reached no operation."""
    status: int
    ms: float
    """The duration in real milliseconds."""
    reason: str | None
    """Why the mock refused the request."""
    rule: int | None
    """The number of the fault rule that was applied."""


class NumberTexts(dict[int, str]):
    """The texts of numbers, made when they are first needed: an `lru_cache` takes three times as long to ask.

    Args:
        format_number: returns the text of a number.
    """

    def __init__(self, format_number: Callable[[int], str]) -> None:
        super().__init__()
        self._format_number = format_number

    def __missing__(self, number: int) -> str:
        """Make a text, and keep it unless there are too many."""
        text = self._format_number(number)
        if number < _MAX_KEPT_NUMBER:
            self[number] = text
        return text


class LineFormat:
    """Formats requests as text for people. The columns of one width come first."""

    def __init__(self, style: LineStyle = PLAIN) -> None:
        self._operation, self._end = style.operation, style.end
        self._status_texts = NumberTexts(style.format_status)

    def format_line(
        self, time: str, status: int, seconds: float, account: str, request: str, operation: str | None, outcome: str
    ) -> str:
        """Return the line of a request.

        Args:
            seconds: the duration in real time.
            account: who sent it, or its number.
            request: method and path, with escapes.
            outcome: that of `describe_outcome`.
        """
        return self.format_start(time, seconds, status) + self.format_rest(account, request, operation, outcome)

    def format_start(self, time: str, seconds: float, status: int) -> str:
        """Return the columns of one width. See `format_line`."""
        return f"{time} {self._status_texts[status]} {_TENTHS[round(seconds * 10_000)]} ms "

    def format_rest(self, account: str, request: str, operation: str | None, outcome: str) -> str:
        """Return the rest of a line. See `format_line`."""
        return f"{account} {request} {self._operation}{operation or '-'}{self._end}{outcome}"


_TENTHS = NumberTexts(lambda tenths: f"{tenths / 10:7.1f}")
"""Tenths as a number in a column. To format it takes as long as the rest of a line."""


def describe_outcome(rule: int | None, reason: str | None) -> str:
    """Return the end of a line: the rule that was applied, and why the request was refused."""
    applied = "" if rule is None else f" rule {rule}"
    return applied if reason is None else f"{applied} ({escape_control_characters(reason)})"


def encode_json_line(value: object) -> str:
    """Return a value as JSON in one line. JSON itself escapes only some of the control characters."""
    text = msgspec.json.encode(value).decode()
    return text if text.isprintable() else "".join(map(_escape_in_json, text))


def escape_control_characters(text: str) -> str:
    """Return a text with escapes for whatever a terminal would not print, such as `\\x1b` and `\\u202e`."""
    return text if is_printable(text) else "".join(map(_escape, text))


def is_printable(text: str) -> bool:
    """Return `text.isprintable()`, which takes four times as long."""
    return not text.encode().translate(None, _PRINTABLE) if text.isascii() else text.isprintable()


def _escape(character: str) -> str:
    return character if character.isprintable() else character.encode("unicode_escape").decode()


def _escape_in_json(character: str) -> str:
    if character.isprintable():
        return character
    encoded = character.encode("utf-16-be")
    return "".join(f"\\u{encoded[at : at + 2].hex()}" for at in range(0, len(encoded), 2))

"""The lines of the request log: as text and as JSON, with escapes for what a terminal would not print."""

import json
from typing import Any

import pytest

from mockserver.journal.request_line import (
    COLORED,
    PLAIN,
    LineFormat,
    NumberTexts,
    describe_outcome,
    encode_json_line,
    escape_control_characters,
    is_printable,
)


def format_line(line_format: LineFormat, **changes: Any) -> str:
    fields: dict[str, Any] = {
        "time": "10:00:00.001",
        "status": 200,
        "seconds": 0.00125,
        "account": "demo",
        "request": "GET /x?a=1",
        "operation": "list_recordings",
        "outcome": "",
    }
    return line_format.format_line(**fields | changes)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, "10:00:00.001 200     1.2 ms demo GET /x?a=1 list_recordings"),
        ({"operation": None, "status": 401}, "10:00:00.001 401     1.2 ms demo GET /x?a=1 -"),
        ({"outcome": " rule 0"}, "10:00:00.001 200     1.2 ms demo GET /x?a=1 list_recordings rule 0"),
        ({"seconds": 0.0}, "10:00:00.001 200     0.0 ms demo GET /x?a=1 list_recordings"),
        ({"seconds": 86400.0}, "10:00:00.001 200 86400000.0 ms demo GET /x?a=1 list_recordings"),
    ],
)
def test_text_has_one_line_for_a_request(changes: dict[str, object], expected: str) -> None:
    line_format = LineFormat()
    assert [expected, expected] == [format_line(line_format, **changes) for _ in range(2)]


@pytest.mark.parametrize(
    ("rule", "reason", "expected"),
    [
        (None, None, ""),
        (0, None, " rule 0"),
        (None, "Gone.", " (Gone.)"),
        (3, "No.", " rule 3 (No.)"),
        (None, "\r\x1b", r" (\r\x1b)"),
    ],
)
def test_outcome_has_the_rule_and_the_reason(rule: int | None, reason: str | None, expected: str) -> None:
    assert expected == describe_outcome(rule, reason)


def test_texts_of_numbers_are_kept_unless_there_are_too_many() -> None:
    formatted = []

    def format_number(number: int) -> str:
        formatted.append(number)
        return str(number)

    texts = NumberTexts(format_number)
    assert [texts[number] for number in (1023, 1024, 1023, 1024)] == ["1023", "1024", "1023", "1024"]
    assert formatted == [1023, 1024, 1024]


@pytest.mark.parametrize(
    ("status", "sequence"),
    [
        (200, COLORED.success),
        (307, COLORED.redirection),
        (404, COLORED.client_error),
        (503, COLORED.server_error),
        (599, COLORED.server_error),
    ],
)
def test_color_shows_the_class_of_the_status(status: int, sequence: str) -> None:
    assert f"{sequence}{status}{COLORED.end}" == COLORED.format_status(status)
    assert str(status) == PLAIN.format_status(status)


def test_color_changes_no_character() -> None:
    colored = format_line(LineFormat(COLORED))
    for sequence in (COLORED.success, COLORED.operation, COLORED.end):
        assert sequence in colored
        colored = colored.replace(sequence, "")
    assert format_line(LineFormat()) == colored


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Zoë /a b", "Zoë /a b"),
        ("\x1b]0;t\x07", r"\x1b]0;t\x07"),
        ("\x7f\x9b", r"\x7f\x9b"),
        ("a\u202eb\ufeff", r"a\u202eb\ufeff"),
        ("\U000e0041", r"\U000e0041"),
        ("\ud800", r"\ud800"),
    ],
)
def test_what_a_terminal_would_not_print_is_escaped(text: str, expected: str) -> None:
    assert expected == escape_control_characters(text)
    assert is_printable(text) is text.isprintable()


@pytest.mark.parametrize("text", ["plain", "\x00\x1b\n", "\x7f\x9b", "a\u202eb", "\U000e0041", "Zoë \U0001f600"])
def test_json_has_the_same_value_and_nothing_that_a_terminal_would_not_print(text: str) -> None:
    line = encode_json_line({"target": text})
    assert line.isprintable()
    assert {"target": text} == json.loads(line)

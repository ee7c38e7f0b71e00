"""Phone numbers are normalized to E.164."""

import pytest

from mockserver.twiml.phone_numbers import normalize_number


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("+14155550123", "+14155550123"),
        (" +1 (415) 555-0123\n", "+14155550123"),
        ("415.555.0123", "+14155550123"),
        ("415\u2011555\u20110123", "+14155550123"),
        ("14155550123", "+14155550123"),
        ("442071838750", "+442071838750"),
        ("011 44 20 7183 8750", "+442071838750"),
        ("911", "911"),
        ("12345", "12345"),
        ("+123", "+123"),
    ],
)
def test_number(text: str, number: str) -> None:
    assert number == normalize_number(text)


@pytest.mark.parametrize(
    "text", ["", "  ", "Bob", "+", "client:bob", "sip:a@b", "4155550123x9", "++1", "1" * 21, "٤١٥"]
)
def test_other_text_is_no_number(text: str) -> None:
    assert normalize_number(text) is None

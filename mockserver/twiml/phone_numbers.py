"""Phone numbers as apps write them."""

import re

_SEPARATORS = re.compile(r"[\s().\-\u2010-\u2015/]+")
_DIGITS = re.compile(r"\+?[0-9]{1,20}")
_US_DIGITS = 10
_SHORTEST_INTERNATIONAL = 8
"""Fewer digits are a short code or a service, such as 911."""


def normalize_number(text: str) -> str | None:
    """Return a phone number in E.164 form, or None if the text is none.

    White space, dashes, dots, slashes and parentheses have no meaning. Ten digits are a number of the United States, as
    for Twilio; more get a plus sign. Short codes stay as they are.
    """
    number = _SEPARATORS.sub("", text)
    if _DIGITS.fullmatch(number) is None:
        return None
    if number.startswith("011") and len(number) > _US_DIGITS:  # the prefix of calls abroad, dialled in the US
        return f"+{number[3:]}"
    if number.startswith("+") or len(number) < _SHORTEST_INTERNATIONAL:
        return number
    return f"+1{number}" if len(number) == _US_DIGITS else f"+{number}"

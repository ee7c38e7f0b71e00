"""The ends of a call: phone numbers, clients and SIP addresses, in the one form in which they are compared."""

import re

ANY_ENDPOINT = "*"
"""Stands for every end of a call."""
_ANONYMOUS = "anonymous"
"""The caller of a call that shows no number."""
_SEPARATORS = r"[\s().-]+"
_DIGITS = r"\+?[0-9]+"
_SCHEME = r"(?is)(client|sips?):\s*(.+)"
_COUNTRY_CODE = "1"
"""The country of a number of ten digits without a country code."""
_NATIONAL_LENGTH = 10
"""The number of digits of a number without its country code; shorter ones are short codes."""


def normalize_endpoint(text: str) -> str:
    """Return an end of a call as it is compared, such as `+15005550006` for `(500) 555-0006`.

    Programs write numbers with white space, dashes and without `+` (WIRE-CALLS §8). A `+` that a client did not encode
    has become a space. Of a SIP address, parameters and headers do not count. Any other text is only stripped.
    """
    stripped = text.strip()
    address = re.fullmatch(_SCHEME, stripped)
    if address is not None:
        scheme, rest = address[1].lower(), address[2]
        return f"{scheme}:{rest}" if scheme == "client" else f"{scheme}:{_normalize_sip_address(rest)}"
    if stripped.lower() == _ANONYMOUS:
        return _ANONYMOUS
    number = re.sub(_SEPARATORS, "", stripped)
    if not re.fullmatch(_DIGITS, number):
        return stripped
    if number.startswith("+") or len(number) < _NATIONAL_LENGTH:
        return number
    return f"+{_COUNTRY_CODE if len(number) == _NATIONAL_LENGTH else ''}{number}"


def is_endpoint(text: str) -> bool:
    """Return True if a text is a phone number, a client, a SIP address or `anonymous`."""
    scheme, colon, rest = normalize_endpoint(text).partition(":")
    if not colon:
        return scheme == _ANONYMOUS or re.fullmatch(_DIGITS, scheme) is not None
    return scheme in ("client", "sip", "sips") and bool(rest) and not re.search(r"\s", rest)


def _normalize_sip_address(address: str) -> str:
    user, at, host = re.split(r"[;?]", address, maxsplit=1)[0].rpartition("@")
    return f"{user}{at}{host.lower()}"

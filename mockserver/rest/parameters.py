"""The parameters of a request: ordered pairs with typed access, and their encoding in page URIs."""

import re
from collections.abc import Container, KeysView
from enum import StrEnum
from functools import lru_cache
from typing import TypeVar
from urllib.parse import parse_qsl, quote

from generators.sids import Kind, describe_sid, is_sid
from mockserver.rest.errors import make_invalid_parameter_error

Choice = TypeVar("Choice", bound=StrEnum)

_INTEGER = re.compile(r"-?[0-9]+")
_MAX_DIGITS = 18
"""The longest whole number that counts exactly: SDKs read 64 bits."""
_BOOLEANS = {"true": True, "false": False}
MAX_CACHED_BYTES = 2048
"""The longest query or form that is cached: the pairs of a long one take megabytes."""


class Parameters:
    """The parameters of a query string or a form.

    An empty value counts as missing. If a name is repeated, its last value counts.
    """

    def __init__(self, encoded: bytes) -> None:
        parse = _parse_pairs if len(encoded) <= MAX_CACHED_BYTES else _parse_pairs.__wrapped__
        self.encoded = encoded
        self.pairs = parse(encoded)
        self.warnings: list[str] = []
        """What was ignored in these values, for `X-Mock-Warning`."""
        self._values = dict(self.pairs)

    def get_text(self, name: str) -> str | None:
        """Return a value, or None if it is missing."""
        return self._values.get(name) or None

    def get_texts(self, name: str) -> list[str]:
        """Return every value of a repeatable name."""
        return [value for pair_name, value in self.pairs if pair_name == name]

    def get_choice(self, name: str, choice_type: type[Choice]) -> Choice | None:
        """Return a value as an enum member, or None if it is missing.

        Raises:
            TwilioError: 20001 for an unknown value.
        """
        text = self.get_text(name)
        if text is None:
            return None
        try:
            return choice_type(text)
        except ValueError:
            raise make_invalid_parameter_error(name, f"one of {', '.join(choice_type)}", text) from None

    def get_integer(self, name: str, *, default: int, minimum: int, maximum: int | None = None) -> int:
        """Return a whole number of at least `minimum`.

        Args:
            maximum: the value that a larger number counts as, with a warning; None if there is no such value.

        Raises:
            TwilioError: 20001 for any other value.
        """
        text = self.get_text(name)
        if text is None:
            return default
        is_number = _INTEGER.fullmatch(text) is not None
        if maximum is not None and is_number and _is_greater(text, maximum):
            shown = text if len(text) <= _MAX_DIGITS else f"a number of {len(text)} digits"
            self.warnings.append(f"{name}: expected at most {maximum}, found {shown}. It counts as {maximum}.")
            return maximum
        if not is_number or len(text) > _MAX_DIGITS or int(text) < minimum:
            raise make_invalid_parameter_error(name, f"a whole number from {minimum}", text)
        return int(text)

    def get_boolean(self, name: str) -> bool:
        """Return a boolean, False if it is missing. SDKs send `true` and `false`.

        Raises:
            TwilioError: 20001 for any other value.
        """
        text = self.get_text(name)
        if text is None:
            return False
        if text.lower() not in _BOOLEANS:
            raise make_invalid_parameter_error(name, "true or false", text)
        return _BOOLEANS[text.lower()]

    def get_sid(self, name: str, kind: Kind) -> str | None:
        """Return a SID of a kind, or None if it is missing.

        Raises:
            TwilioError: 20001 for any other value.
        """
        text = self.get_text(name)
        if text is not None and not is_sid(text, kind):
            raise make_invalid_parameter_error(name, describe_sid(kind), text)
        return text

    @property
    def names(self) -> KeysView[str]:
        """The names, each once, in the order of the request."""
        return self._values.keys()

    def encode(self, excluded_names: Container[str]) -> list[str]:
        """Return the pairs as `name=value`, percent-encoded, without some names. Java needs `<` and `>` escaped."""
        return [
            f"{quote(name, safe='')}={quote(value, safe='')}"
            for name, value in self.pairs
            if name not in excluded_names
        ]


def _is_greater(digits: str, maximum: int) -> bool:
    """Return True if a whole number, which may have thousands of digits, is greater than `maximum`."""
    significant = digits.lstrip("0")
    return not digits.startswith("-") and (len(significant) > _MAX_DIGITS or int(significant or "0") > maximum)


@lru_cache(maxsize=64)
def _parse_pairs(encoded: bytes) -> tuple[tuple[str, str], ...]:
    """Return the pairs of a query string or a form. Cached: clients repeat them."""
    return tuple(parse_qsl(encoded.decode("latin-1"), keep_blank_values=True, errors="replace"))

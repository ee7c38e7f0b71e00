"""The parameters of a request: ordered pairs with typed access, and their encoding in page URIs."""

import re
from collections.abc import Container
from enum import StrEnum
from functools import lru_cache
from typing import TypeVar
from urllib.parse import parse_qsl, quote

from generators.sids import Kind, describe_sid, is_sid
from mockserver.rest.errors import make_invalid_parameter_error

Choice = TypeVar("Choice", bound=StrEnum)

_INTEGER = re.compile(r"-?[0-9]{1,18}")
_BOOLEANS = {"true": True, "false": False}


class Parameters:
    """The parameters of a query string or a form.

    An empty value counts as missing. If a name is repeated, its last value counts.
    """

    def __init__(self, encoded: bytes) -> None:
        self.pairs = _parse_pairs(encoded)
        self._values = dict(self.pairs)
        self._used_names: set[str] = set()

    def get_text(self, name: str) -> str | None:
        """Return a value, or None if it is missing."""
        self._used_names.add(name)
        return self._values.get(name) or None

    def get_texts(self, name: str) -> list[str]:
        """Return every value of a repeatable name."""
        self._used_names.add(name)
        return [value for pair_name, value in self.pairs if pair_name == name]

    def get_choice(self, name: str, choice_type: type[Choice]) -> Choice | None:
        """Return a value as an enum member, or None if it is missing.

        Raises:
            TwilioError: 20001 for an unknown value.
        """
        text = self.get_text(name)
        if text is not None and text not in list(choice_type):
            raise make_invalid_parameter_error(name, f"one of {', '.join(choice_type)}", text)
        return None if text is None else choice_type(text)

    def get_integer(self, name: str, *, default: int, minimum: int) -> int:
        """Return a whole number of at least `minimum`.

        Raises:
            TwilioError: 20001 for any other value.
        """
        text = self.get_text(name)
        if text is None:
            return default
        if not _INTEGER.fullmatch(text) or int(text) < minimum:
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

    def describe_unknown(self) -> list[str]:
        """Describe the names that no handler used: Twilio ignores them too, but a typing error should be visible."""
        unknown = [name for name in self._values if name not in self._used_names]
        return [
            f"{name[:60]!r} is not a parameter of this operation, and was ignored.{self._suggest_name(name)}"
            for name in unknown
        ]

    def _suggest_name(self, name: str) -> str:
        import difflib  # only needed for warnings

        known = {known_name.lower(): known_name for known_name in sorted(self._used_names)}
        close = difflib.get_close_matches(name.lower(), known, n=1)
        return f" Did you mean {known[close[0]]}?" if close else ""

    def encode(self, excluded_names: Container[str]) -> list[str]:
        """Return the pairs as `name=value`, percent-encoded, without some names. Java needs `<` and `>` escaped."""
        return [
            f"{quote(name, safe='')}={quote(value, safe='')}"
            for name, value in self.pairs
            if name not in excluded_names
        ]


@lru_cache(maxsize=64)
def _parse_pairs(encoded: bytes) -> tuple[tuple[str, str], ...]:
    """Return the pairs of a query string or a form. Cached: clients repeat them."""
    return tuple(parse_qsl(encoded.decode("latin-1"), keep_blank_values=True, errors="replace"))

"""Stand-ins of secrets: a text with stand-ins can be shown to anyone, and equal secrets stay equal in it."""

import re
from functools import cached_property
from itertools import count

from mockserver.journal import redaction

_MIN_LENGTH = 8
"""A shorter secret may be in any text by chance: it is replaced only in places that hold a secret."""
_DIGITS = re.compile(r"[0-9a-f]{32}")
_STAND_IN = re.compile(r"0{24}[0-9a-f]{8}|stand-in-\d+")
"""What stands for a secret already, in the account of an export."""
_WILDCARDS = "*?"
"""A pattern of these alone says nothing."""


class StandIns:
    """The stand-ins of the secrets that were met so far. Ask for each secret before texts are replaced."""

    def __init__(self) -> None:
        self._by_secret: dict[str, str] = {}
        self._used: set[str] = set()

    def get(self, secret: str) -> str:
        """Return the stand-in of a secret: for that of an auth token one of the same form."""
        if not secret.strip(_WILDCARDS) or _STAND_IN.fullmatch(secret):
            self._used.add(secret)
            return secret
        known = self._by_secret.get(secret)
        if known is None:
            known = self._by_secret[secret] = self._choose_unused(secret)
            self._used.add(known)
            vars(self).pop("_known_secrets", None)
        return known

    def _choose_unused(self, secret: str) -> str:
        form = "{:032x}" if _DIGITS.fullmatch(secret) else "stand-in-{}"
        return next(text for text in map(form.format, count(len(self._by_secret) + 1)) if text not in self._used)

    def replace_header(self, name: str, value: str) -> str:
        """Return the value of a header with stand-ins."""
        return self.replace_known(redaction.replace_header_secrets(name, value, self.get))

    def replace_parameter(self, name: str, value: str) -> str:
        """Return the value of a parameter, or its stand-in if it is a secret."""
        return self.get(value) if redaction.is_secret_name(name) else self.replace_text(value)

    def replace_urlencoded(self, text: str) -> str:
        """Return a query or a form with stand-ins, otherwise unchanged."""
        return self.replace_known(redaction.replace_urlencoded(text, self.replace_parameter))

    def replace_text(self, text: str) -> str:
        """Return any text with stand-ins for the passwords and tokens in its URLs, and for known secrets."""
        if "://" in text and "?" in text:
            text = redaction.replace_url_secrets(text, self.get)
        return self.replace_known(redaction.replace_passwords(text, self.get))

    def replace_known(self, text: str) -> str:
        """Return a text with stand-ins for the secrets that were met so far."""
        secrets = self._known_secrets
        return text if secrets is None else secrets.sub(lambda match: self._by_secret[match[0]], text)

    @cached_property
    def _known_secrets(self) -> re.Pattern[str] | None:
        """What finds known secrets in texts; None if there are none."""
        known = sorted((secret for secret in self._by_secret if len(secret) >= _MIN_LENGTH), key=len, reverse=True)
        return re.compile("|".join(map(re.escape, known))) if known else None

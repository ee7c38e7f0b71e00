"""Twilio's connection overrides: time-outs and retries in the fragment of a callback URL.

Twilio's page: docs/usage/webhooks/webhooks-connection-overrides.
"""

import msgspec

_TIMEOUT_FIELDS = {"ct": ("connect_timeout", 10_000), "rt": ("read_timeout", 15_000), "tt": ("total_timeout", 15_000)}
"""The time-out fields, and their upper bounds in milliseconds on Twilio's page."""
MIN_TIMEOUT_MILLISECONDS = 100
MAX_RETRIES = 5
_MAX_DIGITS = 5
POLICIES = ("4xx", "5xx", "ct", "rt", "all")
"""The failures after which Twilio can retry: `ct` is no connection, `rt` is no response in time."""
_UNSUPPORTED_NAMES = frozenset({"e", "sni"})
"""Overrides of Twilio's edge location and TLS SNI. A mock on one machine cannot emulate them."""


class ConnectionOverrides(msgspec.Struct, frozen=True, kw_only=True):
    """The overrides in a URL. None or an empty set means the default. Time-outs are in seconds."""

    retries: int | None = None
    retry_on: frozenset[str] = frozenset()
    """A subset of `4xx`, `5xx`, `ct`, `rt` and `all`."""
    connect_timeout: float | None = None
    read_timeout: float | None = None
    total_timeout: float | None = None
    ignored: tuple[str, ...] = ()
    """The pairs of the fragment that could not be parsed. Twilio only warns about them."""


def parse_overrides(url: str) -> tuple[str, ConnectionOverrides]:
    """Return a URL without its fragment, and the fragment's overrides. The last value of a name counts."""
    plain, _, fragment = url.partition("#")
    fields: dict[str, int | float | frozenset[str]] = {}
    ignored: list[str] = []
    for pair in filter(None, fragment.split("&")):
        name, _, text = pair.partition("=")
        parsed = _parse_pair(name, text)
        if parsed is not None:
            fields.update([parsed])
        elif name not in _UNSUPPORTED_NAMES:
            ignored.append(pair)
    return plain, msgspec.convert({**fields, "ignored": ignored}, ConnectionOverrides)


def _parse_pair(name: str, text: str) -> tuple[str, int | float | frozenset[str]] | None:
    if name == "rp":
        policies = frozenset(text.split(","))
        return ("retry_on", policies) if policies <= {*POLICIES} else None
    number = int(text) if text.isascii() and text.isdigit() and len(text) <= _MAX_DIGITS else -1
    if name == "rc":
        return ("retries", number) if 0 <= number <= MAX_RETRIES else None
    field, maximum = _TIMEOUT_FIELDS.get(name, ("", 0))
    return (field, number / 1000) if MIN_TIMEOUT_MILLISECONDS <= number <= maximum else None

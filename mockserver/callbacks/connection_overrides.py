"""Twilio's connection overrides: wishes about time-outs and retries in the fragment of a callback's URL.

Twilio's page: docs/usage/webhooks/webhooks-connection-overrides.
"""

import msgspec

from mockserver.callbacks.outcome import Failure, Outcome

_MILLISECONDS = {"ct": ("connect_timeout", 10_000), "rt": ("read_timeout", 15_000), "tt": ("total_timeout", 15_000)}
"""The fields of time-outs, and the longest that Twilio's page allows."""
_SHORTEST = 100
_MAX_RETRIES = 5
_MAX_DIGITS = 5
_POLICIES = frozenset({"4xx", "5xx", "ct", "rt", "all"})
_NOT_EMULATED = frozenset({"e", "sni"})
"""Where Twilio sends from, and how: nothing that a machine alone could do differently."""
_POLICY_OF = {
    Failure.CONNECTION: "ct",
    Failure.CONNECT_TIMEOUT: "ct",
    Failure.READ_TIMEOUT: "rt",
    Failure.PROTOCOL: "all",
}
"""The policy that covers a failure; what is missing here is never tried again."""

DEFAULT_RETRIES = 3
"""Twilio's page says 1: ours is a choice, so that a receiver's outage is seen to be survived."""
DEFAULT_POLICY = frozenset({"5xx", "ct", "rt"})
"""Twilio's page says `ct` alone: a choice too."""


class ConnectionOverrides(msgspec.Struct, frozen=True, kw_only=True):
    """What a URL wishes; None, or an empty set, where it says nothing. Time-outs are in seconds."""

    retries: int | None = None
    retry_on: frozenset[str] = frozenset()
    """Of `4xx`, `5xx`, `ct`, `rt` and `all`."""
    connect_timeout: float | None = None
    read_timeout: float | None = None
    total_timeout: float | None = None
    ignored: tuple[str, ...] = ()
    """The pairs that could not be read, as they stand in the fragment; Twilio only warns of them."""

    @property
    def attempts(self) -> int:
        """How often a request is sent at most, the first time included."""
        return 1 + (DEFAULT_RETRIES if self.retries is None else self.retries)

    def retries_on(self, outcome: Outcome) -> bool:
        """Tell whether a request is to be sent again after an outcome, attempts left provided."""
        policy = _policy(outcome)
        return policy is not None and bool((self.retry_on or DEFAULT_POLICY) & {policy, "all"})


def parse_overrides(url: str) -> tuple[str, ConnectionOverrides]:
    """Return a URL without its fragment, and what the fragment wishes; of a pair given twice the last stands."""
    plain, _, fragment = url.partition("#")
    fields: dict[str, int | float | frozenset[str]] = {}
    ignored: list[str] = []
    for pair in filter(None, fragment.split("&")):
        name, _, text = pair.partition("=")
        read = _parse_pair(name, text)
        if read is not None:
            fields.update([read])
        elif name not in _NOT_EMULATED:
            ignored.append(pair)
    return plain, msgspec.convert({**fields, "ignored": ignored}, ConnectionOverrides)


def _parse_pair(name: str, text: str) -> tuple[str, int | float | frozenset[str]] | None:
    if name == "rp":
        policies = frozenset(text.split(","))
        return ("retry_on", policies) if policies <= _POLICIES else None
    number = int(text) if text.isascii() and text.isdigit() and len(text) <= _MAX_DIGITS else -1
    if name == "rc":
        return ("retries", number) if 0 <= number <= _MAX_RETRIES else None
    field, longest = _MILLISECONDS.get(name, ("", 0))
    return (field, number / 1000) if _SHORTEST <= number <= longest else None


def _policy(outcome: Outcome) -> str | None:
    if outcome.failure is not None:
        return _POLICY_OF.get(outcome.failure)
    return {4: "4xx", 5: "5xx"}.get((outcome.status or 0) // 100)

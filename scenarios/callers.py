"""Who is on the line of a call: what a person answers, says and presses, for callers and callees alike."""

from collections.abc import Sequence
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from scenarios.durations import Duration, parse_duration
from scenarios.endpoints import ANY_ENDPOINT, normalize_endpoint

MAX_SPEECH_ITEMS = 1000
"""The most items of what a person says."""
MAX_SPEECH_LENGTH = 10_000
"""The longest item, in characters: more than ten minutes of speech."""
MAX_DIGITS = 1000
"""The most keys that a person presses."""
DEFAULT_RING_TIME = "2s"
"""How long the phone rings if a caller does not say it."""

Endpoint = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=1000,
        description="A number such as +15005550006, client:ann, sip:ann@example.com, or * for any.",
    ),
]
Keys = Annotated[
    str,
    Meta(
        pattern=rf"^[0-9*#A-DwW]{{0,{MAX_DIGITS}}}$(?!\n)",
        description=f'At most {MAX_DIGITS} keys as text, such as "1w23#": digits, *, #, A to D, and w or W to wait.',
    ),
]
Answer = Annotated[
    Annotated[bool, Meta(extra_json_schema={"const": True})] | Literal["no-answer", "busy", "failed", "machine"],
    Meta(description="True, no-answer, busy, failed or machine."),
]


class Caller(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """The person, or the machine, on the line of a call. The first caller whose numbers match is on the line."""

    to: Endpoint = ANY_ENDPOINT
    """The called end."""
    from_: Endpoint = msgspec.field(default=ANY_ENDPOINT, name="from")
    """The calling end."""
    answers: Answer = True
    """What happens to a call of this person."""
    rings: Duration | None = None
    """How long it rings before that: two seconds if left out, and with no-answer until the call gives up."""
    speech: (
        Annotated[tuple[Annotated[str, Meta(max_length=MAX_SPEECH_LENGTH)], ...], Meta(max_length=MAX_SPEECH_ITEMS)]
        | None
    ) = None
    """What the person says, one item each time the call listens, and then nothing; something natural if left out."""
    digits: Keys = ""
    """The keys that the person presses, in one row: each question takes those that it asks for."""
    hangs_up_after: Duration | None = None
    """How long after the answer the person hangs up; never if left out."""

    @property
    def is_reached(self) -> bool:
        """True if the call is answered, by a person or by a machine."""
        return self.answers is True or self.answers == "machine"

    @property
    def ring_time(self) -> int | None:
        """How long it rings, in microseconds; None to ring until the call gives up."""
        if self.rings is None and self.answers == "no-answer":
            return None
        return parse_duration(self.rings or DEFAULT_RING_TIME)

    @property
    def hang_up_time(self) -> int | None:
        """How long after the answer the person hangs up, in microseconds; None for never."""
        return None if self.hangs_up_after is None else parse_duration(self.hangs_up_after)


DEFAULT_CALLER = Caller()
"""Is on the line if no caller matches: answers after two seconds, says something natural, and presses nothing."""


def find_caller(callers: Sequence[Caller], from_number: str, to_number: str) -> Caller:
    """Return the first caller that matches a call by its two ends, or the default one if none does."""
    ends = normalize_endpoint(from_number), normalize_endpoint(to_number)
    return next((caller for caller in callers if matches(caller, *ends)), DEFAULT_CALLER)


def matches(caller: Caller, from_endpoint: str, to_endpoint: str) -> bool:
    """Return True if a caller is on the line of a call between two ends, in their normal form."""
    return _matches_end(caller.from_, from_endpoint) and _matches_end(caller.to, to_endpoint)


def _matches_end(wanted: str, endpoint: str) -> bool:
    return wanted == ANY_ENDPOINT or normalize_endpoint(wanted) == endpoint

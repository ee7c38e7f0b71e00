"""What a response triggered."""

import msgspec

from scenarios.timeline import RequestKind, TimelineProgress

CountedRequest = tuple[int, TimelineProgress]
"""A recording whose timeline counted a request, by index, and its progress before the steps that followed."""


class Effect(msgspec.Struct, frozen=True, gc=False):
    """What a response triggered."""

    number: int
    """The number of the request."""
    entry: object
    """Its entry: an emptied journal uses the number again."""
    kind: RequestKind
    counted: tuple[CountedRequest, ...]
    first_event: int
    """The serial number of the first event that it caused."""
    next_event: int
    """The serial number after those events."""

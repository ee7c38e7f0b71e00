"""What a response triggered."""

import msgspec

from scenarios.operations import RequestKind
from scenarios.timeline import TimelineProgress


class Effect(msgspec.Struct, frozen=True, gc=False):
    """What a response triggered."""

    number: int
    """The number of the request."""
    entry: object
    """Its entry: an emptied journal uses the number again."""
    kind: RequestKind
    counted: dict[int, TimelineProgress]
    """The recordings whose timelines counted it, by index, with their progress before the steps that followed."""
    first_event: int
    """The serial number of the first event that it caused."""
    next_event: int
    """The serial number after those events."""

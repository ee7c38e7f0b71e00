"""The data model of matchers of new recordings."""

from typing import Literal, NamedTuple

import msgspec

from generators.model import Source, Track
from generators.sids import fold_sid
from scenarios.field_types import CallSid
from scenarios.numbers import Count


class CreationMatcher(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Which new recordings a timeline is for. All given conditions must hold."""

    call_sid: CallSid | None = None
    """The call that is recorded."""
    channels: Literal[1, 2] | None = None
    """The number of channels."""
    track: Track | None = None
    """The side of the call that is recorded."""
    source: Source | None = None
    """What starts the recording."""
    nth: Count | None = None
    """Only the n-th of the new recordings that match otherwise, counted from 1."""


class Creation(NamedTuple):
    """A new recording, as far as a matcher looks at it."""

    call_sid: str
    channels: int
    track: Track
    source: Source

    def matches(self, matcher: CreationMatcher) -> bool:
        """Return True if all conditions hold but `nth`."""
        return (
            (matcher.call_sid is None or fold_sid(matcher.call_sid) == fold_sid(self.call_sid))
            and matcher.channels in (None, self.channels)
            and matcher.track in (None, self.track)
            and matcher.source in (None, self.source)
        )

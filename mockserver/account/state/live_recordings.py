"""What is said on live calls, and their recordings, as plain values. Instants are microseconds since the epoch."""

from enum import StrEnum

import msgspec

from generators.model import Track
from mockserver.account.state.in_progress import PauseBehavior
from mockserver.account.state.subscription import Subscription


class Side(StrEnum):
    """Who is heard on a call: the party on the line, or what the party hears."""

    PARTY = "party"
    OTHER = "other"


class RecordOptions(msgspec.Struct, frozen=True):
    """How a call or conference is recorded."""

    channels: int = 1
    track: Track = Track.BOTH
    trim: bool = True
    subscription: Subscription | None = None


class Utterance(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """What one side says, plays or presses."""

    side: Side
    start: int
    stop: int
    text: str = ""
    digits: str = ""
    is_person: bool = False
    """True if the other side is another person, not the app."""
    media: str = ""
    """The URL of media that are played, and not fetched."""


class RecordingPause(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """A part of a recording that is left out or silent."""

    start: int
    stop: int | None
    behavior: PauseBehavior


class LegRecording(msgspec.Struct, kw_only=True):
    """An active recording of a call or conference."""

    index: int
    since: int
    options: RecordOptions
    name: str | None = None
    """The name that `<Stop>` uses."""
    is_party_only: bool = False
    """True for `<Record>`: only the party on the line is recorded."""
    pauses: list[RecordingPause] = []

"""What a live call does at the moment, as plain values. Instants are microseconds since the epoch."""

from typing import TypeAlias

import msgspec


class Ringing(msgspec.Struct, frozen=True, tag=True):
    """The phone of the party rings, or the call waits to be placed."""

    done_at: int


class Connecting(msgspec.Struct, frozen=True, tag=True):
    """The party has answered. Keys are sent, or it is detected who answered, before the document begins."""

    done_at: int


class Performing(msgspec.Struct, frozen=True, tag=True):
    """An act that ends by itself: Say, Play or Pause."""

    done_at: int


class Saying(msgspec.Struct, frozen=True, tag=True):
    """A spoken error message, after which the call ends."""

    done_at: int


class RecordingParty(msgspec.Struct, frozen=True, tag=True):
    """A `<Record>`."""

    done_at: int
    recording: int
    """The index of the recording."""
    since: int
    key: str | None = None
    """The key that ends it."""


class Gathering(msgspec.Struct, frozen=True, tag=True):
    """A `<Gather>`, whose result is known."""

    done_at: int
    digits: str | None = None
    finish_key: str = ""
    speech: str | None = None


class Dialing(msgspec.Struct, frozen=True, tag=True):
    """A `<Dial>` to numbers, until its calls are over."""

    done_at: int | None
    """When it gives up, or the longest call is over."""
    children: tuple[int, ...]
    """The numbers of the calls to the targets, in order."""
    next_target: int
    """The next target of a sequential `<Dial>`."""
    bridged: int | None = None
    """The call that is connected."""
    bridged_at: int | None = None
    recording: int | None = None


class Bridged(msgspec.Struct, frozen=True, tag=True):
    """The call of a `<Dial>`'s target, connected with its parent."""

    done_at: int | None


class InConference(msgspec.Struct, frozen=True, tag=True):
    """The call is in a conference, until it is over."""

    conference: int
    is_dialed: bool
    """True if a `<Dial>` joined it: its action follows."""
    done_at: int | None = None
    recording: int | None = None
    """The index of the recording of the `<Dial>`."""


class Queued(msgspec.Struct, frozen=True, tag=True):
    """An `<Enqueue>`: nobody takes the call."""

    done_at: int
    sid: str
    since: int


class Requesting(msgspec.Struct, frozen=True, tag=True):
    """The call waits for its app."""

    number: int
    done_at: int | None = None


Doing: TypeAlias = (
    Ringing
    | Connecting
    | Performing
    | Saying
    | RecordingParty
    | Gathering
    | Dialing
    | Bridged
    | InConference
    | Queued
    | Requesting
)

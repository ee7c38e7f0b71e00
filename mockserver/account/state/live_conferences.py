"""Conferences that begin here, as plain values. Instants are microseconds since the epoch."""

import msgspec

from mockserver.account.state.live_recordings import LegRecording, RecordOptions, Utterance
from mockserver.account.state.subscription import Signer, StatusSubscription
from scenarios.statuses import ConferenceStatus


class JoinOptions(msgspec.Struct, frozen=True, kw_only=True):
    """How a call joins a conference."""

    conference: int
    """The number of the conference."""
    label: str | None = None
    muted: bool = False
    coached_call_sid: str | None = None
    """The call that it coaches."""
    start_on_enter: bool = True
    end_on_exit: bool = False
    wait_url: str | None = None
    """What it hears until the conference starts; an absolute URL."""
    wait_method: str = "POST"


class Participant(msgspec.Struct, kw_only=True):
    """A call in a conference."""

    call: int
    label: str | None = None
    muted: bool = False
    hold: bool = False
    coaching: bool = False
    coached_call_sid: str | None = None
    """The call that it coaches."""
    start_on_enter: bool = True
    end_on_exit: bool = False
    joined_at: int | None = None
    """None until the call is answered."""
    created_at: int
    updated_at: int
    has_spoken: bool = False


class LiveConference(msgspec.Struct, kw_only=True):
    """A conference that begins here."""

    number: int
    sid: str
    friendly_name: str
    signer: Signer
    status: ConferenceStatus = ConferenceStatus.INIT
    created_at: int
    updated_at: int
    max_participants: int = 250
    subscription: StatusSubscription | None = None
    record: RecordOptions | None = None
    recording: LegRecording | None = None
    first: int | None = None
    """The number of the call that joined first: channel 1 of the recording."""
    participants: list[Participant] = []
    """Those that are in it, and those that are being called, in the order in which they came."""
    talk: list[Utterance] = []
    """The one who joined first is the party; all others are the other side."""
    talk_until: int = 0
    sequence_number: int = 1
    reason_ended: str | None = None
    call_sid_ending: str | None = None

    @property
    def is_full(self) -> bool:
        """True if nobody else may join. Those that are being called have their place."""
        return len(self.participants) >= self.max_participants
